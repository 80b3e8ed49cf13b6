//! Eligibility checks: what the gate says of a case before it is filed.
//!
//! Table: `eligibility_checks`, append-only. No application is created. Kept: the facts are read by the statements that read
//! those of an application (`applications/around.rs`), and the finding follows from the gate's own verdict on them
//! (`rules/eligibility`); what an exporter is told, in the answer and in the row that it may read, holds nothing that the
//! agency keeps to itself.

mod ask;
mod facts;
mod model;
mod routes;
mod store;

pub use ask::ask;
pub use model::{EligibilityCheck, NewEligibilityCheck};
pub use routes::room;
