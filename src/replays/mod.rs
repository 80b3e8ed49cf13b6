//! Replays: past verdicts judged again, and past decisions under a draft measure or another policy.
//!
//! No tables. Kept: every verdict on file that has its facts is recomputed from them alone, and a difference is told with
//! the checks that changed; what is supposed of the past changes no file but the log, which notes who asked; every answer is
//! bounded and says where to go on.

mod model;
mod past;
mod routes;
mod store;
mod suppose;

pub use model::{Replay, ReplayFilter, Summary};
pub use past::{chunk, summarize};
pub use routes::room;
