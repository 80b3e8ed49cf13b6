//! Drafting and revising an assessment.

use crate::db::Conn;

use super::model::NewAssessment;
use super::store;
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::AssessmentId;
use crate::rules::assessment::{Action, AssessmentCycle, wrong_date};

/// Puts a draft on file.
pub async fn draft(conn: &mut Conn, act: &Act, new: &NewAssessment) -> Result<AssessmentId, Problem> {
    check(act, new)?;
    let id: AssessmentId = act.new_id();
    let reference = history::new_reference(conn, act, "AS").await?;
    store::insert(conn, act, id, &reference, new).await?;
    store::insert_considerations(conn, id, &new.considerations).await?;
    let subject = Subject::<AssessmentCycle>::new(id, None);
    history::take(conn, act, &subject, Step::new(Action::Draft).with(new)).await?;
    Ok(id)
}

/// Replaces what a draft says. Who revises it is an author of it from then on.
pub async fn revise(
    conn: &mut Conn,
    act: &Act,
    id: AssessmentId,
    new: &NewAssessment,
) -> Result<(), Problem> {
    let subject = history::load::<AssessmentCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::Revise)?;
    let before = store::get(conn, act, id).await?.ok_or_else(Problem::not_found)?;
    if new.country != before.country {
        return Err(Problem::field("/country", "is kept: draft another assessment for another country"));
    }
    if new.product_class != before.product_class {
        return Err(Problem::field("/productClass", "is kept: draft another assessment for another class"));
    }
    check(act, new)?;
    store::replace(conn, act, id, new).await?;
    history::take(conn, act, &subject, Step::new(Action::Revise).with(new)).await?;
    Ok(())
}

fn check(act: &Act, new: &NewAssessment) -> Result<(), Problem> {
    if let Some((field, says)) = wrong_date(act.today(), new.review_on, new.valid_until) {
        return Err(Problem::field(field, says));
    }
    if new.considerations.is_empty() {
        return Err(Problem::field("/considerations", "must hold at least one consideration"));
    }
    for (index, given) in new.considerations.iter().enumerate() {
        let mut before = new.considerations.iter().take(index);
        if before.any(|other| other.consideration == given.consideration) {
            let pointer = format!("/considerations/{index}/consideration");
            return Err(Problem::field(pointer, "stands there already"));
        }
    }
    Ok(())
}
