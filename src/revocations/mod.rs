//! Revocations: notice of intent, the exporter's answer, a hearing where it asks for one, the order by another person.
//!
//! Tables: `revocations`, `revocation_hearings`. Kept: one open proceeding a license; nobody orders or chairs what he gave
//! notice of; no order before the hearing that the exporter asked for; the urgent route freezes at once and hears
//! afterwards, and its freeze goes with the proceeding; a license is revoked in the transaction of the order and in no
//! other way. One and thousands go the same way: the singular verbs call the plural ones.

mod hearing;
mod model;
mod notice;
mod order;
mod proceed;
mod routes;
mod store;

pub use model::{Hearing, NewHearing, NewOrder, NewRepresentation, NewRevocation, Revocation};
pub use notice::{Given, Notice, intend, intend_all};
pub use order::{Ordered, order, order_all};
pub use proceed::{drop, drop_of_measure, record_silences, represent};
pub use routes::room;
pub use store::bulk::unanswered_of;
pub use store::get;
