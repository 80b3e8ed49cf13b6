//! The tree against its definition, and against proofs that others made.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use export_license_registry::tlog::{
    Edge, FullTile, Node, Span, TileId, TreeHash, TreeHead, consistency_path, inclusion_path,
    verify_consistency, verify_inclusion, verify_subtree,
};
use proptest::prelude::*;
use serde_json::Value;

/// The root over leaves, as section 2.1 of RFC 6962 says it.
fn root(leaves: &[TreeHash]) -> TreeHash {
    match leaves {
        [] => TreeHash::empty(),
        [leaf] => *leaf,
        _ => {
            let k = leaves.len().next_power_of_two() / 2;
            TreeHash::of_node(root(&leaves[..k]), root(&leaves[k..]))
        }
    }
}

/// The audit path, as section 2.1.1 says it.
fn path(m: usize, leaves: &[TreeHash]) -> Vec<TreeHash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let k = leaves.len().next_power_of_two() / 2;
    let (mut proof, other) = if m < k {
        (path(m, &leaves[..k]), root(&leaves[k..]))
    } else {
        (path(m - k, &leaves[k..]), root(&leaves[..k]))
    };
    proof.push(other);
    proof
}

/// The consistency proof, as section 2.1.2 says it.
fn subproof(m: usize, leaves: &[TreeHash], complete: bool) -> Vec<TreeHash> {
    if m == leaves.len() {
        return if complete { Vec::new() } else { vec![root(leaves)] };
    }
    let k = leaves.len().next_power_of_two() / 2;
    let (mut proof, other) = if m <= k {
        (subproof(m, &leaves[..k], complete), root(&leaves[k..]))
    } else {
        (subproof(m - k, &leaves[k..], false), root(&leaves[..k]))
    };
    proof.push(other);
    proof
}

fn leaves(count: usize) -> Vec<TreeHash> {
    (0..count).map(|at| TreeHash::of_leaf(&at.to_be_bytes())).collect()
}

fn number(of: usize) -> u64 {
    u64::try_from(of).expect("a number")
}

/// A tree that was grown leaf by leaf, with the tiles as they are stored.
struct Grown {
    edge: Edge,
    full: HashMap<TileId, FullTile>,
    leaves: Vec<TreeHash>,
}

impl Grown {
    fn of(count: usize) -> Self {
        let mut grown = Self { edge: Edge::default(), full: HashMap::new(), leaves: leaves(count) };
        for leaf in &grown.leaves {
            for tile in grown.edge.push(*leaf) {
                assert!(grown.full.insert(tile.id, tile).is_none(), "a full tile is made once");
            }
        }
        grown
    }

    /// A tile as the store reads it.
    fn tile(&self, id: TileId) -> Vec<TreeHash> {
        if let Some(tile) = self.full.get(&id) {
            return tile.hashes.clone();
        }
        let places = id.index * 256..(id.index + 1) * 256;
        let hash = |at: u64| match id.level.checked_sub(1) {
            None => self.leaves.get(usize::try_from(at).expect("small")).copied(),
            Some(level) => self.full.get(&TileId { level, index: at }).map(|tile| tile.root),
        };
        places.map_while(hash).collect()
    }

    fn prove(&self, spans: &[Span]) -> Vec<TreeHash> {
        let over = |span: &Span| {
            let nodes = Node::of_span(*span);
            let hashes: Option<Vec<_>> =
                nodes.iter().map(|node| node.hash(&self.tile(node.tile()))).collect();
            Node::root(&hashes.expect("the tiles have the hashes")).expect("a span is of something")
        };
        spans.iter().map(over).collect()
    }

    fn head(&self, size: usize) -> TreeHead {
        TreeHead { size: number(size), root: root(&self.leaves[..size]) }
    }
}

#[test]
fn a_small_tree_has_the_roots_and_proofs_of_its_definition() {
    let grown = Grown::of(40);
    for size in 0..=40 {
        let tree = grown.head(size);
        for at in 0..size {
            let spans = inclusion_path(number(at), tree.size).expect("it is in the tree");
            let proof = grown.prove(&spans);
            assert_eq!(proof, path(at, &grown.leaves[..size]), "{at} in {size}");
            assert!(verify_inclusion(number(at), grown.leaves[at], &tree, &proof));
        }
        for old in 1..=size {
            let spans = consistency_path(number(old), tree.size).expect("it is a prefix");
            let proof = grown.prove(&spans);
            assert_eq!(proof, subproof(old, &grown.leaves[..size], true), "{old} in {size}");
            assert!(verify_consistency(&grown.head(old), &tree, &proof));
        }
        assert!(inclusion_path(tree.size, tree.size).is_none() && consistency_path(0, tree.size).is_none());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_tree_of_many_tiles_is_the_tree_of_its_definition(count in 1_usize..1400, at: usize, old: usize, bit in 0_usize..256) {
        let grown = Grown::of(count);
        let tree = grown.head(count);
        prop_assert_eq!(grown.edge.head(), tree);
        // The edge is read back from the tiles as they are stored.
        let levels = Edge::tiles(tree.size).into_iter().map(|id| grown.tile(id)).collect();
        prop_assert_eq!(Edge::of(tree.size, levels).expect("the edge"), grown.edge.clone());
        let (at, old) = (at % count, 1 + old % count);
        let proof = grown.prove(&inclusion_path(number(at), tree.size).expect("it is in the tree"));
        prop_assert_eq!(&proof, &path(at, &grown.leaves));
        prop_assert!(verify_inclusion(number(at), grown.leaves[at], &tree, &proof));
        let growth = grown.prove(&consistency_path(number(old), tree.size).expect("it is a prefix"));
        prop_assert_eq!(&growth, &subproof(old, &grown.leaves, true));
        prop_assert!(verify_consistency(&grown.head(old), &tree, &growth));
        // One bit of anything, and nothing is proven.
        let flipped = |hash: TreeHash| {
            let mut bytes = hash.0;
            bytes[bit / 8] ^= 1 << (bit % 8);
            TreeHash(bytes)
        };
        prop_assert!(!verify_inclusion(number(at), flipped(grown.leaves[at]), &tree, &proof));
        let other_tree = TreeHead { root: flipped(tree.root), ..tree };
        prop_assert!(!verify_inclusion(number(at), grown.leaves[at], &other_tree, &proof));
        for place in 0..proof.len() {
            let mut other = proof.clone();
            other[place] = flipped(other[place]);
            prop_assert!(!verify_inclusion(number(at), grown.leaves[at], &tree, &other));
        }
        for place in 0..growth.len() {
            let mut other = growth.clone();
            other[place] = flipped(other[place]);
            prop_assert!(!verify_consistency(&grown.head(old), &tree, &other));
        }
    }
}

#[test]
fn a_tile_above_the_second_level_is_made_once_its_tiles_are_full() {
    let grown = Grown::of(65_536 + 300);
    assert_eq!(grown.full.len(), 257 + 1);
    assert!(grown.full.contains_key(&TileId { level: 1, index: 0 }));
    let size = number(grown.leaves.len());
    assert_eq!(grown.edge.head(), grown.head(grown.leaves.len()));
    for (at, old) in [(0, 1), (65_535, 65_536), (65_536, 65_537), (65_835, 300)] {
        let proof = grown.prove(&inclusion_path(number(at), size).expect("it is in the tree"));
        assert!(verify_inclusion(number(at), grown.leaves[at], &grown.edge.head(), &proof));
        let growth = grown.prove(&consistency_path(number(old), size).expect("it is a prefix"));
        assert!(verify_consistency(&grown.head(old), &grown.edge.head(), &growth));
    }
}

#[test]
fn an_edge_that_lacks_a_hash_is_none() {
    let grown = Grown::of(300);
    let mut levels: Vec<_> = Edge::tiles(300).into_iter().map(|id| grown.tile(id)).collect();
    assert!(Edge::of(301, levels.clone()).is_none() && Edge::of(3, levels.clone()).is_none());
    levels[0].pop();
    assert!(Edge::of(300, levels).is_none());
}

/// What a vector says.
struct Vector {
    says: Value,
}

impl Vector {
    fn number(&self, name: &str) -> u64 {
        self.says[name].as_u64().expect("a number")
    }

    /// A root or a leaf. Some vectors give a text that is no hash: it stands for some hash that is in no tree.
    fn hash(&self, name: &str) -> Option<TreeHash> {
        let text = self.says[name].as_str().filter(|text| !text.is_empty())?;
        Some(text.parse().unwrap_or_else(|_| TreeHash::of_leaf(text.as_bytes())))
    }

    /// The proof; none where it is not made of hashes.
    fn proof(&self) -> Option<Vec<TreeHash>> {
        let hashes = self.says["proof"].as_array().cloned().unwrap_or_default();
        hashes.iter().map(|hash| hash.as_str().and_then(|text| text.parse().ok())).collect()
    }

    fn verifies(&self, kind: &str) -> Option<bool> {
        let proof = self.proof()?;
        let tree =
            |size: &str, root: &str| Some(TreeHead { size: self.number(size), root: self.hash(root)? });
        let verified = match kind {
            "inclusion" => {
                let (at, leaf) = (self.number("leafIdx"), self.hash("leafHash")?);
                verify_inclusion(at, leaf, &tree("treeSize", "root")?, &proof)
            }
            "consistency" => verify_consistency(&tree("size1", "root1")?, &tree("size2", "root2")?, &proof),
            "subtreeinclusion" => {
                let (start, end) = (self.number("start"), self.number("end"));
                let (at, leaf) = (self.number("leafIdx"), self.hash("leafHash")?);
                // A subtree is a tree of its own where it begins at a multiple of a power of two that it fits in.
                let is_one = end > start
                    && (end - start)
                        .checked_next_power_of_two()
                        .is_some_and(|power| start.is_multiple_of(power));
                let subtree = TreeHead { size: end.saturating_sub(start), root: self.hash("root")? };
                is_one && at >= start && verify_inclusion(at - start, leaf, &subtree, &proof)
            }
            _ => {
                let span = Span { start: self.number("start"), end: self.number("end") };
                let tree = tree("size", "root2")?;
                verify_subtree(span, self.hash("root1")?, &tree, &proof)
            }
        };
        Some(verified)
    }
}

fn files(below: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(below).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn proofs_that_others_made_are_taken_and_their_alterations_are_not() {
    let vectors = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/vectors/rfc6962-proofs");
    if !vectors.exists() {
        eprintln!("skipped: {} is not here", vectors.display());
        return;
    }
    let (mut taken, mut refused) = (0, 0);
    for kind in ["inclusion", "consistency", "subtreeinclusion", "subtreeconsistency"] {
        for file in files(&vectors.join(kind)) {
            let text = std::fs::read(&file).expect("a file");
            let vector = Vector { says: serde_json::from_slice(&text).expect("JSON") };
            let is_right = vector.says["wantErr"] == false;
            assert_eq!(vector.verifies(kind).unwrap_or_default(), is_right, "{}", file.display());
            if is_right { taken += 1 } else { refused += 1 }
        }
    }
    assert_eq!((taken, refused), (36, 482));
}
