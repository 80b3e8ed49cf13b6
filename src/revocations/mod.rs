//! Revocations: notice of intent, the exporter's answer, the order by another person.
//!
//! Table: `revocations`. Kept: one open proceeding a license; nobody orders what he gave notice of; the urgent route
//! freezes at once and hears afterwards, and its freeze goes with the proceeding; a license is revoked in the
//! transaction of the order and in no other way.

mod model;
mod proceed;
mod routes;
mod store;

pub use model::{NewOrder, NewRepresentation, NewRevocation, Revocation};
pub use proceed::{drop, intend, order, record_silence, represent};
pub use routes::room;
