//! The statements of revocation and reinstatement.

use crate::db::Conn;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::act::Act;
use crate::ids::{ExporterId, LicenseId, ObjectionId};
use crate::licenses::reinstate::{Basis, Reinstatement};
use crate::rules::license::{ReinstatementSource, Status};

/// A license as a step of many finds it.
pub(in crate::licenses) struct Standing {
    pub(in crate::licenses) id: LicenseId,
    pub(in crate::licenses) version: i32,
    pub(in crate::licenses) status: Status,
    pub(in crate::licenses) exporter_id: Option<ExporterId>,
    pub(in crate::licenses) valid_until: NaiveDate,
}

/// Holds licenses, in the order of their identifiers, and reads where they stand.
pub(in crate::licenses) async fn hold(conn: &mut Conn, ids: &[Uuid]) -> sqlx::Result<Vec<Standing>> {
    sqlx::query_as!(
        Standing,
        r#"select id as "id: LicenseId", version, status as "status: Status", exporter_id as "exporter_id: ExporterId",
                  valid_until
             from licenses where id = any ($1) order by id for update"#,
        ids,
    )
    .fetch_all(conn)
    .await
}

/// What stands against the reinstatement of a license besides the gate.
pub(in crate::licenses) struct Hindrance {
    /// Whether its renewal or amendment has replaced it.
    pub(in crate::licenses) replaced: bool,
    /// Whether the actor ordered its revocation.
    pub(in crate::licenses) ordered_by_actor: bool,
    /// The proceeding against it that is open.
    pub(in crate::licenses) open_proceeding: Option<Uuid>,
}

/// Looks for what stands against a reinstatement.
pub(in crate::licenses) async fn hindrance(
    conn: &mut Conn,
    act: &Act,
    id: LicenseId,
) -> sqlx::Result<Hindrance> {
    sqlx::query_as!(
        Hindrance,
        r#"select exists (select from licenses s where s.predecessor_id = $1) as "replaced!",
                  exists (select from revocations r where r.license_id = $1 and r.status = 'ordered' and r.ordered_by = $2)
                      as "ordered_by_actor!",
                  (select r.id from revocations r
                    where r.license_id = $1 and r.status in ('intended', 'represented', 'waived', 'unanswered'))
                      as open_proceeding"#,
        id.0,
        act.actor.person.0,
    )
    .fetch_one(conn)
    .await
}

/// Notes under the step that was taken for it what a reinstatement rests on.
pub(in crate::licenses) async fn insert_reinstatement(
    conn: &mut Conn,
    act: &Act,
    id: LicenseId,
    version: i32,
    basis: &Basis,
    reasons: &str,
    verdict: Value,
) -> sqlx::Result<()> {
    let (objection, override_id, court) = match basis {
        Basis::Objection(objection) => (Some(objection.0), None, None),
        Basis::Override(named) => (None, Some(named.id.0), None),
        Basis::CourtOrder(order) => (None, None, Some(order)),
    };
    sqlx::query!(
        "insert into license_reinstatements (license_id, version, source, objection_id, override_id, court, court_case,
                                             judged_on, document_sha256, reasons, verdict, reinstated_by, reinstated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        id.0,
        version,
        basis.source().name(),
        objection,
        override_id,
        court.map(|order| order.court.as_str()),
        court.map(|order| order.court_case.as_str()),
        court.map(|order| order.judged_on),
        court.map(|order| order.document_sha256.as_str()),
        reasons,
        verdict,
        act.actor.person.0,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The reinstatements of a license, the first one first.
pub(in crate::licenses) async fn reinstatements(
    conn: &mut Conn,
    license: LicenseId,
) -> sqlx::Result<Vec<Reinstatement>> {
    sqlx::query_as!(
        Reinstatement,
        r#"select n.version, n.source as "source: ReinstatementSource", n.objection_id as "objection_id: ObjectionId",
                  n.override_id as "override_id: _", o.reference as "override_reference?", n.court, n.court_case,
                  n.judged_on, n.reasons, n.reinstated_at
             from license_reinstatements n left join overrides o on o.id = n.override_id
            where n.license_id = $1 order by n.version"#,
        license.0,
    )
    .fetch_all(conn)
    .await
}

/// Adds the conditions on which an objection reinstated the license, after those it has.
pub(in crate::licenses) async fn add_conditions(
    conn: &mut Conn,
    id: LicenseId,
    objection: ObjectionId,
    conditions: &[String],
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into license_conditions (license_id, number, condition, objection_id, added_at)
         select $1, t.number + (select coalesce(max(c.number), 0) from license_conditions c where c.license_id = $1),
                t.condition, $2, $4
           from unnest($3::text[]) with ordinality as t (condition, number)",
        id.0,
        objection.0,
        conditions,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}
