//! One record: its cells, read as the profile says, or everything that is wrong with them.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::{Months, NaiveDate};
use sha2::{Digest as _, Sha256};

use super::dates::Edge;
use super::historic::HistoricLine;
use super::plan::Plan;
use super::profile::Profile;
use super::records::Record;
use super::schema::{Field, Identity};
use super::source::Fault;
use crate::rules::application::Kind;
use crate::rules::values::{Amount, Currency, Name, Prose, Quantity, Territory, Unit};

/// What one record says.
pub(super) struct Row {
    pub(super) number: String,
    pub(super) kind: Kind,
    pub(super) exporter: Option<String>,
    pub(super) valid_until: NaiveDate,
    pub(super) line: HistoricLine,
}

/// The cells of a record under the plan, and the faults found so far.
struct Cells<'plan> {
    plan: &'plan Plan<'plan>,
    record: &'plan Record,
    faults: Vec<Fault>,
}

impl Plan<'_> {
    /// What identifies the license a record belongs to, where that much can be read.
    pub(super) fn number(&self, record: &Record) -> Option<String> {
        let prefix = &self.profile.license.prefix;
        match self.profile.license.identity {
            Identity::Number => {
                let mut cells = Cells { plan: self, record, faults: Vec::new() };
                cells.name(Field::Number).map(|number| format!("{prefix}{number}"))
            }
            Identity::Row => Some(format!("{prefix}{}", record.line)),
            Identity::Content => {
                let digest = hex::encode(Sha256::digest(record.fields.join("\u{1F}")));
                Some(format!("{prefix}{}", digest.get(..16).unwrap_or(&digest)))
            }
        }
    }

    /// Reads a record whose number is `number`.
    pub(super) fn row(&self, record: &Record, number: Option<&str>) -> Result<Row, Vec<Fault>> {
        let mut cells = Cells { plan: self, record, faults: Vec::new() };
        if number.is_none() {
            let faulty = cells.name(Field::Number).is_none() && cells.faults.is_empty();
            if faulty {
                cells.fault(Field::Number, "is empty: the row cannot be told from others");
            }
        }
        let kind = cells.kind();
        let issued_on = cells.required_date(Field::IssuedOn, Edge::First);
        let stated = cells.date(Field::ValidUntil, Edge::Last);
        let valid_until = cells.expiry(issued_on, stated);
        let exporter = cells.name(Field::Exporter);
        let line = cells.line(issued_on.unwrap_or_default(), stated);
        match (number, kind, valid_until) {
            (Some(number), Some(kind), Some(valid_until)) if cells.faults.is_empty() => {
                Ok(Row { number: number.to_owned(), kind, exporter, valid_until, line })
            }
            _ => Err(cells.faults),
        }
    }
}

impl Cells<'_> {
    fn fault(&mut self, field: Field, reason: impl Into<String>) {
        if let Some(bound) = self.plan.fields.get(&field) {
            self.faults.push(bound.fault(&self.record.fields, reason));
        } else {
            let reason = format!("{} {}", <&str>::from(field), reason.into());
            self.faults.push(Fault { column: None, value: None, reason });
        }
    }

    fn text(&mut self, field: Field) -> Option<String> {
        match self.plan.fields.get(&field)?.value(&self.record.fields) {
            Ok(value) => value,
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    /// Reads a field with `read`; a fault where it cannot be read.
    fn read<T, E: ToString>(&mut self, field: Field, read: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let text = self.text(field)?;
        match read(&text) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.fault(field, reason.to_string());
                None
            }
        }
    }

    fn name(&mut self, field: Field) -> Option<String> {
        self.read(field, |text| Name::from_str(&text.replace('\n', " "))).map(String::from)
    }

    fn prose(&mut self, field: Field) -> Option<String> {
        self.read(field, Prose::from_str).map(String::from)
    }

    /// The cells of a field as they are, line breaks included.
    fn written(&mut self, field: Field) -> Option<String> {
        let text = self.plan.fields.get(&field)?.written(&self.record.fields)?;
        match Prose::from_str(&text) {
            Ok(text) => Some(text.into()),
            Err(error) => {
                self.fault(field, error.to_string());
                None
            }
        }
    }

    fn kind(&mut self) -> Option<Kind> {
        let before = self.faults.len();
        let says = "is not marketing, export or brokering, nor mapped to one by the profile";
        let kind = self.read(Field::Kind, |text| text.to_lowercase().parse().map_err(|_| says));
        if kind.is_none() && self.faults.len() == before {
            self.fault(Field::Kind, "is empty");
        }
        kind
    }

    fn date(&mut self, field: Field, edge: Edge) -> Option<NaiveDate> {
        let profile = self.plan.profile;
        let dates = profile.field_dates.get(&field).unwrap_or(&profile.dates);
        self.read(field, |text| dates.read(text, edge))
    }

    fn required_date(&mut self, field: Field, edge: Edge) -> Option<NaiveDate> {
        let before = self.faults.len();
        let date = self.date(field, edge);
        if date.is_none() && self.faults.len() == before {
            self.fault(field, "is empty");
        }
        date
    }

    /// The stated expiry, or the row's or the profile's term from the issue on.
    fn expiry(&mut self, issued_on: Option<NaiveDate>, stated: Option<NaiveDate>) -> Option<NaiveDate> {
        let faulty = !self.faults.is_empty();
        let says = "must be a number of months from 1 to 1200";
        let months =
            |text: &str| text.parse::<u32>().ok().filter(|term| (1..=1200).contains(term)).ok_or(says);
        let term = self.read(Field::TermMonths, months).or(self.plan.profile.license.term_months);
        let until = stated.or_else(|| issued_on?.checked_add_months(Months::new(term?)));
        if until.is_none() && !faulty && self.faults.is_empty() {
            self.fault(Field::ValidUntil, "is empty, and no term says how long the license runs");
        }
        until
    }

    fn line(&mut self, issued_on: NaiveDate, valid_until: Option<NaiveDate>) -> HistoricLine {
        let code_text = self.written(Field::Codes);
        let profile = self.plan.profile;
        let codes = self.read(Field::Codes, |text| profile.codes.read(text)).unwrap_or_default();
        let (quantity, unit_text) = self.quantity();
        let unit = unit_text.as_ref().and_then(|text| unit(profile, text));
        let (value, currency) = self.value();
        let (destinations, via) = self.places();
        HistoricLine {
            issued_on,
            valid_until,
            consignee: self.name(Field::Consignee),
            end_user: self.name(Field::EndUser),
            end_use: self.prose(Field::EndUse),
            codes,
            code_text,
            description: self.prose(Field::Description),
            quantity,
            unit,
            unit_text,
            value,
            currency,
            destinations,
            via,
            destination_text: self.written(Field::Destinations),
            other: self.other(),
        }
    }

    fn quantity(&mut self) -> (Option<Quantity>, Option<String>) {
        let numbers = &self.plan.profile.numbers;
        let read = self.read(Field::Quantity, |text| {
            let (number, unit) = numbers.quantity(text)?;
            let quantity =
                Quantity::new(number).ok_or("must be more than zero, with up to 6 digits after the point")?;
            Ok::<_, String>((quantity, unit.map(str::to_owned)))
        });
        let stated = self.name(Field::Unit);
        match read {
            Some((quantity, unit)) => (Some(quantity), unit.or(stated)),
            None => (None, None),
        }
    }

    /// The value and its currency: the sign in the cell, else the currency field.
    fn value(&mut self) -> (Option<Amount>, Option<Currency>) {
        let numbers = &self.plan.profile.numbers;
        let read = self.read(Field::Value, |text| {
            let (number, sign) = numbers.money(text)?;
            Ok::<_, String>((Amount::new(number).ok_or("is too large")?, sign))
        });
        let stated = self.read(Field::Currency, |text| text.to_uppercase().parse::<Currency>());
        let Some((amount, sign)) = read else { return (None, None) };
        let fixed =
            self.plan.profile.fields.get(&Field::Currency).is_some_and(|source| source.fixed().is_some());
        if let (Some(sign), Some(stated), false) = (sign, stated, fixed)
            && sign != stated
        {
            self.fault(Field::Currency, format!("is not the currency of the value, {sign}"));
        }
        let currency = sign.or(stated);
        if currency.is_none() && self.faults.is_empty() {
            self.fault(Field::Value, "has no currency: map fields.currency");
        }
        (Some(amount), currency)
    }

    fn places(&mut self) -> (Vec<Territory>, Vec<Territory>) {
        let reader = &self.plan.profile.destinations;
        let before = self.faults.len();
        let places = self.read(Field::Destinations, |text| reader.read(text));
        if places.is_none() && self.faults.len() == before {
            self.fault(Field::Destinations, "is empty");
        }
        let through = self.read(Field::Via, |text| reader.read(text)).unwrap_or_default();
        let places = places.unwrap_or_default();
        let mut via: Vec<Territory> = Vec::new();
        for territory in places.via.into_iter().chain(through.destinations).chain(through.via) {
            if !via.contains(&territory) && !places.destinations.contains(&territory) {
                via.push(territory);
            }
        }
        (places.destinations, via)
    }

    fn other(&mut self) -> BTreeMap<String, String> {
        let mut other = BTreeMap::new();
        for (name, bound) in &self.plan.other {
            let value = bound.value(&self.record.fields).and_then(|value| {
                let checked = value.map(|text| Prose::from_str(&text)).transpose();
                checked.map_err(|error| bound.fault(&self.record.fields, error.to_string()))
            });
            match value {
                Ok(Some(value)) => drop(other.insert((*name).to_owned(), value.into())),
                Ok(None) => {}
                Err(fault) => self.faults.push(fault),
            }
        }
        other
    }
}

/// The registry's unit for a word: the profile's, or the unit's own name.
fn unit(profile: &Profile, text: &str) -> Option<Unit> {
    let word = text.trim().to_lowercase();
    profile.units.get(&word).copied().or_else(|| word.parse().ok())
}
