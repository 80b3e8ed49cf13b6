//! Tiles: the tree cut into pieces of 256 hashes (C2SP tlog-tiles).
//!
//! A tile of level 0 holds 256 leaf hashes in a row, one of level n the roots of 256 full tiles of level n - 1. What is
//! between two levels is hashed when it is asked for.

use std::fmt;

use super::TreeHash;
use super::proof::Span;

/// How many levels of the tree a tile stands for.
const HEIGHT: u32 = 8;
/// How many hashes a full tile has.
pub const WIDTH: u64 = 1 << HEIGHT;

/// Which tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TileId {
    /// Its level.
    pub level: u32,
    /// Its place in the level.
    pub index: u64,
}

impl TileId {
    /// The entries that the hash at a place of the tile is over.
    pub fn entries(self, place: u64) -> std::ops::Range<u64> {
        let each = 1_u64.checked_shl(HEIGHT * self.level).unwrap_or(u64::MAX);
        let from = self.index.saturating_mul(WIDTH).saturating_add(place);
        from.saturating_mul(each)..from.saturating_add(1).saturating_mul(each)
    }

    /// How many hashes the tile has in a tree of this size, up to [`WIDTH`].
    pub fn width(self, size: u64) -> u64 {
        let in_level = size.checked_shr(HEIGHT * self.level).unwrap_or_default();
        in_level.saturating_sub(self.index.saturating_mul(WIDTH)).min(WIDTH)
    }

    /// The level of the highest tile of a tree of this size; none of an empty tree.
    pub fn top(size: u64) -> Option<u32> {
        size.checked_ilog2().map(|level| level / HEIGHT)
    }
}

/// A tile as the path to it says (C2SP tlog-tiles): which, and how many of its hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TilePath {
    /// Which tile.
    pub id: TileId,
    /// How many of its hashes, from the first on: [`WIDTH`] of a full tile.
    pub width: u64,
}

/// The highest level that a path names.
const TOP: u32 = 63;

impl TilePath {
    /// Reads what follows `tile/`: the level, the index in groups of three digits, and of a partial tile its width. There
    /// is one spelling of each tile.
    pub fn parse(text: &str) -> Option<Self> {
        let (level, rest) = text.split_once('/')?;
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, width.parse().ok().filter(|width| (1..WIDTH).contains(width))?),
            None => (rest, WIDTH),
        };
        let mut number = 0_u64;
        for group in index.split('/') {
            let digits: u64 = group.strip_prefix('x').unwrap_or(group).parse().ok()?;
            number = number.checked_mul(1000)?.checked_add(digits)?;
        }
        let id = TileId { level: level.parse().ok().filter(|level| *level <= TOP)?, index: number };
        let path = Self { id, width };
        (path.to_string() == text).then_some(path)
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut groups = vec![format!("{:03}", self.id.index % 1000)];
        let mut above = self.id.index / 1000;
        while above > 0 {
            groups.push(format!("x{:03}", above % 1000));
            above /= 1000;
        }
        groups.reverse();
        write!(f, "{}/{}", self.id.level, groups.join("/"))?;
        if self.width < WIDTH { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

/// A tile that has all its hashes, and will not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullTile {
    /// Which.
    pub id: TileId,
    /// Its hashes.
    pub hashes: Vec<TreeHash>,
    /// The root over them: a hash in the level above.
    pub root: TreeHash,
}

/// A node over a power of two of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    level: u32,
    index: u64,
}

impl Node {
    /// The nodes that the root over a span is made of, from left to right. The span is one that a proof lists.
    pub fn of_span(span: Span) -> Vec<Self> {
        let mut nodes = Vec::new();
        let mut at = span.start;
        while let Some(level) = span.end.checked_sub(at).and_then(u64::checked_ilog2) {
            nodes.push(Self { level, index: at >> level });
            at += 1 << level;
        }
        nodes
    }

    /// The tile that the node can be made of.
    pub fn tile(self) -> TileId {
        let (level, within) = (self.level / HEIGHT, self.level % HEIGHT);
        TileId { level, index: self.index >> (HEIGHT - within) }
    }

    /// The hash of the node, made of its tile; none where the tile has not come that far.
    pub fn hash(self, tile: &[TreeHash]) -> Option<TreeHash> {
        let within = self.level % HEIGHT;
        let first = usize::try_from((self.index << within) % WIDTH).ok()?;
        tile.get(first..first + (1 << within)).and_then(TreeHash::of_perfect)
    }

    /// The root over a span, given the hash of each of its nodes.
    pub fn root(hashes: &[TreeHash]) -> Option<TreeHash> {
        TreeHash::over(hashes.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_has_one_path() {
        for (text, level, index, width) in [
            ("0/000", 0, 0, 256),
            ("0/067.p/5", 0, 67, 5),
            ("1/x001/067", 1, 1067, 256),
            ("63/x001/x234/067.p/255", 63, 1_234_067, 255),
        ] {
            let path = TilePath { id: TileId { level, index }, width };
            assert_eq!(TilePath::parse(text), Some(path));
            assert_eq!(path.to_string(), text);
        }
        for other in [
            "",
            "0",
            "0/",
            "0/0",
            "0/00",
            "0/0000",
            "00/000",
            "64/000",
            "-1/000",
            "0/+67",
            "0/x067",
            "0/x000/067",
            "0/001/067",
            "0/x1/067",
            "0/067.p",
            "0/067.p/",
            "0/067.p/0",
            "0/067.p/05",
            "0/067.p/256",
            "0/067.p/5/",
            "0/067/",
            "0/067.q/5",
            "0/x999/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(TilePath::parse(other), None, "{other}");
        }
    }
}
