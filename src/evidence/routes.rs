//! The routes of the log: entries with their leaves, proofs, checkpoints and keys. Checkpoints and keys are open to all:
//! they say nothing of a case, and are of use to those who do not trust the registry.
//!
//! So are the tiles (C2SP tlog-tiles): whoever keeps them recomputes every root and every proof without asking. A hash in
//! them is of a leaf whose commitments are salted, and tells nothing. Bundles of entries are not served: a leaf says who did
//! what to which file.

use axum::extract::State;
use uuid::Uuid;

use super::model::{
    BetweenTrees, CheckpointFilter, ConsistencyProof, InTree, InclusionProof, LogKey, LoggedEntry,
    PublishedCheckpoint,
};
use super::store::{checkpoints, entries};
use super::tree;
use crate::audit;
use crate::db::{Behalf, Conn, Isolation};
use crate::http::{
    Answer, App, Ctx, Found, Id, NoteText, Paged, Problem, Query, Room, Route, Tile, TileBytes,
};
use crate::page::Page;
use crate::rules::authority::Permission;
use crate::tlog::{TilePath, TreeHash, WIDTH, consistency_path, inclusion_path};

const READS: Permission = Permission::ReadAudit;
const SAYS: &str = "A tile of the log: hashes, 32 bytes each";

/// The routes of this room.
pub fn room() -> Room {
    let mut routes = vec![
        Route::public("/v1/audit/checkpoint", newest).says("The newest checkpoint, as a signed note"),
        Route::public("/v1/audit/checkpoints", list).says("List checkpoints"),
        Route::public("/v1/audit/keys", keys).says("The keys that sign checkpoints, from the first on"),
        Route::get("/v1/audit/consistency", READS, consistency).says("Prove that the log has only grown"),
        Route::get("/v1/audit/{id}", READS, get)
            .says("One entry, with its leaf and what opens its commitments"),
        Route::get("/v1/audit/{id}/proof", READS, inclusion).says("Prove that an entry is in the log"),
    ];
    routes.extend(tile_routes());
    Room {
        name: "evidence",
        about: "The log of all entries, which cannot be altered unseen: leaves, proofs and signed checkpoints.",
        routes,
    }
}

async fn newest(State(app): State<App>) -> Answer<NoteText> {
    let mut tx = app.pool.begin(Behalf::Public, Isolation::Reads).await?;
    checkpoints::newest(&mut tx).await?.map(|newest| NoteText(newest.note)).ok_or_else(Problem::not_found)
}

async fn list(State(app): State<App>, asked: Paged<CheckpointFilter>) -> Answer<Page<PublishedCheckpoint>> {
    let mut tx = app.pool.begin(Behalf::Public, Isolation::Reads).await?;
    Ok(checkpoints::list(&mut tx, asked.filter, asked.paging).await?)
}

async fn keys(State(app): State<App>) -> Answer<Page<LogKey>> {
    let items = checkpoints::keys(&mut *app.pool.begin(Behalf::Public, Isolation::Reads).await?).await?;
    Ok(Page { items, next: None })
}

async fn get(ctx: Ctx, Id(id): Id<Uuid>) -> Answer<Found<LoggedEntry>> {
    let mut tx = ctx.read().await?;
    let entry = audit::find(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
    let opened = entries::opened(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Found(LoggedEntry {
        leaf: opened.leaf.map(String::from_utf8).transpose().map_err(|error| Problem::internal(&error))?,
        particulars_salt: opened.salt.map(hex::encode),
        verdict_salt: opened.verdict_salt.filter(|_| entry.verdict.is_some()).map(hex::encode),
        entry,
    }))
}

async fn inclusion(ctx: Ctx, Id(id): Id<Uuid>, Query(asked): Query<InTree>) -> Answer<Found<InclusionProof>> {
    let mut tx = ctx.read().await?;
    let leaf = match entries::leaf(&mut tx, id).await? {
        Some(leaf) => leaf,
        None if audit::find(&mut tx, id).await?.is_some() => {
            let mut problem = Problem::not_found();
            "The entry is not in the log yet. Ask again in a moment.".clone_into(&mut problem.detail);
            return Err(problem);
        }
        None => return Err(Problem::not_found()),
    };
    let index = u64::try_from(leaf.index).map_err(|error| Problem::internal(&error))?;
    let size = size_for(&mut tx, index, asked.size).await?;
    let hash = TreeHash::try_from(leaf.hash.as_slice()).map_err(|error| Problem::internal(&error))?;
    let spans =
        inclusion_path(index, size).ok_or_else(|| Problem::field("?size", "must be above the index"))?;
    let hashes = tree::prove(&mut tx, &spans).await?;
    let head = tree::head(&mut tx, size).await?;
    let checkpoint = checkpoints::at_size(&mut tx, tree::to_sql(size)?).await?;
    Ok(Found(InclusionProof {
        entry_id: id,
        index,
        leaf_hash: hash.to_string(),
        size,
        root_hash: head.root.to_string(),
        hashes: hashes.iter().map(ToString::to_string).collect(),
        checkpoint,
    }))
}

/// The size of the tree that a proof is given in: the one asked for, that of the last checkpoint, or that of now.
async fn size_for(conn: &mut Conn, index: u64, asked: Option<u64>) -> Answer<u64> {
    let now = tree::size(conn).await?;
    match asked {
        Some(size) if (index + 1..=now).contains(&size) => Ok(size),
        Some(_) => Err(Problem::field(
            "?size",
            "must be above the index of the entry, and not above the size of the log",
        )),
        None => {
            let last = checkpoints::last(conn).await?.and_then(|last| u64::try_from(last.size).ok());
            Ok(last.filter(|size| (index + 1..=now).contains(size)).unwrap_or(now))
        }
    }
}

async fn consistency(ctx: Ctx, Query(asked): Query<BetweenTrees>) -> Answer<Found<ConsistencyProof>> {
    let mut tx = ctx.read().await?;
    let now = tree::size(&mut tx).await?;
    let to = asked.to.unwrap_or(now);
    if !(1..=now).contains(&to) {
        return Err(Problem::field("?to", "must be a size that the log has reached"));
    }
    let spans = consistency_path(asked.from, to)
        .ok_or_else(|| Problem::field("?from", "must be 1 or more, and not above the newer size"))?;
    let hashes = tree::prove(&mut tx, &spans).await?;
    let (older, newer) = (tree::head(&mut tx, asked.from).await?, tree::head(&mut tx, to).await?);
    Ok(Found(ConsistencyProof {
        from: older.size,
        from_root_hash: older.root.to_string(),
        to: newer.size,
        to_root_hash: newer.root.to_string(),
        hashes: hashes.iter().map(ToString::to_string).collect(),
    }))
}

/// The routes, one for each number of parts that a path has: up to 2^38 entries.
fn tile_routes() -> [Route; 4] {
    [
        Route::public("/v1/audit/tile/{level}/{first}", tile::<2>).says(SAYS),
        Route::public("/v1/audit/tile/{level}/{first}/{second}", tile::<3>).says(SAYS),
        Route::public("/v1/audit/tile/{level}/{first}/{second}/{third}", tile::<4>).says(SAYS),
        Route::public("/v1/audit/tile/{level}/{first}/{second}/{third}/{fourth}", tile::<5>).says(SAYS),
    ]
}

async fn tile<const PARTS: usize>(State(app): State<App>, Tile(path): Tile<PARTS>) -> Answer<TileBytes> {
    let TilePath { id, width } = path;
    let mut tx = app.pool.begin(Behalf::Public, Isolation::Reads).await?;
    let last = checkpoints::last(&mut tx).await?.ok_or_else(Problem::not_found)?;
    // What no checkpoint reaches is not published yet.
    if width > id.width(u64::try_from(last.size).unwrap_or_default()) {
        return Err(Problem::not_found());
    }
    let hashes = tree::tile(&mut tx, id, width).await?;
    Ok(TileBytes { hashes: hashes.iter().flat_map(|hash| hash.0).collect(), full: width == WIDTH })
}
