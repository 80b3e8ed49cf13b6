//! Applications: filing, review, positions, decision and countersignature.
//!
//! Tables: `applications`, `application_lines`, `application_positions`, `decisions`, `decision_lines`. Kept: lines
//! stand once filed; a position belongs to the conditions it was given on; a decision is proposed by one person and
//! countersigned by another, and the gate is asked both times, so that nothing that changed in between slips through.

mod decide;
mod decision;
mod facts;
mod file;
mod model;
mod positions;
mod routes;
mod store;
mod view;

pub use decide::{countersign, propose, send_back};
pub use decision::{Decision, DecisionLine, NewDecision};
pub use file::{open, submit};
pub use model::{Application, ApplicationLine, NewApplication, NewLine};
pub use positions::{NewPosition, Position, record_position};
pub use routes::room;
