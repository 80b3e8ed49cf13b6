//! Revocations as they are read and written.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::act::Act;
use crate::history::OnFile;
use crate::ids::{ExporterId, LicenseId, RevocationId};
use crate::page::Listed;
use crate::rules::license::Ground;
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::revocation::{Action, RevocationCycle, Status};
use crate::rules::values::{Handle, Prose, Reference};

impl OnFile for RevocationCycle {
    const LOAD: &'static str =
        "select version, status, exporter_id as owner, respond_by as term_end from revocations
                                 where id = $1 and ($2::uuid is null or exporter_id = $2) for update";

    fn due(status: Status, respond_by: NaiveDate, today: NaiveDate) -> Option<Action> {
        (status.on(today, respond_by) != status).then_some(Action::RecordSilence)
    }
}

/// A notice of intended revocation.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewRevocation {
    /// The ground.
    pub ground: Ground,
    /// The license's own reasons.
    pub reasons: Prose,
    /// Whether the license is frozen at once and the exporter heard afterwards.
    #[serde(default)]
    pub urgent: bool,
}

/// The exporter's answer to a notice.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewRepresentation {
    /// What the exporter has to say.
    pub representation: Prose,
    /// Whether the exporter asks for a hearing, which then comes before the order.
    #[serde(default)]
    pub hearing_requested: bool,
}

/// A hearing that was held.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewHearing {
    /// When it was held.
    pub held_on: NaiveDate,
    /// Who chaired it, by handle: someone who may order and did not give notice.
    pub chaired_by: Handle,
    /// What was said.
    pub minutes: Prose,
}

/// A hearing on file.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hearing {
    /// 1, 2, … for the proceeding.
    pub number: i32,
    /// When it was held.
    pub held_on: NaiveDate,
    /// Who chaired it, by handle; not shown to exporters.
    pub chaired_by: Option<String>,
    /// What was said.
    pub minutes: String,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// The end of a proceeding.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewOrder {
    /// The reasons.
    pub reasons: Prose,
    /// The reasons for thawing against a verdict that refers, where a dropped proceeding had frozen the license.
    #[serde(default)]
    pub departure: Option<Prose>,
}

/// A revocation proceeding.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Revocation {
    /// Identifier.
    pub id: RevocationId,
    /// Human reference, such as RV-2026-000123.
    pub reference: String,
    /// Where it stands today: a term to answer that has passed is a silence.
    pub status: Status,
    /// The version of its last step.
    pub version: i32,
    /// The license to be revoked.
    pub license_id: LicenseId,
    /// Who holds it.
    pub exporter_id: Option<ExporterId>,
    /// The ground.
    pub ground: Ground,
    /// The license's own reasons.
    pub reasons: String,
    /// Whether the license was frozen at once.
    pub urgent: bool,
    /// Until when the exporter may answer.
    pub respond_by: NaiveDate,
    /// What the exporter answered.
    pub representation: Option<String>,
    /// Whether it asked for a hearing; null before it answered.
    pub hearing_requested: Option<bool>,
    /// Whether a hearing was held.
    pub heard: bool,
    /// The measure that the proceeding carries out.
    pub measure_id: Option<Uuid>,
    /// The reasons of the order.
    pub order_reasons: Option<String>,
    /// When notice was given.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// What this caller could do next.
    #[sqlx(skip)]
    pub allowed_actions: Vec<&'static str>,
}

impl Revocation {
    /// The proceeding as the actor sees it at the time of the act.
    #[must_use]
    pub fn seen_by(mut self, act: &Act) -> Self {
        self.status = self.status.on(act.today(), self.respond_by);
        self.allowed_actions = RevocationCycle::allowed(self.status, act.actor.role);
        if self.hearing_requested == Some(true) && !self.heard {
            self.allowed_actions.retain(|action| *action != Action::Order.name());
        }
        self
    }
}

impl Listed for Revocation {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which proceedings are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevocationFilter {
    /// In this status today.
    #[param(inline)]
    pub status: Option<Status>,
    /// On this ground.
    #[param(inline)]
    pub ground: Option<Ground>,
    /// Of this license.
    pub license_id: Option<LicenseId>,
    /// Of licenses of this exporter.
    pub exporter_id: Option<ExporterId>,
    /// That carry out this measure.
    pub measure_id: Option<Uuid>,
    /// With this human reference.
    pub reference: Option<Reference>,
    /// Notice given on this day or later.
    pub intended_from: Option<NaiveDate>,
    /// Notice given on this day or before.
    pub intended_to: Option<NaiveDate>,
}
