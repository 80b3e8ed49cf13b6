//! The native files of OFAC: parties, addresses, other names and comments, without column names, told apart by how many
//! fields they have.
//!
//! `-0-` means nothing. What does not fit into the remarks of a party goes on, in the middle of a word if need be, in
//! the comments. Numbers, days of birth and weak names stand in the remarks.

use std::collections::HashMap;

use super::Limits;
use super::delimited::{Record, Records};
use super::parties::{add_names, kind};
use super::refusal::Refusal;
use super::values::{birth, clean, country};
use crate::rules::screening::entry::{Entry, Identifier, Quality};

/// How many fields each file has.
const PARTIES: usize = 12;
const ADDRESSES: usize = 6;
const OTHER_NAMES: usize = 5;
const COMMENTS: usize = 2;

/// Whether a file is one of these: it begins with a number, and has as many fields as one of them.
pub(super) fn is_native(file: &str, text: &str) -> bool {
    let first = Records::new(file, text, ',', &Limits::default()).next();
    let is_number = |record: &Record<'_>| record.fields.first().is_some_and(|id| is_id(id));
    first
        .is_ok_and(|record| record.is_some_and(|record| record.fields.len() == PARTIES && is_number(&record)))
}

fn is_id(text: &str) -> bool {
    !text.trim().is_empty() && text.trim().bytes().all(|b| b.is_ascii_digit())
}

/// The rows of a file that has this many fields.
struct Table<'a> {
    file: &'a str,
    rows: Vec<Record<'a>>,
}

/// The entries of the files together.
pub(super) fn entries(files: &[(&str, &str)], limits: &Limits) -> Result<Vec<Entry>, Refusal> {
    let mut tables: HashMap<usize, Table<'_>> = HashMap::new();
    for (file, text) in files {
        let (width, rows) = rows(file, text, limits)?;
        if tables.insert(width, Table { file, rows }).is_some() {
            return Err(Refusal::whole(
                file,
                &format!("two files have {width} fields a row: which is which?"),
            ));
        }
    }
    let first = files.first().map_or("", |(file, _)| *file);
    let Some(parties) = tables.remove(&PARTIES) else {
        return Err(Refusal::whole(
            first,
            "the file of the parties is missing: it has 12 fields a row (sdn.csv, cons_prim.csv)",
        ));
    };
    let comments = comments(tables.remove(&COMMENTS));
    let mut found = Found::default();
    for row in &parties.rows {
        found.add(parties.file, row, &comments)?;
    }
    if let Some(table) = tables.remove(&OTHER_NAMES) {
        found.each(&table, |entry, row| {
            let weak = field(row, 4).is_some_and(|remark| remark.to_ascii_lowercase().contains("weak"));
            add_names(entry, field(row, 3), if weak { Quality::Weak } else { Quality::Strong });
        })?;
    }
    if let Some(table) = tables.remove(&ADDRESSES) {
        found.each(&table, |entry, row| {
            push(&mut entry.address_countries, field(row, 4).as_deref().and_then(country));
        })?;
    }
    Ok(found.entries)
}

fn rows<'a>(file: &'a str, text: &'a str, limits: &Limits) -> Result<(usize, Vec<Record<'a>>), Refusal> {
    let mut records = Records::new(file, text, ',', limits);
    let mut rows: Vec<Record<'a>> = Vec::new();
    let mut width = 0;
    while let Some(record) = records.next()? {
        let fields = record.fields.len();
        if rows.is_empty() {
            width = fields;
        }
        let id = record.fields.first().map_or("", |id| id.trim());
        let fault = if ![PARTIES, ADDRESSES, OTHER_NAMES, COMMENTS].contains(&width) {
            Some(format!("a row has {width} fields, and no file of OFAC has that many (12, 6, 5 or 2)"))
        } else if fields != width {
            Some(format!("the row has {fields} fields, not {width}: the file is cut off or malformed"))
        } else if !is_id(id) {
            Some("the first field is no number of a party".to_owned())
        } else if record.may_be_cut {
            Some("the file ends in the middle of a field".to_owned())
        } else {
            None
        };
        if let Some(fault) = fault {
            return Err(Refusal::at(file, (record.line, 1), id, fault));
        }
        rows.push(record);
    }
    if rows.is_empty() { Err(Refusal::whole(file, "the file has no rows")) } else { Ok((width, rows)) }
}

fn field(row: &Record<'_>, at: usize) -> Option<String> {
    row.fields.get(at).and_then(|field| clean(field))
}

/// What the comments add to the remarks of each party, as it stands there.
fn comments(table: Option<Table<'_>>) -> HashMap<String, String> {
    let rows = table.into_iter().flat_map(|table| table.rows);
    let mut comments: HashMap<String, String> = HashMap::new();
    for row in rows {
        if let [id, more] = row.fields.as_slice() {
            comments.entry(id.trim().to_owned()).or_default().push_str(more);
        }
    }
    comments
}

#[derive(Default)]
struct Found {
    entries: Vec<Entry>,
    by_id: HashMap<String, usize>,
}

impl Found {
    fn add(
        &mut self,
        file: &str,
        row: &Record<'_>,
        comments: &HashMap<String, String>,
    ) -> Result<(), Refusal> {
        let id = field(row, 0).unwrap_or_default();
        let Some(name) = field(row, 1) else {
            return Err(Refusal::at(file, (row.line, 2), &id, "the party has no name"));
        };
        // The file says what a party is where it is a person, a vessel or an aircraft.
        let stated = field(row, 2).unwrap_or_else(|| "entity".to_owned());
        let mut entry = Entry { source_id: id.clone(), kind: kind(&stated), ..Entry::default() };
        add_names(&mut entry, Some(name), Quality::Primary);
        entry.programmes =
            field(row, 3).map(|all| all.split("] [").filter_map(clean).collect()).unwrap_or_default();
        let call_sign =
            field(row, 5).map(|value| Identifier { kind: "Call sign".to_owned(), value, country: None });
        push(&mut entry.identifiers, call_sign);
        push(&mut entry.countries, field(row, 9).as_deref().and_then(country));
        let mut remarks = field(row, 11).unwrap_or_default();
        remarks.push_str(comments.get(&id).map_or("", String::as_str));
        read_remarks(&mut entry, &remarks);
        if self.by_id.insert(id.clone(), self.entries.len()).is_some() {
            return Err(Refusal::at(file, (row.line, 1), &id, "two parties have this number"));
        }
        self.entries.push(entry);
        Ok(())
    }

    /// Does something to the party of each row of another file.
    fn each(&mut self, table: &Table<'_>, add: impl Fn(&mut Entry, &Record<'_>)) -> Result<(), Refusal> {
        for row in &table.rows {
            let id = field(row, 0).unwrap_or_default();
            let entry = self.by_id.get(&id).and_then(|at| self.entries.get_mut(*at));
            let Some(entry) = entry else {
                let reason = "there is no such party: the files are of different editions";
                return Err(Refusal::at(table.file, (row.line, 1), &id, reason));
            };
            add(entry, row);
        }
        Ok(())
    }
}

fn push<T: PartialEq>(values: &mut Vec<T>, more: Option<T>) {
    values.extend(more.filter(|value| !values.contains(value)).into_iter().collect::<Vec<_>>());
}

/// Numbers of a party as its remarks begin them, and what they are.
const NUMBERS: &[&str] = &[
    "Passport",
    "National ID No.",
    "Tax ID No.",
    "Registration Number",
    "Registration ID",
    "Identification Number",
    "Business Registration Number",
    "Company Number",
    "Cedula No.",
    "NIT #",
    "R.F.C.",
    "C.U.R.P.",
    "SSN",
    "D.N.I.",
    "Vessel Registration Identification",
    "Aircraft Tail Number",
    "Personal ID Card",
    "Driver's License No.",
    "Trade License No.",
    "Commercial Registry Number",
    "Government Gazette Number",
    "MMSI",
    "Aircraft Manufacturer's Serial Number (MSN)",
    "SWIFT/BIC",
    "Legal Entity Number",
    "Organization Registration Number",
    "License",
    "Birth Certificate Number",
];

/// Takes what stands in remarks: days of birth, nationalities, numbers, weak names.
fn read_remarks(entry: &mut Entry, remarks: &str) {
    for remark in remarks.split("; ").map(|remark| remark.trim().trim_end_matches('.')) {
        let remark = remark.strip_prefix("alt. ").unwrap_or(remark);
        if let Some(born) = remark.strip_prefix("DOB ") {
            push(&mut entry.births, birth(born));
        } else if let Some(stated) =
            remark.strip_prefix("nationality ").or_else(|| remark.strip_prefix("citizen "))
        {
            push(&mut entry.countries, country(stated));
        } else if let Some(name) = remark.strip_prefix("a.k.a. '").and_then(|rest| rest.strip_suffix('\'')) {
            add_names(entry, clean(name), Quality::Weak);
        } else if let Some((kind, number)) =
            NUMBERS.iter().find_map(|kind| Some((*kind, remark.strip_prefix(kind)?)))
        {
            push(&mut entry.identifiers, identifier(kind, number));
        }
    }
}

/// `K1234567 (Iran)`, `IMO 9187629`.
fn identifier(kind: &str, number: &str) -> Option<Identifier> {
    let (number, issuer) = match number.split_once('(') {
        Some((number, rest)) => (number, rest.split(')').next().and_then(country)),
        None => (number, None),
    };
    let number = clean(number.trim().trim_start_matches("IMO "))?;
    let kind = if kind == "Vessel Registration Identification" { "IMO" } else { kind };
    Some(Identifier { kind: kind.to_owned(), value: number, country: issuer })
}
