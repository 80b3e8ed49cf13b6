//! Free text, names, handles and digests.
//!
//! Text is stored in Unicode normalization form C and given back the same. [`super::characters`] says which
//! characters are taken. What is on file stays readable where that becomes stricter: see [`Name::on_file`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use super::{Invalid, characters, text_value};

/// The longest name, in characters.
const LONGEST_NAME: usize = 200;
/// The longest text, in characters.
const LONGEST_PROSE: usize = 10_000;
/// The longest text of an entry of a published list, in characters.
const LONGEST_ENTRY: usize = 50_000;

/// A name or title: one line, 1–200 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// Reasons, descriptions, clauses: 1–10,000 characters, line breaks allowed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prose(String);

/// The text of an entry of a list that others publish: 1–50,000 characters, line breaks allowed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EntryText(String);

/// The short, stable identifier of a person at the agency or an exporter: `[a-z0-9._-]`, 2–64 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Handle(String);

/// A SHA-256 digest: 64 hexadecimal digits, lower case in its normal form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

/// Normalizes to NFC, trims, and checks the length, in characters.
fn clean(text: &str, max: usize) -> Result<String, Invalid> {
    let text: String = text.nfc().collect();
    let text = text.trim();
    if text.is_empty() {
        return Err(Invalid::new("must not be empty"));
    }
    if text.chars().count() > max {
        return Err(Invalid::new(format!("must not be longer than {max} characters")));
    }
    Ok(text.to_owned())
}

impl FromStr for Name {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = clean(text, LONGEST_NAME)?;
        if !characters::fit_for_name(&text) {
            return Err(Invalid::new(characters::IN_NAME));
        }
        if !characters::words_are_of_one_script(&text) {
            return Err(Invalid::new(characters::MIXED));
        }
        Ok(Self(text))
    }
}

/// Text of several lines.
fn prose(text: &str, max: usize) -> Result<String, Invalid> {
    let text = clean(text, max)?;
    if characters::fit_for_prose(&text) { Ok(text) } else { Err(Invalid::new(characters::IN_PROSE)) }
}

impl FromStr for Prose {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        prose(text, LONGEST_PROSE).map(Self)
    }
}

impl FromStr for EntryText {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        prose(text, LONGEST_ENTRY).map(Self)
    }
}

impl FromStr for Handle {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
        if (2..=64).contains(&text.len()) && text.chars().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new("must be 2 to 64 of a-z, 0-9, '.', '_' and '-'"))
        }
    }
}

impl FromStr for Digest {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(Invalid::new("must be a SHA-256 digest: 64 hexadecimal digits"))
        }
    }
}

macro_rules! shown {
    ($($name:ident),+) => { $(
        impl $name {
            /// The text in its normal form.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+ };
}
shown!(Name, Prose, EntryText, Handle, Digest);

macro_rules! on_file {
    ($($name:ident),+) => { $(
        impl $name {
            /// Takes text that was parsed when it came on file: it is not judged again, so that a rule that becomes
            /// stricter makes nothing unreadable.
            pub fn on_file(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    )+ };
}
on_file!(Name, Prose, EntryText);

text_value!(
    Name,
    "One line of text, 1 to 200 characters, stored in Unicode NFC.",
    "Example Optics Ltd.",
    |s| s.min_length(Some(1)).max_length(Some(LONGEST_NAME)).pattern(Some(NAME_PATTERN))
);
text_value!(
    Prose,
    "Text of 1 to 10,000 characters, stored in Unicode NFC.",
    "The particulars are complete.",
    |s| s.min_length(Some(1)).max_length(Some(LONGEST_PROSE)).pattern(Some(PROSE_PATTERN))
);
text_value!(
    EntryText,
    "The text of an entry of a published list: 1 to 50,000 characters, stored in Unicode NFC.",
    "Interception equipment designed for the extraction of voice or data, transmitted over the air interface;",
    |s| s.min_length(Some(1)).max_length(Some(LONGEST_ENTRY)).pattern(Some(PROSE_PATTERN))
);
text_value!(
    Handle,
    "A stable identifier of a person: 2 to 64 of a-z, 0-9, '.', '_' and '-'.",
    "d.cohen",
    |s| s.min_length(Some(2)).max_length(Some(64)).pattern(Some("^[a-z0-9._-]+$"))
);
text_value!(
    Digest,
    "A SHA-256 digest: 64 hexadecimal digits.",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    |s| s.min_length(Some(64)).max_length(Some(64)).pattern(Some("^[0-9A-Fa-f]{64}$"))
);

/// What [`characters::fit_for_name`] refuses everywhere, and that something is seen. Where joiners and selectors may
/// stand, and which letters may stand together, no pattern says.
const NAME_PATTERN: &str = r"^[^\u0000-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\u3164\uFDD0-\uFDEF\uFEFF\uFFA0\uFFF0-\uFFFB\uFFFE\uFFFF]*$";
/// What [`characters::fit_for_prose`] refuses.
const PROSE_PATTERN: &str = r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B\u2028-\u202E\u2060-\u206F\u3164\uFDD0-\uFDEF\uFEFF\uFFA0\uFFF0-\uFFFB\uFFFE\uFFFF]*$";
