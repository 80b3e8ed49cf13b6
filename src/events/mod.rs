//! Events: the outbox, one event for every step of every history.
//!
//! Table: `outbox`, written by a trigger with each step, so that no program can take a step unseen. Property kept: a
//! reader who follows the feed from cursor to cursor misses nothing and is told nothing twice. An event is shown once
//! no transaction that could still put one before it is open.

mod model;
mod routes;
mod store;

pub use model::Event;
pub use routes::room;
pub use store::of_subject;
