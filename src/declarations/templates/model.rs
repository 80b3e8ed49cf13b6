//! Templates as they are read and written.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::act::Actor;
use crate::history::OnFile;
use crate::ids::TemplateId;
use crate::page::Listed;
use crate::rules::authority::Ministry;
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::product::ProductClass;
use crate::rules::template::{Action, Status, TemplateCycle, TransitionRule};
use crate::rules::values::{Name, Prose, Reference};

impl OnFile for TemplateCycle {
    // A template belongs to no exporter, and no exporter moves one.
    const LOAD: &'static str =
        "select version, status, null::uuid as owner, null::date as term_end from declaration_templates
                                 where id = $1 and $2::uuid is null for update";
}

/// A template to be drafted; its version is the next of its class.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewTemplate {
    /// The class of products it is for.
    pub product_class: ProductClass,
    /// Its title.
    pub title: Name,
    /// What the acquiring state signs, clause by clause.
    #[schema(min_items = 1, max_items = 100)]
    pub clauses: Vec<Prose>,
    /// Whether one declaration may serve more than one transaction.
    #[serde(default)]
    pub framework: bool,
    /// What it means for declarations on the version before.
    pub transition_rule: TransitionRule,
    /// The last day on which the version before is accepted; given where the rule is `until_date`, and only there.
    #[serde(default)]
    pub transition_until: Option<NaiveDate>,
}

/// The entry of an agreed template into force.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = TemplateEnactment)]
pub struct Enactment {
    /// Its first day: today if not given, not before it was agreed and not after today.
    #[serde(default)]
    pub in_force_from: Option<NaiveDate>,
    /// The reasons of the decision.
    pub reasons: Prose,
}

/// A ministry's agreement to a template.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TemplateAgreement)]
pub struct Agreement {
    /// Which ministry.
    pub ministry: Ministry,
    /// Who signed for it, by handle; not shown to exporters.
    pub agreed_by: Option<String>,
    /// When.
    pub agreed_at: DateTime<Utc>,
}

/// A template.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    /// Identifier.
    pub id: TemplateId,
    /// Human reference, such as DT-2026-000123.
    pub reference: String,
    /// Where it stands.
    pub status: Status,
    /// The version of its last step.
    pub version: i32,
    /// The class of products it is for.
    pub product_class: ProductClass,
    /// The version of the text for its class.
    pub template_version: i32,
    /// Its title.
    pub title: String,
    /// What the acquiring state signs, clause by clause.
    pub clauses: Vec<String>,
    /// Whether one declaration may serve more than one transaction.
    pub framework: bool,
    /// What it means for declarations on the version before.
    pub transition_rule: TransitionRule,
    /// The last day on which the version before is accepted.
    pub transition_until: Option<NaiveDate>,
    /// Its first day in force.
    pub in_force_from: Option<NaiveDate>,
    /// When it came on file.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// What this caller could do next.
    #[sqlx(skip)]
    pub allowed_actions: Vec<&'static str>,
}

impl Template {
    /// The template as `actor` sees it.
    #[must_use]
    pub fn seen_by(mut self, actor: &Actor) -> Self {
        self.allowed_actions = TemplateCycle::allowed(self.status, actor.role);
        // No one calls this step: the next version's entry into force takes it.
        self.allowed_actions.retain(|action| *action != Action::Supersede.name());
        self
    }
}

impl Listed for Template {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// A template in force, as anyone may read it.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicTemplate {
    /// Human reference.
    pub reference: String,
    /// The class of products it is for.
    pub product_class: ProductClass,
    /// The version of the text for its class.
    pub template_version: i32,
    /// Its title.
    pub title: String,
    /// What the acquiring state signs, clause by clause.
    pub clauses: Vec<String>,
    /// Whether one declaration may serve more than one transaction.
    pub framework: bool,
    /// What it means for declarations on the version before.
    pub transition_rule: TransitionRule,
    /// The last day on which the version before is accepted.
    pub transition_until: Option<NaiveDate>,
    /// Its first day in force.
    pub in_force_from: Option<NaiveDate>,
}

/// Which templates are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TemplateFilter {
    /// In this status.
    #[param(inline)]
    pub status: Option<Status>,
    /// For this class of products.
    #[param(inline)]
    pub product_class: Option<ProductClass>,
    /// With this human reference.
    pub reference: Option<Reference>,
}
