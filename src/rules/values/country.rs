//! Countries and the territories an imported list may name.
//!
//! Countries are ISO 3166-1 alpha-2, with Kosovo (`XK`, user-assigned and in wide use) and the former codes that
//! licenses on file still name (ISO 3166-3). A [`Territory`] is a country, a named group of countries, or `ZZ`,
//! "not stated": only imported licenses have groups or `ZZ`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Invalid, text_value};

/// Codes that are not in today's ISO 3166-1 but stand in real files: code, English name.
const FURTHER: &[([u8; 2], &str)] = &[
    (*b"AN", "Netherlands Antilles (until 2010)"),
    (*b"CS", "Serbia and Montenegro (until 2006)"),
    (*b"XK", "Kosovo"),
    (*b"YU", "Yugoslavia (until 2003)"),
];

/// A country, by its alpha-2 code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

impl Country {
    /// Every country the registry knows, with its English short name.
    pub fn all() -> impl Iterator<Item = (Self, &'static str)> {
        keshvar::CountryIterator::new()
            .filter_map(|country| {
                let name = country.iso_short_name();
                country.alpha2().to_string().parse().ok().map(|code| (code, name))
            })
            .chain(FURTHER.iter().map(|(code, name)| (Self(*code), *name)))
    }

    /// The alpha-2 code.
    pub fn as_str(&self) -> &str {
        // Only ASCII letters are ever stored, so the fallback is never taken.
        std::str::from_utf8(&self.0).unwrap_or("ZZ")
    }
}

impl FromStr for Country {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let unknown = || Invalid::new("must be an ISO 3166-1 alpha-2 country code, such as DE");
        let code: [u8; 2] = text.as_bytes().try_into().map_err(|_| unknown())?;
        let known = FURTHER.iter().any(|(further, _)| *further == code)
            || (code.iter().all(u8::is_ascii_uppercase) && keshvar::Alpha2::try_from(text).is_ok());
        if known { Ok(Self(code)) } else { Err(unknown()) }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a license permits delivery: a country, a named group (`eu`, `nato-plus`) or `ZZ`, not stated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Territory {
    /// One country.
    Country(Country),
    /// A group of countries, by its lower-case name: 2–40 of a–z, 0–9 and `-`.
    Group(String),
    /// Not stated, or stated only as "various".
    Unstated,
}

impl FromStr for Territory {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let group = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if text == "ZZ" {
            Ok(Self::Unstated)
        } else if (2..=40).contains(&text.len()) && text.chars().all(group) {
            Ok(Self::Group(text.to_owned()))
        } else {
            text.parse().map(Self::Country).map_err(|_| {
                Invalid::new(
                    "must be an ISO 3166-1 alpha-2 country code, a group in lower case, or ZZ (not stated)",
                )
            })
        }
    }
}

impl fmt::Display for Territory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Country(country) => country.fmt(f),
            Self::Group(name) => f.write_str(name),
            Self::Unstated => f.write_str("ZZ"),
        }
    }
}

/// The name of a group of countries in rules and routes: a lower-case letter and 1–39 of a–z, 0–9 and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GroupCode(String);

impl GroupCode {
    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for GroupCode {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if (2..=40).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.chars().all(part)
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "must be a lower-case letter and 1 to 39 of a-z, 0-9 and '-', such as gulf-states",
            ))
        }
    }
}

impl fmt::Display for GroupCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_value!(Country, "An ISO 3166-1 alpha-2 country code, XK or a former code.", "DE", |s| s
    .enum_values(Some(Country::all().map(|(country, _)| country.to_string()))));
text_value!(
    Territory,
    "A country code, a named group of countries in lower case, or ZZ (not stated).",
    "DE",
    |s| s.min_length(Some(2)).max_length(Some(40)).pattern(Some("^([A-Z]{2}|[a-z0-9-]{2,40})$"))
);
text_value!(
    GroupCode,
    "A group of countries: a lower-case letter and 1 to 39 of a-z, 0-9 and '-'.",
    "gulf-states",
    |s| s.min_length(Some(2)).max_length(Some(40)).pattern(Some("^[a-z][a-z0-9-]{1,39}$"))
);
