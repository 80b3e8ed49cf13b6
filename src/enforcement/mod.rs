//! Enforcement: what a measure would touch, who agrees to exactly that, and carrying it out.
//!
//! Tables: `measure_previews`, `measure_agreements`, `measure_decisions`, `measure_deadlines`, `declaration_arrivals`. Properties kept: what is approved is one
//! preview, named by its digest, and what comes into force is what was approved; a measure comes into force and ends
//! in an instant, under the policy epoch, and is then carried out in batches that survive any fault; each license it
//! touches has its own decision record; what a measure alone held is thawed when it ends, and nothing else; a license
//! of which it requires a declaration is frozen once the period is over without one, and thawed once there is one.

mod approve;
mod arrivals;
mod carry_out;
mod cases;
mod demand;
mod enact;
mod list;
mod model;
mod preview;
mod release;
mod routes;
pub mod store;
mod worker;

pub use approve::{agree, approve};
pub use arrivals::reach_arrivals;
pub use enact::{enact, end};
pub use model::{Agreement, Approval, Decision, Enactment, Preview, PreviewLicense};
pub use preview::preview;
pub use routes::room;
pub use worker::{run, work_off};
