//! The tiles of the log over HTTP, in the paths of C2SP tlog-tiles: whoever keeps them recomputes every root and every
//! proof without asking. A hash in them is of a leaf whose commitments are salted, and tells nothing; so they are open to
//! all. Bundles of entries are not served: a leaf says who did what to which file.

use axum::extract::State;

use super::store::checkpoints;
use super::tree;
use crate::db::{Behalf, Isolation};
use crate::http::{Answer, App, Problem, Route, Tile, TileBytes};
use crate::tlog::{TilePath, WIDTH};

const SAYS: &str = "A tile of the log: hashes, 32 bytes each";

/// The routes, one for each number of parts that a path has: up to 2^38 entries.
pub(super) fn routes() -> [Route; 4] {
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
