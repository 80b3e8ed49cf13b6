//! Decisions as they are read and written.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;

use crate::act::Actor;
use crate::ids::{ApplicationId, DecisionId, OverrideId};
use crate::rules::application::Outcome;
use crate::rules::values::{Amount, Name, Prose, Quantity};
use crate::rules::verdict::RecordedVerdict;

/// A decision to be proposed.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewDecision {
    /// What is decided.
    pub outcome: Outcome,
    /// The last day of the term; for a grant.
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
    /// The conditions of the grant; those put to the reviewers where none are given.
    #[serde(default)]
    pub conditions: Option<Vec<Prose>>,
    /// The legal ground.
    #[serde(default)]
    pub ground: Option<Name>,
    /// The reasons.
    pub reasons: Prose,
    /// The reasons for departing from a verdict that refers.
    #[serde(default)]
    pub departure: Option<Prose>,
    /// What is granted of each line, for a grant in part; lines left out are not granted.
    #[serde(default)]
    pub lines: Vec<DecisionLine>,
    /// The override in effect that the grant rests on: the checks it names do not stop it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_id: Option<OverrideId>,
}

/// What is granted of one line.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DecisionLine {
    /// The line of the application.
    pub line: i32,
    /// The quantity granted.
    #[serde(default)]
    pub quantity: Option<Quantity>,
    /// The value granted.
    #[serde(default)]
    pub value: Option<Amount>,
}

/// A decision.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// Identifier.
    pub id: DecisionId,
    /// The application decided on.
    pub application_id: ApplicationId,
    /// 1, 2, … for the application.
    pub number: i32,
    /// `proposed`, `countersigned` or `sent_back`.
    pub status: String,
    /// What is decided.
    pub outcome: Outcome,
    /// The last day of the term.
    pub valid_until: Option<NaiveDate>,
    /// The conditions of the grant.
    pub conditions: Vec<Prose>,
    /// The legal ground.
    pub ground: Option<String>,
    /// The reasons.
    pub reasons: String,
    /// The reasons for departing from a verdict that refers.
    pub departure: Option<String>,
    /// The override by the minister that it rests on.
    pub override_id: Option<OverrideId>,
    /// The human reference of that override.
    pub override_reference: Option<String>,
    /// What is granted of each line.
    #[schema(value_type = Vec<DecisionLine>)]
    pub lines: Json<Vec<DecisionLine>>,
    /// What the gate answered when the decision was proposed.
    #[schema(value_type = RecordedVerdict)]
    pub verdict: Json<RecordedVerdict>,
    /// What it answered at the countersignature.
    #[schema(value_type = Option<RecordedVerdict>)]
    pub signed_verdict: Option<Json<RecordedVerdict>>,
    /// Who decided, by handle; not shown to exporters.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// Who countersigned, by handle; not shown to exporters.
    pub countersigned_by: Option<String>,
    /// When.
    pub countersigned_at: Option<DateTime<Utc>>,
    /// When it was sent back.
    pub sent_back_at: Option<DateTime<Utc>>,
    /// Why it was sent back.
    pub sent_back_reasons: Option<String>,
}

impl Decision {
    /// The decision as `actor` sees it. What an exporter reads names no person of the agency, no position of a
    /// ministry, no case of another exporter and no hit on a list of restricted parties: those checks, and the departure
    /// from them, stay with the staff.
    #[must_use]
    pub fn seen_by(mut self, actor: &Actor) -> Self {
        if actor.sees_only().is_some() {
            self.departure = None;
            let signed = self.signed_verdict.as_mut();
            std::iter::once(&mut self.verdict).chain(signed).for_each(|verdict| verdict.disclose());
        }
        self
    }
}
