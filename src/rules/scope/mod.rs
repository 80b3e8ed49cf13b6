//! Scopes: which licenses and applications a policy reaches, as data.
//!
//! A permission runs along strands: one line of goods to one destination for one holder and end user. A scope is a
//! condition on a strand, and it reaches a license or an application when it reaches one of its strands. So
//! "5A001 except to the Netherlands" reaches a license of 5A001 to Italy and the Netherlands, on its strand to Italy.
//! The property kept: a scope has one meaning. `measures/store/scope.rs` writes the same condition in SQL, and a test
//! generates scopes and licenses and compares the two. What is not on file meets no condition.

mod check;
mod concern;
mod reach;

pub use check::Unusable;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::application::Kind;
use super::end_user::EndUserKind;
use super::product::{ProductClass, SecurityClassification, TechnologyTag};
use super::values::{ControlCode, ControlPrefix, GroupCode, Territory};
use super::vocabulary;

/// A condition on a strand: one condition, or several combined by `all`, `any` and `except`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// Every one of these holds.
    #[schema(no_recursion)]
    All(Vec<Scope>),
    /// One of these holds.
    #[schema(no_recursion)]
    Any(Vec<Scope>),
    /// The first holds and the second does not.
    Except(Box<Exception>),
    /// To one of these destinations: countries, or a group or blank that an imported license names.
    Destinations(Vec<Territory>),
    /// To a member of one of these country groups, on the day the question is asked.
    CountryGroups(Vec<GroupCode>),
    /// Goods under one of these control-list prefixes.
    ControlCodes(Vec<ControlPrefix>),
    /// Goods of one of these classes.
    ProductClasses(Vec<ProductClass>),
    /// Goods with one of these technology tags.
    TechnologyTags(Vec<TechnologyTag>),
    /// Goods of one of these security classifications.
    SecurityClassifications(Vec<SecurityClassification>),
    /// Held or applied for by one of these exporters.
    Exporters(Vec<Uuid>),
    /// For one of these end users.
    EndUsers(Vec<Uuid>),
    /// For an end user of one of these kinds.
    EndUserKinds(Vec<EndUserKind>),
    /// A license of one of these kinds.
    LicenseKinds(Vec<Kind>),
}

/// A scope with something taken out of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ScopeException)]
pub struct Exception {
    /// What it is taken out of.
    #[schema(no_recursion)]
    pub of: Scope,
    /// What is taken out.
    #[schema(no_recursion)]
    pub but: Scope,
}

vocabulary! {
    /// What a condition asks about.
    Asks {
        Destination, CountryGroup, ControlCode, ProductClass, TechnologyTag, SecurityClassification, Exporter, EndUser,
        EndUserKind, LicenseKind,
    }
}

/// How a scope is put together.
enum Shape<'s> {
    All(&'s [Scope]),
    Any(&'s [Scope]),
    Except(&'s Exception),
    /// One condition, no combination.
    Condition,
}

/// The members of country groups on one day, by the group's code.
pub type Groups = BTreeMap<String, Vec<Territory>>;

/// A license or an application as a scope sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// What it permits or asks for.
    pub kind: Kind,
    /// Who holds it or applies.
    pub exporter: Option<Uuid>,
    /// For whom.
    pub end_user: Option<Uuid>,
    /// What kind of body that is.
    pub end_user_kind: Option<EndUserKind>,
    /// Where to.
    pub destinations: Vec<Territory>,
    /// The goods.
    pub lines: Vec<Goods>,
}

/// One line of goods as a scope sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goods {
    /// The number of the line.
    pub line: i32,
    /// Its control-list codes.
    pub codes: Vec<ControlCode>,
    /// Its class; none where no classification of ours is on file.
    pub class: Option<ProductClass>,
    /// Its security classification.
    pub security: Option<SecurityClassification>,
    /// Its technology tags.
    pub tags: Vec<TechnologyTag>,
}

/// Why a scope reaches a license or an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Match {
    /// The lines it reaches.
    pub lines: Vec<i32>,
    /// The destinations it reaches.
    pub destinations: Vec<Territory>,
    /// The conditions that were met on the first strand it reaches, and by what.
    pub clauses: Vec<Clause>,
}

/// A condition that was met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Clause {
    /// Where the condition stands in the scope, as a JSON pointer (RFC 6901).
    pub clause: String,
    /// What it asks about.
    pub asks: Asks,
    /// The fact on file that met it.
    pub fact: String,
}

impl Scope {
    const fn shape(&self) -> Shape<'_> {
        match self {
            Self::All(parts) => Shape::All(parts.as_slice()),
            Self::Any(parts) => Shape::Any(parts.as_slice()),
            Self::Except(exception) => Shape::Except(exception),
            Self::Destinations(_)
            | Self::CountryGroups(_)
            | Self::ControlCodes(_)
            | Self::ProductClasses(_)
            | Self::TechnologyTags(_)
            | Self::SecurityClassifications(_)
            | Self::Exporters(_)
            | Self::EndUsers(_)
            | Self::EndUserKinds(_)
            | Self::LicenseKinds(_) => Shape::Condition,
        }
    }

    /// Calls `visit` with every condition that is no combination, and where it stands.
    pub fn each_condition(&self, visit: &mut impl FnMut(&str, &Self)) {
        self.each_at("", visit);
    }

    fn each_at(&self, at: &str, visit: &mut impl FnMut(&str, &Self)) {
        match self.shape() {
            Shape::All(parts) | Shape::Any(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    part.each_at(&format!("{at}/{}/{index}", self.name()), visit);
                }
            }
            Shape::Except(exception) => {
                exception.of.each_at(&format!("{at}/except/of"), visit);
                exception.but.each_at(&format!("{at}/except/but"), visit);
            }
            Shape::Condition => visit(&format!("{at}/{}", self.name()), self),
        }
    }

    /// The country groups it names.
    pub fn groups(&self) -> Vec<String> {
        let mut named = Vec::new();
        self.each_condition(&mut |_, condition| {
            if let Self::CountryGroups(groups) = condition {
                named.extend(groups.iter().map(ToString::to_string));
            }
        });
        named
    }

    /// The key it is written under.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::All(_) => "all",
            Self::Any(_) => "any",
            Self::Except(_) => "except",
            Self::Destinations(_) => "destinations",
            Self::CountryGroups(_) => "countryGroups",
            Self::ControlCodes(_) => "controlCodes",
            Self::ProductClasses(_) => "productClasses",
            Self::TechnologyTags(_) => "technologyTags",
            Self::SecurityClassifications(_) => "securityClassifications",
            Self::Exporters(_) => "exporters",
            Self::EndUsers(_) => "endUsers",
            Self::EndUserKinds(_) => "endUserKinds",
            Self::LicenseKinds(_) => "licenseKinds",
        }
    }
}
