//! The audit log: one entry for every change, written in the transaction of the change.
//!
//! Table: `audit_entries`, append-only. A step of a life cycle writes its entry in [`crate::history::take`]; every
//! other change writes one with [`record`].

mod model;
mod routes;
mod store;

pub use routes::room;
pub use store::{Entry, record};
