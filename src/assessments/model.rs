//! Assessments as they are read and written.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use crate::act::Act;
use crate::history::OnFile;
use crate::ids::AssessmentId;
use crate::page::Listed;
use crate::rules::application::Stance;
use crate::rules::assessment::{Action, AssessmentCycle, Consideration, Level, Status};
use crate::rules::authority::Ministry;
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::product::ProductClass;
use crate::rules::values::{Country, Prose, Reference};

impl OnFile for AssessmentCycle {
    // An assessment belongs to no exporter, and no exporter moves one.
    const LOAD: &'static str =
        "select version, status, null::uuid as owner, null::date as term_end from assessments
                                 where id = $1 and $2::uuid is null for update";
}

/// What an assessment says under one consideration.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = AssessmentConsideration)]
pub struct NewConsideration {
    /// Which consideration.
    pub consideration: Consideration,
    /// How much it weighs against export.
    pub level: Level,
    /// What is found.
    pub text: Prose,
}

/// An assessment to be drafted, or what a draft says from a revision on.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAssessment {
    /// The country assessed; a revision keeps it.
    pub country: Country,
    /// The class of products it is for, all goods where left out; a revision keeps it.
    #[serde(default)]
    pub product_class: Option<ProductClass>,
    /// The situation, in short.
    pub summary: Prose,
    /// What is found under each consideration; each stands there once at most.
    #[schema(min_items = 1, max_items = 8)]
    pub considerations: Vec<NewConsideration>,
    /// What follows from it.
    pub conclusions: Prose,
    /// When it is looked at again at the latest.
    pub review_on: NaiveDate,
    /// The last day on which it is relied on: at most five years ahead.
    pub valid_until: NaiveDate,
}

/// A ministry's position to be recorded.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewAssessmentPosition)]
pub struct NewPosition {
    /// What it says.
    pub stance: Stance,
    /// Why.
    pub reasons: Prose,
}

/// The approval of an assessment.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = AssessmentApproval)]
pub struct Approval {
    /// The reasons.
    pub reasons: Prose,
    /// The reasons for going on in spite of a ministry's dissent; given where there is one, and only there.
    #[serde(default)]
    pub departure: Option<Prose>,
}

/// A recorded position.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AssessmentPosition)]
pub struct Position {
    /// The text it was given on: 1, 2, … for the assessment.
    pub round: i32,
    /// Whose.
    pub ministry: Ministry,
    /// What it says.
    pub stance: Stance,
    /// Why.
    pub reasons: String,
    /// Who recorded it, by handle.
    pub recorded_by: String,
    /// When.
    pub recorded_at: DateTime<Utc>,
}

/// An assessment.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Assessment {
    /// Identifier.
    pub id: AssessmentId,
    /// Human reference, such as AS-2026-000123.
    pub reference: String,
    /// Where it stands.
    pub status: Status,
    /// The version of its last step.
    pub version: i32,
    /// The country assessed.
    pub country: Country,
    /// The class of products it is for; null for all goods.
    pub product_class: Option<ProductClass>,
    /// The situation, in short.
    pub summary: String,
    /// What is found under each consideration.
    #[schema(value_type = Vec<NewConsideration>)]
    pub considerations: Json<Vec<NewConsideration>>,
    /// What follows from it.
    pub conclusions: String,
    /// When it is looked at again at the latest.
    pub review_on: NaiveDate,
    /// The last day on which it is relied on.
    pub valid_until: NaiveDate,
    /// Whether it is relied on today.
    #[sqlx(skip)]
    pub in_force: bool,
    /// Counts the texts put to the ministries.
    pub round: i32,
    /// Who drafted it, by handle.
    pub drafted_by: String,
    /// Who approved it, by handle.
    pub approved_by: Option<String>,
    /// When it was approved.
    pub approved_at: Option<DateTime<Utc>>,
    /// The reasons of the approval.
    pub approval_reasons: Option<String>,
    /// The reasons for going on in spite of a ministry's dissent.
    pub departure: Option<String>,
    /// When it came on file.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// What this caller could do next.
    #[sqlx(skip)]
    pub allowed_actions: Vec<&'static str>,
}

impl Assessment {
    /// The assessment as the actor sees it, on the day of the act.
    #[must_use]
    pub fn seen_by(mut self, act: &Act) -> Self {
        self.in_force = self.status.in_force(act.today(), self.valid_until);
        self.allowed_actions = AssessmentCycle::allowed(self.status, act.actor.role);
        // No one calls this step: the approval of another takes it.
        self.allowed_actions.retain(|action| *action != Action::Supersede.name());
        self
    }
}

impl Listed for Assessment {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// An assessment, in short.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssessmentBrief {
    /// Identifier.
    pub id: AssessmentId,
    /// Human reference.
    pub reference: String,
    /// Where it stands.
    pub status: Status,
    /// The class of products it is for; null for all goods.
    pub product_class: Option<ProductClass>,
    /// The situation, in short.
    pub summary: String,
    /// When it is looked at again at the latest.
    pub review_on: NaiveDate,
    /// The last day on which it is relied on.
    pub valid_until: NaiveDate,
}

/// Which assessments are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AssessmentFilter {
    /// In this status.
    #[param(inline)]
    pub status: Option<Status>,
    /// Of this country.
    pub country: Option<Country>,
    /// For this class of products.
    #[param(inline)]
    pub product_class: Option<ProductClass>,
    /// With this human reference.
    pub reference: Option<Reference>,
}
