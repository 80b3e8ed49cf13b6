//! Positions of the ministries and the committee, and the conditions they are given on.
//!
//! Conditions changed after a position was recorded begin a new round: the case goes back to the reviewers
//! (GAO-04-175 found conditions changed after advice was given).

use crate::db::Conn;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::store;
use crate::act::Act;
use crate::audit::{Entry, record};
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::ApplicationId;
use crate::rules::application::{Action, ApplicationCycle, Body, Stance, Status};
use crate::rules::values::Prose;

/// A position to be recorded.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPosition {
    /// What it says.
    pub stance: Stance,
    /// Why.
    pub reasons: Prose,
}

/// Conditions to be put to the reviewers.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewConditions {
    /// The conditions, at most 50; none takes them back.
    pub conditions: Vec<Prose>,
    /// Why.
    pub reasons: Prose,
}

/// A recorded position.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    /// The set of conditions it was given on.
    pub round: i32,
    /// Whose.
    pub body: Body,
    /// What it says.
    pub stance: Stance,
    /// Why.
    pub reasons: String,
    /// Who recorded it, by handle.
    pub recorded_by: String,
    /// When.
    pub recorded_at: DateTime<Utc>,
}

/// Loads an application that is under review.
async fn under_review(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
) -> Result<Subject<ApplicationCycle>, Problem> {
    let subject = history::load::<ApplicationCycle>(conn, act, id.0).await?;
    match subject.status {
        Some(Status::InReview | Status::InformationRequested | Status::Referred) => Ok(subject),
        Some(
            Status::Draft
            | Status::Submitted
            | Status::Returned
            | Status::Granted
            | Status::GrantedInPart
            | Status::Refused
            | Status::Withdrawn
            | Status::Lapsed,
        )
        | None => Err(Problem::conflict("The application is not under review.")),
    }
}

/// Records the position of the caller's ministry, or the committee's, on the conditions as they stand.
pub async fn record_position(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
    new: &NewPosition,
) -> Result<Position, Problem> {
    let body = act.actor.speaks_for().ok_or_else(|| Problem::rule("The caller speaks for no ministry."))?;
    let subject = under_review(conn, act, id).await?;
    let round = store::positions::insert(conn, act, id, body, new).await?;
    let particulars = json!({ "round": round, "body": body, "stance": new.stance, "reasons": new.reasons });
    let entry = Entry {
        act: "application.record_position",
        kind: "application",
        subject: id.0,
        owner: subject.owner,
        particulars,
        verdict: None,
    };
    record(conn, act, entry).await?;
    Ok(Position {
        round,
        body,
        stance: new.stance,
        reasons: new.reasons.to_string(),
        recorded_by: act.actor.handle.clone(),
        recorded_at: act.at,
    })
}

/// Puts conditions to the reviewers and begins a new round.
pub(super) async fn propose_conditions(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
    new: &NewConditions,
) -> Result<(), Problem> {
    if new.conditions.len() > 50 {
        return Err(Problem::field("/conditions", "must be at most 50"));
    }
    let subject = history::load::<ApplicationCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::ProposeConditions)?;
    let conditions: Vec<String> = new.conditions.iter().map(ToString::to_string).collect();
    let round = store::positions::propose_conditions(conn, id, &conditions).await?;
    let step = Step::new(Action::ProposeConditions)
        .because(None, new.reasons.as_str())
        .with(json!({ "round": round, "conditions": conditions }));
    history::take(conn, act, &subject, step).await?;
    Ok(())
}
