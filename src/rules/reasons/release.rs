//! Releases: what a license is told when a measure lets it go.

use std::fmt::Write as _;

use chrono::NaiveDate;

use super::end;
use crate::rules::license::Status;

/// A license that a measure lets go, as it stands then.
#[derive(Clone, Copy, Debug)]
pub struct LetGo<'l> {
    /// Human reference.
    pub reference: &'l str,
    /// Its number in the register it was imported from.
    pub source_number: Option<&'l str>,
    /// Where it stands now.
    pub status: Status,
    /// The last day of its term.
    pub valid_until: NaiveDate,
    /// How many freezes still hold it.
    pub freezes: i64,
}

/// The reasons of the release of one license from what a measure held of it, and what that means for it.
pub fn of_release(measure: &str, license: LetGo<'_>, reasons: &str, today: NaiveDate) -> String {
    let LetGo { reference, source_number, status, valid_until, freezes } = license;
    let number =
        source_number.map(|number| format!(" (number {number} of its register)")).unwrap_or_default();
    let mut text = format!(
        "What {measure} held of license {reference}{number} is lifted from {today}: {}",
        reasons.trim()
    );
    end(&mut text);
    text.push(' ');
    // Writing to a String cannot fail.
    let _ = match status {
        Status::Active if freezes == 0 => write!(text, "It may be used until {valid_until}."),
        Status::Active => {
            write!(text, "It may be used until {valid_until}, but for the lines that are frozen besides.")
        }
        Status::Frozen => {
            let besides = if freezes == 1 { "a freeze holds" } else { "freezes hold" };
            write!(text, "It stays frozen: {besides} it that the measure did not put on it.")
        }
        Status::Revoked
        | Status::Annulled
        | Status::Surrendered
        | Status::Expired
        | Status::Exhausted
        | Status::Superseded => write!(text, "It is {status} by now and may not be used."),
    };
    text
}
