//! The statements of erasures. What names a person is found and taken by the functions of the migration.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::model::{Count, Erasure, ErasureFilter, NewErasure};
use super::propose::Ended;
use crate::act::{Act, Actor};
use crate::db::Conn;
use crate::evidence::digest;
use crate::history::recorded;
use crate::http::Problem;
use crate::ids::{ErasureId, PersonId};
use crate::page::{Listing, Page, Paging};
use crate::rules::erasure::Kind;

/// A file that needs the data of a person.
#[derive(Debug)]
pub(super) struct File {
    pub(super) kind: String,
    pub(super) reference: String,
    pub(super) open: bool,
    pub(super) needed_until: Option<NaiveDate>,
}

/// Whether there is a natural person on file whose data an erasure of this kind would take.
pub(super) async fn names_someone(conn: &mut Conn, kind: Kind, subject: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select erasure_words($1, $2) is not null and exists (select from erasure_files($1, $2)) as "named!""#,
        kind.name(),
        subject,
    )
    .fetch_one(conn)
    .await
}

/// The files that need the data of a person, or did.
pub(super) async fn files(conn: &mut Conn, kind: Kind, subject: Uuid) -> sqlx::Result<Vec<File>> {
    sqlx::query_as!(
        File,
        r#"select kind as "kind!", reference as "reference!", open as "open!", needed_until from erasure_files($1, $2)
            order by needed_until desc, kind, reference"#,
        kind.name(),
        subject,
    )
    .fetch_all(conn)
    .await
}

/// What an erasure would take.
pub(super) async fn finds(conn: &mut Conn, kind: Kind, subject: Uuid) -> sqlx::Result<Vec<Count>> {
    sqlx::query_as!(
        Count,
        r#"select in_table as "table!", in_column as "column!", rows as "rows!" from erasure_finds($1, $2)
            order by in_table, in_column"#,
        kind.name(),
        subject,
    )
    .fetch_all(conn)
    .await
}

/// Whether a text names the person.
pub(super) async fn is_named_in(
    conn: &mut Conn,
    kind: Kind,
    subject: Uuid,
    text: &str,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select erasure_named_in($1, $2, $3) as "named!""#, kind.name(), subject, text)
        .fetch_one(conn)
        .await
}

/// Whether an entry that names the person is not in the log yet.
pub(super) async fn awaits_log(conn: &mut Conn, kind: Kind, subject: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select erasure_awaits_log($1, $2) as "awaits!""#, kind.name(), subject)
        .fetch_one(conn)
        .await
}

/// Inserts an erasure as proposed; its first step follows.
pub(super) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: ErasureId,
    reference: &str,
    new: &NewErasure,
    ended: Ended,
    found: Vec<Count>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into erasures (id, reference, version, status, kind, subject_id, needed_until, years, term_ended, found,
                               proposed_by, created_at, updated_at)
         values ($1, $2, 1, 'proposed', $3, $4, $5, $6, $7, $8, $9, $10, $10)",
        id.0,
        reference,
        new.kind.name(),
        new.subject_id,
        ended.needed_until,
        i32::try_from(ended.years).unwrap_or(i32::MAX),
        ended.on,
        Json(found) as Json<Vec<Count>>,
        act.actor.person.0,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// An erasure that is to be carried out.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) reference: String,
    pub(super) kind: Kind,
    pub(super) subject_id: Uuid,
    pub(super) proposed_by: PersonId,
}

/// Reads an erasure whose row is held.
pub(super) async fn held(conn: &mut Conn, id: ErasureId) -> sqlx::Result<Held> {
    sqlx::query_as!(
        Held,
        r#"select reference, kind as "kind: Kind", subject_id, proposed_by as "proposed_by: PersonId"
             from erasures where id = $1"#,
        id.0,
    )
    .fetch_one(conn)
    .await
}

/// Signs an erasure, and binds it to this transaction; its step follows.
pub(super) async fn sign(conn: &mut Conn, act: &Act, id: ErasureId) -> sqlx::Result<()> {
    sqlx::query!(
        "update erasures set carried_out_by = $2, carried_out_in = pg_current_xact_id() where id = $1",
        id.0,
        act.actor.person.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A row that was brought into its erased form.
#[derive(Debug)]
pub(super) struct Changed {
    pub(super) in_table: String,
    pub(super) columns: Vec<String>,
    pub(super) subject_kind: Option<String>,
    pub(super) subject_id: Option<Uuid>,
    pub(super) subject_version: Option<i32>,
    pub(super) entry_id: Option<Uuid>,
}

/// Takes all that names the person.
pub(super) async fn carry_out(conn: &mut Conn, id: ErasureId) -> sqlx::Result<Vec<Changed>> {
    sqlx::query_as!(
        Changed,
        r#"select in_table as "in_table!", columns as "columns!", subject_kind, subject_id, subject_version, entry_id
             from carry_out_erasure($1)"#,
        id.0,
    )
    .fetch_all(conn)
    .await
}

/// Keeps how much was taken.
pub(super) async fn set_erased(conn: &mut Conn, id: ErasureId, erased: Vec<Count>) -> sqlx::Result<()> {
    let erased = Json(erased);
    sqlx::query!("update erasures set erased = $2 where id = $1", id.0, erased as Json<Vec<Count>>)
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes the salts of the digests of what was held on these subjects before.
pub(super) async fn forget_contents(conn: &mut Conn, id: ErasureId, subjects: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!("select forget_contents($1, $2)", id.0, subjects).execute(conn).await?;
    Ok(())
}

/// Of steps of a subject, the digest of what is left, by version.
pub(super) async fn steps(
    conn: &mut Conn,
    subject: Uuid,
    versions: &[i32],
) -> Result<BTreeMap<i32, String>, Problem> {
    let rows = sqlx::query!(
        "select version, from_status, to_status, ground, reasons, details from history
          where subject_id = $1 and version = any ($2)",
        subject,
        versions,
    )
    .fetch_all(conn)
    .await?;
    let left = rows.into_iter().map(|row| {
        let left: Value = recorded(
            &row.from_status,
            &row.to_status,
            row.ground.as_deref(),
            row.reasons.as_deref(),
            &row.details,
        );
        Ok((row.version, digest(&left)?))
    });
    left.collect::<Result<_, serde_json::Error>>().map_err(|error| Problem::internal(&error))
}

fn listing() -> Listing {
    Listing::new(
        "select e.id, e.reference, e.status, e.version, e.kind, e.subject_id, e.needed_until, e.years, e.term_ended, e.found,
                e.erased, p.handle as proposed_by, c.handle as carried_out_by, e.created_at, e.updated_at
           from erasures e join people p on p.id = e.proposed_by left join people c on c.id = e.carried_out_by
          where true",
        "e.id",
    )
}

/// One erasure as the actor sees it.
pub(super) async fn get(conn: &mut Conn, actor: &Actor, id: ErasureId) -> sqlx::Result<Option<Erasure>> {
    let found: Option<Erasure> = listing().filter("e.id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|erasure| erasure.seen_by(actor)))
}

/// One page of erasures.
pub(super) async fn list(
    conn: &mut Conn,
    actor: &Actor,
    filter: ErasureFilter,
    paging: Paging,
) -> sqlx::Result<Page<Erasure>> {
    let page: Page<Erasure> = listing()
        .filter("e.status = ?", filter.status)
        .filter("e.kind = ?", filter.kind)
        .filter("e.subject_id = ?", filter.subject_id)
        .filter("e.reference = ?", filter.reference)
        .page(conn, paging)
        .await?;
    Ok(page.map(|erasure| erasure.seen_by(actor)))
}
