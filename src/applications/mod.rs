//! Applications: filing, review, positions, decision and countersignature, reopening.
//!
//! Tables: `applications`, `application_lines`, `application_positions`, `decisions`, `decision_lines`,
//! `application_reopenings`. Kept: lines stand once filed; a position belongs to the conditions it was given on; a decision
//! is proposed by one person and countersigned by another, and the gate is asked both times, so that nothing that changed in
//! between slips through; a signed refusal is never edited, and is followed by another decision after a reopening only.

mod around;
mod decide;
mod decision;
mod facts;
mod file;
mod like;
mod model;
mod positions;
mod reopen;
mod routes;
mod store;
mod view;

pub use around::{Case, Surroundings, around, exemptions};
pub use decide::{countersign, propose, send_back};
pub use decision::{Decision, DecisionLine, NewDecision};
pub use file::{open, submit};
pub use like::LikeTransaction;
pub use model::{Application, ApplicationLine, NewApplication, NewLine};
pub use positions::{NewPosition, Position, record_position};
pub use reopen::{Reopening, reopen};
pub use routes::room;
pub use store::facts::predecessor;
pub use store::{References, on_file};
