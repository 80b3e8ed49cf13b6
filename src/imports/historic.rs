//! What a list says about a license, in the registry's values, and what could not be taken.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::rules::application::Kind;
use crate::rules::values::{Amount, ControlCode, Currency, Quantity, Territory, Unit};

/// A license as an existing list records it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HistoricLicense {
    /// Its number, unique in the profile's register.
    pub number: String,
    /// What it permits.
    pub kind: Kind,
    /// The day it was issued; of several rows, the profile says which counts.
    pub issued_on: NaiveDate,
    /// The last day it is valid, never before `issued_on`.
    pub valid_until: NaiveDate,
    /// Every destination of its lines, in the order of first mention.
    pub destinations: Vec<Territory>,
    /// Where the goods pass on the way there.
    pub via: Vec<Territory>,
    /// Who it was issued to, as written.
    pub exporter: Option<String>,
    /// Who receives the goods, as written; its lines may name others.
    pub consignee: Option<String>,
    /// Who uses the goods, as written; its lines may name others.
    pub end_user: Option<String>,
    /// What the goods are for, as written; its lines may name others.
    pub end_use: Option<String>,
    /// Its rows, in the order of the file.
    pub lines: Vec<HistoricLine>,
    /// The lines in the file where its accepted rows begin.
    #[serde(skip)]
    pub rows: Vec<u64>,
    /// The lines in the file where rows with its number were rejected: what is known of it is incomplete.
    #[serde(skip)]
    pub rejected_rows: Vec<u64>,
    /// SHA-256 over everything above but the positions in the file; the order of the rows does not change it.
    pub digest: String,
}

/// One row of a list: goods, where they go, and what they are worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HistoricLine {
    /// The date of issue this row states; rows of one license differ where it was extended.
    pub issued_on: NaiveDate,
    /// The expiry this row states.
    pub valid_until: Option<NaiveDate>,
    /// Who receives the goods of this line, as written.
    pub consignee: Option<String>,
    /// Who uses them, as written.
    pub end_user: Option<String>,
    /// What they are for, as written.
    pub end_use: Option<String>,
    /// The control-list codes that could be read.
    pub codes: Vec<ControlCode>,
    /// The codes as written.
    pub code_text: Option<String>,
    /// The goods as written.
    pub description: Option<String>,
    /// How many or how much.
    pub quantity: Option<Quantity>,
    /// What the quantity is counted in, where it is one of the registry's units.
    pub unit: Option<Unit>,
    /// The unit as written.
    pub unit_text: Option<String>,
    /// What the line is worth.
    pub value: Option<Amount>,
    /// In which currency; there is a currency wherever there is a value.
    pub currency: Option<Currency>,
    /// Where the goods of this line go.
    pub destinations: Vec<Territory>,
    /// Where they pass on the way.
    pub via: Vec<Territory>,
    /// The destination as written.
    pub destination_text: Option<String>,
    /// Further columns, under the names the profile gives them.
    pub other: BTreeMap<String, String>,
}

/// Why a row was not taken. A row with several faults has several rejects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// The line in the file where the row begins, counted from 1.
    pub line: u64,
    /// The column at fault, where one is.
    pub column: Option<String>,
    /// What stands there, at most 200 characters of it.
    pub value: Option<String>,
    /// What is wrong with it.
    pub reason: String,
}

/// A row that the profile leaves out: a total, a comment, an empty row. It is not counted as read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The line in the file where the row begins, counted from 1.
    pub line: u64,
    /// The rule of the profile that left it out.
    pub reason: String,
}

/// What a file held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// The licenses, in the order of first mention.
    pub licenses: Vec<HistoricLicense>,
    /// Why rows were not taken, in the order of the file.
    pub rejects: Vec<Reject>,
    /// Rows the profile leaves out.
    pub skipped: Vec<Skipped>,
    /// Data rows: `rows_accepted + rows_rejected`, always.
    pub rows_read: u64,
    /// Rows that became a line of a license.
    pub rows_accepted: u64,
    /// Rows that did not, each counted once.
    pub rows_rejected: u64,
}

impl HistoricLicense {
    /// Computes the digest of the license's content.
    pub(super) fn seal(&mut self) {
        let mut lines: Vec<String> = self.lines.iter().map(canonical).collect();
        lines.sort_unstable();
        let mut destinations = self.destinations.clone();
        destinations.sort_unstable();
        let mut via = self.via.clone();
        via.sort_unstable();
        let head = canonical(&(
            (&self.number, self.kind, self.issued_on, self.valid_until),
            (&self.exporter, &self.consignee, &self.end_user, &self.end_use),
            (destinations, via),
        ));
        let mut hash = Sha256::new();
        for part in std::iter::once(&head).chain(&lines) {
            hash.update(part.as_bytes());
            hash.update(b"\n");
        }
        self.digest = hex::encode(hash.finalize());
    }
}

/// One line of JSON: line breaks inside values are escaped, so parts cannot run into each other.
fn canonical(value: &impl Serialize) -> String {
    // Only texts, numbers and text-keyed maps are written, which cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

/// The beginning of `text`, for a reject.
pub(super) fn excerpt(text: &str) -> String {
    const MAX: usize = 200;
    let visible = |c: char| if c.is_control() && c != '\n' { '\u{FFFD}' } else { c };
    let mut short: String = text.chars().take(MAX).map(visible).collect();
    if text.chars().nth(MAX).is_some() {
        short.push('…');
    }
    short
}
