//! The approval of an assessment, which supersedes the one in force for the same country and class.

use crate::db::Conn;
use serde_json::json;

use super::model::Approval;
use super::store;
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::AssessmentId;
use crate::rules::assessment::{Action, AssessmentCycle, Status, may_be_approved, wrong_departure};

/// Approves an agreed assessment, or a dissented one with the reasons for going on in spite of the dissent.
pub async fn approve(
    conn: &mut Conn,
    act: &Act,
    id: AssessmentId,
    approval: &Approval,
) -> Result<(), Problem> {
    let subject = history::load::<AssessmentCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::Approve)?;
    if let Some((field, says)) = wrong_departure(subject.status, approval.departure.is_some()) {
        return Err(Problem::field(field, says));
    }
    let assessment = store::get(conn, act, id).await?.ok_or_else(Problem::not_found)?;
    if !may_be_approved(act.today(), assessment.valid_until) {
        return Err(Problem::rule(format!(
            "The assessment was to be relied on until {}: recall and revise it.",
            assessment.valid_until
        )));
    }
    if !store::sign_approval(conn, act, id, approval).await? {
        return Err(Problem::rule("Who wrote an assessment and who approves it must be different persons."));
    }
    supersede(conn, act, id, approval).await?;
    let step = Step::new(Action::Approve)
        .because(None, approval.reasons.as_str())
        .with(json!({ "departure": approval.departure, "round": assessment.round }));
    history::take(conn, act, &subject, step).await?;
    Ok(())
}

/// Steps the assessment that is in force for the same country and class, if there is one.
async fn supersede(conn: &mut Conn, act: &Act, id: AssessmentId, approval: &Approval) -> Result<(), Problem> {
    let Some((current, version)) = store::in_force_beside(conn, id).await? else {
        return Ok(());
    };
    let subject = Subject::<AssessmentCycle>::on_file(current, version, Status::Approved, None);
    let step = Step::new(Action::Supersede)
        .because(None, approval.reasons.as_str())
        .with(json!({ "supersededBy": id }));
    history::take(conn, act, &subject, step).await?;
    Ok(())
}
