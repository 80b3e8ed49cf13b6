//! Free text, names, handles and digests.
//!
//! Text is stored in Unicode normalization form C and given back the same; control characters and the invisible
//! characters that reorder or hide text (Unicode TR 36, bidirectional controls) are refused.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use super::{Invalid, text_value};

/// A name or title: one line, 1–200 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// Reasons, descriptions, clauses: 1–10,000 characters, line breaks allowed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prose(String);

/// The short, stable identifier of a person at the agency or an exporter: `[a-z0-9._-]`, 2–64 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Handle(String);

/// A SHA-256 digest: 64 hexadecimal digits, lower case in its normal form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

/// Characters that reorder or hide what stands beside them, and the line breaks that are not control characters.
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}'
    )
}

/// Normalizes to NFC, trims, and checks length (in characters) and characters.
fn clean(text: &str, max: usize, line_breaks: bool) -> Result<String, Invalid> {
    let text: String = text.nfc().collect();
    let text = text.trim();
    if text.is_empty() {
        return Err(Invalid::new("must not be empty"));
    }
    if text.chars().count() > max {
        return Err(Invalid::new(format!("must not be longer than {max} characters")));
    }
    let breaks = |c: char| line_breaks && matches!(c, '\n' | '\t' | '\r');
    if text.chars().any(|c| (c.is_control() && !breaks(c)) || is_hidden(c)) {
        return Err(Invalid::new("must not contain control characters or invisible formatting characters"));
    }
    Ok(text.to_owned())
}

impl FromStr for Name {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        clean(text, 200, false).map(Self)
    }
}

impl FromStr for Prose {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        clean(text, 10_000, true).map(Self)
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
shown!(Name, Prose, Handle, Digest);

text_value!(Name, "One line of text, 1 to 200 characters, stored in Unicode NFC.", "Example Optics Ltd.");
text_value!(Prose, "Text of 1 to 10,000 characters, stored in Unicode NFC.", "The particulars are complete.");
text_value!(Handle, "A stable identifier of a person: 2 to 64 of a-z, 0-9, '.', '_' and '-'.", "d.cohen");
text_value!(
    Digest,
    "A SHA-256 digest: 64 hexadecimal digits.",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
);
