//! The statements of acts on many licenses.
//!
//! At the beginning of a bulk act the planner believes that few freezes are in force, and a moment later there are a
//! hundred thousand. So the freezes of each license are asked for by the license: no statement can be planned as a walk
//! through all that are in force.

use crate::db::Conn;
use chrono::NaiveDate;
use uuid::Uuid;

use crate::act::Act;
use crate::ids::{ExporterId, FreezeId};
use crate::rules::license::{FreezeSource, Ground, Status};

/// A license locked for a freeze.
pub(in crate::licenses) struct ToFreeze {
    pub(in crate::licenses) id: Uuid,
    pub(in crate::licenses) version: i32,
    pub(in crate::licenses) status: Status,
    pub(in crate::licenses) owner: Option<ExporterId>,
    pub(in crate::licenses) valid_until: NaiveDate,
    /// The number its next freeze gets.
    pub(in crate::licenses) number: i32,
    /// What its freeze will rest on.
    pub(in crate::licenses) source: Uuid,
    /// Whether that holds it already.
    pub(in crate::licenses) held: bool,
}

/// Locks the rows, and nothing else: what another transaction did to a row while it was waited for is seen by the
/// statement that follows.
async fn lock_rows(conn: &mut Conn, ids: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!("select id from licenses where id = any($1) order by id for update", ids)
        .fetch_all(conn)
        .await?;
    Ok(())
}

/// Locks licenses in the order of their identifiers, each to be frozen by the source beside it.
pub(in crate::licenses) async fn lock(
    conn: &mut Conn,
    ids: &[Uuid],
    sources: &[Uuid],
) -> sqlx::Result<Vec<ToFreeze>> {
    lock_rows(conn, ids).await?;
    sqlx::query_as!(
        ToFreeze,
        r#"select l.id, l.version, l.status as "status: Status", l.exporter_id as "owner: ExporterId", l.valid_until,
                  f.number as "number!", t.source as "source!", f.held as "held!"
             from unnest($1::uuid[], $2::uuid[]) as t (id, source)
             join licenses l on l.id = t.id
            cross join lateral (
                select coalesce(max(f.number), 0) + 1 as number,
                       coalesce(bool_or(f.source_id = t.source and f.lifted_at is null), false) as held
                  from license_freezes f where f.license_id = t.id) f
            order by l.id"#,
        ids,
        sources,
    )
    .fetch_all(conn)
    .await
}

/// A freeze to be inserted: the license, its number there, the step that was taken for it, and its reasons.
pub(in crate::licenses) struct FreezeRow {
    pub(in crate::licenses) license: Uuid,
    pub(in crate::licenses) source: Uuid,
    pub(in crate::licenses) number: i32,
    pub(in crate::licenses) version: i32,
    pub(in crate::licenses) reasons: String,
}

/// Inserts freezes of whole licenses.
pub(in crate::licenses) async fn insert_freezes(
    conn: &mut Conn,
    act: &Act,
    source: FreezeSource,
    ground: Ground,
    review_on: NaiveDate,
    rows: &[FreezeRow],
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = rows.iter().map(|_| act.new_id::<FreezeId>().0).collect();
    let licenses: Vec<Uuid> = rows.iter().map(|row| row.license).collect();
    let numbers: Vec<i32> = rows.iter().map(|row| row.number).collect();
    let versions: Vec<i32> = rows.iter().map(|row| row.version).collect();
    let reasons: Vec<String> = rows.iter().map(|row| row.reasons.clone()).collect();
    let sources: Vec<Uuid> = rows.iter().map(|row| row.source).collect();
    sqlx::query!(
        "insert into license_freezes (id, license_id, number, source, source_id, ground, reasons, review_on, frozen_at,
                                      frozen_by, frozen_version)
         select t.id, t.license, t.number, $6, t.source, $8, t.reasons, $9, $10, $11, t.version
           from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::integer[], $5::text[], $7::uuid[])
                as t (id, license, number, version, reasons, source)",
        &ids,
        &licenses,
        &numbers,
        &versions,
        &reasons,
        source.name(),
        &sources,
        ground.name(),
        review_on,
        act.at,
        act.actor.person.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A license locked for the lifting of a freeze.
pub(in crate::licenses) struct ToLift {
    pub(in crate::licenses) id: Uuid,
    pub(in crate::licenses) version: i32,
    pub(in crate::licenses) status: Status,
    pub(in crate::licenses) owner: Option<ExporterId>,
    pub(in crate::licenses) valid_until: NaiveDate,
    /// The number of the freeze.
    pub(in crate::licenses) number: i32,
    /// Whether the freeze names lines.
    pub(in crate::licenses) part: bool,
    /// How many other freezes of the whole license are in force.
    pub(in crate::licenses) others: i64,
}

/// Locks the licenses that a source holds, in the order of their identifiers.
pub(in crate::licenses) async fn lock_held(
    conn: &mut Conn,
    ids: &[Uuid],
    source: Uuid,
) -> sqlx::Result<Vec<ToLift>> {
    lock_rows(conn, ids).await?;
    sqlx::query_as!(
        ToLift,
        r#"select l.id, l.version, l.status as "status: Status", l.exporter_id as "owner: ExporterId", l.valid_until,
                  f.number as "number!", f.part as "part!", f.others as "others!"
             from unnest($1::uuid[]) as t (id)
             join licenses l on l.id = t.id
            cross join lateral (
                select max(f.number) filter (where f.source_id = $2) as number,
                       bool_or(f.lines is not null) filter (where f.source_id = $2) as part,
                       count(*) filter (where f.lines is null and f.source_id is distinct from $2) as others
                  from license_freezes f where f.license_id = t.id and f.lifted_at is null) f
            where f.number is not null order by l.id"#,
        ids,
        source,
    )
    .fetch_all(conn)
    .await
}

/// Lifts freezes, each under the step that was taken for it. One that was lifted already is refused by the database.
pub(in crate::licenses) async fn lift_freezes(
    conn: &mut Conn,
    act: &Act,
    rows: &[(Uuid, i32, i32)],
    reasons: &str,
) -> sqlx::Result<()> {
    let licenses: Vec<Uuid> = rows.iter().map(|row| row.0).collect();
    let numbers: Vec<i32> = rows.iter().map(|row| row.1).collect();
    let versions: Vec<i32> = rows.iter().map(|row| row.2).collect();
    sqlx::query!(
        "update license_freezes f
            set lifted_at = $4, lifted_by = $5, lifted_version = t.version, lift_reasons = $6
           from unnest($1::uuid[], $2::integer[], $3::integer[]) as t (license, number, version)
          where f.license_id = t.license and f.number = t.number",
        &licenses,
        &numbers,
        &versions,
        act.at,
        act.actor.person.0,
        reasons,
    )
    .execute(conn)
    .await?;
    Ok(())
}
