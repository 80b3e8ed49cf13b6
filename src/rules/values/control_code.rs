//! Control-list codes: the Munitions List (`ML10.b`) and the dual-use lists (`6A002.a.2`), in one normal form.
//!
//! A code is a head and items below it. The normal form separates every level with a point, so that
//! `6A002a2a`, `6A002.a.2.a` and `6a002 A2A` are one code, and a prefix covers whole levels only: `ML1` covers
//! `ML1.a` and not `ML10`. (Wassenaar Munitions List; Reg. (EU) 2021/821 Annex I; 15 CFR 774 Supp. 1.)

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Invalid, text_value};

/// The longest text that is read as a code, in bytes; no code is as long.
const LONGEST: usize = 64;

/// A code of a control list in its normal form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ControlCode(String);

/// The beginning of a code, at a level: `ML`, `5`, `5A`, `5A0`, `5A001`, `5A001.f`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ControlPrefix(String);

impl ControlCode {
    /// The code in its normal form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The entry the code belongs to: `ML10`, `6A002`.
    pub fn head(&self) -> &str {
        self.0.split('.').next().unwrap_or(&self.0)
    }
}

impl ControlPrefix {
    /// The prefix in its normal form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the prefix covers `code`.
    pub fn covers(&self, code: &ControlCode) -> bool {
        prefixes(code).any(|prefix| prefix == self.0)
    }
}

/// Every prefix that covers `code`, from the shortest to the code itself; the database's
/// `control_code_prefixes` computes the same.
pub fn prefixes(code: &ControlCode) -> impl Iterator<Item = &str> {
    let text = code.as_str();
    let head = code.head().len();
    let in_head: &[usize] = if text.starts_with("ML") { &[2] } else { &[1, 2, 3] };
    let levels = text.match_indices('.').map(|(at, _)| at).chain(std::iter::once(text.len()));
    in_head.iter().copied().filter(move |at| *at < head).chain(levels).filter_map(|end| text.get(..end))
}

/// Splits into the head and the rest; `None` where the head is not one.
fn split_head(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    if let Some(number) = text.strip_prefix("ML") {
        let len = number.bytes().take_while(u8::is_ascii_digit).count();
        let entry: u8 = number.get(..len)?.parse().ok()?;
        let leads_with_zero = number.starts_with('0');
        return ((1..=22).contains(&entry) && !leads_with_zero).then(|| text.split_at(2 + len));
    }
    let group = bytes.get(1).is_some_and(|b| matches!(b, b'A'..=b'E'));
    (digit(0) && group && digit(2) && digit(3) && digit(4)).then(|| text.split_at(5))
}

/// Splits what follows the head into levels, at separators and where letters and digits meet.
fn levels(rest: &str) -> Option<Vec<String>> {
    let mut levels: Vec<String> = Vec::new();
    let mut previous = None;
    for c in rest.chars() {
        let kind = match c {
            '.' | '-' => None,
            _ if c.is_ascii_digit() => Some(true),
            _ if c.is_ascii_alphabetic() => Some(false),
            _ => return None,
        };
        match (kind, levels.last_mut()) {
            (None, _) => {}
            (Some(_), Some(level)) if kind == previous => level.push(c.to_ascii_lowercase()),
            (Some(_), _) => levels.push(c.to_ascii_lowercase().to_string()),
        }
        previous = kind;
    }
    (levels.len() <= 8 && levels.iter().all(|level| level.len() <= 4)).then_some(levels)
}

/// The text without white space, its head in upper case.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect()
}

impl FromStr for ControlCode {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let says = "must be a control-list code, such as ML10.b or 6A002.a.2";
        let text = Some(text).filter(|text| text.len() <= LONGEST).map(squeezed);
        let text = text.ok_or_else(|| Invalid::new(says))?;
        let (head, rest) = split_head(&text).ok_or_else(|| Invalid::new(says))?;
        let levels = levels(rest).ok_or_else(|| Invalid::new(says))?;
        let code = std::iter::once(head.to_owned()).chain(levels).collect::<Vec<_>>().join(".");
        Ok(Self(code))
    }
}

impl FromStr for ControlPrefix {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let short = squeezed(text);
        let bytes = short.as_bytes();
        let shape = [u8::is_ascii_digit, |b: &u8| matches!(b, b'A'..=b'E'), u8::is_ascii_digit];
        let partial = bytes.len() <= 3 && bytes.iter().zip(shape).all(|(byte, is)| is(byte));
        if short == "ML" || (partial && !short.is_empty()) {
            return Ok(Self(short));
        }
        let says = "must be the beginning of a control-list code, such as ML, 5A or 5A001.f";
        text.parse::<ControlCode>().map(|code| Self(code.0)).map_err(|_| Invalid::new(says))
    }
}

impl fmt::Display for ControlCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for ControlPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_value!(
    ControlCode,
    "A control-list code. Its normal form has a point between levels; other spellings are taken.",
    "6A002.a.2",
    |s| {
        s.max_length(Some(LONGEST)).pattern(Some(
        r"^([Mm][Ll] ?([1-9]|1[0-9]|2[0-2])|[0-9][A-Ea-e][0-9]{3})([ .-]?([A-Za-z]{1,4}|[0-9]{1,4})){0,8}[.]?$"
    ))
    }
);
text_value!(ControlPrefix, "The beginning of a control-list code, at a level.", "5A001", |s| {
    s
    .max_length(Some(LONGEST))
    .pattern(Some(
        r"^([Mm][Ll]|[0-9]|[0-9][A-Ea-e]|[0-9][A-Ea-e][0-9]|([Mm][Ll]([1-9]|1[0-9]|2[0-2])|[0-9][A-Ea-e][0-9]{3})([.]([a-z]{1,4}|[0-9]{1,4})){0,8})$"
    ))
});
