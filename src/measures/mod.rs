//! Measures: what a policy act says, version by version, and which of those in force reach a case.
//!
//! Tables: `measures`, `measure_contents`, `policy_epoch`. A content is never edited: a revision is a new version.
//! Properties kept: whoever asks which measures stand against a permission holds the policy epoch shared until the
//! permission is on file, and a measure comes into force or ends under the epoch alone; so a grant and a measure never
//! pass each other unseen. What a measure would touch and does is the room [`crate::enforcement`].

mod draft;
mod model;
mod reach;
mod routes;
pub mod store;

pub use draft::{check_scope, draft, extend, revise, withdraw_amendment};
pub use model::{Content, Measure, MeasureExtension, MeasureNotice, NewMeasure};
pub use reach::{Target, foreseen, notice, notices, reaching};
pub use routes::room;
