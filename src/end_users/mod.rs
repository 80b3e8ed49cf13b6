//! End users: who will use the goods.
//!
//! Table: `end_users`. Kept: an entry belongs to the exporter that made it, or that staff made it for, and no other
//! exporter sees it; staff's own entries no exporter sees. A correction is a step with reasons. The name and address
//! of an individual are personal data: they stand in the entry only, not in its history or the audit log.

mod model;
mod register;
mod routes;
pub mod store;

pub use model::{Correction, EndUser, NewEndUser};
pub use register::{correct, register};
pub use routes::room;
