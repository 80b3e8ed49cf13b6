//! Tables of reference data: CSV (RFC 4180) under a row of column names, taken whole or refused with the place.
//!
//! The `csv` crate lets a quote stay open to the end of a file and takes what follows a closing quote; both are how a
//! file that was cut off or tampered with reads, so that records are told apart here, strictly.

use std::fmt;
use std::str::FromStr;

use crate::http::Problem;
use crate::rules::values::Invalid;

/// The most bytes of a file.
pub const LONGEST_FILE: usize = 8 * 1024 * 1024;
/// The most rows of a file.
const MOST_ROWS: usize = 50_000;
/// How much of a value a refusal repeats, in characters.
const EXCERPT: usize = 60;

/// Why a file was refused. Nothing of it is taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// The line, from 1; none where it is about the whole file.
    pub line: Option<u64>,
    /// The column by its name, or by its number from 1 where it has none.
    pub column: Option<String>,
    /// What stands there, cut short.
    pub value: Option<String>,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}, ")?;
        }
        if let Some(column) = &self.column {
            write!(f, "column {column}, ")?;
        }
        if let Some(value) = &self.value {
            write!(f, "value {value:?}: ")?;
        }
        f.write_str(&self.reason)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::field("/file", refusal.to_string())
    }
}

impl Refusal {
    fn whole(reason: impl Into<String>) -> Self {
        Self { line: None, column: None, value: None, reason: reason.into() }
    }

    fn at(line: u64, column: impl Into<String>, value: &str, reason: impl Into<String>) -> Self {
        let value = (!value.is_empty()).then(|| value.chars().take(EXCERPT).collect());
        Self { line: Some(line), column: Some(column.into()), value, reason: reason.into() }
    }
}

/// A row under the column names.
#[derive(Debug)]
pub struct Row<'t> {
    /// The line that it begins on, from 1.
    pub line: u64,
    columns: &'t [&'static str],
    cells: Vec<String>,
}

impl Row<'_> {
    /// What stands in a column, without blanks at its ends; nothing where the file has no such column.
    pub fn cell(&self, column: &str) -> &str {
        let at = self.columns.iter().position(|name| *name == column);
        at.and_then(|at| self.cells.get(at)).map_or("", |cell| cell.trim())
    }

    /// Refuses the file for what stands in a column.
    pub fn refuse(&self, column: &str, reason: impl Into<String>) -> Refusal {
        Refusal::at(self.line, column, self.cell(column), reason)
    }

    /// The value of a column that must have one.
    pub fn value<T: FromStr<Err = Invalid>>(&self, column: &str) -> Result<T, Refusal> {
        self.cell(column).parse().map_err(|Invalid(says)| self.refuse(column, says))
    }

    /// The value of a column that may be empty.
    pub fn option<T: FromStr<Err = Invalid>>(&self, column: &str) -> Result<Option<T>, Refusal> {
        if self.cell(column).is_empty() { Ok(None) } else { self.value(column).map(Some) }
    }

    /// The day in a column that may be empty.
    pub fn day(&self, column: &str) -> Result<Option<chrono::NaiveDate>, Refusal> {
        let text = self.cell(column);
        let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        match text.parse() {
            _ if text.is_empty() => Ok(None),
            Ok(day) if plain => Ok(Some(day)),
            Ok(_) | Err(_) => Err(self.refuse(column, "must be a day such as 2026-07-23")),
        }
    }

    /// The values of a column, between semicolons; none twice.
    pub fn several<T: FromStr>(&self, column: &str, says: &str) -> Result<Vec<T>, Refusal> {
        let mut seen: Vec<&str> = Vec::new();
        let mut values = Vec::new();
        for text in self.cell(column).split(';').map(str::trim).filter(|text| !text.is_empty()) {
            if seen.contains(&text) {
                return Err(self.refuse(column, format!("names {text} twice")));
            }
            seen.push(text);
            values.push(text.parse().map_err(|_| self.refuse(column, says))?);
        }
        Ok(values)
    }
}

/// Reads a table: `columns` are those that it may have, of which the first `required` must be there.
pub fn rows<'t>(
    bytes: &[u8],
    columns: &'t [&'static str],
    required: usize,
    mut take: impl FnMut(&Row<'_>) -> Result<(), Refusal> + 't,
) -> Result<(), Refusal> {
    if bytes.len() > LONGEST_FILE {
        return Err(Refusal::whole(format!("the file is longer than {LONGEST_FILE} bytes")));
    }
    let text = decoded(bytes)?;
    let mut records = records(text)?.into_iter();
    let (line, header) = records.next().ok_or_else(|| Refusal::whole("the file is empty"))?;
    let names = header_names(line, &header, columns, required)?;
    let mut count = 0_usize;
    for (line, cells) in records {
        count += 1;
        if count > MOST_ROWS {
            return Err(Refusal::whole(format!("the file has more than {MOST_ROWS} rows")));
        }
        if cells.len() != names.len() {
            let reason = format!(
                "the row has {} fields, not {}: the file is cut off or malformed",
                cells.len(),
                names.len()
            );
            return Err(Refusal::at(line, cells.len().to_string(), "", reason));
        }
        for (cell, name) in cells.iter().zip(&names) {
            if is_formula(cell) {
                return Err(Refusal::at(line, *name, cell, "begins as a formula of a spreadsheet does"));
            }
        }
        take(&Row { line, columns: &names, cells })?;
    }
    if count == 0 {
        return Err(Refusal::whole("the file has no rows under its column names"));
    }
    Ok(())
}

/// UTF-8, with or without its mark.
fn decoded(bytes: &[u8]) -> Result<&str, Refusal> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count() as u64;
        let offset = error.valid_up_to() + 1;
        Refusal { line: Some(line), ..Refusal::whole(format!("byte {offset} of the file is not UTF-8")) }
    })
}

/// The known columns in the order of the file.
fn header_names(
    line: u64,
    header: &[String],
    known: &[&'static str],
    required: usize,
) -> Result<Vec<&'static str>, Refusal> {
    let mut names = Vec::new();
    for (at, cell) in header.iter().enumerate() {
        let column = (at + 1).to_string();
        let Some(name) = known.iter().find(|name| **name == cell.trim()) else {
            let reason = format!("is no column of this table: its columns are {}", known.join(", "));
            return Err(Refusal::at(line, column, cell, reason));
        };
        if names.contains(name) {
            return Err(Refusal::at(line, column, cell, "the column stands there twice"));
        }
        names.push(*name);
    }
    match known.iter().take(required).find(|name| !names.contains(*name)) {
        Some(missing) => Err(Refusal {
            line: Some(line),
            column: Some((*missing).to_owned()),
            ..Refusal::whole("the column is missing")
        }),
        None => Ok(names),
    }
}

/// Whether a spreadsheet would take a cell for a formula, by a sign or by its full-width form. A dash before a blank begins
/// an item of a text.
fn is_formula(cell: &str) -> bool {
    let mut start = cell.trim_start().chars();
    match start.next() {
        Some('=' | '+' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff20}') => true,
        Some('-' | '\u{ff0d}') => !start.next().is_none_or(char::is_whitespace),
        Some(_) | None => false,
    }
}

/// The records of a text, each with the line that it begins on; blank ones are left out.
fn records(text: &str) -> Result<Vec<(u64, Vec<String>)>, Refusal> {
    let mut records = Vec::new();
    let (mut rest, mut line) = (text, 1_u64);
    while !rest.is_empty() {
        let (begun, mut cells) = (line, Vec::new());
        loop {
            let (cell, after) = cell(rest, line, cells.len() + 1)?;
            line += cell.matches('\n').count() as u64;
            let column = (cells.len() + 1).to_string();
            cells.push(cell);
            if let Some(next) = after.strip_prefix(',') {
                rest = next;
                continue;
            }
            let Some(next) = after.strip_prefix("\r\n").or_else(|| after.strip_prefix('\n')) else {
                let last = cells.last().map_or("", String::as_str);
                let reason = if after.is_empty() {
                    "the file ends without a line break: is it cut off?"
                } else {
                    "text follows a closing quote, or a carriage return stands alone"
                };
                return Err(Refusal::at(line, column, last, reason));
            };
            rest = next;
            line += 1;
            break;
        }
        if cells.iter().any(|cell| !cell.trim().is_empty()) {
            records.push((begun, cells));
        }
    }
    Ok(records)
}

/// One cell, and what follows it.
fn cell(rest: &str, line: u64, column: usize) -> Result<(String, &str), Refusal> {
    let Some(inside) = rest.strip_prefix('"') else {
        let (cell, after) = rest.split_at(rest.find([',', '\n', '\r']).unwrap_or(rest.len()));
        if cell.contains('"') {
            let reason = "a quote stands in a cell that does not begin with one";
            return Err(Refusal::at(line, column.to_string(), cell, reason));
        }
        return Ok((cell.to_owned(), after));
    };
    let mut from = 0;
    loop {
        let Some(found) = inside.get(from..).and_then(|rest| rest.find('"')) else {
            let reason = "a quote is opened here and never closed: the file is cut off or malformed";
            return Err(Refusal::at(line, column.to_string(), inside, reason));
        };
        let quote = from + found;
        let after = inside.get(quote + 1..).unwrap_or_default();
        if !after.starts_with('"') {
            return Ok((inside.get(..quote).unwrap_or_default().replace("\"\"", "\""), after));
        }
        from = quote + 2;
    }
}
