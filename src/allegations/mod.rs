//! Allegations of misuse, by an end user or of a product.
//!
//! Table: `allegations`. Kept: what was received stands as it was received; who assessed an allegation does not decide
//! on it; one that is substantiated opens a review in the same transaction, and each names the other. No exporter sees
//! an allegation.

mod decide;
mod model;
mod receive;
mod routes;
mod store;

pub use decide::{dismiss, substantiate};
pub use model::{Allegation, NewAllegation, NewAllegationAssessment, Substantiation};
pub use receive::{assess, receive};
pub use routes::room;
