//! The consultation of the ministries: their positions, and the recall of a text to be revised.

use crate::db::Conn;
use serde_json::json;

use super::model::{NewPosition, Position};
use super::store;
use crate::act::Act;
use crate::audit::{Entry, record};
use crate::history::{self, Grounds, Step};
use crate::http::Problem;
use crate::http::problem::Kind;
use crate::ids::AssessmentId;
use crate::rules::assessment::{Action, AssessmentCycle, CONSULTED, Status, concluded_by};
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::values::Name;

/// Records the position of the actor's ministry; the last one needed makes the assessment agreed or dissented.
pub async fn take_position(
    conn: &mut Conn,
    act: &Act,
    id: AssessmentId,
    new: &NewPosition,
) -> Result<Position, Problem> {
    let Some(ministry) = act.actor.ministry.filter(|ministry| CONSULTED.contains(ministry)) else {
        let says = "The ministries of defense and of foreign affairs are consulted on assessments.";
        return Err(Problem::new(Kind::Forbidden, says));
    };
    let subject = history::load::<AssessmentCycle>(conn, act, id.0).await?;
    if subject.status != Some(Status::InConsultation) {
        return Err(Problem::conflict(
            "The assessment is not in consultation: positions are given on what was put to the ministries.",
        ));
    }
    let Some(round) = store::positions::insert(conn, act, id, ministry, new).await? else {
        return Err(Problem::rule("Who wrote an assessment gives no position on it."));
    };
    let entry = Entry {
        act: "assessment.record_position",
        kind: AssessmentCycle::NAME,
        subject: id.0,
        owner: None,
        particulars: json!({ "round": round, "ministry": ministry, "stance": new.stance, "reasons": new.reasons }),
        verdict: None,
    };
    record(conn, act, entry).await?;
    let all = store::positions::list(conn, id).await?;
    let given: Vec<_> = all
        .iter()
        .filter(|position| position.round == round)
        .map(|position| (position.ministry, position.stance))
        .collect();
    if let Some(action) = concluded_by(&given) {
        history::take(conn, act, &subject, Step::new(action).with(json!({ "round": round }))).await?;
    }
    Ok(Position {
        round,
        ministry,
        stance: new.stance,
        reasons: new.reasons.to_string(),
        recorded_by: act.actor.handle.clone(),
        recorded_at: act.at,
    })
}

/// Takes a text back to be revised. Its positions stay on record, and the next text is a round of its own.
pub async fn recall(conn: &mut Conn, act: &Act, id: AssessmentId, grounds: &Grounds) -> Result<(), Problem> {
    let subject = history::load::<AssessmentCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::Recall)?;
    let round = store::begin_round(conn, id).await?;
    let step = Step::new(Action::Recall)
        .because(grounds.ground.as_ref().map(Name::as_str), grounds.reasons.as_str())
        .with(json!({ "round": round }));
    history::take(conn, act, &subject, step).await?;
    Ok(())
}
