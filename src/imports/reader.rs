//! Reading a file: rows in, licenses and rejects out, or the file refused whole.

use std::collections::BTreeMap;
use std::io::Read;

use super::encoding::Text;
use super::grouping::Groups;
use super::historic::{Reading, Reject, Skipped};
use super::plan::Plan;
use super::profile::Profile;
use super::records::{Record, Records};
use super::schema::Ragged;
use super::source::Fault;

/// How much is taken at most. Memory grows with what is accepted, and these bound that.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes of one record, once decoded.
    pub record_bytes: usize,
    /// Records of the file.
    pub rows: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 256 << 20, record_bytes: 1 << 20, rows: 1_000_000 }
    }
}

/// Why a file was refused: nothing of it is taken.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A byte that the encoding does not allow.
    #[error("the file is not {encoding}: byte {offset}, on line {line}, does not belong to it")]
    Encoding {
        /// The encoding it was read in.
        encoding: &'static str,
        /// How many bytes stand before the one at fault.
        offset: u64,
        /// The line it stands on.
        line: u64,
    },
    /// A quote that nothing closes.
    #[error(
        "a quote opened in the record on line {line} is not closed: the rest of the file would be one cell"
    )]
    OpenQuote {
        /// Where the record begins.
        line: u64,
    },
    /// Text after a closing quote.
    #[error("on line {line}, in the record that begins on line {record}, text follows a closing quote")]
    StrayQuote {
        /// Where the text stands.
        line: u64,
        /// Where the record begins.
        record: u64,
    },
    /// A record over the limit.
    #[error("the record on line {line} is longer than {limit} bytes; is a quote left open?")]
    RecordTooLong {
        /// Where the record begins.
        line: u64,
        /// The limit.
        limit: usize,
    },
    /// Columns the profile names are not there.
    #[error("the file has no column {missing}; it has {found}", missing = missing.join(", "), found = found.join(", "))]
    MissingColumns {
        /// What is missing.
        missing: Vec<String>,
        /// What is there.
        found: Vec<String>,
    },
    /// A record with another number of fields, under a profile that refuses those.
    #[error("the record on line {line} has {fields} fields, not {width}")]
    Ragged {
        /// Where the record begins.
        line: u64,
        /// How many fields it has.
        fields: usize,
        /// How many it should have.
        width: usize,
    },
    /// No data rows.
    #[error("the file has no rows")]
    Empty,
    /// A file over the limit.
    #[error("the file is longer than {limit} bytes")]
    TooLong {
        /// The limit.
        limit: u64,
    },
    /// More records than the limit.
    #[error("the file has more than {limit} rows")]
    TooManyRows {
        /// The limit.
        limit: u64,
    },
    /// The file could not be read.
    #[error("the file could not be read: {0}")]
    Input(#[source] std::io::Error),
}

/// Reads a file as the profile says, within the usual limits.
pub fn read(profile: &Profile, input: impl Read) -> Result<Reading, ReadError> {
    read_within(profile, input, &Limits::default())
}

/// Reads a file as the profile says, within `limits`.
pub fn read_within(profile: &Profile, input: impl Read, limits: &Limits) -> Result<Reading, ReadError> {
    let text = Text::new(input, profile.file.encoding, limits.bytes);
    let mut records = Records::new(text, profile.file.marks, limits);
    for _ in 0..profile.file.skip_lines {
        records.skip_line()?;
    }
    let mut first = records.next()?.ok_or(ReadError::Empty)?;
    let width = first.fields.len();
    let header = profile.file.header.then(|| std::mem::take(&mut first.fields));
    let plan = Plan::new(profile, header.as_deref(), width)
        .map_err(|missing| ReadError::MissingColumns { missing, found: listed(header.as_deref(), width) })?;
    let mut groups = Groups::new(profile);
    let mut reading = Reading::default();
    let mut above: BTreeMap<usize, String> =
        plan.filled_down().into_iter().map(|index| (index, String::new())).collect();
    let mut seen = 0;
    let mut next = if header.is_none() { Some(first) } else { records.next()? };
    while let Some(record) = next {
        seen += 1;
        if seen > limits.rows {
            return Err(ReadError::TooManyRows { limit: limits.rows });
        }
        take(profile, &plan, record, width, (&mut above, &mut groups, &mut reading))?;
        next = records.next()?;
    }
    if seen == 0 {
        return Err(ReadError::Empty);
    }
    groups.finish(&plan, &mut reading);
    Ok(reading)
}

/// Takes one record: left out, rejected, or added to its license.
fn take(
    profile: &Profile,
    plan: &Plan<'_>,
    mut record: Record,
    width: usize,
    (above, groups, reading): (&mut BTreeMap<usize, String>, &mut Groups<'_>, &mut Reading),
) -> Result<(), ReadError> {
    if let Some(reason) = plan.leaves_out(&record) {
        reading.skipped.push(Skipped { line: record.line, reason });
        return Ok(());
    }
    reading.rows_read += 1;
    if profile.file.ragged == Ragged::Pad {
        pad(&mut record, width);
    }
    let fields = record.fields.len();
    if fields != width {
        if profile.file.ragged == Ragged::Refuse {
            return Err(ReadError::Ragged { line: record.line, fields, width });
        }
        let reason = format!("has {fields} fields, not {width}");
        reject(reading, record.line, vec![Fault { column: None, value: None, reason }]);
        return Ok(());
    }
    fill_down(&mut record, above);
    let number = plan.number(&record).map(|number| groups.distinct(number));
    let added = plan
        .row(&record, number.as_deref())
        .and_then(|row| groups.add(row, record.line).map_err(|fault| vec![fault]));
    match added {
        Ok(()) => reading.rows_accepted += 1,
        Err(faults) => {
            reject(reading, record.line, faults);
            if let Some(number) = number {
                groups.reject(number, record.line);
            }
        }
    }
    Ok(())
}

fn reject(reading: &mut Reading, line: u64, faults: Vec<Fault>) {
    reading.rows_rejected += 1;
    let rejects =
        faults.into_iter().map(|Fault { column, value, reason }| Reject { line, column, value, reason });
    reading.rejects.extend(rejects);
}

/// Gives the empty cells of some columns what stands above them.
fn fill_down(record: &mut Record, above: &mut BTreeMap<usize, String>) {
    for (index, last) in above {
        match record.fields.get_mut(*index) {
            Some(cell) if cell.trim().is_empty() => cell.clone_from(last),
            Some(cell) => last.clone_from(cell),
            None => {}
        }
    }
}

fn pad(record: &mut Record, width: usize) {
    let surplus_is_blank = record.fields.iter().skip(width).all(|field| field.trim().is_empty());
    if record.fields.len() < width || surplus_is_blank {
        record.fields.resize(width, String::new());
    }
}

/// The columns a file has, for a message.
fn listed(header: Option<&[String]>, width: usize) -> Vec<String> {
    match header {
        Some(names) => names
            .iter()
            .take(100)
            .map(|name| format!("{:?}", super::historic::excerpt(name.trim())))
            .collect(),
        None => vec![format!("{width} columns")],
    }
}
