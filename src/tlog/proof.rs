//! Proofs: that an entry is in a tree, and that a tree is a prefix of another.
//!
//! Both are one thing. A subtree, whether it is one entry or the whole of an older tree, is led up to the root by the
//! hashes beside the way: those that RFC 6962 (sections 2.1.1 and 2.1.2) lists, in its order. A subtree that is not a
//! node of the tree is led up from its last part that is, and its own root is put together on the way too.

use super::{TreeHash, TreeHead};

/// Entries from one index up to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub start: u64,
    /// The one after the last.
    pub end: u64,
}

/// What stands beside the way up to the root.
#[derive(Clone, Copy, Debug)]
enum Beside {
    /// What follows the subtree.
    After(Span),
    /// What goes before the subtree.
    Before(Span),
    /// An earlier part of the subtree itself.
    Within(Span),
}

impl Beside {
    fn span(self) -> Span {
        match self {
            Self::After(span) | Self::Before(span) | Self::Within(span) => span,
        }
    }
}

/// The way from a subtree up to the root.
struct Way {
    /// The node it begins at.
    begins: Span,
    /// Whether that node is the whole subtree, whose hash the verifier knows.
    known: bool,
    /// What stands beside it, from the bottom up.
    beside: Vec<Beside>,
}

impl Way {
    /// None where the tree has no such subtree: it is empty, reaches beyond the tree, or is not one that any smaller
    /// tree would hold.
    fn of(subtree: Span, size: u64) -> Option<Self> {
        if subtree.start >= subtree.end || subtree.end > size {
            return None;
        }
        let (mut wanted, mut node) = (subtree, Span { start: 0, end: size });
        let mut beside = Vec::new();
        while node != wanted {
            let middle = node.start + split(node)?;
            let (left, right) = (Span { end: middle, ..node }, Span { start: middle, ..node });
            if wanted.end <= middle {
                beside.push(Beside::After(right));
                node = left;
            } else if wanted.start >= middle {
                beside.push(Beside::Before(left));
                node = right;
            } else if wanted.start == node.start {
                beside.push(Beside::Within(left));
                (node, wanted) = (right, Span { start: middle, ..wanted });
            } else {
                return None;
            }
        }
        beside.reverse();
        Some(Self { begins: node, known: wanted == subtree, beside })
    }

    /// The spans whose hashes are the proof, in its order.
    fn proof(&self) -> Vec<Span> {
        let first = (!self.known).then_some(self.begins);
        first.into_iter().chain(self.beside.iter().map(|beside| beside.span())).collect()
    }
}

/// The largest power of two below the number of entries, which the left of a node has; none for a single entry.
fn split(node: Span) -> Option<u64> {
    (node.end - node.start - 1).checked_ilog2().map(|level| 1 << level)
}

/// What the proof of one entry is made of: the spans whose roots it lists. None where the tree has no such entry.
pub fn inclusion_path(index: u64, size: u64) -> Option<Vec<Span>> {
    Way::of(Span { start: index, end: index.checked_add(1)? }, size).map(|way| way.proof())
}

/// What the proof is made of that a tree grew out of an older one, which had an entry at least.
pub fn consistency_path(old: u64, new: u64) -> Option<Vec<Span>> {
    Way::of(Span { start: 0, end: old }, new).map(|way| way.proof())
}

/// Whether the proof shows that the tree has this leaf at this index.
pub fn verify_inclusion(index: u64, leaf: TreeHash, tree: &TreeHead, proof: &[TreeHash]) -> bool {
    index < tree.size && verify_subtree(Span { start: index, end: index + 1 }, leaf, tree, proof)
}

/// Whether the proof shows that the new tree begins with the old one, which has an entry at least.
pub fn verify_consistency(old: &TreeHead, new: &TreeHead, proof: &[TreeHash]) -> bool {
    old.size > 0 && verify_subtree(Span { start: 0, end: old.size }, old.root, new, proof)
}

/// Whether the proof shows that the entries of a span, as a tree of their own, have this root and are in the tree.
pub fn verify_subtree(span: Span, root: TreeHash, tree: &TreeHead, proof: &[TreeHash]) -> bool {
    if span.start == span.end {
        // Nothing is in every tree.
        return span.end <= tree.size && root == TreeHash::empty() && proof.is_empty();
    }
    let Some(way) = Way::of(span, tree.size) else { return false };
    let (begins, proof) = match (way.known, proof.split_first()) {
        (true, _) => (root, proof),
        (false, Some((first, rest))) => (*first, rest),
        (false, None) => return false,
    };
    if proof.len() != way.beside.len() {
        return false;
    }
    let (mut of_span, mut of_tree) = (begins, begins);
    for (beside, hash) in way.beside.iter().zip(proof) {
        match beside {
            Beside::After(_) => of_tree = TreeHash::of_node(of_tree, *hash),
            Beside::Before(_) => of_tree = TreeHash::of_node(*hash, of_tree),
            Beside::Within(_) => {
                of_span = TreeHash::of_node(*hash, of_span);
                of_tree = TreeHash::of_node(*hash, of_tree);
            }
        }
    }
    of_span == root && of_tree == tree.root
}
