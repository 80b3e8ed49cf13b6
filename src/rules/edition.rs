//! Editions of lists: whether one follows the edition before, what it adds, changes and removes, and whether it is to be
//! believed.
//!
//! A publisher's file that is cut off at the end of a row, or empty but for its column names, reads well and would let
//! most of the listed through. So an edition that takes away more than a set share of the entries is refused, and the
//! one before stays in force until someone has looked.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days, NaiveDate};

use super::vocabulary;

vocabulary! {
    /// What a list in editions holds.
    EditionSubject {
        /// The entries of a control list.
        ControlList,
        /// Sanctions and embargo programmes.
        Programmes,
    }
}

/// The years that a day of an edition may lie in.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=9999;
/// How far ahead an edition may begin, in days: a later day is a slip, and would keep every edition out until then.
const AHEAD: u64 = 366;

/// The days of an edition.
#[derive(Clone, Copy, Debug)]
pub struct EditionDays {
    /// The day of issue of its source.
    pub as_of: NaiveDate,
    /// From which day it says what is on the list.
    pub valid_from: Option<NaiveDate>,
}

/// What stands against the days of an edition: the field, and what it must be. `before` is there where the list has an
/// edition, with its first day.
pub fn wrong_day(
    days: EditionDays,
    before: Option<Option<NaiveDate>>,
    today: NaiveDate,
) -> Option<(&'static str, &'static str)> {
    let out_of_range = |day: NaiveDate| !YEARS.contains(&day.year());
    let latest = today.checked_add_days(Days::new(AHEAD)).unwrap_or(today);
    if out_of_range(days.as_of) {
        return Some(("/asOf", "must be a day of the years 1900 to 9999"));
    }
    match (days.valid_from, before) {
        (Some(from), _) if out_of_range(from) => {
            Some(("/validFrom", "must be a day of the years 1900 to 9999"))
        }
        (Some(from), _) if from > latest => Some(("/validFrom", "must not be more than a year ahead")),
        (Some(from), Some(Some(last))) if from <= last => {
            Some(("/validFrom", "must be after the first day of the edition before"))
        }
        (None, Some(_)) => Some(("/validFrom", "must be given: the list has an edition already")),
        (Some(_) | None, None) | (Some(_), Some(_)) => None,
    }
}

/// The SHA-256 of all that an entry says.
pub type EntryDigest = [u8; 32];

/// What is known of an edition: the entries by what the list calls them, and their digests.
pub type Edition = BTreeMap<String, EntryDigest>;

/// What a newer edition says otherwise, by what the list calls the entries, in the order of these ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Entries that the older edition does not have.
    pub added: Vec<String>,
    /// Entries that say something else now.
    pub changed: Vec<String>,
    /// Entries that the newer edition does not have.
    pub removed: Vec<String>,
}

/// What `newer` says otherwise than `older`.
pub fn difference(older: &Edition, newer: &Edition) -> Difference {
    let mut difference = Difference::default();
    for (id, now) in newer {
        match older.get(id) {
            None => difference.added.push(id.clone()),
            Some(before) if before != now => difference.changed.push(id.clone()),
            Some(_) => {}
        }
    }
    difference.removed = older.keys().filter(|id| !newer.contains_key(*id)).cloned().collect();
    difference
}

/// Why an edition is not to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// It has no entries.
    #[error("the list has no entries")]
    Empty,
    /// It takes away more than is allowed.
    #[error("the list would lose {removed} of {before} entries, more than {allowed}: is the file whole?")]
    Shrunken {
        /// How many entries it takes away.
        removed: usize,
        /// How many the older edition has.
        before: usize,
        /// How many it might take away.
        allowed: usize,
    },
    /// The entries that stay lose more of what they are known by than is allowed.
    #[error(
        "the entries that stay would lose {lost} of {before} {what}, more than {allowed}: is the file whole?"
    )]
    Thinned {
        /// What they lose: names, identifiers.
        what: &'static str,
        /// How many are gone.
        lost: usize,
        /// How many the older edition has.
        before: usize,
        /// How many might go.
        allowed: usize,
    },
}

/// How many of so many may go: `percent` of them, rounded down, and of a few at least one. Of 0 percent none may.
fn allowed(before: usize, percent: u8) -> usize {
    match percent {
        0 => 0,
        _some => (before * usize::from(percent.min(100)) / 100).max(1),
    }
}

/// What speaks against the entries that stay: so many `what` they had before, and so many now.
pub fn thinned(what: &'static str, before: usize, now: usize, percent: u8) -> Option<Doubt> {
    let (lost, allowed) = (before.saturating_sub(now), allowed(before, percent));
    (lost > allowed).then_some(Doubt::Thinned { what, lost, before, allowed })
}

/// Whether a newer edition is to be believed: it has entries, and takes away at most `percent` of those before, and of a
/// short list at least one; where `percent` is 0, none.
pub fn believable(older: &Edition, newer: &Edition, percent: u8) -> Result<Difference, Doubt> {
    if newer.is_empty() {
        return Err(Doubt::Empty);
    }
    let difference = difference(older, newer);
    let (removed, before) = (difference.removed.len(), older.len());
    let allowed = allowed(before, percent);
    if removed > allowed { Err(Doubt::Shrunken { removed, before, allowed }) } else { Ok(difference) }
}
