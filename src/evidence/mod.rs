//! Evidence: the log of all entries, which cannot be altered unseen.
//!
//! Tables: `audit_leaves`, `audit_tiles`, `audit_checkpoints`, `audit_keys`, `audit_cosignatures`. The sequencer takes the
//! entries that were committed, off the way of whoever writes them, and appends them to a Merkle tree ([`crate::tlog`]).
//! `docs/evidence.md` says what a leaf is and how a proof is checked by hand.
//!
//! The properties kept: every committed entry becomes one leaf, whatever dies when; those of one resource stand in the
//! order of its versions; and what an entry says is in its leaf, openly or as a commitment, so that an entry that was
//! changed no longer fits. Nothing is signed that does not follow from what was published outside the database.

mod append;
mod checkpoint;
mod erased;
mod keys;
mod leaf;
mod model;
mod publish;
mod routes;
mod schema;
mod sequencer;
mod store;
mod tree;
mod witness;

pub use checkpoint::{Checkpointer, Terms, rotate};
pub use erased::{ERASE, Erased, ErasedEntry, digest};
pub use leaf::{Kept, commitment, derive};
pub use model::{LogKey, Recorded};
pub use publish::Published;
pub use routes::room;
pub use schema::{record_schema, schema_unlike};
pub use sequencer::{Round, Sequencer, run};
pub use store::checkpoints::{Filed, keys, last, notes};
pub use tree::{edge, head, prove, size};
pub use witness::WitnessTerms;
