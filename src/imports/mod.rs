//! Imports: license lists that someone else made, read into historic licenses.
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
mod numbers;
mod plan;
pub mod profile;
pub mod reader;
mod records;
mod row;
mod schema;
mod source;
