//! Groups of countries: who belongs to which group is asked of a day.

use chrono::{Datelike as _, NaiveDate};

/// The years that a membership may lie in.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=9999;

/// What stands against the days of a membership: the field, and what it must be.
pub fn wrong_day(
    valid_from: NaiveDate,
    valid_until: Option<NaiveDate>,
) -> Option<(&'static str, &'static str)> {
    let out_of_range = |day: NaiveDate| !YEARS.contains(&day.year());
    if out_of_range(valid_from) {
        Some(("/validFrom", "must be a day of the years 1900 to 9999"))
    } else if valid_until.is_some_and(out_of_range) {
        Some(("/validUntil", "must be a day of the years 1900 to 9999"))
    } else if valid_until.is_some_and(|until| until < valid_from) {
        Some(("/validUntil", "must not be before the first day of the membership"))
    } else {
        None
    }
}
