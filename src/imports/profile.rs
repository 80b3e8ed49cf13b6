//! Profiles: what one list looks like, in TOML.
//!
//! A profile is checked whole before a file is opened: unknown keys, contradictions and codes that do not exist
//! are errors that name the key. `docs/import-profiles.md` documents every key.

use std::collections::BTreeMap;

use super::codes::Codes;
use super::dates::Dates;
use super::destinations::Destinations;
use super::encoding;
use super::numbers::Numbers;
use super::records::Marks;
use super::schema::{Conflict, Expiry, Field, File, FileTable, Identity, LicenseTable, Raw, Skip, SkipTable};
use super::source::{Source, SourceSpec};
use crate::rules::application::Kind;
use crate::rules::values::{Currency, Unit};

/// The profiles that come with the registry.
const SHIPPED: [(&str, &str); 2] = [
    ("nl-dual-use", include_str!("profiles/nl-dual-use.toml")),
    ("nl-military", include_str!("profiles/nl-military.toml")),
];

/// Why a profile was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// It is not TOML, or has keys or types that a profile does not have.
    #[error("{0}")]
    Syntax(String),
    /// A key says something that cannot be followed.
    #[error("{key}: {says}")]
    Key {
        /// The key, in dotted form.
        key: String,
        /// What is wrong with it.
        says: String,
    },
    /// No shipped profile has that name.
    #[error("there is no shipped profile {0:?}; there are {names}", names = Profile::shipped_names().join(", "))]
    Unknown(String),
}

impl ProfileError {
    pub(super) fn at(key: &str, says: impl Into<String>) -> Self {
        Self::Key { key: key.to_owned(), says: says.into() }
    }
}

/// A profile, checked and ready to read files with.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// What list it reads.
    pub description: Option<String>,
    /// Where the list comes from.
    pub source: Option<String>,
    /// The register under which the list's numbers are unique.
    pub register: String,
    pub(super) file: File,
    pub(super) skip: Vec<Skip>,
    pub(super) license: LicenseTable,
    pub(super) fields: BTreeMap<Field, Source>,
    pub(super) other: Vec<(String, Source)>,
    pub(super) dates: Dates,
    pub(super) field_dates: BTreeMap<Field, Dates>,
    pub(super) numbers: Numbers,
    pub(super) codes: Codes,
    pub(super) destinations: Destinations,
    pub(super) units: BTreeMap<String, Unit>,
}

impl Profile {
    /// Parses and checks a profile.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        let raw: Raw = toml::from_str(text).map_err(|error| ProfileError::Syntax(error.to_string()))?;
        Self::check(raw)
    }

    /// A profile that comes with the registry.
    pub fn shipped(name: &str) -> Result<Self, ProfileError> {
        let found = SHIPPED.iter().find(|(known, _)| *known == name);
        found.map_or_else(|| Err(ProfileError::Unknown(name.to_owned())), |(_, text)| Self::parse(text))
    }

    /// The names of the profiles that come with the registry.
    pub fn shipped_names() -> Vec<&'static str> {
        SHIPPED.iter().map(|(name, _)| *name).collect()
    }

    /// The text of a profile that comes with the registry.
    pub fn shipped_text(name: &str) -> Option<&'static str> {
        SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    fn check(raw: Raw) -> Result<Self, ProfileError> {
        handle("name", &raw.name)?;
        handle("register", &raw.register)?;
        let empty = raw.file.empty.clone();
        let dates = Dates::new(&raw.dates)?;
        let mut fields = BTreeMap::new();
        let mut field_dates = BTreeMap::new();
        for (field, spec) in raw.fields {
            let key = format!("fields.{}", <&str>::from(field));
            let source = Source::new(&key, spec, &empty)?;
            if !source.formats.is_empty() {
                let key = format!("{key}.formats");
                if !matches!(field, Field::IssuedOn | Field::ValidUntil) {
                    return Err(ProfileError::at(&key, "is only for issued_on and valid_until"));
                }
                field_dates.insert(field, dates.with_formats(&key, &source.formats)?);
            }
            fields.insert(field, source);
        }
        let mut other = Vec::new();
        for (name, spec) in raw.other {
            let key = format!("other.{name}");
            let source = Source::new(&key, spec, &empty)?;
            if !source.formats.is_empty() {
                return Err(ProfileError::at(&key, "formats is only for issued_on and valid_until"));
            }
            other.push((name, source));
        }
        fields_are_whole(&fields, &raw.license)?;
        Ok(Self {
            name: raw.name,
            description: raw.description,
            source: raw.source,
            register: raw.register,
            file: file(&raw.file)?,
            skip: raw.skip.into_iter().map(skip).collect::<Result<_, _>>()?,
            license: raw.license,
            fields,
            other,
            dates,
            field_dates,
            numbers: Numbers::new(raw.numbers)?,
            codes: Codes::new(raw.codes)?,
            destinations: Destinations::new(raw.destinations)?,
            units: raw.units.into_iter().map(|(word, unit)| (word.trim().to_lowercase(), unit)).collect(),
        })
    }
}

/// Names that stand in paths and keys.
fn handle(key: &str, text: &str) -> Result<(), ProfileError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    if (2..=64).contains(&text.len()) && text.chars().all(plain) {
        return Ok(());
    }
    Err(ProfileError::at(key, "must be 2 to 64 of a-z, 0-9, '.', '_' and '-'"))
}

/// A license cannot do without these, and what is fixed must be valid.
fn fields_are_whole(fields: &BTreeMap<Field, Source>, license: &LicenseTable) -> Result<(), ProfileError> {
    let needs = |field: Field, says: &str| {
        let key = format!("fields.{}", <&str>::from(field));
        if fields.contains_key(&field) { Ok(()) } else { Err(ProfileError::at(&key, says)) }
    };
    for field in [Field::Kind, Field::IssuedOn, Field::Destinations] {
        needs(field, "is missing")?;
    }
    match license.identity {
        Identity::Number => {
            needs(Field::Number, "is missing; or set license.identity to \"content\" or \"row\"")?;
        }
        Identity::Content | Identity::Row if fields.contains_key(&Field::Number) => {
            return Err(ProfileError::at("fields.number", "cannot be used with this license.identity"));
        }
        Identity::Content | Identity::Row => {}
    }
    if license.term_months.is_none() && !fields.contains_key(&Field::TermMonths) {
        needs(Field::ValidUntil, "is missing; or set fields.term_months or license.term_months")?;
    }
    if license.term_months.is_some_and(|months| !(1..=1200).contains(&months)) {
        return Err(ProfileError::at("license.term_months", "must be from 1 to 1200"));
    }
    if license.expiry_before_issue == Expiry::Ignore && license.term_months.is_none() {
        return Err(ProfileError::at("license.expiry_before_issue", "\"ignore\" needs license.term_months"));
    }
    let fixed = |field: Field| fields.get(&field).and_then(Source::fixed);
    if fixed(Field::Kind).is_some_and(|kind| kind.parse::<Kind>().is_err()) {
        return Err(ProfileError::at("fields.kind", "must be marketing, export or brokering"));
    }
    if fixed(Field::Currency).is_some_and(|currency| currency.parse::<Currency>().is_err()) {
        return Err(ProfileError::at("fields.currency", "must be an ISO 4217 currency code, such as EUR"));
    }
    for (field, rule) in &license.conflicts {
        let dated = matches!(field, Field::IssuedOn | Field::ValidUntil);
        let text = matches!(
            field,
            Field::Kind | Field::Exporter | Field::Consignee | Field::EndUser | Field::EndUse
        );
        let fits = match rule {
            Conflict::First | Conflict::Last | Conflict::Reject => dated || text,
            Conflict::Earliest | Conflict::Latest => dated,
        };
        if !fits {
            let key = format!("license.conflicts.{}", <&str>::from(*field));
            return Err(ProfileError::at(&key, "cannot be settled by that rule"));
        }
    }
    Ok(())
}

fn file(table: &FileTable) -> Result<File, ProfileError> {
    let single = |key: &str, text: &str| {
        let text = if text == "tab" { "\t" } else { text };
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (None, _) => Ok(None),
            (Some(c), None) if !matches!(c, '\n' | '\r' | '\0') => Ok(Some(c)),
            _ => Err(ProfileError::at(key, "must be one character")),
        }
    };
    let delimiter = single("file.delimiter", &table.delimiter)?
        .ok_or_else(|| ProfileError::at("file.delimiter", "must be one character, or \"tab\""))?;
    let quote = single("file.quote", &table.quote)?;
    if quote == Some(delimiter) {
        return Err(ProfileError::at("file.quote", "must not be the delimiter"));
    }
    if table.skip_lines > 1_000 {
        return Err(ProfileError::at("file.skip_lines", "must be at most 1000"));
    }
    Ok(File {
        encoding: encoding::named(&table.encoding).map_err(|says| ProfileError::at("file.encoding", says))?,
        marks: Marks { delimiter, quote, stray_quotes: table.stray_quotes },
        header: table.header,
        skip_lines: table.skip_lines,
        ragged: table.ragged,
    })
}

fn skip(table: SkipTable) -> Result<Skip, ProfileError> {
    let at = |says: String| ProfileError::at("skip", says);
    let column = Source::new("skip", SourceSpec::of(table.column), &[])?;
    let reason = match (&table.matches, table.empty) {
        (Some(pattern), false) => format!("matches {pattern:?}"),
        (None, true) => "is empty".to_owned(),
        _ => return Err(at("must have either matches or empty = true".to_owned())),
    };
    let matches = table.matches.map(|pattern| regex::RegexBuilder::new(&pattern).size_limit(1 << 20).build());
    let matches = matches.transpose().map_err(|error| at(format!("matches: {error}")))?;
    Ok(Skip { column, matches, reason })
}
