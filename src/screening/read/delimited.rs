//! Text to records: RFC 4180 with any delimiter, strict about quotes and about the end.

use super::Limits;
use super::refusal::Refusal;

/// A record and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record<'a> {
    pub(super) line: u64,
    pub(super) fields: Vec<std::borrow::Cow<'a, str>>,
    /// Whether the end of the file ended it, in the middle of a bare field.
    pub(super) may_be_cut: bool,
}

/// The records of a text.
pub(super) struct Records<'a> {
    file: &'a str,
    rest: &'a str,
    line: u64,
    delimiter: char,
    most: usize,
}

/// How a field ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Delimiter,
    Line,
    File,
}

impl<'a> Records<'a> {
    pub(super) fn new(file: &'a str, text: &'a str, delimiter: char, limits: &Limits) -> Self {
        Self { file, rest: text, line: 1, delimiter, most: limits.field }
    }

    /// The next record that is not blank.
    pub(super) fn next(&mut self) -> Result<Option<Record<'a>>, Refusal> {
        while !self.rest.is_empty() {
            let mut record = Record { line: self.line, fields: Vec::new(), may_be_cut: false };
            loop {
                let (field, quoted, end) = self.field(&record)?;
                // OFAC's files end in the sign for nothing, or in a part of it.
                let is_null = !field.is_empty() && "-0- ".starts_with(&*field);
                record.fields.push(field);
                match end {
                    End::Delimiter => {}
                    End::Line => break,
                    End::File => {
                        record.may_be_cut = !quoted && !is_null;
                        break;
                    }
                }
            }
            if record.fields.iter().any(|field| !field.trim().is_empty()) {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    fn field(&mut self, record: &Record<'a>) -> Result<(std::borrow::Cow<'a, str>, bool, End), Refusal> {
        let at = (self.line, record.fields.len() as u64 + 1);
        let quoted = self.rest.starts_with('"');
        let field = if quoted { self.quoted(at)? } else { self.bare() };
        if field.len() > self.most {
            return Err(Refusal::at(
                self.file,
                at,
                &field,
                format!("a field is longer than {} bytes", self.most),
            ));
        }
        let end = self.end(at, quoted)?;
        Ok((field, quoted, end))
    }

    fn bare(&mut self) -> std::borrow::Cow<'a, str> {
        let delimiter = self.delimiter;
        let length = self.rest.find([delimiter, '\n', '\r']).unwrap_or(self.rest.len());
        let (field, rest) = self.rest.split_at(length);
        self.rest = rest;
        field.into()
    }

    fn quoted(&mut self, at: (u64, u64)) -> Result<std::borrow::Cow<'a, str>, Refusal> {
        let inside = self.rest.get(1..).unwrap_or_default();
        let mut from = 0;
        let length = loop {
            let Some(found) = inside.get(from..).and_then(|rest| rest.find('"')) else {
                return Err(Refusal::at(
                    self.file,
                    at,
                    inside,
                    "a quote is opened here and never closed: the file is cut off or malformed",
                ));
            };
            let quote = from + found;
            if !inside.get(quote + 1..).is_some_and(|after| after.starts_with('"')) {
                break quote;
            }
            from = quote + 2;
        };
        let (field, rest) = inside.split_at(length);
        self.line += field.matches('\n').count() as u64;
        self.rest = rest.get(1..).unwrap_or_default();
        Ok(if field.contains('"') { field.replace("\"\"", "\"").into() } else { field.into() })
    }

    /// Takes what stands after a field.
    fn end(&mut self, at: (u64, u64), quoted: bool) -> Result<End, Refusal> {
        if quoted {
            self.rest = self.rest.trim_start_matches(' ');
        }
        let mut rest = self.rest.chars();
        let end = match rest.next() {
            None => End::File,
            Some(c) if c == self.delimiter => End::Delimiter,
            Some('\n') => End::Line,
            Some('\r') => {
                if self.rest.starts_with("\r\n") {
                    rest.next();
                }
                End::Line
            }
            Some(_) => return Err(Refusal::at(self.file, at, self.rest, "text follows a closing quote")),
        };
        self.rest = rest.as_str();
        self.line += u64::from(end == End::Line);
        Ok(end)
    }
}
