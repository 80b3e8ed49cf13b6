//! Reference data as it is read.

mod listed;

pub use listed::{
    CodeProposal, ControlListCode, ControlListEntry, ControlListFilter, EditionFilter, NewEdition, Programme,
    ProgrammeFilter, ProposalQuery, ReferenceEdition,
};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;

use crate::rules::gate::EmbargoScope;
use crate::rules::values::{self, GroupCode, Name, Prose, Territory};

/// A country, or a group or blank that imported licenses name.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CountryEntry)]
pub struct Country {
    /// ISO 3166-1 alpha-2, a former code, a group in lower case, or ZZ (not stated).
    pub code: Territory,
    /// English name.
    pub name: String,
    /// `country`, `group` or `unstated`.
    pub kind: String,
    /// Its names in other languages.
    #[schema(value_type = Vec<CountryName>)]
    pub names: Json<Vec<CountryName>>,
    /// The United Nations arms embargo in force today.
    #[sqlx(json(nullable))]
    pub embargo: Option<Embargo>,
}

/// A name of a country.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CountryName {
    /// The language (BCP 47).
    pub language: String,
    /// The name.
    pub name: String,
    /// Where it is read.
    pub source: String,
}

/// Which countries are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CountryFilter {
    /// One of whose names, in any language, contains this text; accents and capitals do not matter.
    pub name: Option<Name>,
}

/// An arms embargo in force.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Embargo {
    /// Whom it covers.
    pub scope: EmbargoScope,
    /// The resolution.
    pub citation: String,
}

/// A group of countries to be put on file.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewCountryGroup {
    /// Its name in rules and routes.
    pub code: GroupCode,
    /// Its English name.
    pub name: Name,
    /// Where its members are read.
    pub source: Prose,
}

/// A country's membership of a group.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewGroupMember)]
pub struct NewMember {
    /// The country.
    pub territory: values::Country,
    /// Its first day in the group.
    pub valid_from: NaiveDate,
    /// Its last day in the group, where an end is known.
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
}

/// The end of the membership that has none yet.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewGroupMemberEnding)]
pub struct NewEnding {
    /// The country.
    pub territory: values::Country,
    /// Its last day in the group.
    pub valid_until: NaiveDate,
    /// Why the membership ends.
    pub reasons: Prose,
}

/// A group of countries, with its members on a day.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CountryGroup {
    /// Its name in rules and routes.
    pub code: GroupCode,
    /// Its English name.
    pub name: String,
    /// Where its members are read.
    pub source: String,
    /// Counts what was recorded of it: itself, each membership and each end of one.
    pub version: i32,
    /// When it came on file.
    pub recorded_at: DateTime<Utc>,
    /// The day the members are given for.
    pub as_of: NaiveDate,
    /// Who belongs to it on that day.
    #[schema(value_type = Vec<Member>)]
    pub members: Json<Vec<Member>>,
}

/// A member of a group on a day.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GroupMember)]
pub struct Member {
    /// The country.
    pub territory: values::Country,
    /// Its English name.
    pub name: String,
    /// Its first day in the group.
    pub valid_from: NaiveDate,
    /// Its last day in the group; null while no end is known.
    pub valid_until: Option<NaiveDate>,
}

/// A country's membership of a group, whether it lasts or has ended.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GroupMembership)]
pub struct Membership {
    /// The country.
    pub territory: values::Country,
    /// Its English name.
    pub name: String,
    /// Its first day in the group.
    pub valid_from: NaiveDate,
    /// Its last day in the group; null while no end is known.
    pub valid_until: Option<NaiveDate>,
    /// When the membership was entered.
    pub recorded_at: DateTime<Utc>,
    /// When its end was recorded; null where it has none, or the end was entered with it.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it ended.
    pub end_reasons: Option<String>,
}

/// The day that members are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AsOf {
    /// The day; today where left out.
    pub as_of: Option<NaiveDate>,
}
