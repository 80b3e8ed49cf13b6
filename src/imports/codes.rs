//! Control-list codes as lists write them: several in a cell, shortened, damaged by spreadsheets.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::profile::ProfileError;
use crate::rules::values::ControlCode;

/// The longest cell that is read for codes.
const MAX_CELL: usize = 2_000;
/// The most codes of one cell.
const MAX_CODES: usize = 100;

/// Stands for the `E+` of a number while a cell is split.
const EXPONENT: &str = "\u{1E}";

/// `[codes]` of a profile.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CodesTable {
    prefix: String,
    separators: Vec<String>,
    aliases: BTreeMap<String, String>,
    without_code: Vec<String>,
    unreadable: Unreadable,
    ranges: bool,
    exponents: bool,
}

/// What to do with a piece that is no code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Unreadable {
    /// Reject the row.
    #[default]
    Reject,
    /// Take the row; what is written stays as text.
    KeepText,
}

impl Default for CodesTable {
    fn default() -> Self {
        Self {
            prefix: String::new(),
            separators: [",", ";", "/", "|", "+", "&", "\n"].map(str::to_owned).to_vec(),
            aliases: BTreeMap::new(),
            without_code: Vec::new(),
            unreadable: Unreadable::Reject,
            ranges: true,
            exponents: true,
        }
    }
}

/// Reads codes as the profile says.
#[derive(Clone, Debug)]
pub(super) struct Codes {
    table: CodesTable,
    /// What each written form stands for, by the form without blanks and in upper case.
    aliases: BTreeMap<String, Vec<ControlCode>>,
}

impl Codes {
    pub(super) fn new(table: CodesTable) -> Result<Self, ProfileError> {
        if table.separators.iter().any(String::is_empty) {
            return Err(ProfileError::at("codes.separators", "must not contain an empty text"));
        }
        let plain = Self {
            table: CodesTable { unreadable: Unreadable::Reject, ..table.clone() },
            aliases: BTreeMap::new(),
        };
        let mut aliases: BTreeMap<String, Vec<ControlCode>> = BTreeMap::new();
        for (written, stands_for) in &table.aliases {
            let codes = plain.read(stands_for).map_err(|_| {
                ProfileError::at(
                    &format!("codes.aliases.{written}"),
                    "must be control-list codes separated by commas",
                )
            })?;
            aliases.insert(squeezed(written), codes);
        }
        aliases.extend(table.without_code.iter().map(|word| (squeezed(word), Vec::new())));
        Ok(Self { table, aliases })
    }

    /// The codes of a cell, each once, in order.
    pub(super) fn read(&self, cell: &str) -> Result<Vec<ControlCode>, String> {
        if cell.len() > MAX_CELL {
            return Err(format!("is longer than {MAX_CELL} bytes"));
        }
        if let Some(codes) = self.aliases.get(&squeezed(cell)) {
            return Ok(codes.clone());
        }
        let mut codes: Vec<ControlCode> = Vec::new();
        let mut previous = None;
        for piece in self.pieces(cell) {
            let found = self.piece(&piece, previous.as_ref());
            if found.is_none() && self.table.unreadable == Unreadable::Reject {
                let piece = piece.replace(EXPONENT, "E+");
                return Err(format!("{piece:?} is not a control-list code such as ML10.b or 6A002.a.2"));
            }
            for code in found.unwrap_or_default() {
                previous = Some(code.clone());
                if !codes.contains(&code) {
                    codes.push(code);
                }
            }
            if codes.len() > MAX_CODES {
                return Err(format!("names more than {MAX_CODES} codes"));
            }
        }
        Ok(codes)
    }

    /// The parts between separators; a head that follows without one begins a part too (`ML2.ML6`, `ML1 ML2`).
    fn pieces(&self, cell: &str) -> Vec<String> {
        let mut text = cell.to_owned();
        if self.table.exponents {
            // The plus of "1E+201" separates nothing.
            text = text.replace("E+", EXPONENT);
        }
        for separator in &self.table.separators {
            // A word separates only as a word: "en" does not cut "Fen".
            let word = separator.chars().any(char::is_alphabetic);
            let pattern = if word { format!(" {} ", separator.trim()) } else { separator.clone() };
            if word && separator != "\n" {
                text = text.split('\n').collect::<Vec<_>>().join(" \n ");
            }
            text = text.replace(&pattern, "\u{1F}");
        }
        let parts = text.split('\u{1F}').map(str::trim).filter(|part| !part.is_empty());
        parts
            .flat_map(|part| {
                if self.aliases.contains_key(&squeezed(part)) { vec![part.to_owned()] } else { heads(part) }
            })
            .collect()
    }

    fn piece(&self, piece: &str, previous: Option<&ControlCode>) -> Option<Vec<ControlCode>> {
        let short = squeezed(piece);
        if let Some(codes) = self.aliases.get(&short) {
            return Some(codes.clone());
        }
        let short = if self.table.exponents { without_exponent(&short) } else { short };
        let range = self.table.ranges.then(|| letter_range(&short)).flatten();
        if let Some((stem, from, to)) = range {
            return (from..=to)
                .map(|letter| self.one(&format!("{stem}{}", char::from(letter)), previous))
                .collect();
        }
        self.one(&short, previous).map(|code| vec![code])
    }

    /// One code: whole, without the prefix the list leaves out, or short for a neighbour of the one before it.
    fn one(&self, short: &str, previous: Option<&ControlCode>) -> Option<ControlCode> {
        let prefix = Some(self.table.prefix.as_str()).filter(|prefix| !prefix.is_empty());
        let prefixed = || format!("{}{}", prefix?, short.trim_start_matches('0')).parse().ok();
        short.parse().ok().or_else(prefixed).or_else(|| sibling(short, previous?))
    }
}

/// What a shortened code stands for: after `ML5.b`, `22` is `ML22` and `c` is `ML5.c`; after `5A002.a.1`, `2` is
/// `5A002.a.2` and `c` is `5A002.c`. It replaces the last level that is written in the same kind of character.
fn sibling(short: &str, previous: &ControlCode) -> Option<ControlCode> {
    let kind = |text: &str| text.bytes().next().map(|b| b.is_ascii_digit());
    let is_digit = kind(short)?;
    if !short.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    if previous.as_str().starts_with("ML") && is_digit {
        return format!("ML{short}").parse().ok();
    }
    let levels: Vec<&str> = previous.as_str().split('.').collect();
    let at = levels.iter().enumerate().skip(1).rev().find(|(_, level)| kind(level) == Some(is_digit))?.0;
    format!("{}.{short}", levels.get(..at)?.join(".")).parse().ok()
}

/// Without white space and in upper case.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

/// Splits where a second code begins without a separator.
fn heads(part: &str) -> Vec<String> {
    let upper = part.to_ascii_uppercase();
    let mut cuts: Vec<usize> = upper.match_indices("ML").map(|(at, _)| at).filter(|at| *at > 0).collect();
    if cuts.is_empty() {
        let words: Vec<&str> = part.split_whitespace().collect();
        let all_codes = words.len() > 1 && words.iter().all(|word| word.parse::<ControlCode>().is_ok());
        let whole = if all_codes { words } else { vec![part] };
        return whole.into_iter().map(str::to_owned).collect();
    }
    cuts.insert(0, 0);
    cuts.push(part.len());
    let spans = cuts.iter().zip(cuts.iter().skip(1));
    let trimmed =
        |text: &str| text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '-')).to_owned();
    spans
        .filter_map(|(from, to)| part.get(*from..*to))
        .map(trimmed)
        .filter(|piece| !piece.is_empty())
        .collect()
}

/// A spreadsheet takes `1E201` for a number and writes `1E+201`.
fn without_exponent(short: &str) -> String {
    match short.split_once(EXPONENT) {
        Some((category, number)) if category.len() == 1 && number.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{category}E{number:0>3}")
        }
        _ => short.to_owned(),
    }
}

/// `ML10A-F`: the stem and the first and last letter.
fn letter_range(short: &str) -> Option<(&str, u8, u8)> {
    let (left, right) = short.split_once('-')?;
    let (&from, stem) = left.as_bytes().split_last()?;
    let &[to] = right.as_bytes() else { return None };
    let letters =
        from.is_ascii_uppercase() && to.is_ascii_uppercase() && from < to && stem.last()?.is_ascii_digit();
    Some((left.get(..stem.len())?, from, to)).filter(|_| letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(profile: &str, cell: &str) -> Result<String, String> {
        let codes = Codes::new(toml::from_str(profile).expect("a valid table")).expect("a valid table");
        codes.read(cell).map(|codes| codes.iter().map(ControlCode::as_str).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn cells_of_real_lists() {
        for (cell, codes) in [
            ("ML5b      ", "ML5.b"),
            ("ML4,22", "ML4 ML22"),
            ("ML5b,21,22", "ML5.b ML21 ML22"),
            ("ML10a,18a,22", "ML10.a ML18.a ML22"),
            ("ML10a/b", "ML10.a ML10.b"),
            ("ML10a-f", "ML10.a ML10.b ML10.c ML10.d ML10.e ML10.f"),
            ("ML2.ML6", "ML2 ML6"),
            ("ML10a, ML22", "ML10.a ML22"),
            ("ml 5b", "ML5.b"),
            ("1C350-46   ", "1C350.46"),
            ("1E+201", "1E201"),
            ("5A002a1,\n5D002c1,\n5E002", "5A002.a.1 5D002.c.1 5E002"),
            ("3B001,", "3B001"),
            ("6A002 5A001", "6A002 5A001"),
            ("5A002a1,2,c", "5A002.a.1 5A002.a.2 5A002.c"),
            ("ML1 ML1", "ML1"),
        ] {
            assert_eq!(read("", cell).as_deref(), Ok(codes), "{cell}");
        }
        for cell in ["diverse", "M10", "ML23", "5A002,5D", "80", "ML", "5, ML5"] {
            assert!(read("", cell).is_err(), "{cell}");
        }
    }

    #[test]
    fn the_profile_says_what_words_mean() {
        let profile = "aliases = { M10 = 'ML10', ML10ab = 'ML10a,b' }\nwithout_code = ['Diverse', '5D']";
        assert_eq!(read(profile, "m10").as_deref(), Ok("ML10"));
        assert_eq!(read(profile, "ML10ab, 22").as_deref(), Ok("ML10.a ML10.b ML22"));
        assert_eq!(read(profile, "DIVERSE ").as_deref(), Ok(""));
        assert_eq!(read(profile, "5A002,5D,5E002").as_deref(), Ok("5A002 5E002"));
        assert!(read(profile, "Diversen").is_err());
        assert_eq!(read("prefix = 'ML'", "0006a, b, 10, 5A002").as_deref(), Ok("ML6.a ML6.b ML10 5A002"));
        assert_eq!(read("unreadable = 'keep_text'", "PL5017, ML1").as_deref(), Ok("ML1"));
        assert_eq!(
            read("separators = [',', 'en']", "6A001 en 6A002, 6A003").as_deref(),
            Ok("6A001 6A002 6A003")
        );
    }
}
