//! Coming into force and ending: an instant under the policy epoch, carried out in batches after it.

use crate::db::Conn;
use uuid::Uuid;

use super::approve::require_unchanged;
use super::model::{Enactment, Preview};
use super::preview::{acts, already, groups, on_file, pending};
use super::store::{enact as store, previews, reached};
use crate::act::Act;
use crate::history::{self, Step};
use crate::http::Problem;
use crate::ids::{MeasureId, OperationId};
use crate::measures::{self, Content, Measure};
use crate::operations::{self, NewOperation};
use crate::revocations;
use crate::rules::measure::{Action, DecisionAct, MeasureCycle, Status};
use crate::rules::operation::{Kind, Task};

/// Brings an approved measure, or an approved amendment, into force: the gate knows it from this transaction on. Gives
/// the operation that carries it out.
pub async fn enact(
    conn: &mut Conn,
    act: &Act,
    id: MeasureId,
    new: &Enactment,
) -> Result<OperationId, Problem> {
    measures::store::turn_epoch(conn).await?;
    let subject = history::load::<MeasureCycle>(conn, act, id.0).await?;
    let measure = on_file(conn, act, id).await?;
    let amends = measure.standing().is_some();
    let action = if amends { Action::Amend } else { Action::BringIntoForce };
    history::open(&subject, action)?;
    let content = pending(&measure)?;
    let preview = approved(conn, act, &measure, content, new).await?;
    require_dates(act, content)?;
    require_unchanged(conn, act, &measure, content, &preview).await?;
    store::put_in_force(conn, act, &measure, content).await?;
    let step =
        Step::new(action).because(Some(content.ground.name()), &content.reasons).with(serde_json::json!({
            "content": content.content_version, "preview": preview.number, "digest": preview.digest,
        }));
    history::take(conn, act, &subject, step).await?;
    let tasks = tasks(conn, act, &measure, content, &preview).await?;
    let kind = if amends { Kind::MeasureAmendment } else { Kind::MeasureExecution };
    operation(conn, act, id, kind, &content.reasons, tasks).await
}

/// The preview that was approved, which the caller names by its digest.
async fn approved(
    conn: &mut Conn,
    act: &Act,
    measure: &Measure,
    content: &Content,
    new: &Enactment,
) -> Result<Preview, Problem> {
    let Some(number) = content.approved_preview else {
        return Err(Problem::conflict("What is proposed is not approved: preview it and have it approved."));
    };
    let preview = previews::get(conn, act, measure.id, number).await?.ok_or_else(Problem::not_found)?;
    if preview.digest == new.digest.as_str() {
        Ok(preview)
    } else {
        let says = format!("The digest is not that of preview {number}, which was approved: name that one.");
        Err(Problem::conflict(says))
    }
}

fn require_dates(act: &Act, content: &Content) -> Result<(), Problem> {
    let today = act.today();
    if today < content.starts_on {
        let says =
            format!("The measure starts on {}: bring it into force on that day or later.", content.starts_on);
        return Err(Problem::rule(says));
    }
    let last = content.ends_on.map_or(content.review_on, |end| end.min(content.review_on));
    if last < today {
        return Err(Problem::rule(format!("The measure's last day was {last}: revise it.")));
    }
    Ok(())
}

/// What is done to which licenses: each act of the content to the licenses of the preview that it does not stand on
/// yet, and the release of what an amendment lets go.
async fn tasks(
    conn: &mut Conn,
    act: &Act,
    measure: &Measure,
    content: &Content,
    preview: &Preview,
) -> Result<Vec<(Task, Vec<Uuid>)>, Problem> {
    let pinned = previews::licenses(conn, measure.id, preview.number).await?;
    let (touched, released) = pinned.ok_or_else(Problem::not_found)?;
    let mut tasks = Vec::new();
    let groups = groups(conn, act, measure, content).await?;
    let already = already(measure, content);
    for act in acts(content) {
        let todo = match &already {
            Some(standing) => reached::not_standing(conn, act, standing, &groups, &touched).await?,
            None => touched.clone(),
        };
        tasks.push((task(act), todo));
    }
    tasks.push((Task::Release, released));
    tasks.retain(|(_, ids)| !ids.is_empty());
    Ok(tasks)
}

pub(super) fn task(act: DecisionAct) -> Task {
    match act {
        DecisionAct::Freeze => Task::Freeze,
        DecisionAct::IntendRevocation => Task::IntendRevocation,
        DecisionAct::RequireDeclaration => Task::RequireDeclaration,
        DecisionAct::AddCondition => Task::AddCondition,
        DecisionAct::Release => Task::Release,
    }
}

/// Ends a measure: lifted by a person, or lapsed by the clock. The gate forgets it from this transaction on. Gives the
/// operation that thaws what it alone held, and drops the proceedings that it instructed and nobody ordered.
pub async fn end(
    conn: &mut Conn,
    act: &Act,
    id: MeasureId,
    action: Action,
    reasons: &str,
) -> Result<OperationId, Problem> {
    measures::store::turn_epoch(conn).await?;
    let subject = history::load::<MeasureCycle>(conn, act, id.0).await?;
    history::take(conn, act, &subject, Step::new(action).because(None, reasons)).await?;
    // After the row of the measure is held: a batch that still froze under it has ended, and the next finds it ended.
    let held = store::held(conn, id).await?;
    operation(conn, act, id, Kind::MeasureRelease, reasons, vec![(Task::Release, held)]).await
}

/// Orders, in batches, the revocations that a measure instructed and to which the exporters did not answer. 409 where
/// there is none: those that were answered are ordered one by one, by who reads the answer.
pub async fn order_revocations(
    conn: &mut Conn,
    act: &Act,
    id: MeasureId,
    reasons: &str,
) -> Result<OperationId, Problem> {
    let measure = history::load::<MeasureCycle>(conn, act, id.0).await?;
    if measure.status != Some(Status::InForce) {
        let says = "The measure is not in force: what it instructed and nobody ordered is dropped.";
        return Err(Problem::conflict(says));
    }
    let open = revocations::unanswered_of(conn, id).await?;
    if open.is_empty() {
        let says = "No proceeding of the measure waits for an order without an answer to read.";
        return Err(Problem::conflict(says));
    }
    let tasks = vec![(Task::OrderRevocation, open)];
    operation(conn, act, id, Kind::RevocationOrders, reasons, tasks).await
}

pub(super) async fn operation(
    conn: &mut Conn,
    act: &Act,
    id: MeasureId,
    kind: Kind,
    reasons: &str,
    tasks: Vec<(Task, Vec<Uuid>)>,
) -> Result<OperationId, Problem> {
    let new = NewOperation { kind, subject_kind: "measure", subject: id.0, reasons, tasks };
    operations::create(conn, act, &new).await
}
