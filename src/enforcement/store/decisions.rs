//! The statements of decision records, and of the licenses as reasons name them.

use crate::db::Conn;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::act::Act;
use crate::enforcement::model::{Decision, DecisionFilter};
use crate::ids::{ExporterId, MeasureId, OperationId};
use crate::page::{Listing, Page, Paging};
use crate::rules::application::Kind;
use crate::rules::license::Status;
use crate::rules::measure::DecisionAct;
use crate::rules::reasons::{Facts, LetGo};

/// A license as its reasons name it.
#[derive(Debug, sqlx::FromRow)]
pub struct Named {
    /// Which.
    pub id: Uuid,
    /// The version of its last step.
    pub version: i32,
    /// Where it stands on file.
    pub status: Status,
    /// Who holds it.
    pub owner: Option<ExporterId>,
    /// Human reference.
    pub reference: String,
    /// Its number in the register it was imported from.
    pub source_number: Option<String>,
    /// What it permits.
    pub kind: Kind,
    /// The first day.
    pub issued_on: NaiveDate,
    /// The last day.
    pub valid_until: NaiveDate,
    /// The holder's human reference.
    pub exporter: Option<String>,
    /// The end user's human reference.
    pub end_user: Option<String>,
    /// The names of the destinations.
    pub destinations: Vec<String>,
    /// The lines: number, description, codes.
    pub lines: Json<Vec<(i32, String, Vec<String>)>>,
}

impl Named {
    /// The license as its reasons name it, with those of its lines that are told.
    pub fn facts(&self, told: impl Fn(i32) -> bool) -> Facts<'_> {
        let lines = self.lines.iter().filter(|(line, _, _)| told(*line));
        Facts {
            reference: &self.reference,
            source_number: self.source_number.as_deref(),
            kind: self.kind,
            issued_on: self.issued_on,
            valid_until: self.valid_until,
            exporter: self.exporter.as_deref(),
            end_user: self.end_user.as_deref(),
            destinations: self.destinations.iter().map(String::as_str).collect(),
            lines: lines.map(|(line, text, codes)| (*line, text.as_str(), codes.join(", "))).collect(),
        }
    }
}

/// Reads and holds licenses as their reasons name them, in the order of their identifiers.
pub async fn named(conn: &mut Conn, ids: &[Uuid]) -> sqlx::Result<Vec<Named>> {
    sqlx::query!("select id from licenses where id = any($1) order by id for update", ids)
        .fetch_all(&mut *conn)
        .await?;
    sqlx::query_as!(
        Named,
        r#"select l.id, l.version, l.status as "status: Status", l.exporter_id as "owner: ExporterId", l.reference,
                  l.source_number, l.kind as "kind: Kind", l.issued_on, l.valid_until, e.reference as "exporter?",
                  u.reference as "end_user?",
                  array(select t.name from unnest(l.destinations) with ordinality d (code, at)
                          join territories t on t.code = d.code order by d.at) as "destinations!",
                  (select coalesce(jsonb_agg(jsonb_build_array(n.line, n.description, n.control_codes) order by n.line), '[]')
                     from license_lines n where n.license_id = l.id) as "lines!: Json<Vec<(i32, String, Vec<String>)>>"
             from licenses l
             left join exporters e on e.id = l.exporter_id
             left join end_users u on u.id = l.end_user_id
            where l.id = any($1) order by l.id"#,
        ids,
    )
    .fetch_all(conn)
    .await
}

/// A license that a measure let go, as it stands then.
pub(in crate::enforcement) struct Stands {
    pub(in crate::enforcement) id: Uuid,
    reference: String,
    source_number: Option<String>,
    status: Status,
    valid_until: NaiveDate,
    freezes: i64,
}

impl Stands {
    /// As its reasons say it on a day.
    pub(in crate::enforcement) fn told(&self, today: NaiveDate) -> LetGo<'_> {
        LetGo {
            reference: &self.reference,
            source_number: self.source_number.as_deref(),
            status: self.status.on(today, self.valid_until),
            valid_until: self.valid_until,
            freezes: self.freezes,
        }
    }
}

/// Where licenses stand, and how many freezes hold each.
pub(in crate::enforcement) async fn stands(conn: &mut Conn, ids: &[Uuid]) -> sqlx::Result<Vec<Stands>> {
    sqlx::query_as!(
        Stands,
        r#"select l.id, l.reference, l.source_number, l.status as "status: Status", l.valid_until,
                  (select count(*) from license_freezes f where f.license_id = l.id and f.lifted_at is null) as "freezes!"
             from licenses l where l.id = any($1) order by l.id"#,
        ids,
    )
    .fetch_all(conn)
    .await
}

/// What the decision records of one batch have in common.
#[derive(Clone, Copy)]
pub(in crate::enforcement) struct Basis<'b> {
    pub(in crate::enforcement) measure: MeasureId,
    pub(in crate::enforcement) operation: OperationId,
    pub(in crate::enforcement) content_version: i32,
    pub(in crate::enforcement) act: DecisionAct,
    pub(in crate::enforcement) ground: &'b str,
    pub(in crate::enforcement) review_on: Option<NaiveDate>,
}

/// What one decision record says.
pub(in crate::enforcement) struct Entry {
    pub(in crate::enforcement) license: Uuid,
    /// What matched; none for a release.
    pub(in crate::enforcement) matched: Option<Value>,
    /// The license's own reasons.
    pub(in crate::enforcement) reasons: String,
    /// Until when a declaration is, or was, required.
    pub(in crate::enforcement) due_on: Option<NaiveDate>,
}

/// Inserts decision records as a batch.
pub(in crate::enforcement) async fn insert(
    conn: &mut Conn,
    act: &Act,
    batch: Uuid,
    basis: Basis<'_>,
    each: &[Entry],
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = each.iter().map(|_| act.new_id()).collect();
    let licenses: Vec<Uuid> = each.iter().map(|entry| entry.license).collect();
    let matched: Vec<Option<Value>> = each.iter().map(|entry| entry.matched.clone()).collect();
    let reasons: Vec<String> = each.iter().map(|entry| entry.reasons.clone()).collect();
    let due: Vec<Option<NaiveDate>> = each.iter().map(|entry| entry.due_on).collect();
    sqlx::query!(
        "insert into measure_decisions (id, measure_id, license_id, number, act, content_version, operation_id, matched, ground,
                                        reasons, review_on, due_on, decided_by, decided_at, batch_id)
         select t.id, $4, t.license, coalesce(d.last, 0) + 1, $5, $6, $7, t.matched, $8, t.reasons, $9, t.due_on, $10, $11, $14
           from unnest($1::uuid[], $2::jsonb[], $3::text[], $12::uuid[], $13::date[]) as t (license, matched, reasons, id, due_on)
           left join lateral (select max(number) as last from measure_decisions
                               where measure_id = $4 and license_id = t.license) d on true",
        &licenses,
        &matched as &[Option<Value>],
        &reasons,
        basis.measure.0,
        basis.act.name(),
        basis.content_version,
        basis.operation.0,
        basis.ground,
        basis.review_on,
        act.actor.person.0,
        act.at,
        &ids,
        &due as &[Option<NaiveDate>],
        batch,
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn listing() -> Listing {
    Listing::new(
        "select d.id, d.measure_id, m.reference as measure, d.license_id, d.number, d.act, d.content_version, d.matched, d.ground,
                d.reasons, m.review_on, d.due_on, d.operation_id, d.decided_at
           from measure_decisions d join measures m on m.id = d.measure_id where true",
        "d.id",
    )
}

/// One page of the decision records of a measure, by license.
pub(in crate::enforcement) async fn list(
    conn: &mut Conn,
    measure: MeasureId,
    filter: DecisionFilter,
    paging: Paging,
) -> sqlx::Result<Page<Decision>> {
    listing()
        .filter("d.measure_id = ?", Some(measure))
        .filter("d.act = ?", filter.act)
        .filter("d.license_id = ?", filter.license_id)
        .page(conn, paging)
        .await
}

/// The decision records of a license, the first one first, for those who may see it.
pub(in crate::enforcement) async fn of_license(
    conn: &mut Conn,
    act: &Act,
    license: Uuid,
) -> sqlx::Result<Vec<Decision>> {
    listing()
        .filter("d.license_id = ?", Some(license))
        .filter(
            "exists (select from licenses l where l.id = d.license_id and l.exporter_id = ?)",
            act.actor.sees_only(),
        )
        .all(conn, "d.decided_at, d.number")
        .await
}

/// Binds licenses to a condition while the measure is in force.
pub(in crate::enforcement) async fn add_condition(
    conn: &mut Conn,
    measure: MeasureId,
    ids: &[Uuid],
    condition: &str,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into license_conditions (license_id, number, condition, measure_id, added_at)
         select t.id, (select coalesce(max(number), 0) + 1 from license_conditions where license_id = t.id), $2, $3, $4
           from unnest($1::uuid[]) as t (id)",
        ids,
        condition,
        measure.0,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}
