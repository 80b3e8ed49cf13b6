//! Objections as they are read and written.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::act::Actor;
use crate::history::OnFile;
use crate::ids::{ApplicationId, DecisionId, ExporterId, LicenseId, ObjectionId, RevocationId};
use crate::page::Listed;
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::objection::{Action, Against, Consequence, ObjectionCycle, Outcome, Status, remedy, stay};
use crate::rules::values::{Prose, Reference};

impl OnFile for ObjectionCycle {
    const LOAD: &'static str =
        "select version, status, exporter_id as owner, null::date as term_end from objections
                                 where id = $1 and ($2::uuid is null or exporter_id = $2) for update";
}

/// An objection to be lodged: against a decision, a revocation or a freeze, one of them.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewObjection {
    /// The decision on an application: a refusal or a grant in part.
    #[serde(default)]
    pub decision_id: Option<DecisionId>,
    /// The ordered revocation of a license.
    #[serde(default)]
    pub revocation_id: Option<RevocationId>,
    /// The frozen license; with the number of the freeze.
    #[serde(default)]
    pub license_id: Option<LicenseId>,
    /// The freeze of that license.
    #[serde(default)]
    pub freeze_number: Option<i32>,
    /// Why the exporter objects.
    pub grounds: Prose,
    /// Why it is late, where it is.
    #[serde(default)]
    pub excuse: Option<Prose>,
}

/// A stay of the act objected to.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewStay {
    /// The reasons.
    pub reasons: Prose,
    /// When the freeze that comes with it is reviewed at the latest.
    pub review_on: NaiveDate,
}

/// A decision on an objection.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewObjectionDecision {
    /// What is decided.
    pub outcome: Outcome,
    /// The reasons.
    pub reasons: Prose,
    /// What is varied; for such a decision.
    #[serde(default)]
    pub variation: Option<Prose>,
    /// The further conditions on which a license is reinstated; for a revocation that is varied.
    #[serde(default)]
    pub conditions: Vec<Prose>,
    /// The reasons for departing from a verdict that refers, where a license is reinstated or thawed.
    #[serde(default)]
    pub departure: Option<Prose>,
}

/// An objection.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Objection {
    /// Identifier.
    pub id: ObjectionId,
    /// Human reference, such as OB-2026-000123.
    pub reference: String,
    /// Where it stands.
    pub status: Status,
    /// The version of its last step.
    pub version: i32,
    /// Who objects.
    pub exporter_id: ExporterId,
    /// The kind of act objected to.
    pub against: Against,
    /// The decision objected to.
    pub decision_id: Option<DecisionId>,
    /// The application of that decision.
    pub application_id: Option<ApplicationId>,
    /// The revocation objected to.
    pub revocation_id: Option<RevocationId>,
    /// The license that was revoked or frozen.
    pub license_id: Option<LicenseId>,
    /// The freeze objected to.
    pub freeze_number: Option<i32>,
    /// Why the exporter objects.
    pub grounds: String,
    /// Why it is late.
    pub excuse: Option<String>,
    /// The day of the act, from which the term runs.
    pub contested_on: NaiveDate,
    /// The last day of the term.
    pub term_ends: NaiveDate,
    /// The day it was lodged.
    pub lodged_on: NaiveDate,
    /// Why a late objection was admitted or not.
    pub admissibility_reasons: Option<String>,
    /// Whether the act was stayed.
    pub stayed: bool,
    /// Why.
    pub stay_reasons: Option<String>,
    /// Who decided, by handle; not shown to exporters.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why.
    pub decision_reasons: Option<String>,
    /// What is varied.
    pub variation: Option<String>,
    /// What the decision did to the act.
    pub effect: Option<Consequence>,
    /// When it was lodged.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// What this caller could do next.
    #[sqlx(skip)]
    pub allowed_actions: Vec<&'static str>,
}

impl Objection {
    /// The objection as `actor` sees it.
    #[must_use]
    pub fn seen_by(mut self, actor: &Actor) -> Self {
        self.allowed_actions = ObjectionCycle::allowed(self.status, actor.role);
        let open = |action: &&Action| self.is_open_to(**action);
        let open: Vec<_> = Action::ALL.iter().filter(open).map(|action| action.name()).collect();
        self.allowed_actions.retain(|action| open.contains(action));
        self
    }

    /// Whether the act objected to leaves a step to be taken.
    fn is_open_to(&self, action: Action) -> bool {
        match action {
            Action::Stay => stay(self.against).is_ok() && !self.stayed,
            Action::Uphold | Action::Vary | Action::Dismiss | Action::Remit => Outcome::ALL
                .iter()
                .any(|outcome| outcome.action() == action && remedy(self.against, *outcome).is_ok()),
            Action::Lodge | Action::Admit | Action::FindLate | Action::Withdraw => true,
        }
    }
}

impl Listed for Objection {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which objections are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObjectionFilter {
    /// In this status.
    #[param(inline)]
    pub status: Option<Status>,
    /// Against acts of this kind.
    #[param(inline)]
    pub against: Option<Against>,
    /// By this exporter.
    pub exporter_id: Option<ExporterId>,
    /// About this application.
    pub application_id: Option<ApplicationId>,
    /// About this license.
    pub license_id: Option<LicenseId>,
    /// With this human reference.
    pub reference: Option<Reference>,
    /// Lodged on this day or later.
    pub lodged_from: Option<NaiveDate>,
    /// Lodged on this day or before.
    pub lodged_to: Option<NaiveDate>,
}
