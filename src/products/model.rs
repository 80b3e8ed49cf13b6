//! Products as they are read and written.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::act::Actor;
use crate::as_of::{AsOf, Moment};
use crate::history::OnFile;
use crate::ids::{ExporterId, ProductId};
use crate::page::Listed;
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::product::{ProductClass, ProductCycle, SecurityClassification, Status, TechnologyTag};
use crate::rules::values::{ControlCode, ControlPrefix, Name, Prose, Reference};

impl OnFile for ProductCycle {
    const LOAD: &'static str =
        "select version, status, exporter_id as owner, null::date as term_end from products
                                 where id = $1 and ($2::uuid is null or exporter_id = $2) for update";
}

/// A product that its exporter submits.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewProduct {
    /// The product's name.
    pub name: Name,
    /// What it is and does.
    pub description: Prose,
}

/// A returned product that its exporter submits again.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ProductCorrection)]
pub struct Correction {
    /// The new name; the name on file stands where none is given.
    #[serde(default)]
    pub name: Option<Name>,
    /// The new description; the one on file stands where none is given.
    #[serde(default)]
    pub description: Option<Prose>,
    /// What was corrected.
    pub reasons: Prose,
}

/// A classification to be put in force.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewClassification {
    /// 1 to 20 control-list codes, each below an entry of the control list, none twice.
    #[schema(min_items = 1, max_items = 20)]
    pub control_codes: Vec<ControlCode>,
    /// The class, which selects the declaration template.
    pub product_class: ProductClass,
    /// The security classification of the technology.
    pub security_classification: SecurityClassification,
    /// What the technology does.
    #[serde(default)]
    pub technology_tags: Vec<TechnologyTag>,
    /// Why it is classified so.
    pub rationale: Prose,
}

/// A classification version on file.
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Classification {
    /// 1, 2, … without a gap.
    pub version: i32,
    /// Control-list codes.
    pub control_codes: Vec<ControlCode>,
    /// The class, which selects the declaration template.
    pub product_class: ProductClass,
    /// The security classification of the technology.
    pub security_classification: SecurityClassification,
    /// What the technology does.
    pub technology_tags: Vec<TechnologyTag>,
    /// Why it is classified so.
    pub rationale: String,
    /// When it was classified so.
    pub classified_at: DateTime<Utc>,
}

/// A product.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    /// Identifier.
    pub id: ProductId,
    /// Human reference, such as PR-2026-000123.
    pub reference: String,
    /// Where the product stands.
    pub status: Status,
    /// The version of its last step.
    pub version: i32,
    /// Whose product it is.
    pub exporter_id: ExporterId,
    /// Its name.
    pub name: Name,
    /// What it is and does.
    pub description: Prose,
    /// The classification in force; null before the first.
    #[sqlx(json(nullable))]
    pub classification: Option<Classification>,
    /// When it came on file.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// The time that `asOf` named.
    #[sqlx(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<DateTime<Utc>>,
    /// The time that `knownAt` named.
    #[sqlx(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_at: Option<DateTime<Utc>>,
    /// What this caller could do next.
    #[sqlx(skip)]
    pub allowed_actions: Vec<&'static str>,
}

impl Product {
    /// The product as `actor` sees it.
    #[must_use]
    pub fn seen_by(mut self, actor: &Actor) -> Self {
        self.allowed_actions = ProductCycle::allowed(self.status, actor.role);
        self
    }

    /// The product as it was then, where nothing can be done any more.
    #[must_use]
    pub fn as_of(mut self, then: AsOf) -> Self {
        (self.as_of, self.known_at) = then.told();
        self
    }
}

impl Listed for Product {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which products are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductFilter {
    /// As they were then: an instant, or the end of a day in UTC.
    #[param(value_type = Option<String>, max_length = 40)]
    pub as_of: Option<Moment>,
    /// By what had been recorded then; all that is on file where left out.
    #[param(value_type = Option<String>, max_length = 40)]
    pub known_at: Option<Moment>,
    /// In this status.
    #[param(inline)]
    pub status: Option<Status>,
    /// Of this exporter.
    pub exporter_id: Option<ExporterId>,
    /// With a code under this prefix, in the classification in force.
    #[param(inline)]
    pub control_code: Option<ControlPrefix>,
    /// Of this class, in the classification in force.
    #[param(inline)]
    pub product_class: Option<ProductClass>,
    /// Whose name contains this text, in any case.
    pub name: Option<Name>,
    /// With this human reference.
    pub reference: Option<Reference>,
}
