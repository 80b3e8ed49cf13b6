//! Rows that share a number: lines of one license, wherever in the file they stand.
//!
//! What rows say about the license as a whole may differ. By default the earliest issue and the latest expiry count,
//! since lists repeat a license when it is extended, and a row that names another exporter or kind is rejected,
//! since it is another license under the same number.

use std::collections::HashMap;

use chrono::{Months, NaiveDate};

use super::historic::{HistoricLicense, HistoricLine, Reading, Reject};
use super::plan::Plan;
use super::profile::Profile;
use super::row::Row;
use super::schema::{Conflict, Expiry, Field, Identity, Rest};
use super::source::Fault;
use crate::rules::values::Territory;

/// The licenses of a file while it is read.
pub(super) struct Groups<'profile> {
    profile: &'profile Profile,
    licenses: Vec<HistoricLicense>,
    by_number: HashMap<String, usize>,
    /// Lines of rejected rows whose number could be read.
    rejected: HashMap<String, Vec<u64>>,
    /// How often a content identity occurred.
    occurrences: HashMap<String, u64>,
}

impl<'profile> Groups<'profile> {
    pub(super) fn new(profile: &'profile Profile) -> Self {
        let (licenses, by_number) = (Vec::new(), HashMap::new());
        Self { profile, licenses, by_number, rejected: HashMap::new(), occurrences: HashMap::new() }
    }

    /// Remembers that a row of license `number` was rejected.
    pub(super) fn reject(&mut self, number: String, line: u64) {
        self.rejected.entry(number).or_default().push(line);
    }

    /// Makes the number of a row identified by its content its own: a second row with the same content is a second
    /// license.
    pub(super) fn distinct(&mut self, number: String) -> String {
        if self.profile.license.identity != Identity::Content {
            return number;
        }
        let times = self.occurrences.entry(number.clone()).or_default();
        *times += 1;
        if *times == 1 { number } else { format!("{number}-{times}") }
    }

    /// Adds a row to its license; what it contradicts, if the profile takes no side.
    pub(super) fn add(&mut self, row: Row, at: u64) -> Result<(), Fault> {
        let known = self.by_number.get(&row.number).and_then(|index| self.licenses.get_mut(*index));
        let Some(license) = known else {
            self.by_number.insert(row.number.clone(), self.licenses.len());
            self.licenses.push(begin(row, at));
            return Ok(());
        };
        let rule = |field| {
            self.profile.license.conflicts.get(&field).copied().unwrap_or_else(|| default_rule(field))
        };
        // Everything is settled before anything is changed, so a rejected row leaves no trace.
        let kind = settle(rule(Field::Kind), license.kind, row.kind, "kind")?;
        let issued_on = settle(rule(Field::IssuedOn), license.issued_on, row.line.issued_on, "issue date")?;
        let valid_until = settle(rule(Field::ValidUntil), license.valid_until, row.valid_until, "expiry")?;
        let exporter = settle_text(
            rule(Field::Exporter),
            license.exporter.as_deref(),
            row.exporter.as_deref(),
            "exporter",
        )?;
        let consignee = settle_text(
            rule(Field::Consignee),
            license.consignee.as_deref(),
            row.line.consignee.as_deref(),
            "consignee",
        )?;
        let end_user = settle_text(
            rule(Field::EndUser),
            license.end_user.as_deref(),
            row.line.end_user.as_deref(),
            "end user",
        )?;
        let end_use = settle_text(
            rule(Field::EndUse),
            license.end_use.as_deref(),
            row.line.end_use.as_deref(),
            "end use",
        )?;
        (license.kind, license.issued_on, license.valid_until) = (kind, issued_on, valid_until);
        (license.exporter, license.consignee) = (exporter, consignee);
        (license.end_user, license.end_use) = (end_user, end_use);
        join(&mut license.destinations, &row.line.destinations);
        join(&mut license.via, &row.line.via);
        license.lines.push(row.line);
        license.rows.push(at);
        Ok(())
    }

    /// Closes every license; those that cannot stand give their rows back as rejects.
    pub(super) fn finish(mut self, plan: &Plan<'_>, reading: &mut Reading) {
        for mut license in std::mem::take(&mut self.licenses) {
            license.rejected_rows = self.rejected.remove(&license.number).unwrap_or_default();
            match self.stands(&mut license, plan) {
                Ok(()) => {
                    license.seal();
                    reading.licenses.push(license);
                }
                Err(fault) => {
                    reading.rows_accepted -= license.rows.len() as u64;
                    reading.rows_rejected += license.rows.len() as u64;
                    for line in license.rows {
                        let Fault { column, value, reason } = fault.clone();
                        reading.rejects.push(Reject { line, column, value, reason });
                    }
                }
            }
        }
        reading.rejects.sort_by_key(|reject| reject.line);
    }

    fn stands(&self, license: &mut HistoricLicense, plan: &Plan<'_>) -> Result<(), Fault> {
        let rules = &self.profile.license;
        if let (Rest::RejectLicense, Some(line)) =
            (rules.when_a_row_is_rejected, license.rejected_rows.first())
        {
            let reason = format!("another row of license {}, line {line}, was rejected", license.number);
            return Err(Fault { column: None, value: None, reason });
        }
        if license.valid_until >= license.issued_on {
            return Ok(());
        }
        let term = || license.issued_on.checked_add_months(Months::new(rules.term_months?));
        let mended = match rules.expiry_before_issue {
            Expiry::Reject => None,
            Expiry::DayOfIssue => Some(license.issued_on),
            Expiry::Ignore => term(),
        };
        let expired: NaiveDate = license.valid_until;
        license.valid_until = mended.ok_or_else(|| Fault {
            column: plan.column(Field::ValidUntil),
            value: Some(expired.to_string()),
            reason: format!("expires on {expired}, before it was issued on {}", license.issued_on),
        })?;
        Ok(())
    }
}

fn begin(row: Row, at: u64) -> HistoricLicense {
    let line: &HistoricLine = &row.line;
    HistoricLicense {
        number: row.number,
        kind: row.kind,
        issued_on: line.issued_on,
        valid_until: row.valid_until,
        destinations: line.destinations.clone(),
        via: line.via.clone(),
        exporter: row.exporter,
        consignee: line.consignee.clone(),
        end_user: line.end_user.clone(),
        end_use: line.end_use.clone(),
        rows: vec![at],
        rejected_rows: Vec::new(),
        digest: String::new(),
        lines: vec![row.line],
    }
}

/// The rule for a field the profile says nothing about.
fn default_rule(field: Field) -> Conflict {
    match field {
        Field::IssuedOn => Conflict::Earliest,
        Field::ValidUntil => Conflict::Latest,
        Field::Kind | Field::Exporter => Conflict::Reject,
        Field::Number
        | Field::TermMonths
        | Field::Consignee
        | Field::EndUser
        | Field::EndUse
        | Field::Codes
        | Field::Description
        | Field::Quantity
        | Field::Unit
        | Field::Value
        | Field::Currency
        | Field::Destinations
        | Field::Via => Conflict::First,
    }
}

fn settle<T: Ord + Copy + std::fmt::Display>(
    rule: Conflict,
    one: T,
    other: T,
    what: &str,
) -> Result<T, Fault> {
    match rule {
        Conflict::First => Ok(one),
        Conflict::Last => Ok(other),
        Conflict::Earliest => Ok(one.min(other)),
        Conflict::Latest => Ok(one.max(other)),
        Conflict::Reject if one == other => Ok(one),
        Conflict::Reject => Err(contradiction(what, &one.to_string(), &other.to_string())),
    }
}

fn settle_text(
    rule: Conflict,
    one: Option<&str>,
    other: Option<&str>,
    what: &str,
) -> Result<Option<String>, Fault> {
    match (one, other) {
        (Some(one), Some(other)) if rule == Conflict::Reject && one != other => {
            Err(contradiction(what, one, other))
        }
        (Some(_), Some(other)) if rule == Conflict::Last => Ok(Some(other.to_owned())),
        _ => Ok(one.or(other).map(str::to_owned)),
    }
}

fn contradiction(what: &str, one: &str, other: &str) -> Fault {
    let reason =
        format!("another row of the same license has another {what}, {}", super::historic::excerpt(one));
    Fault { column: None, value: Some(super::historic::excerpt(other)), reason }
}

fn join(into: &mut Vec<Territory>, more: &[Territory]) {
    for territory in more {
        if !into.contains(territory) {
            into.push(territory.clone());
        }
    }
}
