//! The log: every leaf from its entry, the tree from its leaves, and the tree against its checkpoints.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::erasures::Erasures;
use super::published::Against;
use super::report::Report;
use super::store::log::{self as store, Row, Unlike};
use crate::db::Conn;
use crate::evidence::{Kept, derive};
use crate::http::Problem;
use crate::tlog::{Edge, FullTile, TreeHash, TreeHead};

/// How many leaves are read at a time.
const BATCH: u64 = 4096;

struct Walk<'r> {
    report: &'r mut Report,
    /// What was erased, and what erasures say.
    erasures: Erasures,
    edge: Edge,
    /// Of each resource, the index of its last entry so far.
    last: HashMap<Uuid, u64>,
    against: BTreeMap<u64, Vec<(String, TreeHead)>>,
    /// How far the last checkpoint came that holds.
    holds: u64,
    /// Whether a checkpoint does not hold: then no later one can.
    broken: bool,
    tiles: Vec<FullTile>,
    /// The leaves at which a tile was found to be another.
    unlike: Vec<u64>,
}

/// Walks through the whole log.
pub(super) async fn walk(conn: &mut Conn, against: Vec<Against>, report: &mut Report) -> Result<(), Problem> {
    let mut heads: BTreeMap<u64, Vec<(String, TreeHead)>> = BTreeMap::new();
    for Against { source, head } in against {
        match head {
            Some(head) => heads.entry(head.size).or_default().push((source, head)),
            None => report.finds(None, format!("a checkpoint in {source} is not signed by a key of the log")),
        }
    }
    let mut walk = Walk {
        report,
        erasures: Erasures::default(),
        edge: Edge::default(),
        last: HashMap::new(),
        against: heads,
        holds: 0,
        broken: false,
        tiles: Vec::new(),
        unlike: Vec::new(),
    };
    let mut next = 0;
    loop {
        let rows = store::leaves(conn, next, BATCH).await?;
        let Some(end) = rows.last().map(Row::index) else { break };
        for row in rows {
            walk.leaf(conn, row).await?;
        }
        walk.compare_tiles(conn).await?;
        next = end + 1;
    }
    walk.end();
    let (erasures, report) = (walk.erasures, walk.report);
    erasures.compare(conn, report).await?;
    store::surplus_tiles(conn, next).await?.into_iter().for_each(|says| report.finds(Some(next), says));
    Ok(())
}

impl Walk<'_> {
    async fn leaf(&mut self, conn: &mut Conn, row: Row) -> Result<(), Problem> {
        let index = row.index();
        if index != self.edge.size() {
            self.report.finds(Some(self.edge.size()), "a leaf is missing");
            // What follows is walked through as if nothing were missing; no checkpoint can hold any more.
            self.broken = true;
        }
        let hash = TreeHash::of_leaf(&row.leaf);
        if row.hash != hash.0 {
            self.report.finds(Some(index), "the hash on file is not the hash of the leaf");
        }
        match &row.entry {
            None => self.report.finds(Some(index), "the entry of the leaf is gone"),
            Some(entry) => {
                let previous = entry.subject_id.and_then(|subject| self.last.insert(subject, index));
                let kept: Kept = serde_json::from_slice(&row.leaf).unwrap_or_default();
                let derived = derive(entry, previous, &kept).map_err(|error| Problem::internal(&error))?;
                if entry.subject_id != row.subject_id || derived != row.leaf {
                    self.report.finds(Some(index), format!("entry {} is not what its leaf says", entry.id));
                }
                self.erasures.note(index, entry, kept.verdict.is_some());
            }
        }
        self.tiles.extend(self.edge.push(hash));
        self.hold(conn).await
    }

    /// Holds the tree as it stands against what was published of this size.
    async fn hold(&mut self, conn: &mut Conn) -> Result<(), Problem> {
        let size = self.edge.size();
        let Some(heads) = self.against.remove(&size) else { return Ok(()) };
        let head = self.edge.head();
        for (source, published) in heads {
            self.report.checkpoints += 1;
            if published == head {
                self.holds = size;
            } else if !self.broken {
                self.broken = true;
                let (index, place) = self.first_changed(conn, size).await?;
                let says = format!(
                    "the log is not the one of the checkpoint of {size} entries in {source}: {place}"
                );
                self.report.finds(Some(index), says);
            }
        }
        Ok(())
    }

    /// Where the leaves begin to differ from the tiles on file, which were made of them; if both were changed, all that
    /// is known is which checkpoint held last.
    async fn first_changed(&self, conn: &mut Conn, size: u64) -> Result<(u64, String), Problem> {
        let differing = store::first_unlike_tiles(conn, self.holds, size).await?;
        Ok(match differing {
            Some(index) => (index, "this leaf was changed".to_owned()),
            None => (self.holds, format!("something from {} to {} was changed", self.holds, size - 1)),
        })
    }

    /// Holds the tiles on file against what the leaves make of them. Where a tile of hashes differs by one further down
    /// that does, the leaf is named to which that one leads.
    async fn compare_tiles(&mut self, conn: &mut Conn) -> Result<(), Problem> {
        let tiles = std::mem::take(&mut self.tiles);
        for Unlike { id, place } in store::unlike(conn, &tiles).await? {
            let under = id.entries(place.unwrap_or_default());
            let first = self.unlike.iter().copied().find(|leaf| under.contains(leaf)).unwrap_or(under.start);
            self.unlike.push(first);
            let says = format!("tile {} of level {} is not made of its leaves", id.index, id.level);
            self.report.finds(Some(first), says);
        }
        Ok(())
    }

    fn end(&mut self) {
        self.report.entries = self.edge.size();
        let size = self.edge.size();
        for (source, head) in std::mem::take(&mut self.against).into_values().flatten() {
            if head.size > size {
                let says = format!(
                    "the log ends here, and {source} has a checkpoint of {} entries: an old backup, or entries are gone",
                    head.size
                );
                self.report.finds(Some(size), says);
            } else if head.size == 0 && head.root != TreeHash::empty() {
                self.report.finds(Some(0), "a checkpoint of nothing has a root");
            }
        }
    }
}
