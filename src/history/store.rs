//! The statements of histories.

use chrono::NaiveDate;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::model::{HistoryEntry, OnFile, Stand, Step, Subject};
use crate::act::{Act, Actor};
use crate::http::Problem;
use crate::ids::ExporterId;
use crate::rules::lifecycle::{LifeCycle, NONE};

/// What [`OnFile::LOAD`] selects.
type Row = (i32, String, Option<ExporterId>, Option<NaiveDate>);

/// Loads a resource for a step, and holds its row until the transaction ends. 404 where it is absent or not the
/// actor's to see. Where a term has ended and the sweeper has not been by, the clock's step is taken first, so that
/// no act finds a status that no longer holds.
pub async fn load<C: OnFile>(conn: &mut PgConnection, act: &Act, id: Uuid) -> Result<Subject<C>, Problem> {
    let row: Option<Row> =
        sqlx::query_as(C::LOAD).bind(id).bind(act.actor.sees_only()).fetch_optional(&mut *conn).await?;
    let (version, status, owner, term_end) = row.ok_or_else(Problem::not_found)?;
    let status: C::Status =
        status.parse().map_err(|_| Problem::internal(&"a status on file is not in the life cycle"))?;
    let subject = Subject { id, version, status: Some(status), owner };
    match term_end.and_then(|end| C::due(status, end, act.today())) {
        Some(action) => {
            let clock = Act { actor: Actor::clock(), ..act.clone() };
            let stand = take(conn, &clock, &subject, Step::new(action)).await?;
            Ok(subject.after(stand))
        }
        None => Ok(subject),
    }
}

/// Takes a step: the edge, the history row and the audit entry. 409 where there is no such edge.
pub async fn take<C: LifeCycle>(
    conn: &mut PgConnection,
    act: &Act,
    subject: &Subject<C>,
    step: Step<'_, C::Action>,
) -> Result<Stand<C>, Problem> {
    let from: &'static str = subject.status.map_or(NONE, Into::into);
    let action: &'static str = step.action.into();
    let status = C::next(subject.status, step.action).ok_or_else(|| {
        Problem::conflict(format!(
            "The {} is {from}: from there the step {action} is not open.",
            C::NAME.replace('_', " ")
        ))
    })?;
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

/// The next human reference of a kind in the year of the act, without a gap.
pub async fn new_reference(conn: &mut PgConnection, act: &Act, kind: &str) -> sqlx::Result<String> {
    use chrono::Datelike as _;
    let year = act.today().year();
    let number = sqlx::query_scalar!(r#"select next_reference($1, $2) as "number!""#, kind, year)
        .fetch_one(conn)
        .await?;
    Ok(format!("{kind}-{year}-{number:06}"))
}

/// The steps of one resource in order, all of them or those of one action; none where the actor may not see it.
pub async fn entries(
    conn: &mut PgConnection,
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
             from history h join people p on p.id = h.actor_id
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
