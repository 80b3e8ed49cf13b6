//! A profile bound to one file: which of its columns each field stands in, and which records are no data.

use std::collections::{BTreeMap, BTreeSet};

use super::profile::Profile;
use super::records::Record;
use super::schema::Field;
use super::source::Bound;

/// A profile bound to the columns of one file.
pub(super) struct Plan<'profile> {
    pub(super) profile: &'profile Profile,
    pub(super) fields: BTreeMap<Field, Bound<'profile>>,
    pub(super) other: Vec<(&'profile str, Bound<'profile>)>,
    /// Rules for rows that are no data, each with its column.
    skip: Vec<Bound<'profile>>,
}

impl<'profile> Plan<'profile> {
    /// Finds every column the profile names; the names that are missing.
    pub(super) fn new(
        profile: &'profile Profile,
        header: Option<&[String]>,
        width: usize,
    ) -> Result<Self, Vec<String>> {
        let mut missing = Vec::new();
        let mut fields = BTreeMap::new();
        for (field, source) in &profile.fields {
            match source.bind(header, width) {
                Ok(bound) => drop(fields.insert(*field, bound)),
                Err(names) => missing.extend(names),
            }
        }
        let mut other = Vec::new();
        for (name, source) in &profile.other {
            match source.bind(header, width) {
                Ok(bound) => other.push((name.as_str(), bound)),
                Err(names) => missing.extend(names),
            }
        }
        let mut skip = Vec::new();
        for rule in &profile.skip {
            match rule.column.bind(header, width) {
                Ok(bound) => skip.push(bound),
                Err(names) => missing.extend(names),
            }
        }
        missing.sort();
        missing.dedup();
        if missing.is_empty() { Ok(Self { profile, fields, other, skip }) } else { Err(missing) }
    }

    /// The rule that leaves out a record, if one does.
    pub(super) fn leaves_out(&self, record: &Record) -> Option<String> {
        if record.is_blank() {
            return Some("has only empty cells".to_owned());
        }
        self.profile.skip.iter().zip(&self.skip).find_map(|(rule, column)| {
            let cell = column.value(&record.fields).ok().flatten();
            let applies = match (&rule.matches, &cell) {
                (Some(pattern), cell) => pattern.is_match(cell.as_deref().unwrap_or_default()),
                (None, cell) => cell.is_none(),
            };
            applies.then(|| format!("{} {}", column.name(), rule.reason))
        })
    }

    /// The columns of a field, for messages.
    pub(super) fn column(&self, field: Field) -> Option<String> {
        self.fields.get(&field).map(Bound::name).filter(|name| !name.is_empty())
    }
    /// The columns whose empty cells repeat the cell above, each once.
    pub(super) fn filled_down(&self) -> BTreeSet<usize> {
        let fields = self.fields.values().chain(self.other.iter().map(|(_, bound)| bound));
        fields.flat_map(Bound::filled_down).collect()
    }
}
