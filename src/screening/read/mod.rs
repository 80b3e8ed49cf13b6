//! Reading lists of restricted parties as their publishers make them: files in, entries or a refusal out.
//!
//! A file is taken whole or not at all: an entry that is left out is a party that is let through. So what is cut off,
//! malformed, in another encoding or too large is refused with its place, and every entry has an id and a name.
//! Columns are known by their names, in any order and among others.

mod columns;
mod delimited;
mod elements;
mod ofac;
mod parties;
mod refusal;
mod rows;
mod text;
mod values;
mod xml;

pub use refusal::{Place, Refusal};

use chrono::NaiveDate;

use crate::rules::screening::entry::Entry;
use crate::rules::vocabulary;

/// A file of a list.
#[derive(Clone, Debug)]
pub struct File<'a> {
    /// Its name, without a path: `sdn.csv`. Where a list has several files, the names tell them apart.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// How much is taken at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a file.
    pub bytes: usize,
    /// Bytes of one field, text or attribute.
    pub field: usize,
    /// Entries of a list.
    pub entries: usize,
    /// Names of one entry.
    pub names: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 256 << 20, field: 256 << 10, entries: 500_000, names: 2_000 }
    }
}

vocabulary! {
    /// In which form a list came.
    Form {
        /// One row an entry or a name, under a row of column names.
        Table,
        /// The native files of OFAC without column names: sdn, alt, add and comments.
        OfacNative,
        /// The consolidated list of the UN Security Council.
        UnXml,
        /// OFAC's XML of one `sdnEntry` an entry.
        OfacXml,
        /// The EU's consolidated financial sanctions list.
        EuXml,
    }
}

/// What was read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// In which form it came.
    pub form: Form,
    /// The day that the file itself gives it, where one is known to be stated.
    pub published: Option<NaiveDate>,
    /// The entries, in the order of the file.
    pub entries: Vec<Entry>,
}

/// Reads a list: one file, or the files of OFAC's native form. `encoding` is a label of the WHATWG Encoding Standard for
/// files that are not in Unicode.
pub fn read(files: &[File<'_>], encoding: Option<&str>, limits: &Limits) -> Result<Reading, Refusal> {
    let Some(first) = files.first() else { return Err(Refusal::whole("", "no file was given")) };
    let texts =
        files.iter().map(|file| text::decoded(file, encoding, limits)).collect::<Result<Vec<_>, _>>()?;
    let reading = if files.len() > 1 || ofac::is_native(first.name, texts.first().map_or("", String::as_str))
    {
        let named: Vec<(&str, &str)> =
            files.iter().map(|file| file.name).zip(texts.iter().map(String::as_str)).collect();
        Reading { form: Form::OfacNative, published: None, entries: ofac::entries(&named, limits)? }
    } else {
        let text = texts.first().map_or("", String::as_str);
        if text.trim_start().starts_with('<') {
            xml::entries(first.name, text, limits)?
        } else {
            rows::entries(first.name, text, limits)?
        }
    };
    checked(first.name, &reading.entries, limits)?;
    Ok(reading)
}

/// What holds of every list: it has entries, not too many, each with an id of its own and a name, and
/// names that can be compared.
fn checked(file: &str, entries: &[Entry], limits: &Limits) -> Result<(), Refusal> {
    if entries.is_empty() {
        return Err(Refusal::whole(file, "the list has no entries"));
    }
    if entries.len() > limits.entries {
        return Err(Refusal::whole(file, &format!("the list has more than {} entries", limits.entries)));
    }
    let mut ids: Vec<&str> = entries.iter().map(|entry| entry.source_id.as_str()).collect();
    ids.sort_unstable();
    if let Some([id, ..]) = ids.windows(2).find(|pair| matches!(pair, [one, next] if one == next)) {
        return Err(Refusal::whole(file, &format!("two entries have the id {}", values::excerpt(id))));
    }
    if let Some(entry) = entries.iter().find(|entry| entry.names.is_empty()) {
        return Err(Refusal::whole(
            file,
            &format!("the entry {} has no name", values::excerpt(&entry.source_id)),
        ));
    }
    let marks = |entry: &Entry| entry.names.iter().any(|name| !values::can_be_compared(&name.text));
    if let Some(entry) = entries.iter().find(|entry| marks(entry)) {
        let id = values::excerpt(&entry.source_id);
        return Err(Refusal::whole(file, &format!("the entry {id} has a name {}", values::MARKS_ALONE)));
    }
    match entries.iter().find(|entry| entry.names.len() > limits.names) {
        Some(entry) => Err(Refusal::whole(
            file,
            &format!("the entry {} has too many names", values::excerpt(&entry.source_id)),
        )),
        None => Ok(()),
    }
}
