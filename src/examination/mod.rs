//! Examining: everything that can be recomputed is, from the database and the checkpoints that were published outside it.
//!
//! Three things are held against each other: the log against its checkpoints, the entries against the log, and
//! what the registry holds against its entries. Whoever changes one of them behind the service's back has
//! to change all, and cannot change what was published.
//!
//! What was erased is known by the erasure that says so in the log, and cannot be told from an edit otherwise.
//!
//! The property kept: an edit, a deletion, an insertion, a swap or an old backup is a finding, and the first index of the
//! log that it touches is named.

mod erasures;
mod holdings;
mod log;
mod published;
mod report;
mod store;

pub use published::{Against, read};
pub use report::{Finding, Report};

use crate::db::Conn;
use crate::http::Problem;

/// Examines a whole register, within a transaction that sees one snapshot. Memory grows with the number of resources, by
/// some 40 bytes each.
pub async fn examine(conn: &mut Conn, against: Vec<Against>) -> Result<Report, Problem> {
    let mut report = Report::default();
    log::walk(conn, against, &mut report).await?;
    holdings::compare(conn, &mut report).await?;
    report.sort();
    Ok(report)
}
