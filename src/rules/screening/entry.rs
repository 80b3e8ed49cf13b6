//! An entry of a list, whatever form the list came in.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::words::Subject;
use crate::rules::vocabulary;

vocabulary! {
    /// What an entry is about.
    Kind {
        Person,
        Organization,
        Vessel,
        Aircraft,
        /// The list does not say.
        Unknown,
    }
}

#[expect(clippy::derivable_impls, reason = "every vocabulary derives the same")]
impl Default for Kind {
    fn default() -> Self {
        Self::Unknown
    }
}

impl Kind {
    /// What its names are compared as.
    pub fn subject(self) -> Subject {
        match self {
            Self::Person => Subject::Person,
            Self::Organization => Subject::Organization,
            Self::Vessel | Self::Aircraft => Subject::Craft,
            Self::Unknown => Subject::Unknown,
        }
    }
}

vocabulary! {
    /// How much the list thinks of a name.
    Quality {
        /// The name it lists the entry under.
        Primary,
        /// Another name that suffices to know the party by.
        Strong,
        /// Another name that many have, or that is no more than a hint.
        Weak,
    }
}

/// A name of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ListedName {
    /// As the list writes it, in any script.
    pub text: String,
    /// What the list thinks of it.
    pub quality: Quality,
}

/// A number or code of an entry: a passport, a registration, an IMO number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identifier {
    /// What it is, as the list calls it: `Passport`, `Tax ID No.`, `IMO`.
    pub kind: String,
    /// The number, as the list writes it.
    pub value: String,
    /// Who issued it: a country as the list writes it.
    pub country: Option<String>,
}

/// When a person was born, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Birth {
    /// On a day.
    Day(NaiveDate),
    /// In these years, the first and the last.
    Years(i32, i32),
}

/// An entry of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// What the list calls it by, the same in every edition.
    pub source_id: String,
    /// The list within a consolidated list: `Entity List (EL) - Bureau of Industry and Security`.
    pub list: Option<String>,
    /// What it is about.
    pub kind: Kind,
    /// Its names; the first is the one it is listed under.
    pub names: Vec<ListedName>,
    /// Its numbers.
    pub identifiers: Vec<Identifier>,
    /// When it was born.
    pub births: Vec<Birth>,
    /// Countries it belongs to, as ISO 3166-1 alpha-2 codes; what could not be told stays as the list writes it.
    pub countries: Vec<String>,
    /// Countries of its addresses, likewise.
    pub address_countries: Vec<String>,
    /// The programmes it is listed under.
    pub programmes: Vec<String>,
    /// What may not be exported to it without a license.
    pub license_requirement: Option<String>,
    /// How applications for it are looked at.
    pub license_policy: Option<String>,
    /// The notice or decision it was listed by.
    pub citation: Option<String>,
    /// Since when it is listed.
    pub listed_on: Option<NaiveDate>,
}
