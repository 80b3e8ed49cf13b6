//! What comes in editions, as it is read: control lists and sanctions programmes.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{ControlListEntryId, EditionId, ProgrammeId};
use crate::page::Listed;
use crate::rules::edition::EditionSubject;
use crate::rules::product::TechnologyTag;
use crate::rules::programme::ProgrammeMeasure;
use crate::rules::proposal::Piece;
use crate::rules::values::{ControlCode, ControlPrefix, Country, Digest, ListCode, Name, Prose};

/// An edition to be taken, without its rows.
#[derive(Clone, Debug)]
pub struct NewEdition {
    /// The list.
    pub list: ListCode,
    /// Where it is published, and what was done to it.
    pub source: Prose,
    /// The day of issue of the source.
    pub as_of: NaiveDate,
    /// From which day it says what is on the list; may be left out for the first edition alone.
    pub valid_from: Option<NaiveDate>,
    /// Why it ends more than the set share of the entries.
    pub ending_reasons: Option<Prose>,
    /// The name of the file.
    pub file_name: Name,
    /// The SHA-256 of the file.
    pub file_sha256: Digest,
}

/// An edition of a list, and what it says otherwise than the one before.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReferenceEdition {
    /// Identifier.
    pub id: EditionId,
    /// What the list holds.
    pub subject: EditionSubject,
    /// What the agency calls the list.
    pub list: ListCode,
    /// 1, 2, … for the list.
    pub number: i32,
    /// Where it is published, and what was done to it.
    pub source: String,
    /// The day of issue of the source; null where it tells none.
    pub as_of: Option<NaiveDate>,
    /// From which day it says what is on the list; null for a first edition without a known first day.
    pub valid_from: Option<NaiveDate>,
    /// The name of the file; null for what came with the registry.
    pub file_name: Option<String>,
    /// The SHA-256 of the file; null for what came with the registry.
    pub file_sha256: Option<String>,
    /// How many entries it has.
    pub entries: i32,
    /// Entries that the edition before does not have, by code or key.
    pub added: Vec<String>,
    /// Entries that say something else.
    pub changed: Vec<String>,
    /// Entries of the edition before that it no longer has.
    pub ended: Vec<String>,
    /// Why it was taken though it ends more than the set share.
    pub ending_reasons: Option<String>,
    /// When it was taken.
    pub recorded_at: DateTime<Utc>,
}

impl Listed for ReferenceEdition {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which editions are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EditionFilter {
    /// Of lists that hold this.
    #[param(inline)]
    pub subject: Option<EditionSubject>,
    /// Of this list.
    #[param(inline)]
    pub list: Option<ListCode>,
}

/// A version of an entry of a control list.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ControlListEntry {
    /// Identifier of the version.
    pub id: ControlListEntryId,
    /// The list.
    pub list: ListCode,
    /// The code, of any depth: ML10, 6A002, 5A001.f.
    pub code: ControlCode,
    /// What the entry controls, shortened; null where only the code is known.
    pub title: Option<String>,
    /// Its text beyond the title; null where there is none or it is not known.
    pub text: Option<String>,
    /// The category of the list: that of the code where the list states no other.
    pub category: String,
    /// The reasons for control, as the list abbreviates them.
    pub reasons: Vec<String>,
    /// What the technology does, as the agency reads the entry.
    pub technology_tags: Vec<TechnologyTag>,
    /// The first day of this version; null where it was on the list before the first edition on file.
    pub valid_from: Option<NaiveDate>,
    /// The last day of this version; null while no end is known.
    pub valid_until: Option<NaiveDate>,
    /// The edition that it came with.
    pub edition_id: EditionId,
    /// Where that is published.
    pub source: String,
    /// The day of issue of that source; null where it tells none.
    pub as_of: Option<NaiveDate>,
}

impl Listed for ControlListEntry {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which entries are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ControlListFilter {
    /// In force on this day; today where left out.
    pub as_of: Option<NaiveDate>,
    /// Of this list.
    #[param(inline)]
    pub list: Option<ListCode>,
    /// Of this category.
    pub category: Option<Name>,
    /// Whose code begins with this, at a level: ML, ML1, 5, 5A, 5A0, 5A001, 5A001.f.
    #[param(inline)]
    pub prefix: Option<ControlPrefix>,
    /// With this tag.
    #[param(inline)]
    pub tag: Option<TechnologyTag>,
    /// Whose title or text has these English words, in any form; a phrase in quotes, `or` and `-` are understood.
    pub q: Option<Name>,
}

/// What the control lists say, and said, of a code.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ControlListCode {
    /// The code that was asked for.
    pub code: ControlCode,
    /// The nearest entry: the code itself, or the deepest one above it.
    pub nearest: ControlCode,
    /// Every version of that entry in every list, the latest of each list first.
    pub versions: Vec<ControlListEntry>,
}

/// A code that is proposed.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CodeProposal {
    /// The version of the entry.
    pub entry_id: ControlListEntryId,
    /// The list.
    pub list: ListCode,
    /// The code.
    pub code: ControlCode,
    /// What the entry controls, shortened; null where only the code is known.
    pub title: Option<String>,
    /// How near the entry is, from 0 to 1: the weighed share of the words asked for that it has.
    pub score: f64,
    /// The reasons for control.
    pub reasons: Vec<String>,
    /// What the technology does, as the agency reads the entry.
    pub technology_tags: Vec<TechnologyTag>,
    /// The passage that matched, in pieces of plain text, the words that were looked for told apart.
    pub passage: Vec<Piece>,
}

/// What codes are proposed for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProposalQuery {
    /// A description in English. What is confidential has no place in an address: ask by the product instead.
    #[param(inline)]
    pub text: Prose,
}

/// A sanctions or embargo programme of others.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Programme {
    /// Identifier of the version.
    pub id: ProgrammeId,
    /// The list that it is from.
    pub list: ListCode,
    /// What the list calls it.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Who issued it.
    pub issuer: String,
    /// The countries that it is directed at.
    pub countries: Vec<Country>,
    /// What it imposes.
    pub measures: Vec<ProgrammeMeasure>,
    /// Its first day; null where the list does not tell.
    pub begun_on: Option<NaiveDate>,
    /// Its last day; null where the list tells none.
    pub ended_on: Option<NaiveDate>,
    /// Where it is published.
    pub url: Option<String>,
    /// What it is, in short.
    pub summary: Option<String>,
    /// The first day of this version; null where it was on the list before the first edition on file.
    pub valid_from: Option<NaiveDate>,
    /// The last day of this version; null while no end is known.
    pub valid_until: Option<NaiveDate>,
    /// The edition that it came with.
    pub edition_id: EditionId,
    /// Where that is published.
    pub source: String,
    /// The day of issue of that source; null where it tells none.
    pub as_of: Option<NaiveDate>,
}

impl Listed for Programme {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// Which programmes are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProgrammeFilter {
    /// On file and lasting on this day; today where left out.
    pub as_of: Option<NaiveDate>,
    /// Of this list.
    #[param(inline)]
    pub list: Option<ListCode>,
    /// Directed at this country.
    pub country: Option<Country>,
    /// That impose this.
    #[param(inline)]
    pub measure: Option<ProgrammeMeasure>,
    /// Of this issuer.
    pub issuer: Option<Name>,
}
