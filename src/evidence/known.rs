//! What the database says of the log: its checkpoints and the keys that signed them, for whoever holds it against them.

use super::store::checkpoints as store;
use crate::db::Conn;
use crate::tlog::{Malformed, VerifierKey};

/// The checkpoint that was made last.
#[derive(Clone, Debug)]
pub struct LastCheckpoint {
    /// How many entries it is over.
    pub size: i64,
    /// The signed note.
    pub note: String,
}

/// The checkpoint that was made last; none where none was made yet.
pub async fn last_checkpoint(conn: &mut Conn) -> sqlx::Result<Option<LastCheckpoint>> {
    Ok(store::last(conn).await?.map(|last| LastCheckpoint { size: last.size, note: last.note }))
}

/// The notes of all checkpoints on file, the first one first.
pub async fn notes(conn: &mut Conn) -> sqlx::Result<Vec<String>> {
    store::notes(conn).await
}

/// The keys on file, the first one first. One that cannot be read was not written by the registry.
pub async fn keys(conn: &mut Conn) -> sqlx::Result<Result<Vec<VerifierKey>, Malformed>> {
    Ok(store::keys(conn).await?.iter().map(|key| key.key.parse()).collect())
}
