//! End users as they are read and written.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::act::Actor;
use crate::history::OnFile;
use crate::ids::{EndUserId, ExporterId};
use crate::page::Listed;
use crate::rules::end_user::{EndUserCycle, EndUserKind, Status};
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::values::{Country, Name, Prose, Reference};

impl OnFile for EndUserCycle {
    const LOAD: &'static str =
        "select version, status, exporter_id as owner, null::date as term_end from end_users
                                 where id = $1 and ($2::uuid is null or exporter_id = $2) for update";
}

/// An end user to be entered.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewEndUser {
    /// The exporter it is entered for: an exporter enters its own, staff name one or none.
    #[serde(default)]
    pub exporter_id: Option<ExporterId>,
    /// Name of the body.
    pub name: Name,
    /// What kind of body it is.
    pub kind: EndUserKind,
    /// Where it is.
    pub country: Country,
    /// Place of use.
    #[serde(default)]
    pub address: Option<Prose>,
}

/// The entry of an end user as it should read.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = EndUserCorrection)]
pub struct Correction {
    /// Name of the body.
    pub name: Name,
    /// What kind of body it is.
    pub kind: EndUserKind,
    /// Where it is.
    pub country: Country,
    /// Place of use.
    #[serde(default)]
    pub address: Option<Prose>,
    /// What was wrong.
    pub reasons: Prose,
}

/// An end user.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndUser {
    /// Identifier.
    pub id: EndUserId,
    /// Human reference, such as EU-2026-000123.
    pub reference: String,
    /// Where the entry stands.
    pub status: Status,
    /// The version of its last step.
    pub version: i32,
    /// The exporter whose entry it is; null where it is staff's.
    pub exporter_id: Option<ExporterId>,
    /// Name of the body.
    pub name: Name,
    /// What kind of body it is.
    pub kind: EndUserKind,
    /// Where it is.
    pub country: Country,
    /// Place of use.
    pub address: Option<Prose>,
    /// When it came on file.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// What this caller could do next.
    #[sqlx(skip)]
    pub allowed_actions: Vec<&'static str>,
}

impl EndUser {
    /// The end user as `actor` sees it.
    #[must_use]
    pub fn seen_by(mut self, actor: &Actor) -> Self {
        self.allowed_actions = EndUserCycle::allowed(self.status, actor.role);
        self
    }
}

impl Listed for EndUser {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which end users are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndUserFilter {
    /// In this country.
    pub country: Option<Country>,
    /// Of this kind.
    #[param(inline)]
    pub kind: Option<EndUserKind>,
    /// Whose name contains this text, in any case.
    pub name: Option<Name>,
    /// With this human reference.
    pub reference: Option<Reference>,
    /// Of this exporter.
    pub exporter_id: Option<ExporterId>,
}
