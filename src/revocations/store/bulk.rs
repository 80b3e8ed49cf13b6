//! The statements that open, hold and order many proceedings at once.

use std::collections::HashMap;

use crate::db::Conn;
use chrono::NaiveDate;
use uuid::Uuid;

use crate::act::Act;
use crate::history::Subject;
use crate::ids::{ExporterId, LicenseId, MeasureId, PersonId, RevocationId};
use crate::revocations::notice::Notice;
use crate::rules::license::{Ground, Status as LicenseStatus};
use crate::rules::revocation::{OrderFacts, RevocationCycle, Status};

/// A proceeding that a notice opens.
pub(in crate::revocations) struct Intended {
    pub(in crate::revocations) id: RevocationId,
    pub(in crate::revocations) reference: String,
    pub(in crate::revocations) exporter: Option<ExporterId>,
    pub(in crate::revocations) respond_by: NaiveDate,
    pub(in crate::revocations) notice: Notice,
}

/// Holds the licenses that are in force and against which no proceeding is open, each with who holds it.
pub(in crate::revocations) async fn targets(
    conn: &mut Conn,
    act: &Act,
    ids: &[Uuid],
) -> sqlx::Result<HashMap<LicenseId, Option<ExporterId>>> {
    let held: Vec<Uuid> = sqlx::query_scalar!(
        "select id from licenses where id = any ($1) and status in ('active', 'frozen') and valid_until >= $2
          order by id for update",
        ids,
        act.today(),
    )
    .fetch_all(&mut *conn)
    .await?;
    // Asked once the licenses are held: who held them before may have opened a proceeding.
    let rows = sqlx::query!(
        r#"select l.id as "id: LicenseId", l.exporter_id as "exporter_id: ExporterId" from licenses l
            where l.id = any ($1) and l.status in ('active', 'frozen')
              and not exists (select from revocations r where r.license_id = l.id
                                 and r.status in ('intended', 'represented', 'waived', 'unanswered'))"#,
        &held,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.exporter_id)).collect())
}

/// Inserts proceedings as intended, in one statement; their first steps follow.
pub(in crate::revocations) async fn insert(
    conn: &mut Conn,
    act: &Act,
    intended: &[Intended],
) -> sqlx::Result<()> {
    let rows: Vec<_> = intended
        .iter()
        .map(|proceeding| {
            let notice = &proceeding.notice;
            serde_json::json!({
                "id": proceeding.id, "reference": proceeding.reference, "license_id": notice.license,
                "exporter_id": proceeding.exporter, "ground": notice.ground, "reasons": notice.reasons,
                "urgent": notice.urgent, "respond_by": proceeding.respond_by, "measure_id": notice.measure,
            })
        })
        .collect();
    sqlx::query!(
        "insert into revocations (id, reference, version, status, license_id, exporter_id, ground, reasons, urgent,
                                  respond_by, measure_id, intended_by, created_at, updated_at)
         select t.id, t.reference, 1, 'intended', t.license_id, t.exporter_id, t.ground, t.reasons, t.urgent, t.respond_by,
                t.measure_id, $2, $3, $3
           from jsonb_to_recordset($1) as t (id uuid, reference text, license_id uuid, exporter_id uuid, ground text,
                reasons text, urgent boolean, respond_by date, measure_id uuid)",
        serde_json::Value::Array(rows),
        act.actor.person.0,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A proceeding as a step of many finds it, with its license.
pub(in crate::revocations) struct Proceeding {
    pub(in crate::revocations) id: RevocationId,
    pub(in crate::revocations) version: i32,
    pub(in crate::revocations) status: Status,
    pub(in crate::revocations) license_id: LicenseId,
    pub(in crate::revocations) exporter_id: Option<ExporterId>,
    pub(in crate::revocations) ground: Ground,
    pub(in crate::revocations) reasons: String,
    pub(in crate::revocations) respond_by: NaiveDate,
    pub(in crate::revocations) intended_by: PersonId,
    pub(in crate::revocations) hearing_requested: Option<bool>,
    pub(in crate::revocations) heard: bool,
    pub(in crate::revocations) license_status: LicenseStatus,
    pub(in crate::revocations) license_until: NaiveDate,
}

impl Proceeding {
    /// The proceeding, ready for a step.
    pub(in crate::revocations) fn subject(&self) -> Subject<RevocationCycle> {
        Subject::on_file(self.id, self.version, self.status, self.exporter_id)
    }

    /// What the rules are told of its order.
    pub(in crate::revocations) fn order_facts(&self, act: &Act, in_bulk: bool) -> OrderFacts {
        OrderFacts {
            status: self.status,
            in_bulk,
            same_person: self.intended_by == act.actor.person,
            hearing_owed: self.hearing_requested.unwrap_or_default() && !self.heard,
            license: self.license_status.on(act.today(), self.license_until),
        }
    }
}

/// Holds proceedings and their licenses, in the order of their identifiers.
pub(in crate::revocations) async fn hold(conn: &mut Conn, ids: &[Uuid]) -> sqlx::Result<Vec<Proceeding>> {
    sqlx::query_as!(
        Proceeding,
        r#"select r.id as "id: RevocationId", r.version, r.status as "status: Status", r.license_id as "license_id: LicenseId",
                  r.exporter_id as "exporter_id: ExporterId", r.ground as "ground: Ground", r.reasons, r.respond_by,
                  r.intended_by as "intended_by: PersonId", r.hearing_requested,
                  exists (select from revocation_hearings h where h.revocation_id = r.id) as "heard!",
                  l.status as "license_status: LicenseStatus", l.valid_until as license_until
             from revocations r join licenses l on l.id = r.license_id
            where r.id = any ($1) order by r.id for update of r"#,
        ids,
    )
    .fetch_all(conn)
    .await
}

/// The open proceedings that a measure instructed against these licenses, held until the transaction ends.
pub(in crate::revocations) async fn hold_open_of(
    conn: &mut Conn,
    measure: MeasureId,
    licenses: &[Uuid],
) -> sqlx::Result<Vec<Proceeding>> {
    let open = sqlx::query_scalar!(
        "select id from revocations
          where measure_id = $1 and license_id = any ($2) and status in ('intended', 'represented', 'waived', 'unanswered')",
        measure.0,
        licenses,
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut held = hold(conn, &open).await?;
    held.retain(|proceeding| proceeding.status.is_open());
    Ok(held)
}

/// Signs orders; false where one of them is of who gave notice, and then none is to stand.
pub(in crate::revocations) async fn sign_orders(
    conn: &mut Conn,
    act: &Act,
    ids: &[Uuid],
    reasons: &str,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update revocations set ordered_by = $2, order_reasons = $3 where id = any ($1) and intended_by <> $2",
        ids,
        act.actor.person.0,
        reasons,
    )
    .execute(conn)
    .await?;
    Ok(usize::try_from(done.rows_affected()).is_ok_and(|signed| signed == ids.len()))
}

/// The proceedings of a measure that wait for an order without an answer to read, in the order of their identifiers.
pub async fn unanswered_of(conn: &mut Conn, measure: MeasureId) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from revocations where measure_id = $1 and status in ('waived', 'unanswered') order by id",
        measure.0,
    )
    .fetch_all(conn)
    .await
}
