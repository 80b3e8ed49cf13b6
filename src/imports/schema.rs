//! The shape of a profile's TOML, before it is checked.

use std::collections::BTreeMap;

use encoding_rs::Encoding;
use regex::Regex;
use serde::Deserialize;

use super::codes::CodesTable;
use super::columns::ColumnRef;
use super::dates::DatesTable;
use super::destinations::DestinationsTable;
use super::numbers::NumbersTable;
use super::records::Marks;
use super::source::{Source, SourceSpec};
use crate::rules::values::Unit;

/// The fields of a license and its lines that a column can be mapped to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub(super) enum Field {
    Number,
    Kind,
    IssuedOn,
    ValidUntil,
    TermMonths,
    Exporter,
    Consignee,
    EndUser,
    EndUse,
    Codes,
    Description,
    Quantity,
    Unit,
    Value,
    Currency,
    Destinations,
    Via,
}

/// What the bytes of a file look like.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) encoding: Option<&'static Encoding>,
    pub(super) marks: Marks,
    pub(super) header: bool,
    pub(super) skip_lines: u32,
    pub(super) ragged: Ragged,
}

/// A rule for rows that are no data.
#[derive(Clone, Debug)]
pub(super) struct Skip {
    pub(super) column: Source,
    pub(super) matches: Option<Regex>,
    pub(super) reason: String,
}

/// What to do with a record that has more or fewer fields than the header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Ragged {
    /// Reject the row.
    #[default]
    Reject,
    /// Refuse the file.
    Refuse,
    /// Take missing fields at the end as empty, and leave out empty ones that are too many.
    Pad,
}

/// What to do with a quote where none may stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum StrayQuotes {
    /// Refuse the file.
    #[default]
    Refuse,
    /// Take it as text.
    Literal,
}

/// `[license]`: what makes rows one license.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LicenseTable {
    pub(super) identity: Identity,
    pub(super) prefix: String,
    pub(super) term_months: Option<u32>,
    pub(super) expiry_before_issue: Expiry,
    pub(super) when_a_row_is_rejected: Rest,
    pub(super) conflicts: BTreeMap<Field, Conflict>,
}

/// What identifies a license.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Identity {
    /// Its number; rows with the same number are lines of one license.
    #[default]
    Number,
    /// Each row is a license, numbered by what stands in it.
    Content,
    /// Each row is a license, numbered by its line in the file.
    Row,
}

/// What to do where a license expires before it was issued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Expiry {
    /// Reject its rows.
    #[default]
    Reject,
    /// Take it as valid on the day of issue only.
    DayOfIssue,
    /// Take the expiry as not given.
    Ignore,
}

/// What to do with the other rows of a license when one is rejected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Rest {
    /// Take them; the license says which rows are missing.
    #[default]
    KeepOthers,
    /// Reject them too.
    RejectLicense,
}

/// Which of several values for one license counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Conflict {
    First,
    Last,
    Earliest,
    Latest,
    /// Reject the rows that differ from the first.
    Reject,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) source: Option<String>,
    pub(super) register: String,
    #[serde(default)]
    pub(super) file: FileTable,
    #[serde(default)]
    pub(super) skip: Vec<SkipTable>,
    #[serde(default)]
    pub(super) license: LicenseTable,
    pub(super) fields: BTreeMap<Field, SourceSpec>,
    #[serde(default)]
    pub(super) other: BTreeMap<String, SourceSpec>,
    #[serde(default)]
    pub(super) dates: DatesTable,
    #[serde(default)]
    pub(super) numbers: NumbersTable,
    #[serde(default)]
    pub(super) codes: CodesTable,
    #[serde(default)]
    pub(super) destinations: DestinationsTable,
    #[serde(default)]
    pub(super) units: BTreeMap<String, Unit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FileTable {
    pub(super) encoding: String,
    pub(super) delimiter: String,
    pub(super) quote: String,
    pub(super) stray_quotes: StrayQuotes,
    pub(super) header: bool,
    pub(super) skip_lines: u32,
    pub(super) ragged: Ragged,
    pub(super) empty: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SkipTable {
    pub(super) column: ColumnRef,
    pub(super) matches: Option<String>,
    #[serde(default)]
    pub(super) empty: bool,
}

impl Default for FileTable {
    fn default() -> Self {
        Self {
            encoding: "auto".to_owned(),
            delimiter: ",".to_owned(),
            quote: "\"".to_owned(),
            stray_quotes: StrayQuotes::Refuse,
            header: true,
            skip_lines: 0,
            ragged: Ragged::Reject,
            empty: Vec::new(),
        }
    }
}
