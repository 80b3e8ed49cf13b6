//! The statements of freezes.

use crate::db::Conn;
use serde_json::Value;
use uuid::Uuid;

use crate::act::Act;
use crate::ids::{ApplicationId, FreezeId, LicenseId};
use crate::licenses::change::NewFreeze;
use crate::licenses::model::Freeze;
use crate::rules::application::Kind;
use crate::rules::end_user::EndUserKind;
use crate::rules::exporter;
use crate::rules::license::{FreezeSource, Ground};
use crate::rules::values::{Country, Territory};

/// What a freeze rests on, and the proceeding or measure if it is not a decision of its own.
pub(in crate::licenses) type Source = (FreezeSource, Option<Uuid>);

/// The number the next freeze of a license gets.
pub(in crate::licenses) async fn next_number(conn: &mut Conn, license: LicenseId) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        r#"select coalesce(max(number), 0) + 1 as "number!" from license_freezes where license_id = $1"#,
        license.0,
    )
    .fetch_one(conn)
    .await
}

/// Inserts a freeze under the step that was taken for it.
pub(in crate::licenses) async fn insert(
    conn: &mut Conn,
    act: &Act,
    license: LicenseId,
    number: i32,
    version: i32,
    source: Source,
    new: &NewFreeze,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into license_freezes (id, license_id, number, source, source_id, ground, reasons, lines, review_on,
                                      frozen_at, frozen_by, frozen_version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        act.new_id::<FreezeId>().0,
        license.0,
        number,
        source.0.name(),
        source.1,
        new.ground.name(),
        new.reasons.as_str(),
        new.lines.as_deref(),
        new.review_on,
        act.at,
        act.actor.person.0,
        version,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The freezes of a license, lifted ones too, the first one first.
pub(in crate::licenses) async fn list(conn: &mut Conn, license: LicenseId) -> sqlx::Result<Vec<Freeze>> {
    sqlx::query_as!(
        Freeze,
        r#"select number, source as "source: FreezeSource", source_id, ground as "ground: Ground", reasons, lines,
                  review_on, frozen_at, lifted_at, lift_reasons
             from license_freezes where license_id = $1 order by number"#,
        license.0,
    )
    .fetch_all(conn)
    .await
}

/// Lifts a freeze under the step that was taken for it; false where it was lifted already.
pub(in crate::licenses) async fn lift(
    conn: &mut Conn,
    act: &Act,
    license: LicenseId,
    number: i32,
    version: i32,
    reasons: &str,
    verdict: Value,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update license_freezes set lifted_at = $3, lifted_by = $4, lifted_version = $5, lift_reasons = $6, lift_verdict = $7
          where license_id = $1 and number = $2 and lifted_at is null",
        license.0,
        number,
        act.at,
        act.actor.person.0,
        version,
        reasons,
        verdict,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What the gate is told of a license that is to be thawed or reinstated.
pub(in crate::licenses) struct ThawRow {
    pub(in crate::licenses) kind: Kind,
    pub(in crate::licenses) destinations: Vec<Territory>,
    pub(in crate::licenses) valid_until: chrono::NaiveDate,
    pub(in crate::licenses) exporter_id: Option<Uuid>,
    pub(in crate::licenses) exporter_reference: Option<String>,
    pub(in crate::licenses) exporter_status: Option<exporter::Status>,
    pub(in crate::licenses) registered_until: Option<chrono::NaiveDate>,
    pub(in crate::licenses) end_user_id: Option<Uuid>,
    pub(in crate::licenses) end_user_reference: Option<String>,
    pub(in crate::licenses) end_user_kind: Option<EndUserKind>,
    pub(in crate::licenses) end_user_country: Option<Country>,
    pub(in crate::licenses) application_id: Option<ApplicationId>,
    pub(in crate::licenses) declaration_id: Option<Uuid>,
    pub(in crate::licenses) products: Vec<Uuid>,
}

/// Reads a license with its parties.
pub(in crate::licenses) async fn thaw_row(conn: &mut Conn, license: LicenseId) -> sqlx::Result<ThawRow> {
    sqlx::query_as!(
        ThawRow,
        r#"select l.kind as "kind: Kind", l.destinations as "destinations: Vec<Territory>", l.valid_until,
                  l.exporter_id, e.reference as "exporter_reference?", e.status as "exporter_status?: exporter::Status", e.registered_until,
                  l.end_user_id, u.reference as "end_user_reference?", u.kind as "end_user_kind?: EndUserKind",
                  u.country as "end_user_country?: Country", l.application_id as "application_id: ApplicationId",
                  a.declaration_id,
                  array(select n.product_id from license_lines n
                         where n.license_id = l.id and n.product_id is not null) as "products!"
             from licenses l
             left join exporters e on e.id = l.exporter_id
             left join end_users u on u.id = l.end_user_id
             left join applications a on a.id = l.application_id
            where l.id = $1"#,
        license.0,
    )
    .fetch_one(conn)
    .await
}

/// The numbers of the freezes in force that rest on a measure which is not in force any more.
pub(in crate::licenses) async fn of_ended_measures(
    conn: &mut Conn,
    license: LicenseId,
) -> sqlx::Result<Vec<i32>> {
    sqlx::query_scalar!(
        "select f.number from license_freezes f join measures m on m.id = f.source_id and m.status <> 'in_force'
          where f.license_id = $1 and f.lifted_at is null order by f.number",
        license.0,
    )
    .fetch_all(conn)
    .await
}
