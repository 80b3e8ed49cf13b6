//! The statements of the log: taking entries into it, and the tiles of its tree.

pub(super) mod sequence;
pub(super) mod tree;
