//! The editions in force, made ready in memory.

use std::sync::Arc;

use super::store::editions as store;
use super::store::lists;
use crate::db::Conn;
use crate::http::Problem;
use crate::http::matchers::{Matchers, Ready};
use crate::rules::screening::Matcher;

/// The lists as this transaction sees them, which must read one snapshot. Made where they are not ready yet.
pub(super) async fn ready(conn: &mut Conn, matchers: &Matchers) -> Result<Arc<Ready>, Problem> {
    let epoch = lists::epoch(conn).await?;
    if let Some(ready) = matchers.of(epoch) {
        return Ok(ready);
    }
    let _turn = matchers.turn.lock().await;
    if let Some(ready) = matchers.of(epoch) {
        return Ok(ready);
    }
    let lists = lists::in_force(conn).await?;
    let (entries, bodies) = store::entries_in_force(conn, &lists).await?;
    // Making the index takes a core for a while, which the threads that answer requests do not have.
    let matcher = tokio::task::spawn_blocking(move || Matcher::new(bodies.iter()));
    let matcher = matcher.await.map_err(|error| Problem::internal(&error))?;
    let made = Arc::new(Ready { epoch, lists, entries, matcher });
    matchers.keep(&made);
    Ok(made)
}
