//! What speaks for or against a hit besides the name: numbers, dates of birth, countries.

use chrono::Datelike as _;

use super::entry::{Birth, Entry, Identifier};
use crate::rules::vocabulary;

/// What is known of a party besides its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    identifiers: Vec<(Box<str>, Box<str>)>,
    births: Vec<Birth>,
    countries: Vec<Box<str>>,
}

vocabulary! {
    /// What speaks for or against a hit.
    Evidence {
        /// A number of the same kind, or of no stated kind, is the same.
        SameIdentifier,
        /// The same day of birth, or a year that fits.
        SameBirth,
        /// Born in other years.
        OtherBirth,
        /// A country in common.
        SameCountry,
        /// Countries are known of both, and none is in common.
        OtherCountry,
    }
}

impl Facts {
    /// The facts of a party; countries are ISO 3166-1 alpha-2 codes.
    pub fn new(identifiers: &[Identifier], births: &[Birth], countries: &[&str]) -> Self {
        Self {
            identifiers: identifiers
                .iter()
                .flat_map(|one| numbers(&one.value).map(|value| (plain(&one.kind), value)))
                .collect(),
            births: births.to_vec(),
            countries: countries.iter().map(|country| country.to_ascii_uppercase().into()).collect(),
        }
    }

    pub(super) fn of_entry(entry: &Entry) -> Self {
        let all = entry.countries.iter().chain(&entry.address_countries);
        let mut countries: Vec<&str> = all.map(String::as_str).collect();
        countries.sort_unstable();
        countries.dedup();
        Self::new(&entry.identifiers, &entry.births, &countries)
    }

    /// The numbers, as they are compared.
    pub(super) fn numbers(&self) -> impl Iterator<Item = &str> {
        self.identifiers.iter().map(|(_, value)| &**value)
    }
}

/// The numbers of a field: all of it, and each word with digits, since lists write remarks beside a number; of `IMO9074729`
/// the digits as well. One of few signs is nobody's alone.
fn numbers(value: &str) -> impl Iterator<Item = Box<str>> {
    let words = value.split_whitespace().filter(|word| word.bytes().filter(u8::is_ascii_digit).count() >= 4);
    let mut numbers: Vec<Box<str>> =
        std::iter::once(value).chain(words).map(plain).filter(|number| number.len() >= 5).collect();
    let digits: Vec<Box<str>> = numbers.iter().filter_map(|number| digits(number)).map(Into::into).collect();
    numbers.extend(digits);
    numbers.sort_unstable();
    numbers.dedup();
    numbers.into_iter()
}

/// The digits of a number that is letters and then five digits or more: the letters say what it is.
fn digits(number: &str) -> Option<&str> {
    let digits = number.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let apart = digits.len() < number.len() && digits.len() >= 5;
    (apart && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// A number without blanks and marks, in capitals.
fn plain(text: &str) -> Box<str> {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect::<String>().into()
}

/// The score with what speaks for and against it. A number in common decides; the rest only shifts the score, since a
/// date may be wrong and a country out of date.
pub(super) fn weigh(score: f64, party: &Facts, entry: &Facts) -> (f64, Vec<Evidence>) {
    let mut evidence = Vec::new();
    evidence.extend(share_a_number(party, entry).then_some(Evidence::SameIdentifier));
    evidence.extend(births(&party.births, &entry.births));
    evidence.extend(countries(&party.countries, &entry.countries));
    let shifted = evidence.iter().fold(score, |score, one| match one {
        Evidence::SameIdentifier => score.max(0.97),
        Evidence::SameBirth => score + (1.0 - score) * 0.3,
        Evidence::OtherBirth => score * 0.85,
        Evidence::SameCountry => score + (1.0 - score) * 0.1,
        Evidence::OtherCountry => score * 0.96,
    });
    (shifted, evidence)
}

fn share_a_number(party: &Facts, entry: &Facts) -> bool {
    let same = |one: &(Box<str>, Box<str>)| {
        entry.identifiers.iter().any(|other| other.1 == one.1 && agree(&one.0, &other.0))
    };
    party.identifiers.iter().any(same)
}

/// Whether the kinds of two numbers can be one: one says no kind, or one names the other.
fn agree(one: &str, other: &str) -> bool {
    one.is_empty() || other.is_empty() || one.contains(other) || other.contains(one)
}

fn births(party: &[Birth], entry: &[Birth]) -> Option<Evidence> {
    if party.is_empty() || entry.is_empty() {
        return None;
    }
    let near = party.iter().any(|one| entry.iter().any(|other| fit(*one, *other)));
    let apart = party.iter().all(|one| entry.iter().all(|other| years_apart(*one, *other) > 1));
    match (near, apart) {
        (true, _) => Some(Evidence::SameBirth),
        (false, true) => Some(Evidence::OtherBirth),
        (false, false) => None,
    }
}

fn fit(one: Birth, other: Birth) -> bool {
    match (one, other) {
        (Birth::Day(one), Birth::Day(other)) => one == other,
        (Birth::Day(_) | Birth::Years(..), Birth::Years(..)) | (Birth::Years(..), Birth::Day(_)) => {
            years_apart(one, other) == 0
        }
    }
}

fn years(birth: Birth) -> (i32, i32) {
    match birth {
        Birth::Day(day) => (day.year(), day.year()),
        Birth::Years(first, last) => (first, last),
    }
}

fn years_apart(one: Birth, other: Birth) -> i32 {
    let ((from, until), (other_from, other_until)) = (years(one), years(other));
    (other_from - until).max(from - other_until).max(0)
}

fn countries(party: &[Box<str>], entry: &[Box<str>]) -> Option<Evidence> {
    if party.is_empty() || entry.is_empty() {
        return None;
    }
    let shared = party.iter().any(|country| entry.contains(country));
    Some(if shared { Evidence::SameCountry } else { Evidence::OtherCountry })
}
