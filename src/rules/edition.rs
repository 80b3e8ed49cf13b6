//! Editions of reference data: whether one follows the edition before.

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
