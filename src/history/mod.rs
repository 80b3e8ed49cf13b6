//! Histories: the steps of every life cycle, append-only, each with one audit entry.
//!
//! Tables: `history`, `life_cycle_transitions`, `audit_entries`. A step is taken here or not at all: [`take`] looks
//! up the edge, writes the step and its audit entry in one statement, and the database carries the new status to the
//! resource. Two requests that step from the same version break the primary key, so one of them is told 409.

mod model;
mod routes;
mod store;
mod verb;

pub use model::{Grounds, HistoryEntry, OnFile, Stand, Step, Subject, recorded};
pub use routes::{act_routes, history_route, times_route};
pub use store::{entries, load, new_reference, new_references, open, take, take_all};
pub use verb::step;
