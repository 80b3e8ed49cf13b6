//! Breaches: what follows from a declaration that may have been broken, for every license of its end user.
//!
//! The tables are those of declarations, licenses and revocations. Properties kept: a suspicion freezes every license in
//! force of the end user in the transaction that records it, each for its own reasons, and its clearance lifts exactly
//! those freezes; who confirms is not who suspected; a confirmation opens a revocation proceeding for each license. What
//! is applied for meanwhile is held by the gate.

mod model;
mod routes;
mod store;
mod suspect;

pub use model::Breach;
pub use routes::room;
pub use suspect::{clear, confirm, suspect};
