//! The right edge of a tree: what has to be known of it to make it grow.

use super::tile::{FullTile, TileId, WIDTH};
use super::{TreeHash, TreeHead};

/// The last tile of each level, as far as it has come: fewer than 256 hashes a level, however large the tree is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    levels: Vec<Vec<TreeHash>>,
}

impl Edge {
    /// The tiles that the edge of a tree of this size is read from, the lowest first.
    pub fn tiles(size: u64) -> Vec<TileId> {
        let levels = TileId::top(size).map_or(0, |top| top + 1);
        let last =
            |level: u32| TileId { level, index: size.checked_shr(8 * (level + 1)).unwrap_or_default() };
        (0..levels).map(last).collect()
    }

    /// The edge of a tree, read from its [`Edge::tiles`]; none where one of them has not the hashes it should have.
    pub fn of(size: u64, levels: Vec<Vec<TreeHash>>) -> Option<Self> {
        let tiles = Self::tiles(size);
        let has =
            |(tile, hashes): (&TileId, &Vec<TreeHash>)| u64::try_from(hashes.len()) == Ok(tile.width(size));
        (tiles.len() == levels.len() && tiles.iter().zip(&levels).all(has)).then_some(Self { size, levels })
    }

    /// How many entries the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Puts a leaf at the end of the tree; gives the tiles that it filled, the lowest first.
    pub fn push(&mut self, leaf: TreeHash) -> Vec<FullTile> {
        self.size += 1;
        let mut filled = Vec::new();
        let (mut rising, mut level) = (Some(leaf), 0);
        while let Some(hash) = rising.take() {
            if self.levels.len() <= level {
                self.levels.resize_with(level + 1, Vec::new);
            }
            let Some(tile) = self.levels.get_mut(level) else { break };
            tile.push(hash);
            if u64::try_from(tile.len()) == Ok(WIDTH) {
                let hashes = std::mem::take(tile);
                rising = TreeHash::of_perfect(&hashes);
                let above = u32::try_from(level + 1).unwrap_or(u32::MAX).saturating_mul(8);
                let index = self.size.checked_shr(above).unwrap_or_default() - 1;
                let id = TileId { level: above / 8 - 1, index };
                filled.extend(rising.map(|root| FullTile { id, hashes, root }));
            }
            level += 1;
        }
        filled
    }

    /// The head of the tree.
    pub fn head(&self) -> TreeHead {
        // From the top level to the lowest, and in each from left to right: powers of two, the largest first.
        let nodes = self.levels.iter().rev().flat_map(|hashes| {
            let mut rest = hashes.as_slice();
            let mut nodes = Vec::new();
            while let Some(level) = rest.len().checked_ilog2() {
                let (node, after) = rest.split_at(1 << level);
                nodes.extend(TreeHash::of_perfect(node));
                rest = after;
            }
            nodes
        });
        let nodes: Vec<_> = nodes.collect();
        TreeHead { size: self.size, root: TreeHash::over(nodes.into_iter()).unwrap_or_else(TreeHash::empty) }
    }
}
