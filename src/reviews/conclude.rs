//! The conclusion of a review.

use crate::db::Conn;
use serde_json::json;

use super::model::Conclusion;
use super::store;
use crate::act::Act;
use crate::history::{self, Step};
use crate::http::Problem;
use crate::ids::ReviewId;
use crate::rules::review::{Action, ReviewCycle, may_conclude};

/// Concludes a review with findings and a proposal: by its owner, or by the head of the agency.
pub async fn conclude(
    conn: &mut Conn,
    act: &Act,
    id: ReviewId,
    conclusion: &Conclusion,
) -> Result<(), Problem> {
    let subject = history::load::<ReviewCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::Conclude)?;
    let review = store::get(conn, act, id).await?.ok_or_else(Problem::not_found)?;
    if !may_conclude(act.actor.role, review.owner == act.actor.handle) {
        return Err(Problem::rule("The owner of a review concludes it, or the head of the agency."));
    }
    store::sign_conclusion(conn, act, id, conclusion).await?;
    let step = Step::new(Action::Conclude)
        .because(None, conclusion.reasons.as_str())
        .with(json!({ "proposal": conclusion.proposal, "findings": conclusion.findings }));
    history::take(conn, act, &subject, step).await?;
    Ok(())
}
