//! The statements of operations.

use crate::db::Conn;
use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use super::model::{Batch, NewOperation, Operation, OperationFilter, Skipped};
use crate::act::{Act, Actor};
use crate::audit::{Entry, record};
use crate::http::Problem;
use crate::ids::{OperationId, PersonId};
use crate::page::{Listing, Page, Paging};
use crate::rules::authority::Role;
use crate::rules::operation::{Kind, Status, Task};

/// How many resources a batch has: enough to carry its statements, few enough to hold its rows for a moment only.
const BATCH: i32 = 500;

/// Puts an operation on file with its batches; one that concerns nothing has succeeded.
pub async fn create(conn: &mut Conn, act: &Act, new: &NewOperation<'_>) -> Result<OperationId, Problem> {
    let id: OperationId = act.new_id();
    let reference = crate::history::new_reference(conn, act, "OP").await?;
    let total: usize = new.tasks.iter().map(|(_, ids)| ids.len()).sum();
    sqlx::query!(
        "insert into operations (id, reference, kind, subject_kind, subject_id, requested_by, requested_role, request_id,
                                 reasons, status, total, done, skipped, attempts, created_at, updated_at, finished_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, case when $10::integer = 0 then 'succeeded' else 'queued' end, $10, 0, 0, 0,
                 $11, $11, case when $10 = 0 then $11::timestamptz end)",
        id.0,
        reference,
        new.kind.name(),
        new.subject_kind,
        new.subject,
        act.actor.person.0,
        act.actor.role.name(),
        act.request,
        new.reasons,
        i32::try_from(total).unwrap_or(i32::MAX),
        act.at,
    )
    .execute(&mut *conn)
    .await?;
    for (task, ids) in &new.tasks {
        sqlx::query!(
            "insert into operation_batches (operation_id, number, task, subject_ids)
             select $1, (select coalesce(max(number), 0) from operation_batches where operation_id = $1) + i, $2,
                    ($3::uuid[])[(i - 1) * $4 + 1 : i * $4]
               from generate_series(1, (cardinality($3::uuid[]) + $4 - 1) / $4) as i",
            id.0,
            task.name(),
            ids,
            BATCH,
        )
        .execute(&mut *conn)
        .await?;
    }
    let entry = Entry {
        act: "operation.request",
        kind: "operation",
        subject: id.0,
        owner: None,
        particulars: serde_json::json!({ "kind": new.kind, "subjectId": new.subject, "total": total }),
        verdict: None,
    };
    record(conn, act, entry).await?;
    Ok(id)
}

/// Claims the next batch until the transaction ends: of the oldest operation that is due, after every earlier one for
/// the same resource. None where nothing is due or another worker has it.
pub async fn claim(conn: &mut Conn, now: DateTime<Utc>) -> sqlx::Result<Option<Batch>> {
    let due = sqlx::query_scalar!(
        r#"select o.id as "id: OperationId"
             from operations o
            where o.finished_at is null and (o.retry_at is null or o.retry_at <= $1)
              and not exists (select from operations e
                               where e.subject_id = o.subject_id and e.finished_at is null and e.id < o.id)
            order by o.id limit 1 for update of o skip locked"#,
        now,
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(due) = due else { return Ok(None) };
    next_batch(conn, due, None).await
}

struct BatchRow {
    kind: Kind,
    subject_id: Uuid,
    reasons: String,
    requested_by: PersonId,
    requested_role: Role,
    handle: String,
    request_id: Uuid,
    number: i32,
    task: Task,
    subject_ids: Vec<Uuid>,
}

/// The first batch of an operation that is not done; of one task, where one is named. The caller holds the operation.
pub async fn next_batch(conn: &mut Conn, id: OperationId, task: Option<Task>) -> sqlx::Result<Option<Batch>> {
    let row = sqlx::query_as!(
        BatchRow,
        r#"select o.kind as "kind: Kind", o.subject_id, o.reasons, o.requested_by as "requested_by: PersonId",
                  o.requested_role as "requested_role: Role", p.handle, o.request_id, b.number, b.task as "task: Task",
                  b.subject_ids
             from operations o join people p on p.id = o.requested_by
             join operation_batches b on b.operation_id = o.id and b.done_at is null
            where o.id = $1 and ($2::text is null or b.task = $2)
            order by b.number limit 1"#,
        id.0,
        task.map(Task::name),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Batch {
        operation: id,
        kind: row.kind,
        subject: row.subject_id,
        number: row.number,
        task: row.task,
        ids: row.subject_ids,
        reasons: row.reasons,
        actor: Actor {
            person: row.requested_by,
            handle: row.handle,
            role: row.requested_role,
            ministry: None,
            exporter: None,
            token: None,
        },
        request: row.request_id,
    }))
}

/// Marks a batch done in the transaction that carried it out; the last one finishes the operation.
pub async fn finish(
    conn: &mut Conn,
    batch: &Batch,
    skipped: &[Skipped],
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    let left_out = i32::try_from(skipped.len()).unwrap_or(i32::MAX);
    let done = i32::try_from(batch.ids.len()).unwrap_or(i32::MAX) - left_out;
    sqlx::query!(
        "with batch as (
             update operation_batches set done = $3, skipped = $4, done_at = $5 where operation_id = $1 and number = $2
             returning operation_id),
         last as (select not exists (select from operation_batches
                                      where operation_id = $1 and done_at is null and number <> $2) as is_last)
         update operations o
            set done = o.done + $3, skipped = o.skipped + $6, attempts = 0, retry_at = null, updated_at = $5,
                status = case when last.is_last then 'succeeded' else 'running' end,
                finished_at = case when last.is_last then $5 end
           from batch, last where o.id = batch.operation_id",
        batch.operation.0,
        batch.number,
        done,
        serde_json::to_value(skipped).unwrap_or_default(),
        at,
        left_out,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that a batch met a fault: the operation is tried again, later after each fault, at most a minute later.
pub async fn note_fault(conn: &mut Conn, id: OperationId, at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update operations set attempts = attempts + 1, status = 'running',
                retry_at = $2::timestamptz + least(60, 2 ^ least(attempts, 6)) * interval '1 second'
          where id = $1 and finished_at is null",
        id.0,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn listing() -> Listing {
    Listing::new(
        "select id, reference, kind, subject_kind, subject_id, status, total, done, skipped, attempts, created_at,
                updated_at, finished_at
           from operations where true",
        "id",
    )
}

/// One operation, with what it could not be carried out on.
pub async fn get(conn: &mut Conn, id: OperationId) -> sqlx::Result<Option<Operation>> {
    let found: Option<Operation> = listing().filter("id = ?", Some(id)).one(&mut *conn).await?;
    let Some(operation) = found else { return Ok(None) };
    let not_done = sqlx::query_scalar!(
        r#"select s as "skipped!: Json<Skipped>"
             from operation_batches b, jsonb_array_elements(b.skipped) s
            where b.operation_id = $1 order by b.number limit 200"#,
        id.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(Some(Operation { not_done: not_done.into_iter().map(|Json(skipped)| skipped).collect(), ..operation }))
}

/// One page of operations.
pub(super) async fn list(
    conn: &mut Conn,
    filter: OperationFilter,
    paging: Paging,
) -> sqlx::Result<Page<Operation>> {
    listing()
        .filter("status = ?", filter.status.map(Status::name))
        .filter("kind = ?", filter.kind.map(Kind::name))
        .filter("subject_id = ?", filter.subject_id)
        .page(conn, paging)
        .await
}

/// The operations carried out for one resource, the newest first; few, so one page.
pub async fn of_subject(conn: &mut Conn, subject: Uuid) -> sqlx::Result<Page<Operation>> {
    listing().filter("subject_id = ?", Some(subject)).page(conn, Paging::LONGEST).await
}
