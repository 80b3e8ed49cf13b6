//! Operations: bulk acts, asked for once and carried out in batches.
//!
//! Tables: `operations`, `operation_batches`. A batch is carried out and marked done in one transaction: after any
//! fault the operation goes on with the first batch that is not done, and nothing is done twice or left half-done.
//! Who carries them out is [`crate::enforcement`].

mod model;
mod routes;
mod store;

pub use model::{Batch, NewOperation, Operation, Skipped};
pub use routes::room;
pub use store::{claim, create, finish, get, note_fault, of_subject};
