//! Work on a review: evidence, and a due date that moves.

use crate::db::Conn;
use serde_json::json;

use super::model::{Evidence, Extension, NewEvidence};
use super::store;
use crate::act::Act;
use crate::history::{self, Step};
use crate::http::Problem;
use crate::ids::ReviewId;
use crate::rules::review::{Action, ReviewCycle, may_be_due};

/// Enters evidence.
pub async fn enter_evidence(
    conn: &mut Conn,
    act: &Act,
    id: ReviewId,
    new: &NewEvidence,
) -> Result<Evidence, Problem> {
    let subject = history::load::<ReviewCycle>(conn, act, id.0).await?;
    let number = store::next_evidence(conn, id).await?;
    let details = json!({ "number": number, "kind": new.kind, "documentSha256": new.document_sha256 });
    let stand = history::take(conn, act, &subject, Step::new(Action::EnterEvidence).with(details)).await?;
    store::insert_evidence(conn, act, id, (number, stand.version), new).await?;
    Ok(Evidence {
        number,
        kind: new.kind,
        description: new.description.to_string(),
        document_sha256: new.document_sha256.as_ref().map(ToString::to_string),
        entered_by: act.actor.handle.clone(),
        entered_at: act.at,
    })
}

/// Moves the due date.
pub async fn extend(conn: &mut Conn, act: &Act, id: ReviewId, extension: &Extension) -> Result<(), Problem> {
    let subject = history::load::<ReviewCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::Extend)?;
    let before = store::get(conn, act, id).await?.ok_or_else(Problem::not_found)?.due_on;
    if !may_be_due(act.today(), extension.due_on) {
        return Err(Problem::field("/dueOn", "must be after today, at most five years ahead"));
    }
    if extension.due_on == before {
        return Err(Problem::field("/dueOn", "is the due date already"));
    }
    store::set_due_on(conn, id, extension.due_on).await?;
    let step = Step::new(Action::Extend)
        .because(None, extension.reasons.as_str())
        .with(json!({ "dueOn": extension.due_on, "before": before }));
    history::take(conn, act, &subject, step).await?;
    Ok(())
}
