//! Questions an auditor asks, each answered by one request (`docs/audit-questions.md`).
//!
//! No tables. Kept: each answer is recomputed from the histories, never read from what a check said of itself; a measure is
//! held against the grants of its time by its own text; every answer is bounded and says where it ends.

mod grants;
mod model;
mod routes;
mod store;

pub use routes::room;
