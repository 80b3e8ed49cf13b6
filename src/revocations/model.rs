//! Revocations as they are read and written.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::act::Actor;
use crate::history::OnFile;
use crate::ids::{ExporterId, LicenseId, RevocationId};
use crate::page::Listed;
use crate::rules::license::Ground;
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::revocation::{RevocationCycle, Status};
use crate::rules::values::Prose;

impl OnFile for RevocationCycle {
    const LOAD: &'static str =
        "select version, status, exporter_id as owner, null::date as term_end from revocations
                                 where id = $1 and ($2::uuid is null or exporter_id = $2) for update";
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
    /// Where it stands.
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
    /// The proceeding as `actor` sees it.
    #[must_use]
    pub fn seen_by(mut self, actor: &Actor) -> Self {
        self.allowed_actions = RevocationCycle::allowed(self.status, actor.role);
        self
    }
}

impl Listed for Revocation {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which proceedings are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevocationFilter {
    /// In this status.
    #[param(inline)]
    pub status: Option<Status>,
    /// On this ground.
    #[param(inline)]
    pub ground: Option<Ground>,
    /// Of this license.
    pub license_id: Option<LicenseId>,
    /// Of licenses of this exporter.
    pub exporter_id: Option<ExporterId>,
    /// With this human reference.
    pub reference: Option<String>,
    /// Notice given on this day or later.
    pub intended_from: Option<NaiveDate>,
    /// Notice given on this day or before.
    pub intended_to: Option<NaiveDate>,
    /// Items a page, 1 to 200 (default 50).
    pub limit: Option<i64>,
    /// The cursor of the page before.
    pub cursor: Option<String>,
}
