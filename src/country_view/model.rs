//! The country view as it is read.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::assessments::AssessmentBrief;
use crate::ids::MeasureId;
use crate::reference::{CountryName, Embargo, Programme};
use crate::rules::application::{self, Kind};
use crate::rules::license;
use crate::rules::measure::Effect;
use crate::rules::values::{Country, GroupCode};

/// What the registry knows of a country.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CountryView {
    /// ISO 3166-1 alpha-2, or a former code.
    pub code: Country,
    /// English name.
    pub name: String,
    /// The day the view holds for.
    pub as_of: NaiveDate,
    /// Its names in other languages.
    pub names: Vec<CountryName>,
    /// The United Nations arms embargo in force.
    pub embargo: Option<Embargo>,
    /// The groups it belongs to.
    pub groups: Vec<GroupName>,
    /// The sanctions and embargo programmes of others that are directed at it, as their lists tell. They decide nothing here.
    pub programmes: Vec<Programme>,
    /// The assessments that are relied on.
    pub assessments_in_force: Vec<AssessmentBrief>,
    /// The assessments that are drafted, in consultation, or wait for approval.
    pub assessments_in_work: Vec<AssessmentBrief>,
    /// The measures in force that can reach something to the country, by their scopes.
    pub measures_in_force: Vec<MeasureBrief>,
    /// Applications that name the country and wait for an end, by status and kind.
    pub open_applications: Vec<ApplicationCount>,
    /// Licenses that name the country, are active or frozen and in their term, by kind and status.
    pub licenses_in_force: Vec<LicenseCount>,
    /// What those licenses are worth, by currency. A license for several countries counts whole.
    pub value_in_force: Vec<CurrencyValue>,
    /// What was done since the first of January.
    pub acts_of_the_year: YearActs,
}

/// A group a country belongs to.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CountryGroupName)]
pub struct GroupName {
    /// The group.
    pub code: GroupCode,
    /// Its English name.
    pub name: String,
}

/// A measure in force.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeasureBrief {
    /// The measure.
    pub id: MeasureId,
    /// Its human reference.
    pub reference: String,
    /// What it does.
    pub effects: Vec<Effect>,
    /// The ground.
    pub ground: license::Ground,
    /// Since when it is in force.
    pub in_force_at: DateTime<Utc>,
    /// When it is reviewed at the latest.
    pub review_on: NaiveDate,
}

/// A count of applications.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationCount {
    /// Where they stand.
    pub status: application::Status,
    /// What is applied for.
    pub kind: Kind,
    /// How many.
    pub count: i64,
}

/// A count of licenses.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LicenseCount {
    /// What they permit.
    pub kind: Kind,
    /// Where they stand.
    pub status: license::Status,
    /// How many.
    pub count: i64,
}

/// A sum of money.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CurrencyValue {
    /// The currency.
    pub currency: String,
    /// The sum, as a decimal string.
    pub value: String,
}

/// The acts of a year so far.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CountryYearActs)]
pub struct YearActs {
    /// The year.
    pub year: i32,
    /// Applications submitted for the first time.
    pub applications_filed: i64,
    /// Applications granted, whole or in part.
    pub applications_granted: i64,
    /// Applications refused.
    pub applications_refused: i64,
    /// Licenses issued on a countersigned grant.
    pub licenses_issued: i64,
    /// Freezes of a whole license that was active.
    pub licenses_frozen: i64,
    /// Licenses whose last freeze of the whole was lifted.
    pub licenses_thawed: i64,
    /// Licenses revoked.
    pub licenses_revoked: i64,
}
