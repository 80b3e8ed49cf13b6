//! The statements of checkpoints, of the keys that sign them and of their witnesses.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::db::Conn;
use crate::evidence::model::{CheckpointFilter, LogKey, PublishedCheckpoint};
use crate::page::{Listing, Page, Paging};
use crate::tlog::{Cosignature, TreeHead};

/// What the lock of whoever makes a checkpoint is known by to the database.
const LOCK: i64 = 0x0061_7564_6974_6370;

/// A checkpoint on file.
#[derive(Debug)]
pub struct Filed {
    /// When.
    pub at: DateTime<Utc>,
    /// How many entries it is over.
    pub size: i64,
    /// The root over them.
    pub root: Vec<u8>,
    /// The signed note.
    pub note: String,
}

/// Takes the lock until the transaction ends. Whether it was free.
pub(in crate::evidence) async fn lock(conn: &mut Conn) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock($1) as "held!""#, LOCK).fetch_one(conn).await
}

/// The checkpoint that was made last; none where none was made yet.
pub async fn last(conn: &mut Conn) -> sqlx::Result<Option<Filed>> {
    sqlx::query_as!(Filed, "select at, size, root, note from audit_checkpoints order by size desc limit 1")
        .fetch_optional(conn)
        .await
}

/// The notes of all checkpoints, the first one first.
pub async fn notes(conn: &mut Conn) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("select note from audit_checkpoints order by size").fetch_all(conn).await
}

/// The note of the checkpoint at a size, where there is one.
pub(in crate::evidence) async fn at_size(conn: &mut Conn, size: i64) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select note from audit_checkpoints where size = $1", size).fetch_optional(conn).await
}

/// Puts a checkpoint on file.
pub(in crate::evidence) async fn insert(
    conn: &mut Conn,
    id: Uuid,
    at: DateTime<Utc>,
    head: &TreeHead,
    note: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into audit_checkpoints (id, at, size, root, note) values ($1, $2, $3, $4, $5)",
        id,
        at,
        i64::try_from(head.size).unwrap_or(i64::MAX),
        head.root.0.as_slice(),
        note,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether a witness has signed the checkpoint of a size.
pub(in crate::evidence) async fn is_cosigned(
    conn: &mut Conn,
    size: u64,
    witness: &str,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from audit_cosignatures where size = $1 and witness = $2) as "is!""#,
        i64::try_from(size).unwrap_or(i64::MAX),
        witness,
    )
    .fetch_one(conn)
    .await
}

/// Puts on file what a witness signed; what it signed before of the same checkpoint stands.
pub(in crate::evidence) async fn insert_cosignature(
    conn: &mut Conn,
    size: u64,
    witness: &str,
    by: &Cosignature,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into audit_cosignatures (size, witness, at, line) values ($1, $2, $3, $4)
         on conflict on constraint audit_cosignatures_pk do nothing",
        i64::try_from(size).unwrap_or(i64::MAX),
        witness,
        i64::try_from(by.time).ok().and_then(|time| DateTime::from_timestamp(time, 0)).unwrap_or_default(),
        by.signature.to_string(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The public keys on file, from the first on.
pub async fn keys(conn: &mut Conn) -> sqlx::Result<Vec<LogKey>> {
    sqlx::query_as!(
        LogKey,
        r#"select key, since, since_size, lead(since) over (order by since_size, since, key) as until,
                  lead(since_size) over (order by since_size, since, key) as until_size
             from audit_keys order by since_size, since, key"#,
    )
    .fetch_all(conn)
    .await
}

/// Puts a public key on file that signs its first checkpoint.
pub(in crate::evidence) async fn insert_key(
    conn: &mut Conn,
    key: &str,
    size: u64,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into audit_keys (key, since_size, since) values ($1, $2, $3)",
        key,
        i64::try_from(size).unwrap_or(i64::MAX),
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn listing() -> Listing {
    Listing::new(
        "select c.id, c.at, c.size, encode(c.root, 'base64') as root_hash,
                c.note || coalesce((select string_agg(w.line, '' order by w.at, w.witness) from audit_cosignatures w
                                     where w.size = c.size), '') as note
           from audit_checkpoints c where true",
        "c.id",
    )
}

/// One page of checkpoints, the newest first.
pub(in crate::evidence) async fn list(
    conn: &mut Conn,
    filter: CheckpointFilter,
    paging: Paging,
) -> sqlx::Result<Page<PublishedCheckpoint>> {
    listing().filter("c.at >= ?", filter.from).filter("c.at < ?", filter.to).page(conn, paging).await
}

/// The newest checkpoint, with the signatures of its witnesses.
pub(in crate::evidence) async fn newest(conn: &mut Conn) -> sqlx::Result<Option<PublishedCheckpoint>> {
    listing().only("c.size = (select max(size) from audit_checkpoints)", true).one(conn).await
}
