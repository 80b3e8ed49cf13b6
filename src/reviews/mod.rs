//! Reviews: a question with an owner and a due date, the evidence on it, and findings with a proposal.
//!
//! Tables: `reviews`, `review_evidence`. Kept: a review has an owner on the staff and a due date that only the head of
//! the agency moves; evidence is only added; the owner or the head concludes it, once. While it is open, the gate
//! holds every grant and thaw that concerns its end user or product. No exporter sees a review.

mod conclude;
mod model;
mod open;
mod routes;
pub mod store;
mod work;

pub use conclude::conclude;
pub use model::{Conclusion, Evidence, Extension, NewEvidence, NewReview, Review};
pub use open::open;
pub use routes::room;
pub use store::open_on;
pub use work::{enter_evidence, extend};
