//! The mathematics of a transparency log, and the notes that it is published in.
//!
//! A tree of entries (RFC 6962, section 2), proofs that an entry is in it and that it only grew, the tiles it is stored
//! in (C2SP tlog-tiles), and checkpoints: its size and root, signed (C2SP tlog-checkpoint). All of it is pure.
//!
//! The property kept: what [`verify_inclusion`] and [`verify_consistency`] take, no one can have made of another log.

mod checkpoint;
mod edge;
mod note;
mod proof;
mod tile;

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

pub use checkpoint::{Checkpoint, Cosignature};
pub use edge::Edge;
pub use note::{Malformed, Note, NoteSignature, Signer, VerifierKey, is_key_name};
pub use proof::{
    Span, consistency_path, inclusion_path, verify_consistency, verify_inclusion, verify_subtree,
};
pub use tile::{FullTile, Node, TileId, TilePath, WIDTH};

/// A SHA-256 hash in the tree. It is written in base64, as checkpoints write it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TreeHash(pub [u8; 32]);

impl TreeHash {
    /// The root of the tree without entries.
    pub fn empty() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// The hash of a leaf.
    pub fn of_leaf(leaf: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0x00]).chain_update(leaf).finalize().into())
    }

    /// The hash of an inner node.
    pub fn of_node(left: Self, right: Self) -> Self {
        Self(Sha256::new().chain_update([0x01]).chain_update(left.0).chain_update(right.0).finalize().into())
    }

    /// The root over subtrees from left to right, each larger than all that follow it; none over none.
    fn over(subtrees: impl DoubleEndedIterator<Item = Self>) -> Option<Self> {
        subtrees.rev().reduce(|right, left| Self::of_node(left, right))
    }

    /// The root of a perfect subtree over hashes whose number is a power of two.
    fn of_perfect(hashes: &[Self]) -> Option<Self> {
        let mut row = hashes.to_vec();
        while row.len() > 1 {
            row = row
                .chunks_exact(2)
                .filter_map(|pair| pair.first().zip(pair.last()))
                .map(|(left, right)| Self::of_node(*left, *right))
                .collect();
        }
        row.first().copied()
    }

    /// Reads hashes that are stored one after another; none where the bytes do not divide into hashes.
    pub fn read_all(bytes: &[u8]) -> Option<Vec<Self>> {
        let (hashes, rest) = bytes.as_chunks::<32>();
        rest.is_empty().then(|| hashes.iter().copied().map(Self).collect())
    }
}

impl fmt::Display for TreeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for TreeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TreeHash {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let bytes = STANDARD.decode(text).map_err(|_| Malformed)?;
        bytes.as_slice().try_into()
    }
}

impl TryFrom<&[u8]> for TreeHash {
    type Error = Malformed;

    fn try_from(bytes: &[u8]) -> Result<Self, Malformed> {
        bytes.try_into().map(Self).map_err(|_| Malformed)
    }
}

/// The head of a tree: how many entries it has, and its root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeHead {
    /// How many entries.
    pub size: u64,
    /// The root over them.
    pub root: TreeHash,
}
