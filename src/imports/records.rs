//! Text to records: RFC 4180 with any delimiter, strict about quotes.
//!
//! A reader that lets a quote stay open takes the rest of the file for one field, and one that lets a record grow
//! keeps a hostile file in memory. The `csv` crate does both by design; here an open quote, text after a closing
//! quote and a record over the limit refuse the file.

use std::io::Read;

use super::encoding::Text;
use super::reader::{Limits, ReadError};
use super::schema::StrayQuotes;

/// How records are marked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    pub(super) delimiter: char,
    pub(super) quote: Option<char>,
    pub(super) stray_quotes: StrayQuotes,
}

/// One record and the line it begins on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) line: u64,
    pub(super) fields: Vec<String>,
}

impl Record {
    /// Whether nothing stands in it.
    pub(super) fn is_blank(&self) -> bool {
        self.fields.iter().all(|field| field.trim().is_empty())
    }
}

/// Where in a field the reading stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Bare,
    Quoted,
    QuoteInQuoted,
}

/// The records of a file, one at a time.
pub(super) struct Records<R> {
    text: Text<R>,
    marks: Marks,
    max_record: usize,
    chunk: String,
    at: usize,
    line: u64,
    state: State,
    record: Record,
    field: String,
    size: usize,
    /// The last character was a carriage return, so a line feed belongs to it.
    after_return: bool,
    ready: Option<Record>,
}

impl<R: Read> Records<R> {
    pub(super) fn new(text: Text<R>, marks: Marks, limits: &Limits) -> Self {
        Self {
            text,
            marks,
            max_record: limits.record_bytes,
            chunk: String::new(),
            at: 0,
            line: 1,
            state: State::Start,
            record: Record { line: 1, fields: Vec::new() },
            field: String::new(),
            size: 0,
            after_return: false,
            ready: None,
        }
    }

    /// Leaves out the next line, whatever stands in it; false at the end of the file.
    pub(super) fn skip_line(&mut self) -> Result<bool, ReadError> {
        let mut skipped = 0;
        while let Some(c) = self.next_char()? {
            skipped += c.len_utf8();
            if skipped > self.max_record {
                return Err(self.too_long());
            }
            if self.counts_as_break(c) {
                self.record.line = self.line;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The next record that is not an empty line.
    pub(super) fn next(&mut self) -> Result<Option<Record>, ReadError> {
        loop {
            if let Some(record) = self.ready.take() {
                return Ok(Some(record));
            }
            match self.next_char()? {
                Some(c) => self.take(c)?,
                None => return self.finish(),
            }
        }
    }

    fn next_char(&mut self) -> Result<Option<char>, ReadError> {
        loop {
            if let Some(c) = self.chunk.get(self.at..).and_then(|rest| rest.chars().next()) {
                self.at += c.len_utf8();
                return Ok(Some(c));
            }
            self.chunk.clear();
            self.at = 0;
            if !self.text.next(&mut self.chunk, self.line)? {
                return Ok(None);
            }
        }
    }

    /// Counts lines; true where `c` ends one (the line feed of a CR LF ended it already).
    fn counts_as_break(&mut self, c: char) -> bool {
        let second = c == '\n' && std::mem::take(&mut self.after_return);
        self.after_return = c == '\r';
        let ends = c == '\r' || (c == '\n' && !second);
        self.line += u64::from(ends);
        ends
    }

    fn take(&mut self, c: char) -> Result<(), ReadError> {
        let second_of_pair = c == '\n' && self.after_return;
        let ends = self.counts_as_break(c);
        self.size += c.len_utf8();
        if self.size > self.max_record {
            return Err(self.too_long());
        }
        let quote = self.marks.quote == Some(c);
        match self.state {
            State::Quoted if quote => self.state = State::QuoteInQuoted,
            State::Quoted => self.field.push(c),
            State::QuoteInQuoted if quote => {
                self.field.push(c);
                self.state = State::Quoted;
            }
            State::Start if quote => self.state = State::Quoted,
            _ if c == self.marks.delimiter => self.end_field(),
            _ if ends => self.end_record(),
            State::Start if second_of_pair => self.size = 0,
            State::Start | State::Bare => {
                self.field.push(c);
                self.state = State::Bare;
            }
            // Blanks between a closing quote and the delimiter carry nothing.
            State::QuoteInQuoted if c == ' ' => {}
            State::QuoteInQuoted => return self.stray(c),
        }
        Ok(())
    }

    /// Something stands after a closing quote: either the quote was text, or the structure is in doubt.
    fn stray(&mut self, c: char) -> Result<(), ReadError> {
        match (self.marks.stray_quotes, self.marks.quote) {
            (StrayQuotes::Literal, Some(quote)) => {
                self.field.push(quote);
                self.field.push(c);
                self.state = State::Quoted;
                Ok(())
            }
            _ => Err(ReadError::StrayQuote { line: self.line, record: self.record.line }),
        }
    }

    fn end_field(&mut self) {
        self.record.fields.push(std::mem::take(&mut self.field));
        self.state = State::Start;
    }

    fn end_record(&mut self) {
        let empty_line = self.record.fields.is_empty() && self.state == State::Start;
        if !empty_line {
            self.end_field();
            self.ready = Some(std::mem::take(&mut self.record));
        }
        self.record.line = self.line;
        self.size = 0;
    }

    fn finish(&mut self) -> Result<Option<Record>, ReadError> {
        if self.state == State::Quoted {
            return Err(ReadError::OpenQuote { line: self.record.line });
        }
        self.end_record();
        Ok(self.ready.take())
    }

    fn too_long(&self) -> ReadError {
        ReadError::RecordTooLong { line: self.record.line, limit: self.max_record }
    }
}
