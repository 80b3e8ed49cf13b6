//! Consignees as they are read and written.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::act::Actor;
use crate::ids::{ConsigneeId, ExporterId};
use crate::page::Listed;
use crate::rules::consignee::{ConsigneeCycle, ConsigneeRole, Status};
use crate::rules::end_user::EndUserKind;
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::values::{Country, Name, Prose, Reference};

/// A party that an application names beside the end user.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewConsignee {
    /// What it does in the transaction.
    pub role: ConsigneeRole,
    /// Name of the body.
    pub name: Name,
    /// What kind of body it is.
    pub kind: EndUserKind,
    /// Where it is.
    pub country: Country,
    /// Where it takes the goods, or does its business.
    #[serde(default)]
    pub address: Option<Prose>,
}

/// A party that an application on file names.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamedConsignee {
    /// 1, 2, … for the application.
    pub number: i32,
    /// What it does in the transaction.
    pub role: ConsigneeRole,
    /// The entry of the party.
    pub consignee_id: ConsigneeId,
    /// The human reference of the entry, such as CN-2026-000123.
    pub reference: String,
    /// Name of the body.
    pub name: String,
    /// What kind of body it is.
    pub kind: EndUserKind,
    /// Where it is.
    pub country: Country,
    /// Where it takes the goods, or does its business.
    pub address: Option<String>,
}

/// A consignee.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Consignee {
    /// Identifier.
    pub id: ConsigneeId,
    /// Human reference, such as CN-2026-000123.
    pub reference: String,
    /// Where the entry stands.
    pub status: Status,
    /// The version of its last step.
    pub version: i32,
    /// The exporter that named it.
    pub exporter_id: ExporterId,
    /// Name of the body.
    pub name: Name,
    /// What kind of body it is.
    pub kind: EndUserKind,
    /// Where it is.
    pub country: Country,
    /// How many applications name it.
    pub applications: i64,
    /// When it came on file.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// What this caller could do next.
    #[sqlx(skip)]
    pub allowed_actions: Vec<&'static str>,
}

impl Consignee {
    /// The consignee as `actor` sees it.
    #[must_use]
    pub fn seen_by(mut self, actor: &Actor) -> Self {
        self.allowed_actions = ConsigneeCycle::allowed(self.status, actor.role);
        self
    }
}

impl Listed for Consignee {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which consignees are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsigneeFilter {
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
