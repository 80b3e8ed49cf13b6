//! Exemptions as they are read and written.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use crate::act::Actor;
use crate::history::OnFile;
use crate::ids::{ApplicationId, ExemptionId, ExporterId, LicenseId};
use crate::page::Listed;
use crate::rules::exemption::{ExemptionCycle, Status};
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::scope::Scope;
use crate::rules::values::{Name, Prose};

impl OnFile for ExemptionCycle {
    // An exemption belongs to no exporter, and no exporter moves one.
    const LOAD: &'static str =
        "select version, status, null::uuid as owner, null::date as term_end from exemptions
                                 where id = $1 and $2::uuid is null for update";
}

/// An exemption to be granted.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewExemption {
    /// What it is called.
    pub title: Name,
    /// What it is for.
    pub scope: Scope,
    /// What a license granted on it must state.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub conditions: Vec<Name>,
    /// The law it rests on.
    pub legal_basis: Name,
    /// Its first day.
    pub valid_from: NaiveDate,
    /// Its last day, where it has one.
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
    /// The reasons.
    pub reasons: Prose,
}

/// An exemption.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Exemption {
    /// Identifier.
    pub id: ExemptionId,
    /// Human reference, such as XM-2026-000123.
    pub reference: String,
    /// Whether it stands or was ended.
    pub status: Status,
    /// The version of its last step.
    pub version: i32,
    /// What it is called.
    pub title: String,
    /// What it is for.
    #[schema(value_type = Scope)]
    pub scope: Json<Scope>,
    /// What a license granted on it must state.
    pub conditions: Vec<String>,
    /// The law it rests on.
    pub legal_basis: String,
    /// Its first day.
    pub valid_from: NaiveDate,
    /// Its last day, where it has one.
    pub valid_until: Option<NaiveDate>,
    /// When it came on file.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// What this caller could do next.
    #[sqlx(skip)]
    pub allowed_actions: Vec<&'static str>,
}

impl Exemption {
    /// The exemption as `actor` sees it.
    #[must_use]
    pub fn seen_by(mut self, actor: &Actor) -> Self {
        self.allowed_actions = ExemptionCycle::allowed(self.status, actor.role);
        self
    }
}

impl Listed for Exemption {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which exemptions are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExemptionFilter {
    /// In this status.
    #[param(inline)]
    pub status: Option<Status>,
    /// Standing on this day.
    pub on: Option<NaiveDate>,
}

/// A line of a license that was granted on an exemption.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExemptionUse {
    /// Identifier.
    pub id: Uuid,
    /// The exemption.
    pub exemption_id: ExemptionId,
    /// Its human reference.
    pub exemption: String,
    /// The license.
    pub license_id: LicenseId,
    /// Its human reference.
    pub license: String,
    /// The line of the license.
    pub line: i32,
    /// The application that led to it.
    pub application_id: ApplicationId,
    /// What the exemption required the license to state.
    pub conditions: Vec<String>,
    /// When the grant was countersigned.
    pub used_at: DateTime<Utc>,
}

impl Listed for ExemptionUse {
    fn key(&self) -> Uuid {
        self.id
    }
}

/// Which uses are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UseFilter {
    /// Of this exemption.
    pub exemption_id: Option<ExemptionId>,
    /// By this license.
    pub license_id: Option<LicenseId>,
    /// By this exporter.
    pub exporter_id: Option<ExporterId>,
    /// On this day or later.
    pub used_from: Option<NaiveDate>,
    /// On this day or before.
    pub used_to: Option<NaiveDate>,
}
