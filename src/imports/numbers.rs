//! Numbers: decimal and thousands signs, mixed in one column, with currency signs and scale.
//!
//! `auto` settles each cell on its own. Of two kinds of sign the last is the decimal sign; a sign that repeats
//! separates thousands; a single sign with exactly three digits behind it and one to three (not just `0`) before it
//! separates thousands; any other single sign is a decimal sign.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Deserialize;

use super::profile::ProfileError;
use crate::rules::values::Currency;

/// `[numbers]` of a profile.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NumbersTable {
    decimal: DecimalSign,
    groups: Groups,
    multiply: Option<Decimal>,
    round: bool,
    strip: Vec<String>,
    currencies: BTreeMap<String, Currency>,
}

/// Which sign stands before the fraction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
enum DecimalSign {
    /// Settled cell by cell.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    #[serde(rename = ".")]
    Point,
    #[serde(rename = ",")]
    Comma,
    /// There are no fractions: every sign separates thousands.
    #[serde(rename = "none")]
    None,
}

/// What may stand between thousands signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Groups {
    /// Three digits, one to three in the first group.
    #[default]
    Threes,
    /// The same, but a short last group lost its final zeros: `17.9` was `17.900`.
    Pad,
    /// Any number of digits, as in India.
    Any,
}

/// Reads numbers as the profile says.
#[derive(Clone, Debug)]
pub(super) struct Numbers {
    table: NumbersTable,
    /// Signs of currencies, the longest first, so that `US$` is tried before `$`.
    signs: Vec<(String, Currency)>,
}

impl Numbers {
    pub(super) fn new(table: NumbersTable) -> Result<Self, ProfileError> {
        if table.groups == Groups::Pad && table.decimal != DecimalSign::None {
            return Err(ProfileError::at("numbers.groups", "\"pad\" needs numbers.decimal = \"none\""));
        }
        if table.multiply.is_some_and(|by| by <= Decimal::ZERO) {
            return Err(ProfileError::at("numbers.multiply", "must be more than zero"));
        }
        if table.strip.iter().chain(table.currencies.keys()).any(|sign| sign.trim().is_empty()) {
            return Err(ProfileError::at("numbers.strip", "must not contain an empty text"));
        }
        let mut signs: Vec<_> =
            table.currencies.iter().map(|(sign, currency)| (sign.clone(), *currency)).collect();
        signs.sort_by_key(|(sign, _)| std::cmp::Reverse(sign.len()));
        Ok(Self { table, signs })
    }

    /// Reads an amount of money, scaled, and the currency that stands with it.
    pub(super) fn money(&self, text: &str) -> Result<(Decimal, Option<Currency>), String> {
        let mut rest = text.trim();
        let mut currency = None;
        for (sign, of) in &self.signs {
            if let Some(bare) = rest.strip_prefix(sign.as_str()).or_else(|| rest.strip_suffix(sign.as_str()))
            {
                (rest, currency) = (bare.trim(), Some(*of));
                break;
            }
        }
        let number = self.number(rest)?;
        let scaled = number.checked_mul(self.table.multiply.unwrap_or(Decimal::ONE)).ok_or("is too large")?;
        let fits = scaled.normalize().scale() <= 2;
        match (fits, self.table.round) {
            (true, _) => Ok((scaled, currency)),
            (false, true) => Ok((scaled.round_dp(2), currency)),
            (false, false) => Err("has more than two digits after the decimal sign".to_owned()),
        }
    }

    /// Reads a quantity and the unit that may stand behind it.
    pub(super) fn quantity<'text>(&self, text: &'text str) -> Result<(Decimal, Option<&'text str>), String> {
        let text = text.trim();
        let unit_at = text.find(char::is_alphabetic).unwrap_or(text.len());
        let (number, unit) = text.split_at_checked(unit_at).unwrap_or((text, ""));
        Ok((self.number(number.trim())?, Some(unit.trim()).filter(|unit| !unit.is_empty())))
    }

    fn number(&self, text: &str) -> Result<Decimal, String> {
        let mut rest = text;
        for word in &self.table.strip {
            rest = rest.strip_prefix(word.as_str()).unwrap_or(rest).trim();
            rest = rest.strip_suffix(word.as_str()).unwrap_or(rest).trim();
        }
        // "1.200,-" and "1.200,--" are whole amounts.
        let rest =
            [",-", ".-", ",--", ".--", ",—"].iter().find_map(|tail| rest.strip_suffix(tail)).unwrap_or(rest);
        let negative = |c: char| matches!(c, '-' | '−' | '(');
        if rest.starts_with(negative) || rest.ends_with('-') {
            return Err("is negative".to_owned());
        }
        let rest = rest.strip_prefix('+').unwrap_or(rest).trim();
        let rest: String =
            rest.chars().map(|c| if c.is_whitespace() || c == '’' { '\'' } else { c }).collect();
        let (whole, fraction) = self.split(&rest).ok_or("is not a number")?;
        let whole = self.ungrouped(whole).ok_or("is not a number: its groups of digits do not fit")?;
        if whole.len() + fraction.len() > 26 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return Err("is not a number".to_owned());
        }
        let plain = if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") };
        plain.parse().map_err(|_| "is not a number".to_owned())
    }

    /// Splits at the decimal sign.
    fn split<'text>(&self, text: &'text str) -> Option<(&'text str, &'text str)> {
        if !text.bytes().any(|b| b.is_ascii_digit()) {
            return None;
        }
        let at = |sign: char| {
            let (whole, fraction) = text.rsplit_once(sign).unwrap_or((text, ""));
            (!whole.contains(sign)).then_some((whole, fraction))
        };
        match self.table.decimal {
            DecimalSign::None => Some((text, "")),
            DecimalSign::Point => at('.'),
            DecimalSign::Comma => at(','),
            DecimalSign::Auto => {
                let Some(last) = text.rfind(['.', ',']) else { return Some((text, "")) };
                let (before, behind) = text.split_at_checked(last)?;
                let sign = behind.chars().next()?;
                let fraction = behind.get(1..)?;
                let other = if sign == '.' { ',' } else { '.' };
                let repeats = before.contains(sign);
                if before.contains(other) {
                    return (!repeats).then_some((before, fraction));
                }
                let group = fraction.len() == 3 && (1..=3).contains(&before.len()) && before != "0";
                let spaced = before.contains('\'');
                if repeats || (group && !spaced) { Some((text, "")) } else { Some((before, fraction)) }
            }
        }
    }

    /// Takes the thousands signs out of the whole part.
    fn ungrouped(&self, whole: &str) -> Option<String> {
        if whole.is_empty() {
            return Some("0".to_owned());
        }
        let groups: Vec<&str> = whole.split([',', '.', '\'']).collect();
        let digits =
            groups.iter().all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
        let (first, rest) = groups.split_first()?;
        let (last, middle) = rest.split_last().unwrap_or((first, &[]));
        let alone = rest.is_empty();
        let same_sign =
            whole.chars().filter(|c| !c.is_ascii_digit()).collect::<std::collections::BTreeSet<_>>().len()
                <= 1;
        let even = alone || (first.len() <= 3 && middle.iter().all(|group| group.len() == 3));
        let (fits, pad) = match self.table.groups {
            Groups::Any => (true, 0),
            Groups::Threes => (even && (alone || last.len() == 3), 0),
            Groups::Pad => (
                even && (alone || last.len() <= 3),
                if alone { 0 } else { 3_usize.saturating_sub(last.len()) },
            ),
        };
        (digits && fits && same_sign).then(|| groups.concat() + &"0".repeat(pad))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(profile: &str, text: &str) -> Result<String, String> {
        let table: NumbersTable = toml::from_str(profile).expect("a valid table");
        let numbers = Numbers::new(table).expect("a valid table");
        numbers.money(text).map(|(value, currency)| {
            value.normalize().to_string() + &currency.map(|c| format!(" {c}")).unwrap_or_default()
        })
    }

    #[test]
    fn auto_settles_each_cell() {
        for (text, value) in [
            ("25,740", "25740"),
            ("1.500", "1500"),
            ("30,404,816", "30404816"),
            ("1.234,56", "1234.56"),
            ("1,234.56", "1234.56"),
            ("17.9", "17.9"),
            ("0.125", "0.125"),
            ("95000", "95000"),
            ("1'234'567.80", "1234567.8"),
            ("1 234,50", "1234.5"),
            (".5", "0.5"),
            ("1.200,-", "1200"),
        ] {
            let profile = "round = true";
            let expected = if text == "0.125" { "0.12" } else { value };
            assert_eq!(money(profile, text).as_deref(), Ok(expected), "{text}");
        }
        for text in
            ["", "-5", "(5)", "5-", "1,23,4.5.6", "1.2.3,4,5", "1,2.3,4", "NaN", "1e5", "--", "12,34,567"]
        {
            assert!(money("", text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_declared_sign_is_held_to() {
        assert_eq!(money("decimal = ','", "1.500").as_deref(), Ok("1500"));
        assert_eq!(money("decimal = '.'\nround = true", "1.500").as_deref(), Ok("1.5"));
        assert!(money("decimal = '.'", "12,5").is_err());
        assert_eq!(money("decimal = 'none'\ngroups = 'pad'", "17.9").as_deref(), Ok("17900"));
        assert_eq!(money("decimal = 'none'\ngroups = 'pad'", "51.375").as_deref(), Ok("51375"));
        assert_eq!(money("decimal = 'none'\ngroups = 'pad'", "1,110,157").as_deref(), Ok("1110157"));
        assert_eq!(money("groups = 'any'", "12,34,567").as_deref(), Ok("1234567"));
    }

    #[test]
    fn signs_and_scale() {
        let profile = "strip = ['EUR']\nmultiply = 1000\ncurrencies = { '$' = 'USD', 'A$' = 'AUD' }";
        assert_eq!(money(profile, "EUR 12,5").as_deref(), Ok("12500"));
        assert_eq!(money(profile, "A$ 3").as_deref(), Ok("3000 AUD"));
        assert_eq!(money(profile, "3 $").as_deref(), Ok("3000 USD"));
    }
}
