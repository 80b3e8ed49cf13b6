//! Imports: license lists that someone else made, read into historic licenses and loaded.
//!
//! Tables: `imports`, `import_rejects`, and the licenses it loads. An import is one transaction (`load`), is taken once,
//! and can be withdrawn whole while nothing else refers to its licenses.
//!
//! Reading is pure: a [`profile::Profile`] says how a list is laid out, [`reader::read`] turns its rows into
//! licenses and rejects, and nothing is guessed on the way. What holds for every input:
//!
//! - Every data row is accepted or rejected, never both and never neither, and a reject says where and why.
//! - A file whose structure is in doubt (its encoding, an open quote, a missing column) is refused whole.
//! - The same file under the same profile gives the same licenses and digests.
//!
//! One file per question a list raises: `encoding` and `records` (bytes to records), `columns` and `source` (where a
//! field comes from), `plan` (the columns of one file), `dates`, `numbers`, `codes` and `destinations` (what a cell
//! means), `row` (one record), `grouping` (rows that share a number). `docs/import-profiles.md` is the manual.

mod codes;
mod columns;
mod dates;
mod destinations;
mod encoding;
mod grouping;
pub mod historic;
pub mod load;
mod model;
mod numbers;
mod plan;
pub mod profile;
pub mod reader;
mod records;
mod routes;
mod row;
mod schema;
mod source;
pub mod store;
mod upload;

pub use model::{Import, ImportReject};
pub use routes::room;

use crate::http::export::inert;

/// The rejects of an import as CSV (RFC 4180): line, column, value, reason. A cell that a spreadsheet would take for a
/// formula is quoted with an apostrophe.
pub fn rejects_csv(rejects: &[ImportReject]) -> Result<String, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["line", "column", "value", "reason"])?;
    for reject in rejects {
        let column = inert(reject.column_name.as_deref().unwrap_or_default());
        let value = inert(reject.value.as_deref().unwrap_or_default());
        table.write_record([&reject.line.to_string(), &*column, &*value, &*inert(&reject.reason)])?;
    }
    let bytes = table.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
