//! The statements of demands: the declarations that measures require, until when, and what is held for want of one.

use crate::db::Conn;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::ids::{DeclarationId, MeasureId, OperationId};

/// Notes the day until which a measure requires a declaration, unless it is noted already.
pub(in crate::enforcement) async fn note_deadline(
    conn: &mut Conn,
    measure: MeasureId,
    due_on: NaiveDate,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into measure_deadlines (measure_id, due_on) values ($1, $2)
         on conflict on constraint measure_deadlines_pk do nothing",
        measure.0,
        due_on,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A day until which a measure requires a declaration.
#[derive(Clone, Copy, Debug)]
pub(in crate::enforcement) struct Deadline {
    pub(in crate::enforcement) measure: MeasureId,
    pub(in crate::enforcement) due_on: NaiveDate,
}

/// The first deadline of a measure in force that is over and was not passed; held until the transaction ends.
pub(in crate::enforcement) async fn over(
    conn: &mut Conn,
    today: NaiveDate,
) -> sqlx::Result<Option<Deadline>> {
    sqlx::query_as!(
        Deadline,
        r#"select x.measure_id as "measure: MeasureId", x.due_on
             from measure_deadlines x join measures m on m.id = x.measure_id
            where x.operation_id is null and x.due_on < $1 and m.status = 'in_force'
            order by x.due_on, x.measure_id limit 1 for update of x skip locked"#,
        today,
    )
    .fetch_optional(conn)
    .await
}

/// Passes a deadline: the operation freezes what stays without the declaration.
pub(in crate::enforcement) async fn pass(
    conn: &mut Conn,
    deadline: Deadline,
    operation: OperationId,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update measure_deadlines set operation_id = $3, passed_at = $4 where measure_id = $1 and due_on = $2",
        deadline.measure.0,
        deadline.due_on,
        operation.0,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The licenses of which a measure requires a declaration until a day, by its effect as it is in force, in the order of
/// their identifiers. What was required by another text of the effect is not.
pub(in crate::enforcement) async fn required_until(
    conn: &mut Conn,
    deadline: Deadline,
    effect: &Value,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select d.license_id from measure_decisions d
           join measure_contents c on c.measure_id = d.measure_id and c.content_version = d.content_version
          where d.measure_id = $1 and d.due_on = $2 and d.act = 'require_declaration' and c.effects @> $3
            and not exists (select from measure_decisions l
                             where l.measure_id = d.measure_id and l.license_id = d.license_id
                               and l.act = 'require_declaration' and l.number > d.number)
          order by d.license_id",
        deadline.measure.0,
        deadline.due_on,
        effect,
    )
    .fetch_all(conn)
    .await
}

/// Until when a measure requires a declaration of each of these licenses, by its effect as it is in force.
pub(in crate::enforcement) async fn required(
    conn: &mut Conn,
    measure: MeasureId,
    effect: &Value,
    ids: &[Uuid],
) -> sqlx::Result<Vec<(Uuid, NaiveDate)>> {
    let rows = sqlx::query!(
        r#"select t.license_id, t.due_on as "due_on!"
             from (select distinct on (d.license_id) d.license_id, d.due_on, d.content_version
                     from measure_decisions d
                    where d.measure_id = $1 and d.license_id = any ($2) and d.act = 'require_declaration'
                    order by d.license_id, d.number desc) t
             join measure_contents c on c.measure_id = $1 and c.content_version = t.content_version
            where c.effects @> $3"#,
        measure.0,
        ids,
        effect,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.license_id, row.due_on)).collect())
}

/// Those of these licenses that a measure holds for want of a declaration alone. Asked license by license, and of decisions
/// only where it is held: a plan made while the measure holds few would read, for each batch, all that it has come to hold.
pub(in crate::enforcement) async fn held_for_want(
    conn: &mut Conn,
    measure: MeasureId,
    ids: &[Uuid],
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select t.id as "id!" from unnest($2::uuid[]) as t (id)
            cross join lateral (
                select bool_or(f.source_id = $1) as held
                  from license_freezes f where f.license_id = t.id and f.lifted_at is null) f
            where case when f.held then
                  (select d.due_on from measure_decisions d
                    where d.measure_id = $1 and d.license_id = t.id and d.act = 'freeze'
                    order by d.number desc limit 1) end is not null
            order by t.id"#,
        measure.0,
        ids,
    )
    .fetch_all(conn)
    .await
}

/// An accepted declaration that was not held against the licenses frozen for want of one.
pub(in crate::enforcement) struct Arrival {
    pub(in crate::enforcement) declaration: DeclarationId,
    pub(in crate::enforcement) version: i32,
    pub(in crate::enforcement) reference: String,
}

/// The next of them, held until the transaction ends.
pub(in crate::enforcement) async fn next_arrival(conn: &mut Conn) -> sqlx::Result<Option<Arrival>> {
    sqlx::query_as!(
        Arrival,
        r#"select a.declaration_id as "declaration: DeclarationId", a.version, d.reference
             from declaration_arrivals a join declarations d on d.id = a.declaration_id
            order by a.declaration_id, a.version limit 1 for update of a skip locked"#,
    )
    .fetch_optional(conn)
    .await
}

/// Takes an arrival out: it was looked at.
pub(in crate::enforcement) async fn seen(conn: &mut Conn, arrival: &Arrival) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from declaration_arrivals where declaration_id = $1 and version = $2",
        arrival.declaration.0,
        arrival.version,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The measures in force that require declarations. Waits for the batches that are being carried out under them, so
/// that what those froze is seen by the statement that follows.
pub(in crate::enforcement) async fn requiring(conn: &mut Conn) -> sqlx::Result<Vec<MeasureId>> {
    sqlx::query_scalar!(
        r#"select m.id as "id: MeasureId" from measures m
             join measure_contents c on c.measure_id = m.id and c.content_version = m.in_force_content
            where m.status = 'in_force' and c.effects @> '[{"effect": "require_declaration"}]'
            order by m.id for no key update of m"#,
    )
    .fetch_all(conn)
    .await
}

/// The licenses of the exporter and the end user of a declaration that a measure holds.
pub(in crate::enforcement) async fn held_of_parties(
    conn: &mut Conn,
    measure: MeasureId,
    declaration: DeclarationId,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select l.id from declarations d
           join licenses l on l.end_user_id = d.end_user_id and l.exporter_id = d.exporter_id
           join license_freezes f on f.license_id = l.id and f.source_id = $1 and f.lifted_at is null
          where d.id = $2 order by l.id",
        measure.0,
        declaration.0,
    )
    .fetch_all(conn)
    .await
}
