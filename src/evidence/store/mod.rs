//! The statements of the log: taking entries into it, the tiles of its tree, and its checkpoints.

pub(super) mod checkpoints;
pub(super) mod entries;
pub(super) mod schema;
pub(super) mod sequence;
pub(super) mod tree;
