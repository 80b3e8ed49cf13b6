//! Operations: bulk acts, asked for once and carried out in batches.
//!
//! Tables: `operations`, `operation_batches`. A batch is carried out and marked done in one transaction: after any
//! fault the operation goes on with the first batch that is not done, and nothing is done twice or left half-done.
//! What was asked for is an entry of the log, and is held against it: an operation that nobody asked for is found. Who
//! carries them out is [`crate::enforcement`].

mod model;
mod routes;
mod store;

pub use model::{Batch, NewOperation, Operation, Skipped};
pub use routes::room;
pub use store::{claim, create, finish, get, next_batch, note_fault, of_subject};
