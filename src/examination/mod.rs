//! Examining: everything that can be recomputed is, from the database and the checkpoints that were published outside it.
//!
//! The rules of the database are held against what the log says of them first: the rest is asked of it. Then three things
//! are held against each other: the log against its checkpoints, the entries against the log, and
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
use crate::evidence::schema_unlike;
use crate::http::Problem;

/// Examines a whole register, within a transaction that sees one snapshot. Memory grows with the number of resources, by
/// some 40 bytes each.
pub async fn examine(conn: &mut Conn, against: Vec<Against>) -> Result<Report, Problem> {
    let mut report = Report::default();
    rules(conn, &mut report).await?;
    log::walk(conn, against, &mut report).await?;
    holdings::compare(conn, &mut report).await?;
    report.sort();
    Ok(report)
}

/// Compares the rules of the database with what was recorded of them.
async fn rules(conn: &mut Conn, report: &mut Report) -> Result<(), Problem> {
    if let Some(index) = schema_unlike(conn).await? {
        let says = "the rules of the database (functions, triggers, policies, constraints) are not those that its migrations \
                    made: what follows may be untrue";
        report.finds(index.and_then(|index| u64::try_from(index).ok()), says.to_owned());
    }
    Ok(())
}
