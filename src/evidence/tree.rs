//! The tree as it is stored: its heads, and proofs from its tiles.

use std::collections::HashMap;

use super::store::tree as store;
use crate::db::Conn;
use crate::http::Problem;
use crate::tlog::{Edge, Node, Span, TileId, TreeHash, TreeHead};

/// A size or an index as the database holds it.
pub(super) fn to_sql(number: u64) -> Result<i64, Problem> {
    i64::try_from(number).map_err(|error| Problem::internal(&error))
}

fn damaged() -> Problem {
    Problem::internal(&"the log lacks hashes that it should have")
}

/// How many entries are in the log.
pub async fn size(conn: &mut Conn) -> Result<u64, Problem> {
    Ok(store::size(conn).await?)
}

/// The edge of the tree as it was at a size that it has reached.
pub async fn edge(conn: &mut Conn, size: u64) -> Result<Edge, Problem> {
    let ids = Edge::tiles(size);
    let mut tiles = tiles(conn, &ids).await?;
    let mut levels = Vec::with_capacity(ids.len());
    for id in ids {
        let mut hashes = tiles.remove(&id).unwrap_or_default();
        hashes.truncate(usize::try_from(id.width(size)).unwrap_or_default());
        levels.push(hashes);
    }
    Edge::of(size, levels).ok_or_else(damaged)
}

/// The head of the tree as it was at a size that it has reached.
pub async fn head(conn: &mut Conn, size: u64) -> Result<TreeHead, Problem> {
    Ok(edge(conn, size).await?.head())
}

/// The roots over these spans of the tree: a proof.
pub async fn prove(conn: &mut Conn, spans: &[Span]) -> Result<Vec<TreeHash>, Problem> {
    let nodes: Vec<Vec<Node>> = spans.iter().map(|span| Node::of_span(*span)).collect();
    let mut ids: Vec<TileId> = nodes.iter().flatten().map(|node| node.tile()).collect();
    ids.sort_unstable_by_key(|id| (id.level, id.index));
    ids.dedup();
    let tiles = tiles(conn, &ids).await?;
    let hash = |node: &Node| tiles.get(&node.tile()).and_then(|tile| node.hash(tile));
    nodes
        .iter()
        .map(|nodes| {
            nodes.iter().map(hash).collect::<Option<Vec<_>>>().and_then(|hashes| Node::root(&hashes))
        })
        .collect::<Option<_>>()
        .ok_or_else(damaged)
}

/// The first hashes of a tile that has come that far.
pub(super) async fn tile(conn: &mut Conn, id: TileId, width: u64) -> Result<Vec<TreeHash>, Problem> {
    let width = usize::try_from(width).map_err(|error| Problem::internal(&error))?;
    let mut hashes = tiles(conn, &[id]).await?.remove(&id).unwrap_or_default();
    hashes.truncate(width);
    if hashes.len() == width { Ok(hashes) } else { Err(damaged()) }
}

/// The hashes of tiles, as far as each has come.
async fn tiles(conn: &mut Conn, ids: &[TileId]) -> Result<HashMap<TileId, Vec<TreeHash>>, Problem> {
    let mut tiles = HashMap::with_capacity(ids.len());
    for (id, bytes) in store::full(conn, ids).await? {
        tiles.insert(id, TreeHash::read_all(&bytes).ok_or_else(damaged)?);
    }
    for id in ids {
        if !tiles.contains_key(id) {
            let hashes = store::so_far(conn, *id).await?;
            let hashes = hashes.iter().map(|hash| TreeHash::try_from(hash.as_slice()));
            tiles.insert(*id, hashes.collect::<Result<_, _>>().map_err(|_| damaged())?);
        }
    }
    Ok(tiles)
}
