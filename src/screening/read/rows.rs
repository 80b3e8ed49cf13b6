//! Tables: rows under a row of column names, one or several of them to an entry.

use chrono::NaiveDate;

use super::columns::{Column, are_names, columns, told_twice};
use super::delimited::{Record, Records};
use super::parties::{Parties, kind};
use super::refusal::Refusal;
use super::values::{MARKS_ALONE, birth, can_be_compared, clean, country, day, several};
use super::{Form, Limits, Reading};
use crate::rules::screening::entry::{Entry, Identifier, Kind, Quality};

/// So many rows may stand above the column names.
const ABOVE: usize = 5;

/// What stands between the fields.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// The entries of a table.
pub(super) fn entries(file: &str, text: &str, limits: &Limits) -> Result<Reading, Refusal> {
    let (mut records, Head { columns, mut published, twice }) = head(file, text, limits)?;
    twice.map_or(Ok(()), Err)?;
    let width = columns.len();
    let mut parties = Parties::default();
    while let Some(record) = records.next()? {
        let fields = record.fields.len();
        let surplus = record.fields.iter().skip(width).any(|field| !field.trim().is_empty());
        if fields < width || surplus {
            let reason =
                format!("the record has {fields} fields, not {width}: the file is cut off or malformed");
            return Err(Refusal::at(file, (record.line, fields as u64), "", reason));
        }
        if record.may_be_cut {
            let reason = "the file ends without a line break, in the middle of a field for all that can be told: is it cut off?";
            return Err(Refusal::at(
                file,
                (record.line, fields as u64),
                record.fields.last().map_or("", |field| field),
                reason,
            ));
        }
        let row = Row { file, columns: &columns, record: &record };
        published = published.or_else(|| day(&row.first(Column::Published)?));
        row.add_to(&mut parties)?;
        if parties.len() > limits.entries {
            return Err(Refusal::whole(file, &format!("the list has more than {} entries", limits.entries)));
        }
    }
    Ok(Reading { form: Form::Table, published, entries: parties.into_entries() })
}

/// What stands above the entries.
struct Head {
    columns: Vec<Option<Column>>,
    published: Option<NaiveDate>,
    /// Why the columns cannot be told apart.
    twice: Option<Refusal>,
}

impl Head {
    fn known(&self) -> usize {
        self.columns.iter().flatten().count()
    }
}

/// The records after the row of column names. The delimiter is the one by which such a row is found; of several, the one
/// by which most columns are known. Values may be full of the others.
fn head<'a>(file: &'a str, text: &'a str, limits: &Limits) -> Result<(Records<'a>, Head), Refusal> {
    let mut best: Option<(Records<'a>, Head)> = None;
    let mut refused = None;
    for delimiter in DELIMITERS {
        let mut records = Records::new(file, text, delimiter, limits);
        match column_names(file, &mut records) {
            Ok(head) if best.as_ref().is_none_or(|(_, known)| head.known() > known.known()) => {
                best = Some((records, head));
            }
            Ok(_fewer) => {}
            Err(refusal) => refused = refused.or(Some(refusal)),
        }
    }
    best.ok_or_else(|| refused.unwrap_or_else(|| Refusal::whole(file, "the file has no rows")))
}

fn column_names(file: &str, records: &mut Records<'_>) -> Result<Head, Refusal> {
    let (mut first, mut published) = (Vec::new(), None);
    for _ in 0..ABOVE {
        let Some(record) = records.next()? else { break };
        let found = columns(record.fields.iter().map(|field| &**field));
        if are_names(&found) {
            let twice = told_twice(record.fields.iter().map(|field| &**field), &found).map(|(at, name)| {
                Refusal::at(file, (record.line, at), name, "a second column says the same: which is it?")
            });
            return Ok(Head { columns: found, published, twice });
        }
        published = published.or_else(|| day_stated(&record));
        if first.is_empty() {
            first = record.fields.iter().map(|field| super::values::excerpt(field)).take(12).collect();
        }
    }
    Err(Refusal::at(
        file,
        (1, 1),
        &first.join(", "),
        "no row of column names was found: there must be a column for the name and one for the id",
    ))
}

/// The day in a row such as `Last Updated,28/10/2022` or `Report Date: 28-Oct-2022`.
fn day_stated(record: &Record<'_>) -> Option<NaiveDate> {
    let text = clean(&record.fields.join(" "))?.to_ascii_lowercase();
    let stated = ["last updated", "report date"].iter().find_map(|label| text.strip_prefix(label))?;
    let stated = stated.trim_start_matches([':', ' ']);
    let short = || NaiveDate::parse_from_str(stated, "%d-%b-%Y").ok();
    day(stated).or_else(short)
}

/// A row, and what its fields say.
struct Row<'a> {
    file: &'a str,
    columns: &'a [Option<Column>],
    record: &'a Record<'a>,
}

impl Row<'_> {
    /// The fields of a column, with their places.
    fn all(&self, column: Column) -> impl Iterator<Item = (u64, &str)> {
        let fields = (1..).zip(&self.record.fields).zip(self.columns);
        fields.filter(move |(_, known)| **known == Some(column)).map(|((at, field), _)| (at, &**field))
    }

    fn first(&self, column: Column) -> Option<String> {
        self.all(column).find_map(|(_, field)| clean(field))
    }

    fn several(&self, column: Column, by: &'static [char]) -> impl Iterator<Item = String> {
        self.all(column).flat_map(move |(_, field)| several(field, by))
    }

    fn add_to(&self, parties: &mut Parties) -> Result<(), Refusal> {
        self.check_names()?;
        let name = self.name();
        let list = self.first(Column::List);
        let citation = self.first(Column::Citation);
        let entry = match (self.first(Column::Id), &name) {
            (Some(id), _) => parties.known_as(&id, list.as_deref()),
            (None, Some(name)) => parties.without_id(name, list.as_deref()),
            (None, None) => {
                let reason = "the row has neither an id nor a name";
                return Err(Refusal::at(self.file, (self.record.line, 1), "", reason));
            }
        };
        let Some(entry) = entry else { return Ok(()) };
        if let Some(stated) = self.first(Column::Kind) {
            entry.kind = if entry.kind == Kind::Unknown { kind(&stated) } else { entry.kind };
        }
        self.add_names(entry, name);
        self.add_births(entry);
        self.add_numbers(entry);
        self.add_countries(entry);
        add(&mut entry.programmes, self.several(Column::Programmes, &[';']));
        entry.list = entry.list.take().or(list);
        entry.citation = entry.citation.take().or(citation);
        entry.license_requirement =
            entry.license_requirement.take().or_else(|| self.first(Column::LicenseRequirement));
        entry.license_policy = entry.license_policy.take().or_else(|| self.first(Column::LicensePolicy));
        for (at, field) in self.all(Column::ListedOn) {
            if let Some(stated) = clean(field) {
                let known = day(&stated).ok_or_else(|| {
                    Refusal::at(self.file, (self.record.line, at), &stated, "is no day such as 2024-02-29")
                })?;
                entry.listed_on = entry.listed_on.or(Some(known));
            }
        }
        Ok(())
    }

    /// Refuses a name that has nothing to compare. A part of a name may be a mark.
    fn check_names(&self) -> Result<(), Refusal> {
        let columns: [(Column, &[char]); 4] = [
            (Column::Name, &[]),
            (Column::Aliases, &[';']),
            (Column::WeakAliases, &[';']),
            (Column::OwnScript, &[';']),
        ];
        for (column, by) in columns {
            for (at, field) in self.all(column) {
                let spoiled = several(field, by).find(|name| !can_be_compared(name));
                if let Some(name) = spoiled {
                    let reason = format!("is a name {MARKS_ALONE}");
                    return Err(Refusal::at(self.file, (self.record.line, at), &name, reason));
                }
            }
        }
        Ok(())
    }

    /// The name of the row: whole, or put together of its parts.
    fn name(&self) -> Option<String> {
        let parts =
            || (1..=6).filter_map(|part| self.first(Column::NamePart(part))).collect::<Vec<_>>().join(" ");
        self.first(Column::Name).or_else(|| clean(&parts()))
    }

    fn add_names(&self, entry: &mut Entry, name: Option<String>) {
        let says = |column, words: &[&str]| {
            self.first(column)
                .is_some_and(|stated| words.iter().any(|word| stated.to_ascii_lowercase().contains(word)))
        };
        let weak = says(Column::NameQuality, &["low", "weak"]);
        let other = says(Column::NameKind, &["alias", "aka", "a.k.a", "fka", "f.k.a", "variation"]);
        let quality = match (weak, other || !entry.names.is_empty()) {
            (true, _) => Quality::Weak,
            (false, true) => Quality::Strong,
            (false, false) => Quality::Primary,
        };
        let primary_stated =
            says(Column::NameKind, &["primary name"]) && !says(Column::NameKind, &["variation"]);
        let quality = if primary_stated && !weak { Quality::Primary } else { quality };
        super::parties::add_names(entry, name, quality);
        super::parties::add_names(entry, self.several(Column::Aliases, &[';']), Quality::Strong);
        super::parties::add_names(entry, self.several(Column::OwnScript, &[';']), Quality::Strong);
        super::parties::add_names(entry, self.several(Column::WeakAliases, &[';']), Quality::Weak);
    }

    /// Takes the days and years of birth; a text that tells none, such as "unknown", is passed over, since it is no more
    /// than evidence beside a name.
    fn add_births(&self, entry: &mut Entry) {
        for known in self.several(Column::Births, &[';']).filter_map(|stated| birth(&stated)) {
            push(&mut entry.births, known);
        }
    }

    fn add_numbers(&self, entry: &mut Entry) {
        for kind in ["Passport", "National ID", "Registration", "IMO", "Call sign"] {
            for value in self.several(Column::Number(kind), &[';']) {
                push(&mut entry.identifiers, Identifier { kind: kind.to_owned(), value, country: None });
            }
        }
        for stated in self.several(Column::Numbers, &[';']) {
            push(&mut entry.identifiers, identifier(&stated));
        }
        if let Some(value) = self.first(Column::Identifier) {
            let kind = self.first(Column::IdentifierKind).unwrap_or_default();
            let issuer = self.first(Column::IdentifierCountry).as_deref().and_then(country);
            push(&mut entry.identifiers, Identifier { kind, value, country: issuer });
        }
    }

    fn add_countries(&self, entry: &mut Entry) {
        let stated = self.several(Column::Countries, &[';']).flat_map(|field| countries(&field));
        add(&mut entry.countries, stated);
        add(
            &mut entry.address_countries,
            self.several(Column::AddressCountries, &[';']).flat_map(|field| countries(&field)),
        );
        let of_address = |address: String| {
            let last = address.rsplit(',').next().map(str::trim).unwrap_or_default().to_owned();
            (last.len() == 2).then_some(last).and_then(|code| country(&code))
        };
        add(&mut entry.address_countries, self.several(Column::Addresses, &[';']).filter_map(of_address));
    }
}

/// The countries of a field: a name with a comma in it, or several codes.
fn countries(field: &str) -> Vec<String> {
    let codes: Vec<&str> = field.split(',').map(str::trim).collect();
    if codes.iter().all(|code| code.len() == 2) {
        return codes.into_iter().filter_map(country).collect();
    }
    country(field).into_iter().collect()
}

/// `Passport, IR, K1234567`, or the number alone.
fn identifier(stated: &str) -> Identifier {
    let parts: Vec<&str> = stated.split(',').map(str::trim).collect();
    match parts.as_slice() {
        [kind, issuer, value] => {
            Identifier { kind: (*kind).to_owned(), value: (*value).to_owned(), country: country(issuer) }
        }
        [kind, value] => Identifier { kind: (*kind).to_owned(), value: (*value).to_owned(), country: None },
        _other => Identifier { kind: String::new(), value: stated.to_owned(), country: None },
    }
}

fn push<T: PartialEq>(values: &mut Vec<T>, value: T) {
    if !values.contains(&value) {
        values.push(value);
    }
}

fn add(values: &mut Vec<String>, more: impl Iterator<Item = String>) {
    more.for_each(|value| push(values, value));
}
