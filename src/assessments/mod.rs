//! Situational assessments of countries, for all goods or for one class of products.
//!
//! Tables: `assessments`, `assessment_considerations`, `assessment_scores`, `assessment_positions`. Kept: the text that
//! was put to the ministries is the text that is approved; each ministry gives one position on a text, and dissent
//! stays on record; who wrote an assessment neither gives a position on it nor approves it; one assessment of a country
//! and class is in force at a time, and the approval of another supersedes it in the same transaction.

mod approve;
mod consult;
mod draft;
mod model;
mod routes;
mod scores;
pub mod store;

pub use approve::approve;
pub use consult::{recall, take_position};
pub use draft::{draft, revise};
pub use model::{
    Approval, Assessment, AssessmentBrief, NewAssessment, NewConsideration, NewPosition, Position,
};
pub use routes::room;
pub use scores::{AttachedScore, NewScore, NewScores, attach};
