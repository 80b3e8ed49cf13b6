//! Sanctions and embargo programmes as files: `key`, `title`, `issuer`, `countries`, `measures`, `from`, `until`, `url`,
//! `summary`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::table::{self, Refusal};
use crate::rules::programme::ProgrammeMeasure;
use crate::rules::values::{Country, Name, Prose};

/// The columns; the first three must be there.
const COLUMNS: &[&str] =
    &["key", "title", "issuer", "countries", "measures", "from", "until", "url", "summary"];
/// The longest address, in bytes.
const LONGEST_URL: usize = 2000;

/// What an edition says of a programme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, sqlx::FromRow)]
pub struct ProgrammeRow {
    /// What the list calls it.
    pub key: Name,
    /// Its title.
    pub title: Name,
    /// Who issued it.
    pub issuer: Name,
    /// The countries that it is directed at.
    pub countries: Vec<Country>,
    /// What it imposes.
    pub measures: Vec<ProgrammeMeasure>,
    /// Its first day, where the list tells.
    pub begun_on: Option<NaiveDate>,
    /// Its last day, where the list tells.
    pub ended_on: Option<NaiveDate>,
    /// Where it is published.
    pub url: Option<String>,
    /// What it is.
    pub summary: Option<Prose>,
}

/// Reads a list of programmes, in the order of their keys.
pub fn read(bytes: &[u8]) -> Result<Vec<ProgrammeRow>, Refusal> {
    let mut read: Vec<ProgrammeRow> = Vec::new();
    let mut seen = std::collections::BTreeMap::new();
    table::rows(bytes, COLUMNS, 3, |row| {
        let key: Name = row.value("key")?;
        if let Some(before) = seen.insert(key.as_str().to_owned(), row.line) {
            return Err(row.refuse("key", format!("the key stands on line {before} already")));
        }
        let url = Some(row.cell("url")).filter(|url| !url.is_empty());
        if url.is_some_and(|url| !is_address(url)) {
            return Err(row.refuse("url", "must be an http or https address"));
        }
        let measures: Vec<&str> = ProgrammeMeasure::ALL.iter().map(|measure| measure.name()).collect();
        let says = format!("must be measures between semicolons, of {}", measures.join(", "));
        let (begun_on, ended_on) = (row.day("from")?, row.day("until")?);
        if begun_on.zip(ended_on).is_some_and(|(begun, ended)| ended < begun) {
            return Err(row.refuse("until", "must not be before the first day"));
        }
        read.push(ProgrammeRow {
            title: row.value("title")?,
            issuer: row.value("issuer")?,
            countries: row
                .several("countries", "must be ISO 3166-1 alpha-2 country codes between semicolons")?,
            measures: row.several("measures", &says)?,
            begun_on,
            ended_on,
            url: url.map(str::to_owned),
            summary: row.option("summary")?,
            key,
        });
        Ok(())
    })?;
    read.sort_by(|one, other| one.key.as_str().cmp(other.key.as_str()));
    Ok(read)
}

fn is_address(url: &str) -> bool {
    let printable = url.bytes().all(|byte| byte.is_ascii_graphic());
    (url.starts_with("https://") || url.starts_with("http://")) && printable && url.len() <= LONGEST_URL
}
