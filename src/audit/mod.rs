//! The audit log: one entry for every change, written in the transaction of the change, and one for every refused
//! attempt of consequence, which the door writes.
//!
//! Table: `audit_entries`, append-only. A step of a life cycle writes its entry in [`crate::history::take`]; every
//! other change writes one with [`record`].

mod model;
mod routes;
mod store;

pub use model::{AuditEntry, EntryOutcome};
pub use routes::room;
pub use store::{Entry, find, record};
