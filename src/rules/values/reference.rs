//! What people and programs name things of the registry by: human references and the terms of its vocabulary.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Invalid, text_value};

/// A human reference, such as EL-2026-000123: 1–40 of A–Z, 0–9 and `-`, upper case in its normal form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference(String);

/// A term of the registry's vocabulary, such as `license.freeze`: 1–80 of a–z, 0–9, `_` and `.`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Term(String);

/// What the agency calls a list that others publish, such as us-ccl: a lower-case letter and 1–39 of a–z, 0–9 and `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ListCode(String);

impl FromStr for Reference {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if (1..=40).contains(&text.len()) && plain {
            Ok(Self(text.to_ascii_uppercase()))
        } else {
            Err(Invalid::new("must be a reference such as EL-2026-000123"))
        }
    }
}

impl FromStr for Term {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.');
        if (1..=80).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new("must be a term such as license.freeze: 1 to 80 of a-z, 0-9, '_' and '.'"))
        }
    }
}

impl FromStr for ListCode {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let begins = text.starts_with(|c: char| c.is_ascii_lowercase());
        if (2..=40).contains(&text.len()) && begins && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new("must be a lower-case letter and 1 to 39 of a-z, 0-9 and '-', such as us-csl"))
        }
    }
}

macro_rules! shown {
    ($($name:ident),+) => { $(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+ };
}
shown!(Reference, Term, ListCode);

text_value!(Reference, "A human reference; in either case.", "EL-2026-000123", |s| s
    .min_length(Some(1))
    .max_length(Some(40))
    .pattern(Some("^[A-Za-z0-9-]+$")));
text_value!(Term, "A term of the registry's vocabulary.", "license.freeze", |s| s
    .min_length(Some(1))
    .max_length(Some(80))
    .pattern(Some("^[a-z0-9_.]+$")));
text_value!(ListCode, "What the agency calls a list that others publish.", "us-ccl", |s| s
    .min_length(Some(2))
    .max_length(Some(40))
    .pattern(Some("^[a-z][a-z0-9-]{1,39}$")));
