//! Overrides by the minister: a signed, reasoned departure from what the rules say, on record with all that led to it.
//!
//! Tables: `overrides`, `override_dissents`. Kept: proposed by one person, with a legal opinion put on record by another,
//! and signed by the minister in person; it names the checks that it departs from, each of which must be one that can be
//! departed from, and changes no verdict; it is used once, in its term. Who asked, who signed, the opinion and the dissents
//! are the staff's to read.

mod model;
mod propose;
mod routes;
mod sign;
mod store;

pub use model::{Dissent, NewDissent, NewOverride, Opinion, Override, Signature};
pub use propose::{dissent, propose, record_opinion};
pub use routes::room;
pub use sign::{rescind, sign};
