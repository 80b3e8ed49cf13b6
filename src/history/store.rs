//! The statements of histories.

use crate::db::Conn;
use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;

use super::model::{HistoryEntry, OnFile, Stand, Step, Subject};
use crate::act::{Act, Actor};
use crate::etag::Head;
use crate::http::Problem;
use crate::ids::ExporterId;
use crate::rules::lifecycle::{LifeCycle, NONE};

/// What [`OnFile::LOAD`] selects.
type Row = (i32, String, Option<ExporterId>, Option<NaiveDate>);

/// Loads a resource for a step, and holds its row until the transaction ends. 404 where it is absent or not the
/// actor's to see; 412 where it is not in the version that the caller expects. Where a term has ended and the sweeper has not been by, the clock's step is taken first, so that
/// no act finds a status that no longer holds.
pub async fn load<C: OnFile>(conn: &mut Conn, act: &Act, id: Uuid) -> Result<Subject<C>, Problem> {
    let row: Option<Row> =
        sqlx::query_as(C::LOAD).bind(id).bind(act.actor.sees_only()).fetch_optional(&mut *conn).await?;
    let (version, status, owner, term_end) = row.ok_or_else(Problem::not_found)?;
    act.require_current(&Head::Id(id), version)?;
    let status: C::Status =
        status.parse().map_err(|_| Problem::internal(&"a status on file is not in the life cycle"))?;
    let subject = Subject { id, version, status: Some(status), owner };
    match term_end.and_then(|end| C::due(status, end, act.today())) {
        Some(action) => {
            let clock = Act { actor: Actor::clock(), ..act.clone() };
            let stand = take(conn, &clock, &subject, Step::new(action)).await?;
            Ok(subject.after(&stand))
        }
        None => Ok(subject),
    }
}

/// Where a step would lead. 409 where it is not open: for verbs that look at or write something before they take it.
pub fn open<C: LifeCycle>(subject: &Subject<C>, action: C::Action) -> Result<C::Status, Problem> {
    C::next(subject.status, action)
        .ok_or_else(|| refused::<C>(subject.status.map_or(NONE, Into::into), action.into()))
}

/// Takes a step: the edge, the history row and the audit entry. 409 where there is no such edge.
pub async fn take<C: LifeCycle>(
    conn: &mut Conn,
    act: &Act,
    subject: &Subject<C>,
    step: Step<'_, C::Action>,
) -> Result<Stand<C>, Problem> {
    let from: &'static str = subject.status.map_or(NONE, Into::into);
    let action: &'static str = step.action.into();
    let status = open::<C>(subject, step.action)?;
    let to: &'static str = status.into();
    let version = subject.version + 1;
    let verdict = step.verdict.map(|verdict| serde_json::to_value(verdict).unwrap_or_default());
    sqlx::query!(
        r#"with step as (
               insert into history (subject_id, version, life_cycle, prev_version, from_status, action, to_status, at,
                                    actor_id, actor_role, ground, reasons, details, owner_id, request_id)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15))
           insert into audit_entries (id, at, actor_id, actor_role, token_id, request_id, act, subject_kind, subject_id,
                                      subject_version, owner_id, particulars, verdict)
           values ($16, $8, $9, $10, $17, $15, $18, $3, $1, $2, $14, $19, $20)"#,
        subject.id,
        version,
        C::NAME,
        (version > 1).then_some(subject.version),
        from,
        action,
        to,
        act.at,
        act.actor.person.0,
        act.actor.role.name(),
        step.ground,
        step.reasons,
        step.details,
        subject.owner.map(|owner| owner.0),
        act.request,
        act.new_id::<Uuid>(),
        act.actor.token.map(|token| token.0),
        format!("{}.{action}", C::NAME),
        particulars(from, to, &step),
        verdict,
    )
    .execute(conn)
    .await?;
    Ok(Stand { version, status })
}

/// What the audit entry of a step says.
fn particulars<A>(from: &str, to: &str, step: &Step<'_, A>) -> Value {
    serde_json::json!({ "from": from, "to": to, "ground": step.ground, "reasons": step.reasons, "details": step.details })
}

/// Takes one step of each of many resources of a life cycle, each with its own reasons, details and audit entry, in
/// one statement. 409 where one of them has no such edge: then none is taken. Gives where each step led, in order.
pub async fn take_all<C: LifeCycle>(
    conn: &mut Conn,
    act: &Act,
    steps: Vec<(Subject<C>, Step<'_, C::Action>)>,
) -> Result<Vec<Stand<C>>, Problem> {
    let mut rows = Vec::with_capacity(steps.len());
    let mut stands = Vec::with_capacity(steps.len());
    for (subject, step) in steps {
        let from: &'static str = subject.status.map_or(NONE, Into::into);
        let action: &'static str = step.action.into();
        let status = open::<C>(&subject, step.action)?;
        let to: &'static str = status.into();
        let version = subject.version + 1;
        rows.push(serde_json::json!({
            "subject_id": subject.id, "version": version, "from_status": from, "action": action, "to_status": to,
            "prev_version": (subject.version > 0).then_some(subject.version), "ground": step.ground,
            "reasons": step.reasons, "owner_id": subject.owner, "details": step.details, "verdict": step.verdict,
            "entry_id": act.new_id::<Uuid>(),
        }));
        stands.push(Stand { version, status });
    }
    sqlx::query!(
        r#"with steps as materialized (
               select * from jsonb_to_recordset($1) as t (subject_id uuid, version integer, from_status text, action text,
                      to_status text, prev_version integer, ground text, reasons text, owner_id uuid, details jsonb,
                      verdict jsonb, entry_id uuid)),
           taken as (
               insert into history (subject_id, version, life_cycle, prev_version, from_status, action, to_status, at,
                                    actor_id, actor_role, ground, reasons, details, owner_id, request_id)
               select s.subject_id, s.version, $2, s.prev_version, s.from_status, s.action, s.to_status, $3, $4, $5,
                      s.ground, s.reasons, s.details, s.owner_id, $6
                 from steps s)
           insert into audit_entries (id, at, actor_id, actor_role, token_id, request_id, act, subject_kind, subject_id,
                                      subject_version, owner_id, particulars, verdict)
           select s.entry_id, $3, $4, $5, $7, $6, $2 || '.' || s.action, $2, s.subject_id, s.version, s.owner_id,
                  jsonb_build_object('from', s.from_status, 'to', s.to_status, 'ground', s.ground, 'reasons', s.reasons,
                                     'details', s.details), s.verdict
             from steps s"#,
        Value::Array(rows),
        C::NAME,
        act.at,
        act.actor.person.0,
        act.actor.role.name(),
        act.request,
        act.actor.token.map(|token| token.0),
    )
    .execute(conn)
    .await?;
    Ok(stands)
}

/// 409: there is no such step.
fn refused<C: LifeCycle>(from: &str, action: &str) -> Problem {
    let kind = C::NAME.replace('_', " ");
    Problem::conflict(format!("The {kind} is {from}: from there the step {action} is not open."))
}

/// The next human reference of a kind in the year of the act, without a gap.
pub async fn new_reference(conn: &mut Conn, act: &Act, kind: &str) -> sqlx::Result<String> {
    let mut references = new_references(conn, act, kind, 1).await?;
    references.next().ok_or(sqlx::Error::RowNotFound)
}

/// The next human references of a kind in the year of the act, without a gap.
pub async fn new_references(
    conn: &mut Conn,
    act: &Act,
    kind: &str,
    count: usize,
) -> sqlx::Result<impl Iterator<Item = String> + use<>> {
    use chrono::Datelike as _;
    let year = act.today().year();
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    let first = if count == 0 {
        1
    } else {
        sqlx::query_scalar!(r#"select next_reference($1, $2, $3) as "number!""#, kind, year, count)
            .fetch_one(conn)
            .await?
    };
    let kind = kind.to_owned();
    Ok((first..first + count).map(move |number| format!("{kind}-{year}-{number:06}")))
}

/// The steps of one resource in order, all of them or those of one action; none where the actor may not see it.
pub async fn entries(
    conn: &mut Conn,
    actor: &Actor,
    life_cycle: &str,
    id: Uuid,
    action: Option<&str>,
) -> sqlx::Result<Vec<HistoryEntry>> {
    let owner = actor.sees_only();
    sqlx::query_as!(
        HistoryEntry,
        r#"select h.subject_id, h.version, h.from_status, h.action, h.to_status, h.at,
                  case when $3::uuid is null then p.handle end as actor, h.actor_role, h.ground, h.reasons, h.details,
                  h.request_id
             from history h left join people p on p.id = h.actor_id
            where h.subject_id = $1 and h.life_cycle = $2 and ($3::uuid is null or h.owner_id = $3)
              and ($4::text is null or h.action = $4)
            order by h.version"#,
        id,
        life_cycle,
        owner.map(|owner| owner.0),
        action,
    )
    .fetch_all(conn)
    .await
}
