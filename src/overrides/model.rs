//! Overrides as they are read and written.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::act::Act;
use crate::history::OnFile;
use crate::ids::{ApplicationId, LicenseId, OverrideId};
use crate::page::Listed;
use crate::rules::application::Body;
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::overrides::{Action, OpinionFinding, OverrideCycle, Status};
use crate::rules::values::{Name, Prose, Reference};
use crate::rules::verdict::Rule;

impl OnFile for OverrideCycle {
    // One that was used has no term any more; no exporter sees one.
    const LOAD: &'static str =
        "select version, status, null::uuid as owner, case when used_at is null then valid_until end as term_end
           from overrides where id = $1 and $2::uuid is null for update";

    fn due(status: Status, valid_until: NaiveDate, today: NaiveDate) -> Option<Action> {
        (status.on(today, valid_until, false) != status).then_some(Action::Expire)
    }
}

/// An override to be proposed, for an application or for a revoked license.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewOverride {
    /// The application, in review or refused.
    #[serde(default)]
    pub application_id: Option<ApplicationId>,
    /// The revoked license.
    #[serde(default)]
    pub license_id: Option<LicenseId>,
    /// At whose request.
    pub at_request_of: Name,
    /// Why.
    pub reasons: Prose,
    /// The checks of the gate that it departs from, by name.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// The last day on which it may be used.
    pub valid_until: NaiveDate,
}

/// A legal opinion to be put on record.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Opinion {
    /// What it finds.
    pub finding: OpinionFinding,
    /// What it says.
    pub opinion: Prose,
    /// Who gave it.
    pub given_by: Name,
}

/// A dissent to be put on record.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewDissent {
    /// What it says.
    pub dissent: Prose,
}

/// A dissent on record.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Dissent {
    /// 1, 2, … for the override.
    pub number: i32,
    /// Whose.
    pub body: Body,
    /// What it says.
    pub dissent: String,
    /// Who recorded it, by handle.
    pub recorded_by: String,
    /// When.
    pub recorded_at: DateTime<Utc>,
}

/// The signature of the minister.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Signature {
    /// The minister's reasons.
    pub reasons: Prose,
}

/// An override.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Override {
    /// Identifier.
    pub id: OverrideId,
    /// Human reference, such as OV-2026-000123.
    pub reference: String,
    /// Where it stands today.
    pub status: Status,
    /// The version of its last step.
    pub version: i32,
    /// The application that may be granted under it.
    pub application_id: Option<ApplicationId>,
    /// The revoked license that it reinstates.
    pub license_id: Option<LicenseId>,
    /// At whose request.
    pub at_request_of: String,
    /// Why.
    pub reasons: String,
    /// The checks of the gate that it departs from.
    pub rules: Vec<Rule>,
    /// The last day on which it may be used.
    pub valid_until: NaiveDate,
    /// Who proposed it, by handle.
    pub proposed_by: String,
    /// What the legal opinion finds.
    pub opinion_finding: Option<OpinionFinding>,
    /// The legal opinion.
    pub opinion: Option<String>,
    /// Who gave it.
    pub opinion_given_by: Option<String>,
    /// Who put it on record, by handle.
    pub opinion_by: Option<String>,
    /// How many dissents are on record.
    pub dissents: i64,
    /// The minister who signed, by handle.
    pub signed_by: Option<String>,
    /// When.
    pub signed_at: Option<DateTime<Utc>>,
    /// The minister's reasons.
    pub signature_reasons: Option<String>,
    /// When a license came to rest on it.
    pub used_at: Option<DateTime<Utc>>,
    /// When it was proposed.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// What this caller could do next.
    #[sqlx(skip)]
    pub allowed_actions: Vec<&'static str>,
}

impl Override {
    /// The override as the actor sees it at the time of the act.
    #[must_use]
    pub fn seen_by(mut self, act: &Act) -> Self {
        let used = self.used_at.is_some();
        self.status = self.status.on(act.today(), self.valid_until, used);
        self.allowed_actions = OverrideCycle::allowed(self.status, act.actor.role);
        // A dissent is taken after its use too. No one uses it by itself: the countersignature of a grant does.
        let open = |action: &&str| {
            *action == Action::RecordDissent.name() || !(used || *action == Action::Use.name())
        };
        self.allowed_actions.retain(open);
        self
    }
}

impl Listed for Override {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which overrides are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OverrideFilter {
    /// In this status today.
    #[param(inline)]
    pub status: Option<Status>,
    /// For this application.
    pub application_id: Option<ApplicationId>,
    /// For this license.
    pub license_id: Option<LicenseId>,
    /// With this human reference.
    pub reference: Option<Reference>,
}
