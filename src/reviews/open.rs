//! Opening a review.

use crate::db::Conn;
use serde_json::json;

use super::model::NewReview;
use super::store;
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::{AllegationId, PersonId, ReviewId};
use crate::rules::review::{Action, ReviewCycle, may_be_due, may_own};
use crate::rules::values::Handle;
use crate::{end_users, products, tokens};

/// Opens a review, on its own or for an allegation that is substantiated.
pub async fn open(
    conn: &mut Conn,
    act: &Act,
    new: &NewReview,
    allegation: Option<AllegationId>,
) -> Result<ReviewId, Problem> {
    if !may_be_due(act.today(), new.due_on) {
        return Err(Problem::field("/dueOn", "must be after today, at most five years ahead"));
    }
    let owner = owner(conn, &new.owner).await?;
    check_subject(conn, act, new).await?;
    let id: ReviewId = act.new_id();
    let reference = history::new_reference(conn, act, "RW").await?;
    store::insert(conn, act, id, &reference, owner, new).await?;
    let details = json!({
        "title": new.title, "question": new.question, "endUserId": new.end_user_id, "productId": new.product_id,
        "owner": new.owner, "dueOn": new.due_on, "allegationId": allegation,
    });
    let subject = Subject::<ReviewCycle>::new(id, None);
    history::take(conn, act, &subject, Step::new(Action::Open).with(details)).await?;
    Ok(id)
}

/// The person who is to answer for the review.
async fn owner(conn: &mut Conn, handle: &Handle) -> Result<PersonId, Problem> {
    match tokens::store::by_handle(conn, handle).await? {
        Some((person, role)) if may_own(role) => Ok(person),
        Some(_) | None => {
            Err(Problem::field("/owner", "must be the handle of a person on the staff who works on reviews"))
        }
    }
}

/// What is under review is on file, and one thing at most.
async fn check_subject(conn: &mut Conn, act: &Act, new: &NewReview) -> Result<(), Problem> {
    match (new.end_user_id, new.product_id) {
        (Some(_), Some(_)) => {
            Err(Problem::field("/productId", "is left out where the review is of an end user"))
        }
        (Some(end_user), None) if end_users::store::get(conn, act, end_user).await?.is_none() => {
            Err(Problem::field("/endUserId", "is not on file"))
        }
        (None, Some(product)) if products::store::get(conn, act, product).await?.is_none() => {
            Err(Problem::field("/productId", "is not on file"))
        }
        (Some(_), None) | (None, Some(_) | None) => Ok(()),
    }
}
