//! Whose work a hit is.

use serde_json::json;

use super::hit::Assignment;
use super::store::hits as store;
use crate::act::Act;
use crate::db::Conn;
use crate::history::{self, Step};
use crate::http::Problem;
use crate::ids::{PersonId, ScreeningHitId};
use crate::rules::screening_hit::{Action, ScreeningHitCycle, may_work_on};
use crate::rules::values::{Handle, Prose};
use crate::tokens;

/// Makes an open hit the work of a person, or nobody's. It binds no one else: whoever works on hits may decide on it.
pub(super) async fn assign(
    conn: &mut Conn,
    act: &Act,
    id: ScreeningHitId,
    assignment: &Assignment,
) -> Result<(), Problem> {
    let subject = history::load::<ScreeningHitCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::Assign)?;
    let assignee = match &assignment.assignee {
        Some(handle) => Some(person(conn, handle).await?),
        None => None,
    };
    store::set_assignee(conn, id, assignee).await?;
    let mut step = Step::new(Action::Assign).with(json!({ "assignee": assignment.assignee }));
    step.reasons = assignment.reasons.as_ref().map(Prose::as_str);
    history::take(conn, act, &subject, step).await?;
    Ok(())
}

async fn person(conn: &mut Conn, handle: &Handle) -> Result<PersonId, Problem> {
    match tokens::store::by_handle(conn, handle).await? {
        Some((person, role)) if may_work_on(role) => Ok(person),
        Some(_) | None => {
            Err(Problem::field("/assignee", "must be the handle of a person on the staff who works on hits"))
        }
    }
}
