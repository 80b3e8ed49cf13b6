//! Dismissal and substantiation of an allegation, by another person than the one who assessed it.

use crate::db::Conn;
use serde_json::json;

use super::model::{Allegation, Substantiation};
use super::store;
use crate::act::Act;
use crate::history::{self, Grounds, Step, Subject};
use crate::http::Problem;
use crate::ids::{AllegationId, ReviewId};
use crate::reviews::{self, NewReview};
use crate::rules::allegation::{Action, AllegationCycle};
use crate::rules::values::{Name, Prose};

/// Dismisses an allegation.
pub async fn dismiss(conn: &mut Conn, act: &Act, id: AllegationId, grounds: &Grounds) -> Result<(), Problem> {
    let (subject, _) = assessed(conn, act, id, Action::Dismiss).await?;
    sign(conn, act, id, &grounds.reasons, None).await?;
    let step = Step::new(Action::Dismiss)
        .because(grounds.ground.as_ref().map(Name::as_str), grounds.reasons.as_str());
    history::take(conn, act, &subject, step).await?;
    Ok(())
}

/// Finds an allegation substantiated and opens the review of what it is against. Gives the review.
pub async fn substantiate(
    conn: &mut Conn,
    act: &Act,
    id: AllegationId,
    new: &Substantiation,
) -> Result<ReviewId, Problem> {
    let (subject, allegation) = assessed(conn, act, id, Action::Substantiate).await?;
    let review = reviews::open(conn, act, &review_of(&allegation, new)?, Some(id)).await?;
    sign(conn, act, id, &new.reasons, Some(review)).await?;
    let step = Step::new(Action::Substantiate)
        .because(None, new.reasons.as_str())
        .with(json!({ "reviewId": review, "owner": new.owner, "dueOn": new.due_on }));
    history::take(conn, act, &subject, step).await?;
    Ok(review)
}

/// An allegation from which the step is open.
async fn assessed(
    conn: &mut Conn,
    act: &Act,
    id: AllegationId,
    action: Action,
) -> Result<(Subject<AllegationCycle>, Allegation), Problem> {
    let subject = history::load::<AllegationCycle>(conn, act, id.0).await?;
    history::open(&subject, action)?;
    let allegation = store::get(conn, &act.actor, id).await?.ok_or_else(Problem::not_found)?;
    Ok((subject, allegation))
}

async fn sign(
    conn: &mut Conn,
    act: &Act,
    id: AllegationId,
    reasons: &Prose,
    review: Option<ReviewId>,
) -> Result<(), Problem> {
    if store::sign_decision(conn, act, id, reasons.as_str(), review).await? {
        Ok(())
    } else {
        Err(Problem::rule("Who assessed an allegation and who decides on it must be different persons."))
    }
}

/// The review that a substantiated allegation opens.
fn review_of(allegation: &Allegation, new: &Substantiation) -> Result<NewReview, Problem> {
    let question = match &new.question {
        Some(question) => question.clone(),
        None => format!("What follows from allegation {}?", allegation.reference).parse()?,
    };
    Ok(NewReview {
        title: format!("Allegation {}", allegation.reference).parse()?,
        question,
        end_user_id: allegation.end_user_id,
        product_id: allegation.product_id,
        owner: new.owner.clone(),
        due_on: new.due_on,
    })
}
