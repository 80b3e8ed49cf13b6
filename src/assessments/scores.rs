//! Scores that others publish on a country, attached to a draft with their sources.

use crate::db::Conn;
use chrono::{DateTime, Datelike as _, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::store;
use crate::act::Act;
use crate::audit::{Entry, record};
use crate::history;
use crate::http::Problem;
use crate::ids::AssessmentId;
use crate::rules::assessment::{AssessmentCycle, Status, may_be_scored};
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::values::{Name, Prose, Score};

/// The most scores that one request attaches.
const MOST_SCORES: usize = 500;

/// Scores to be attached.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewAssessmentScores)]
pub struct NewScores {
    /// The scores, 1 to 500.
    #[schema(min_items = 1, max_items = 500)]
    pub scores: Vec<NewScore>,
}

/// A score to be attached.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewAssessmentScore)]
pub struct NewScore {
    /// Who publishes it.
    pub source: Name,
    /// What it measures.
    pub indicator: Name,
    /// The year it is for, from 1900 to this one.
    pub year: i32,
    /// The score.
    pub value: Score,
    /// The scale and its direction.
    pub scale: Name,
    /// Where it is published.
    pub citation: Prose,
}

/// An attached score.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AssessmentScore)]
pub struct AttachedScore {
    /// 1, 2, … for the assessment.
    pub number: i32,
    /// Who publishes it.
    pub source: String,
    /// What it measures.
    pub indicator: String,
    /// The year it is for.
    pub year: i32,
    /// The score, as a decimal string.
    pub value: String,
    /// The scale and its direction.
    pub scale: String,
    /// Where it is published.
    pub citation: String,
    /// Who attached it, by handle.
    pub attached_by: String,
    /// When.
    pub attached_at: DateTime<Utc>,
}

/// Attaches scores to a draft.
pub async fn attach(conn: &mut Conn, act: &Act, id: AssessmentId, new: &NewScores) -> Result<(), Problem> {
    let subject = history::load::<AssessmentCycle>(conn, act, id.0).await?;
    if subject.status != Some(Status::Draft) {
        return Err(Problem::conflict(
            "The assessment is no draft: scores are attached before it is put to the ministries.",
        ));
    }
    check(act, new)?;
    let first = store::scores::next_number(conn, id).await?;
    store::scores::insert(conn, act, id, first, &new.scores).await?;
    let entry = Entry {
        act: "assessment.attach_scores",
        kind: AssessmentCycle::NAME,
        subject: id.0,
        owner: None,
        particulars: json!({ "first": first, "scores": new.scores }),
        verdict: None,
    };
    record(conn, act, entry).await?;
    Ok(())
}

fn check(act: &Act, new: &NewScores) -> Result<(), Problem> {
    if !(1..=MOST_SCORES).contains(&new.scores.len()) {
        return Err(Problem::field("/scores", "must hold 1 to 500 scores"));
    }
    for (index, score) in new.scores.iter().enumerate() {
        if !may_be_scored(act.today().year(), score.year) {
            return Err(Problem::field(format!("/scores/{index}/year"), "must be from 1900 to this year"));
        }
        let same = |other: &NewScore| {
            other.source == score.source && other.indicator == score.indicator && other.year == score.year
        };
        if new.scores.iter().take(index).any(same) {
            return Err(Problem::field(format!("/scores/{index}/indicator"), "stands there already"));
        }
    }
    Ok(())
}
