//! The statements of the sequencer.

use std::collections::HashMap;

use uuid::Uuid;

use crate::db::Conn;
use crate::evidence::model::{NewLeaf, Recorded};

/// What the sequencer's lock is known by to the database.
const LOCK: i64 = 0x0061_7564_6974_6c67;

/// What a round begins with.
#[derive(Debug)]
pub(in crate::evidence) struct Stand {
    /// The snapshot of its transaction.
    pub(in crate::evidence) snapshot: String,
    /// The size of the tree.
    pub(in crate::evidence) size: u64,
}

/// Takes the lock until the transaction ends; none where another holds it.
pub(in crate::evidence) async fn begin(conn: &mut Conn) -> sqlx::Result<Option<Stand>> {
    let row = sqlx::query!(
        r#"select pg_try_advisory_xact_lock($1) as "held!", pg_current_snapshot()::text as "snapshot!",
                  (select coalesce(max(index) + 1, 0) from audit_leaves) as "size!""#,
        LOCK,
    )
    .fetch_one(conn)
    .await?;
    let stand = Stand { snapshot: row.snapshot, size: u64::try_from(row.size).unwrap_or_default() };
    Ok(row.held.then_some(stand))
}

/// The entries that are not in the log, in order.
pub(in crate::evidence) async fn not_in_the_log(conn: &mut Conn, most: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "with new as (
             select e.id, e.xid, e.subject_id, e.subject_version from audit_entries e
              where not exists (select from audit_leaves l where l.entry_id = e.id)),
         placed as (
             select id, subject_version,
                    case when subject_version is null then xid
                         else max(xid) over (partition by subject_id order by subject_version) end as place
               from new)
         select id from placed order by place, subject_version, id limit $1",
        most,
    )
    .fetch_all(conn)
    .await
}

/// The same of those that were not yet committed in a snapshot: in it, their transactions were open or had not begun.
///
/// They come in the order of their transactions. One that began earlier and waited for another may have taken the later
/// step of a resource; that step then comes with the transaction that it followed.
pub(in crate::evidence) async fn committed_since(
    conn: &mut Conn,
    snapshot: &str,
    most: i64,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"with fresh as (
               select e.id, e.xid, e.subject_id, e.subject_version from audit_entries e
                where e.xid >= pg_snapshot_xmax($1::text::pg_snapshot)
                  and e.xid < pg_snapshot_xmax(pg_current_snapshot())
               union all
               select e.id, e.xid, e.subject_id, e.subject_version
                 from pg_snapshot_xip($1::text::pg_snapshot) as open (xid) join audit_entries e on e.xid = open.xid),
           new as (
               select * from fresh where (select true from audit_leaves l where l.entry_id = fresh.id) is null),
           placed as (
               select id, subject_version,
                      case when subject_version is null then xid
                           else max(xid) over (partition by subject_id order by subject_version) end as place
                 from new)
           select id as "id!" from placed order by place, subject_version, id limit $2"#,
        snapshot,
        most,
    )
    .fetch_all(conn)
    .await
}

/// Entries in the order in which they are named, without those that are in the log.
pub(in crate::evidence) async fn entries(conn: &mut Conn, ids: &[Uuid]) -> sqlx::Result<Vec<Recorded>> {
    sqlx::query_as!(
        Recorded,
        r#"select e.id, e.at, e.actor_id, e.actor_role, e.token_id, e.request_id, e.act, e.subject_kind, e.subject_id,
                  e.subject_version, e.owner_id, e.outcome, e.problem, e.particulars, e.salt, e.verdict, e.verdict_salt,
                  e.erasure_id
             from unnest($1::uuid[]) with ordinality as named (id, nth) join audit_entries e on e.id = named.id
            where not exists (select from audit_leaves l where l.entry_id = e.id)
            order by named.nth"#,
        ids,
    )
    .fetch_all(conn)
    .await
}

/// The index of the last leaf of each of these subjects that has one.
pub(in crate::evidence) async fn last_leaves(
    conn: &mut Conn,
    subjects: &[Uuid],
) -> sqlx::Result<HashMap<Uuid, u64>> {
    let rows = sqlx::query!(
        r#"select s.id as "id!", last.index as "index!"
             from (select distinct id from unnest($1::uuid[]) as named (id)) as s
            cross join lateral (select l.index from audit_leaves l where l.subject_id = s.id
                                 order by l.index desc limit 1) as last"#,
        subjects,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, u64::try_from(row.index).unwrap_or_default())).collect())
}

/// The digests of what the registry holds on these subjects of a kind, each with the salt of an entry on it; nothing on a
/// kind that has no content of its own. They come with the entry. Materialized, because the contents of all of them may
/// not be asked for again for each.
pub(in crate::evidence) async fn contents(
    conn: &mut Conn,
    kind: &str,
    subjects: &[Uuid],
    entries: &[Uuid],
) -> sqlx::Result<Vec<(Uuid, Vec<u8>)>> {
    let rows = sqlx::query!(
        r#"with named as (
               select e.id, e.content_salt, e.content_scheme, n.subject
                 from unnest($2::uuid[], $3::uuid[]) as n (subject, entry) join audit_entries e on e.id = n.entry),
           held as materialized (
               select c.id, c.content, s.content_scheme
                 from (select content_scheme, array_agg(subject) as subjects from named group by content_scheme) s
                cross join lateral audit_content($1, s.subjects, s.content_scheme) c)
           select n.id as "id!", sha256(n.content_salt || convert_to(h.content::text, 'UTF8')) as "digest!"
             from held h join named n on n.subject = h.id and n.content_scheme = h.content_scheme"#,
        kind,
        subjects,
        entries,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.digest)).collect())
}

/// Appends leaves.
pub(in crate::evidence) async fn insert_leaves(conn: &mut Conn, leaves: Vec<NewLeaf>) -> sqlx::Result<()> {
    let (mut indexes, mut entries, mut subjects) = (Vec::new(), Vec::new(), Vec::new());
    let (mut bytes, mut hashes) = (Vec::new(), Vec::new());
    for NewLeaf { index, entry, subject, leaf, hash } in leaves {
        indexes.push(index);
        entries.push(entry);
        subjects.push(subject);
        bytes.push(leaf);
        hashes.push(hash);
    }
    sqlx::query!(
        "insert into audit_leaves (index, entry_id, subject_id, leaf, hash)
         select * from unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::bytea[], $5::bytea[])",
        &indexes,
        &entries,
        &subjects as &[Option<Uuid>],
        &bytes,
        &hashes,
    )
    .execute(conn)
    .await?;
    Ok(())
}
