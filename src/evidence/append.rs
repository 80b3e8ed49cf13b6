//! Appending: entries become leaves at the end of the tree.

use std::collections::HashMap;

use uuid::Uuid;

use super::leaf::{self, Kept};
use super::model::{NewLeaf, Recorded};
use super::store::{sequence, tree as tiles};
use super::tree;
use crate::db::Conn;
use crate::http::Problem;
use crate::tlog::TreeHash;

/// Appends entries, in this order, to a tree of this size.
pub(super) async fn append(conn: &mut Conn, size: u64, entries: &[Recorded]) -> Result<(), Problem> {
    let mut edge = tree::edge(conn, size).await?;
    let subjects: Vec<Uuid> = entries.iter().filter_map(|entry| entry.subject_id).collect();
    let mut last: HashMap<Uuid, u64> = sequence::last_leaves(conn, &subjects).await?;
    let contents = contents(conn, entries).await?;
    let (mut leaves, mut filled) = (Vec::with_capacity(entries.len()), Vec::new());
    for entry in entries {
        let index = edge.size();
        let previous = entry.subject_id.and_then(|subject| last.insert(subject, index));
        let kept = Kept { content: contents.get(&entry.id).cloned(), ..Kept::default() };
        let leaf = leaf::derive(entry, previous, &kept).map_err(|error| Problem::internal(&error))?;
        let hash = TreeHash::of_leaf(&leaf);
        filled.extend(edge.push(hash));
        leaves.push(NewLeaf {
            index: tree::to_sql(index)?,
            entry: entry.id,
            subject: entry.subject_id,
            leaf,
            hash: hash.0.to_vec(),
        });
    }
    sequence::insert_leaves(conn, leaves).await?;
    tiles::insert(conn, &filled).await?;
    Ok(())
}

/// What the registry holds on each subject of these entries, by the last of its entries that tells of a change: one
/// statement for each kind.
async fn contents(conn: &mut Conn, entries: &[Recorded]) -> Result<HashMap<Uuid, String>, Problem> {
    let mut last: HashMap<&str, HashMap<Uuid, Uuid>> = HashMap::new();
    for entry in entries.iter().filter(|entry| entry.outcome == "done") {
        if let (Some(kind), Some(subject)) = (&entry.subject_kind, entry.subject_id) {
            last.entry(kind).or_default().insert(subject, entry.id);
        }
    }
    let mut digests = HashMap::new();
    for (kind, entries) in last {
        let (subjects, entries): (Vec<Uuid>, Vec<Uuid>) = entries.into_iter().unzip();
        for (entry, digest) in sequence::contents(conn, kind, &subjects, &entries).await? {
            digests.insert(entry, hex::encode(digest));
        }
    }
    Ok(digests)
}
