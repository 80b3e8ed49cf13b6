//! The answers to auditors, as they are read.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use crate::ids::{ApplicationId, LicenseId, MeasureId, OverrideId};
use crate::page::Listed;
use crate::rules::deadline::Timed;
use crate::rules::license::{FreezeSource, Ground};
use crate::rules::measure::Effect;
use crate::rules::scope::Match;
use crate::rules::verdict::{Outcome, Rule};

/// An act that was permitted though the gate did not pass it.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Departure {
    /// The audit entry.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// What was permitted, as resource.act.
    pub act: String,
    /// The kind of resource.
    pub subject_kind: String,
    /// The resource.
    pub subject_id: Uuid,
    /// Its human reference.
    pub reference: Option<String>,
    /// What the gate said.
    pub verdict: Outcome,
    /// The checks that stood against it.
    #[schema(value_type = Vec<Rule>)]
    pub rules: Json<Vec<Rule>>,
    /// The reasons for the departure.
    pub reasons: Option<String>,
    /// The override by the minister that it rests on.
    pub override_id: Option<OverrideId>,
    /// The human reference of that override.
    pub override_reference: Option<String>,
    /// Who decided, by handle; of an act of one signature, the same person.
    pub decided_by: Option<String>,
    /// Who signed, by handle.
    pub signed_by: String,
}

/// A freeze in force whose review date has passed.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnreviewedFreeze {
    /// The freeze.
    pub id: Uuid,
    /// The license.
    pub license_id: LicenseId,
    /// Its human reference.
    pub reference: String,
    /// The number of the freeze.
    pub number: i32,
    /// What it rests on.
    pub source: FreezeSource,
    /// The proceeding, measure or objection it rests on.
    pub source_id: Option<Uuid>,
    /// The ground.
    pub ground: Ground,
    /// Since when.
    pub frozen_at: DateTime<Utc>,
    /// When it was to be reviewed.
    pub review_on: NaiveDate,
    /// By how many days that has passed.
    pub days_late: i32,
}

/// A file whose term has passed.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Overdue {
    /// The file.
    pub id: Uuid,
    /// What kind of file.
    pub kind: Timed,
    /// Its human reference.
    pub reference: String,
    /// Where it stands.
    pub status: String,
    /// The last day of the term; of an application, pauses counted.
    pub due_on: NaiveDate,
    /// By how many days that has passed.
    pub days_late: i32,
}

macro_rules! listed {
    ($($item:ty),+) => {
        $(impl Listed for $item {
            fn key(&self) -> Uuid {
                self.id
            }
        })+
    };
}
listed!(Departure, UnreviewedFreeze, Overdue);

/// Which departures are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DepartureFilter {
    /// Not before this time.
    pub from: Option<DateTime<Utc>>,
    /// Before this time.
    pub to: Option<DateTime<Utc>>,
    /// Only those under an override, or only those without one.
    pub overridden: Option<bool>,
}

/// Which freezes are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnreviewedFilter {
    /// That rest on this.
    #[param(inline)]
    pub source: Option<FreezeSource>,
}

/// Which files are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OverdueFilter {
    /// Of this kind.
    #[param(inline)]
    pub kind: Option<Timed>,
}

/// The days that a question is about.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Days {
    /// On this day or later (UTC).
    pub from: Option<NaiveDate>,
    /// On this day or before (UTC).
    pub to: Option<NaiveDate>,
}

/// The days that grants are asked about, and where to go on.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GrantDays {
    /// Granted on this day or later (UTC).
    pub from: Option<NaiveDate>,
    /// Granted on this day or before (UTC).
    pub to: Option<NaiveDate>,
    /// Goes on after this license: the `next` of the answer before.
    pub after: Option<LicenseId>,
}

/// The grants of a span, held against the measures of their time.
#[derive(Clone, Debug, Default, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GrantsUnderMeasures {
    /// Grants that this answer covers.
    pub grants: u32,
    /// How often a measure was in force at a grant: so many pairs were held against each other.
    pub pairs: u64,
    /// The grants that a measure in force stood against, without an override.
    pub without_override: u32,
    /// The grants that a measure in force stood against.
    pub found: Vec<GrantUnderMeasure>,
    /// The license after which to go on; null where the span is done.
    pub next: Option<LicenseId>,
}

/// A grant that a measure in force stood against.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GrantUnderMeasure {
    /// The license.
    pub license_id: LicenseId,
    /// Its human reference.
    pub reference: String,
    /// The application.
    pub application_id: ApplicationId,
    /// When it was granted.
    pub granted_at: DateTime<Utc>,
    /// The measure.
    pub measure_id: MeasureId,
    /// Its human reference.
    pub measure: String,
    /// Since when it was in force.
    pub in_force_at: DateTime<Utc>,
    /// The effect that stood against the grant.
    pub effect: Effect,
    /// What the scope reaches, and which clause met which fact.
    pub matched: Match,
    /// The override that the grant rests on.
    pub override_id: Option<OverrideId>,
    /// Whether grant and measure were under way at the same time: a time on file is that of the request, and what was
    /// committed first cannot be told from it. The policy epoch keeps the two apart.
    pub at_once: bool,
}

/// Files in which one person stood on both sides.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BothSides {
    /// Acts of a side that were looked at.
    pub acts: i64,
    /// What was found, at most 200.
    pub found: Vec<BothSidesAct>,
    /// Whether there is more than was listed.
    pub more: bool,
}

/// Two acts of one person on both sides of a file.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BothSidesAct {
    /// The kind of file.
    pub kind: String,
    /// The file.
    pub file_id: Uuid,
    /// Who, by handle.
    pub person: String,
    /// On the one side.
    pub one_side: String,
    /// When last.
    pub one_at: DateTime<Utc>,
    /// On the other.
    pub other_side: String,
    /// When last.
    pub other_at: DateTime<Utc>,
}
