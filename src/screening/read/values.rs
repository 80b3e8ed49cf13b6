//! Values as lists write them: dates, years of birth, countries, names in several parts.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{Datelike as _, NaiveDate};

use crate::rules::screening::entry::Birth;

/// The beginning of a value, for a message.
pub(super) fn excerpt(value: &str) -> String {
    let short: String = value.trim().chars().take(60).collect();
    if short.len() < value.trim().len() { format!("{short}…") } else { short }
}

/// Why a name of marks alone is refused.
pub(super) const MARKS_ALONE: &str = "without a letter or digit, which no other is like";

/// Whether a name has what names are compared by.
pub(super) fn can_be_compared(name: &str) -> bool {
    name.chars().any(char::is_alphanumeric)
}

/// Text without blanks at the ends and with single ones inside; `None` where nothing stands or a list writes that
/// nothing is known.
pub(super) fn clean(text: &str) -> Option<String> {
    let text = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let nothing =
        matches!(text.to_ascii_lowercase().as_str(), "" | "-0-" | "na" | "n/a" | "null" | "none" | "-");
    (!nothing).then_some(text)
}

/// How lists write days.
const DAYS: &[&str] = &[
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d.%m.%Y",
    "%Y%m%d",
    "%Y/%m/%d",
    "%d-%m-%Y",
];

/// A day; a time after it is left out.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let text = text.split_once('T').filter(|(date, _)| date.len() == 10).map_or(text, |(date, _)| date);
    let day = DAYS.iter().find_map(|format| NaiveDate::parse_from_str(text, format).ok())?;
    (1800..2200).contains(&day.year()).then_some(day)
}

/// When someone was born: a day, a year, about a year, between two years. Days that are not known are written as 00.
pub(super) fn birth(text: &str) -> Option<Birth> {
    let text = text.trim();
    if let Some(day) = day(text) {
        return Some(Birth::Day(day));
    }
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|part| part.len() == 4);
    let mut years =
        numbers.filter_map(|part| part.parse::<i32>().ok()).filter(|year| (1800..2200).contains(year));
    let first = years.next()?;
    let last = years.next_back().unwrap_or(first);
    let about = text.to_ascii_lowercase();
    let slack = i32::from(["circa", "approx", "about", "c."].iter().any(|word| about.contains(word)));
    Some(Birth::Years(first.min(last) - slack, first.max(last) + slack))
}

/// Names of countries as lists write them besides their short names.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("russia", "RU"),
    ("iran", "IR"),
    ("syria", "SY"),
    ("korea north", "KP"),
    ("north korea", "KP"),
    ("korea south", "KR"),
    ("south korea", "KR"),
    ("korea", "KR"),
    ("democratic peoples republic of korea", "KP"),
    ("republic of korea", "KR"),
    ("vietnam", "VN"),
    ("laos", "LA"),
    ("moldova", "MD"),
    ("tanzania", "TZ"),
    ("venezuela", "VE"),
    ("bolivia", "BO"),
    ("taiwan", "TW"),
    ("brunei", "BN"),
    ("burma", "MM"),
    ("uk", "GB"),
    ("united kingdom", "GB"),
    ("great britain", "GB"),
    ("usa", "US"),
    ("united states", "US"),
    ("united states of america", "US"),
    ("uae", "AE"),
    ("democratic republic of the congo", "CD"),
    ("congo democratic republic of the", "CD"),
    ("congo", "CG"),
    ("republic of the congo", "CG"),
    ("palestinian", "PS"),
    ("palestine", "PS"),
    ("state of palestine", "PS"),
    ("occupied palestinian territories", "PS"),
    ("west bank", "PS"),
    ("gaza", "PS"),
    ("kosovo", "XK"),
    ("ivory coast", "CI"),
    ("cote divoire", "CI"),
    ("hong kong", "HK"),
    ("macau", "MO"),
    ("macao", "MO"),
    ("turkey", "TR"),
    ("turkiye", "TR"),
    ("czech republic", "CZ"),
    ("macedonia", "MK"),
    ("swaziland", "SZ"),
    ("cape verde", "CV"),
    ("east timor", "TL"),
    ("gambia the", "GM"),
    ("the gambia", "GM"),
    ("bahamas the", "BS"),
    ("the bahamas", "BS"),
    ("netherlands the", "NL"),
    ("the netherlands", "NL"),
    ("holland", "NL"),
    ("virgin islands british", "VG"),
    ("british virgin islands", "VG"),
    ("libyan arab jamahiriya", "LY"),
    ("peoples republic of china", "CN"),
    ("china mainland", "CN"),
    ("united arab emirates", "AE"),
    ("bosnia and herzegovina", "BA"),
    ("crimea", "UA"),
    ("region crimea", "UA"),
    ("syrian arab republic", "SY"),
    ("islamic republic of iran", "IR"),
    ("russian federation", "RU"),
    ("somalia", "SO"),
    ("prc", "CN"),
    ("man isle of", "IM"),
    ("congo republic of the", "CG"),
    ("cote d ivoire", "CI"),
    ("united republic of tanzania", "TZ"),
    ("china hong kong special administrative region", "HK"),
];

static COUNTRIES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let mut names: HashMap<String, String> = HashMap::new();
    for country in keshvar::CountryIterator::new() {
        let all = [country.iso_short_name(), country.iso_long_name()]
            .into_iter()
            .chain(country.unofficial_name_list().iter().copied());
        for name in all.chain(country.maybe_nationality()) {
            names.entry(plain(name)).or_insert_with(|| country.alpha2().to_string());
        }
        names.insert(plain(country.iso_short_name()), country.alpha2().to_string());
    }
    names.extend(OTHER_NAMES.iter().map(|(name, code)| ((*name).to_owned(), (*code).to_owned())));
    names
});

/// A country's name for comparison: small letters, words alone.
fn plain(name: &str) -> String {
    let letters = name
        .chars()
        .filter(|c| c.is_alphabetic() || c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect::<String>();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The code of a country by its code or name; a name that is not known stays as it is.
pub(super) fn country(text: &str) -> Option<String> {
    let text = clean(text)?;
    let is_code = text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic());
    if is_code {
        return Some(text.to_ascii_uppercase());
    }
    let text =
        text.strip_prefix("Region: ").or_else(|| text.strip_prefix("REGION: ")).unwrap_or(&text).to_owned();
    let without_remark = text.split(" (").next().unwrap_or(&text);
    let known = COUNTRIES.get(&plain(&text)).or_else(|| COUNTRIES.get(&plain(without_remark)));
    Some(known.cloned().unwrap_or(text))
}

/// The values of a field that holds several.
pub(super) fn several<'a>(text: &'a str, by: &'a [char]) -> impl Iterator<Item = String> + 'a {
    text.split(by).filter_map(clean)
}
