//! Measures as they are read and written.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use crate::act::Actor;
use crate::as_of::{AsOf, Moment};
use crate::history::OnFile;
use crate::ids::MeasureId;
use crate::page::Listed;
use crate::rules::license::Ground;
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::measure::{Effect, EffectSpec, MeasureCycle, Status, Term};
use crate::rules::scope::Scope;
use crate::rules::values::{Name, Prose, Reference};

impl OnFile for MeasureCycle {
    // A measure belongs to no exporter, and no exporter moves one.
    const LOAD: &'static str =
        "select version, status, null::uuid as owner, null::date as term_end from measures
                                 where id = $1 and $2::uuid is null for update";
}

/// A measure to be drafted, or what is to be put in the place of what it says.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewMeasure {
    /// What it is called.
    pub title: Name,
    /// Which licenses and applications it reaches.
    pub scope: Scope,
    /// What it does to them.
    #[schema(min_items = 1, max_items = 20)]
    pub effects: Vec<EffectSpec>,
    /// The ground.
    pub ground: Ground,
    /// The law it rests on.
    pub legal_basis: Name,
    /// The reasons of the policy. Each license touched gets its own reasons besides.
    pub reasons: Prose,
    /// Its first day at the earliest: today if not given.
    #[serde(default)]
    pub starts_on: Option<NaiveDate>,
    /// When it is reviewed at the latest; unextended it lapses the day after.
    pub review_on: NaiveDate,
    /// Its last day, where it has one.
    #[serde(default)]
    pub ends_on: Option<NaiveDate>,
    /// The review behind it; a freeze of issuing needs one.
    #[serde(default)]
    pub review_id: Option<Uuid>,
}

impl NewMeasure {
    /// Its days; it starts today unless another day is named.
    pub fn term(&self, today: NaiveDate) -> Term {
        Term { starts_on: self.starts_on.unwrap_or(today), review_on: self.review_on, ends_on: self.ends_on }
    }
}

/// A new review date for a measure in force.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MeasureExtension {
    /// The new review date.
    pub review_on: NaiveDate,
    /// Why the measure is still needed: fresh reasons, not those given before.
    pub reasons: Prose,
}

/// One version of what a measure says.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MeasureContent)]
pub struct Content {
    /// 1, 2, …
    pub content_version: i32,
    /// What the measure is called.
    pub title: String,
    /// Which licenses and applications it reaches.
    pub scope: Scope,
    /// What it does to them.
    pub effects: Vec<EffectSpec>,
    /// The ground.
    pub ground: Ground,
    /// The law it rests on.
    pub legal_basis: String,
    /// The reasons of the policy.
    pub reasons: String,
    /// Its first day at the earliest.
    pub starts_on: NaiveDate,
    /// The review date it was proposed with; an extension moves the measure's.
    pub review_on: NaiveDate,
    /// Its last day, where it has one.
    pub ends_on: Option<NaiveDate>,
    /// The review behind it.
    pub review_id: Option<Uuid>,
    /// Who proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: DateTime<Utc>,
    /// The number of the preview that was approved.
    pub approved_preview: Option<i32>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// When.
    pub approved_at: Option<DateTime<Utc>>,
    /// Why.
    pub approval_reasons: Option<String>,
    /// When it was given up, for an amendment that was.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

impl Content {
    /// The effect of this kind, if it has it.
    pub fn effect(&self, effect: Effect) -> Option<&EffectSpec> {
        self.effects.iter().find(|spec| spec.effect == effect)
    }
}

/// A measure.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Measure {
    /// Identifier.
    pub id: MeasureId,
    /// Human reference, such as ME-2026-000123.
    pub reference: String,
    /// Where it stands.
    pub status: Status,
    /// The version of its last step.
    pub version: i32,
    /// What it is called.
    pub title: String,
    /// When it is reviewed at the latest, extensions counted.
    pub review_on: NaiveDate,
    /// Since when it is in force.
    pub in_force_at: Option<DateTime<Utc>>,
    /// What it says while it is in force, or said.
    #[schema(value_type = Option<Content>)]
    pub in_force: Option<Json<Content>>,
    /// What is proposed: the draft, or an amendment of what is in force. None where nothing is.
    #[schema(value_type = Option<Content>)]
    pub proposed: Option<Json<Content>>,
    /// What the review behind it proposed when it was concluded.
    pub review_proposes: Option<String>,
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

impl Measure {
    /// The measure as `actor` sees it.
    #[must_use]
    pub fn seen_by(mut self, actor: &Actor) -> Self {
        self.allowed_actions = MeasureCycle::allowed(self.status, actor.role);
        self
    }

    /// The measure as it was then, where nothing can be done any more.
    #[must_use]
    pub fn as_of(mut self, then: AsOf) -> Self {
        (self.as_of, self.known_at) = then.told();
        self
    }

    /// What is proposed, whose preview, approval and entry into force come next.
    pub fn pending(&self) -> Option<&Content> {
        self.proposed.as_ref().map(|content| &content.0)
    }

    /// What is in force.
    pub fn standing(&self) -> Option<&Content> {
        self.in_force.as_ref().map(|content| &content.0)
    }
}

impl Listed for Measure {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// A measure in force as its effect is told to the people of a case, the exporter among them.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeasureNotice {
    /// Human reference of the measure.
    pub measure: String,
    /// What it does to the case.
    pub effect: Effect,
    /// The same as a sentence.
    pub says: &'static str,
    /// The clause of its scope that the case meets.
    pub clause: String,
    /// Since when it is in force.
    pub since: NaiveDate,
    /// When it is reviewed at the latest; unextended it lapses the day after.
    pub review_on: NaiveDate,
    /// Its last day, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<NaiveDate>,
    /// The condition it requires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
}

/// Which measures are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MeasureFilter {
    /// As they were then: an instant, or the end of a day in UTC.
    #[param(value_type = Option<String>, max_length = 40)]
    pub as_of: Option<Moment>,
    /// By what had been recorded then; all that is on file where left out.
    #[param(value_type = Option<String>, max_length = 40)]
    pub known_at: Option<Moment>,
    /// In this status.
    #[param(inline)]
    pub status: Option<Status>,
    /// With this human reference.
    pub reference: Option<Reference>,
    /// Whose review date is this day or before.
    pub review_to: Option<NaiveDate>,
}
