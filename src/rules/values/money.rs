//! Quantities, money and scores: decimals, never floats.
//!
//! The written form is a plain decimal string such as `12` or `12.50`: no exponent, separator or `NaN`, and no sign but
//! the minus of a score.

use std::fmt;
use std::str::FromStr;

use iso_currency::IntoEnumIterator as _;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Invalid, text_value};

/// A quantity: more than zero, at most 15 digits before and 6 after the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Quantity(Decimal);

/// An amount of money in the units of its currency: zero or more, at most 15 digits before and 2 after the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Amount(Decimal);

/// A score that others publish: at most 9 digits before and 18 after the point, and a minus where it is negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Score(Decimal);

/// An ISO 4217 currency code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(iso_currency::Currency);

super::super::vocabulary! {
    /// The unit a quantity is counted in.
    Unit { Piece, Set, Kilogram, Liter, Meter, SquareMeter, CubicMeter, Hour, UserLicense, Service }
}

/// Parses a plain decimal of at most `scale` digits after the point.
fn plain_decimal(text: &str, scale: usize) -> Result<Decimal, Invalid> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits =
        |part: &str, max: usize| (1..=max).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole, 15) || !digits(fraction, scale) {
        return Err(Invalid::new(format!(
            "must be a decimal string of at most 15 digits before and {scale} after the point"
        )));
    }
    text.parse().map_err(|_| Invalid::new("must be a decimal string"))
}

impl Quantity {
    /// Takes a number that was computed or read from the register; `None` unless it is a valid quantity.
    pub fn new(value: Decimal) -> Option<Self> {
        value.normalize().to_string().parse().ok()
    }

    /// The number.
    pub fn value(self) -> Decimal {
        self.0
    }
}

impl Amount {
    /// Takes a number that was computed or read from the register; `None` unless it is a valid amount.
    pub fn new(value: Decimal) -> Option<Self> {
        value.normalize().to_string().parse().ok()
    }

    /// The number, in units of the currency.
    pub fn value(self) -> Decimal {
        self.0
    }
}

impl Score {
    /// The number.
    pub fn value(self) -> Decimal {
        self.0
    }
}

impl FromStr for Quantity {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let value = plain_decimal(text, 6)?;
        if value.is_zero() {
            Err(Invalid::new("must be more than zero"))
        } else {
            Ok(Self(value.normalize()))
        }
    }
}

impl FromStr for Amount {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        plain_decimal(text, 2).map(Self)
    }
}

impl FromStr for Score {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let plain = text.strip_prefix('-').unwrap_or(text);
        let value = plain_decimal(plain, 18)?.normalize();
        if value >= Decimal::from(1_000_000_000) {
            return Err(Invalid::new("must have at most 9 digits before the point"));
        }
        let negative = plain.len() < text.len() && !value.is_zero();
        Ok(Self(if negative { -value } else { value }))
    }
}

impl FromStr for Currency {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        iso_currency::Currency::from_code(text)
            .map(Self)
            .ok_or_else(|| Invalid::new("must be an ISO 4217 currency code, such as EUR"))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}", self.0)
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code())
    }
}

text_value!(Quantity, "A decimal string above zero, up to 6 digits after the point.", "12", |s| s
    .max_length(Some(22))
    .pattern(Some(r"^(?=.*[1-9])[0-9]{1,15}(\.[0-9]{1,6})?$")));
text_value!(Amount, "A decimal string, up to 2 digits after the point.", "125000.00", |s| s
    .max_length(Some(18))
    .pattern(Some(r"^[0-9]{1,15}(\.[0-9]{1,2})?$")));
text_value!(Score, "A decimal string, up to 18 digits after the point; may be negative.", "-0.73", |s| s
    .max_length(Some(29))
    .pattern(Some(r"^-?[0-9]{1,9}(\.[0-9]{1,18})?$")));
text_value!(Currency, "An ISO 4217 currency code.", "EUR", |s| s
    .enum_values(Some(iso_currency::Currency::iter().map(|currency| currency.code()))));
