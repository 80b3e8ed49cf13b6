//! Statistics as they are read.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::as_of::Moment;
use crate::rules::vocabulary;

/// The figures of a year.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Statistics {
    /// The year.
    pub year: i32,
    /// Its first instant, in UTC.
    pub from: DateTime<Utc>,
    /// The first instant after it.
    pub until: DateTime<Utc>,
    /// The time that `asOf` named: a year that still ran is counted up to then, by what was recorded until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<DateTime<Utc>>,
    /// The figures.
    pub figures: Vec<Figure>,
}

/// One figure with its definition.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Figure {
    /// Its name, which stays the same from year to year.
    pub name: &'static str,
    /// What is counted, and how.
    pub definition: &'static str,
    /// What it is counted in.
    pub unit: &'static str,
    /// The figure; null for a median of nothing.
    pub value: Option<i64>,
    /// Its breakdown; a cell that is not there is zero.
    pub by: Vec<Cell>,
}

/// One cell of a breakdown: what it is for, and the figure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Cell {
    /// The kind of application or license.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `granted` by the registry, or `imported` from an existing list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// What became of the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Where the license stood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The ground.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ground: Option<String>,
    /// The figure.
    pub value: i64,
}

vocabulary! {
    /// How the figures are written.
    Format { Json, Csv }
}

/// Which year is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct YearQuery {
    /// The year, from 1990 to the next one.
    #[param(required = true, minimum = 1990)]
    pub year: Option<i32>,
    /// As they were counted then: an instant, or the end of a day in UTC.
    #[param(value_type = Option<String>, max_length = 40)]
    pub as_of: Option<Moment>,
    /// `json` (the default) or `csv`.
    #[param(inline)]
    pub format: Option<Format>,
}
