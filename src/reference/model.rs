//! Reference data as it is read.

use serde::{Deserialize, Serialize};

use crate::rules::gate::EmbargoScope;
use crate::rules::values::{ControlPrefix, Name, Territory};

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
    /// The United Nations arms embargo in force today.
    #[sqlx(json(nullable))]
    pub embargo: Option<Embargo>,
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

/// An entry of a control list: the head of the codes below it.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ControlListEntry {
    /// The head of the codes of the entry, such as ML10 or 6A002.
    pub code: String,
    /// `munitions` or `dual_use`.
    pub list: String,
    /// What the entry controls, shortened; null where only the code is known.
    pub title: Option<String>,
    /// Where code and title come from.
    pub source: String,
}

/// Which entries are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ControlListFilter {
    /// Whose code begins with this, at a level: ML, ML1, 5, 5A, 5A0, 5A001.
    #[param(inline)]
    pub prefix: Option<ControlPrefix>,
    /// Whose title contains this text, in any case.
    pub text: Option<Name>,
}
