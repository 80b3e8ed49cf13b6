//! Where a field comes from: a column, several, or a fixed value, and how its cells are cleaned up.

use std::collections::BTreeMap;
use std::fmt;

use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};

use super::columns::ColumnRef;
use super::historic::excerpt;
use super::profile::ProfileError;

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) column: Option<String>,
    pub(super) value: Option<String>,
    pub(super) reason: String,
}

/// A field in a profile: a column's name or position alone, or a table with more to say.
#[derive(Clone, Debug)]
pub(super) struct SourceSpec(SourceTable);

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SourceTable {
    column: Option<ColumnRef>,
    columns: Option<Vec<ColumnRef>>,
    value: Option<String>,
    combine: Combine,
    separator: Option<String>,
    optional: bool,
    fill_down: bool,
    empty: Vec<String>,
    replace: Vec<(String, String)>,
    map: BTreeMap<String, String>,
    unmapped: Unmapped,
    default: Option<String>,
    formats: Vec<String>,
}

/// What several columns make together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Combine {
    /// The first that is not empty.
    #[default]
    First,
    /// All that are not empty, joined.
    Join,
}

/// What becomes of a value that is not in `map`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Unmapped {
    #[default]
    Keep,
    Empty,
    Reject,
}

/// A field, checked and ready to be bound to a file's columns.
#[derive(Clone, Debug)]
pub(super) struct Source {
    columns: Vec<ColumnRef>,
    value: Option<String>,
    combine: Combine,
    separator: String,
    optional: bool,
    fill_down: bool,
    empty: Vec<String>,
    replace: Vec<(Regex, String)>,
    map: BTreeMap<String, String>,
    unmapped: Unmapped,
    default: Option<String>,
    /// Date formats of this field alone.
    pub(super) formats: Vec<String>,
}

/// A field bound to the columns of one file.
#[derive(Clone, Debug)]
pub(super) struct Bound<'profile> {
    source: &'profile Source,
    at: Vec<(usize, String)>,
}

impl SourceSpec {
    /// A column without more to say.
    pub(super) fn of(column: ColumnRef) -> Self {
        Self(SourceTable { column: Some(column), ..SourceTable::default() })
    }
}

impl Source {
    /// Checks a field; `empty` holds the texts that mean "nothing" everywhere in the file.
    pub(super) fn new(key: &str, spec: SourceSpec, empty: &[String]) -> Result<Self, ProfileError> {
        let table = spec.0;
        let at = |part: &str, says: &str| ProfileError::at(&format!("{key}{part}"), says);
        let given = [table.column.is_some(), table.columns.is_some(), table.value.is_some()];
        if given.iter().filter(|given| **given).count() != 1 {
            return Err(at("", "must have exactly one of column, columns and value"));
        }
        let columns: Vec<ColumnRef> =
            table.column.into_iter().chain(table.columns.into_iter().flatten()).collect();
        if table.value.is_none() && columns.is_empty() {
            return Err(at(".columns", "must name at least one column"));
        }
        if columns.iter().any(ColumnRef::is_nameless) {
            return Err(at(".column", "must be a column's name, or its position counted from 1"));
        }
        let mut replace = Vec::new();
        for (pattern, with) in table.replace {
            let built = RegexBuilder::new(&pattern).size_limit(1 << 20).build();
            let regex = built.map_err(|error| {
                at(".replace", &format!("{pattern:?} is not a regular expression: {error}"))
            })?;
            replace.push((regex, with));
        }
        let lower =
            |texts: &[String]| texts.iter().map(|text| text.trim().to_lowercase()).collect::<Vec<_>>();
        Ok(Self {
            columns,
            value: table.value,
            combine: table.combine,
            separator: table.separator.unwrap_or_else(|| " ".to_owned()),
            optional: table.optional,
            fill_down: table.fill_down,
            empty: [lower(&table.empty), lower(empty)].concat(),
            replace,
            map: table.map.into_iter().map(|(from, to)| (from.trim().to_lowercase(), to)).collect(),
            unmapped: table.unmapped,
            default: table.default,
            formats: table.formats,
        })
    }

    /// The fixed value, where the field has one.
    pub(super) fn fixed(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// Finds the field's columns under `header` (or, without one, among `width` columns); the names it misses.
    pub(super) fn bind(&self, header: Option<&[String]>, width: usize) -> Result<Bound<'_>, Vec<String>> {
        let mut at = Vec::new();
        let mut missing = Vec::new();
        for column in &self.columns {
            match column.find(header, width) {
                Ok(index) => {
                    let name = header.and_then(|header| header.get(index)).map(|name| name.trim().to_owned());
                    at.push((
                        index,
                        name.filter(|name| !name.is_empty()).unwrap_or_else(|| (index + 1).to_string()),
                    ));
                }
                Err(_) if self.optional => {}
                Err(says) => missing.push(says),
            }
        }
        if missing.is_empty() { Ok(Bound { source: self, at }) } else { Err(missing) }
    }

    /// Cleans up one cell; `None` where it says nothing.
    fn clean(&self, cell: &str) -> Result<Option<String>, String> {
        let mut text = collapsed(cell);
        if self.says_nothing(&text) {
            return Ok(None);
        }
        for (regex, with) in &self.replace {
            text = regex.replace_all(&text, with.as_str()).into_owned();
        }
        let text = text.trim();
        if self.says_nothing(text) {
            return Ok(None);
        }
        match (self.map.get(&text.to_lowercase()), self.unmapped) {
            (Some(to), _) => Ok(Some(to.clone()).filter(|to| !to.is_empty())),
            (None, Unmapped::Empty) => Ok(None),
            (None, Unmapped::Reject) => Err("is not among the values the profile maps".to_owned()),
            (None, Unmapped::Keep) => Ok(Some(text.to_owned())),
        }
    }

    fn says_nothing(&self, text: &str) -> bool {
        text.is_empty() || self.empty.contains(&text.to_lowercase())
    }
}

impl Bound<'_> {
    /// The field's value in a record.
    pub(super) fn value(&self, fields: &[String]) -> Result<Option<String>, Fault> {
        if let Some(fixed) = &self.source.value {
            return Ok(Some(fixed.clone()));
        }
        let mut found: Vec<String> = Vec::new();
        for (index, name) in &self.at {
            let cell = fields.get(*index).map_or("", String::as_str);
            let clean = self.source.clean(cell).map_err(|reason| Fault {
                column: Some(name.clone()),
                value: Some(excerpt(cell)),
                reason,
            })?;
            found.extend(clean);
            if self.source.combine == Combine::First && !found.is_empty() {
                break;
            }
        }
        let joined = (!found.is_empty()).then(|| found.join(&self.source.separator));
        Ok(joined.or_else(|| self.source.default.clone()))
    }

    /// What stands in the cells the value comes from, before any clean-up.
    pub(super) fn written(&self, fields: &[String]) -> Option<String> {
        let cells = self.at.iter().filter_map(|(index, _)| fields.get(*index));
        let telling = cells.filter(|cell| self.source.clean(cell).is_ok_and(|clean| clean.is_some()));
        let mut texts = telling.map(|cell| cell.trim());
        match self.source.combine {
            Combine::First => texts.next().map(str::to_owned),
            Combine::Join => Some(texts.collect::<Vec<_>>().join(&self.source.separator)),
        }
        .filter(|text| !text.is_empty())
    }

    /// The columns whose empty cells repeat the cell above.
    pub(super) fn filled_down(&self) -> impl Iterator<Item = usize> {
        self.at.iter().filter(|_| self.source.fill_down).map(|(index, _)| *index)
    }

    /// The names of its columns.
    pub(super) fn name(&self) -> String {
        self.at.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// What is wrong with this field of a record.
    pub(super) fn fault(&self, fields: &[String], reason: impl Into<String>) -> Fault {
        let cells: Vec<&str> =
            self.at.iter().filter_map(|(index, _)| fields.get(*index)).map(|cell| cell.trim()).collect();
        let column = (!self.at.is_empty()).then(|| self.name());
        let value = (!cells.is_empty()).then(|| excerpt(&cells.join(", ")));
        Fault { column, value, reason: reason.into() }
    }
}

/// Without blanks at the ends and repeated blanks; line breaks stay, since some separate values.
fn collapsed(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len());
    for c in cell.trim().chars() {
        let c = if c.is_whitespace() && c != '\n' { ' ' } else { c };
        let repeats = c.is_whitespace() && text.ends_with(char::is_whitespace);
        if c == '\n' && text.ends_with(' ') {
            text.pop();
            text.push(c);
        } else if !repeats {
            text.push(c);
        }
    }
    text
}

impl<'de> Deserialize<'de> for SourceSpec {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Spec;
        impl<'de> Visitor<'de> for Spec {
            type Value = SourceSpec;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a column's name or position, or a table such as { column = \"No.\" }")
            }
            fn visit_str<E>(self, name: &str) -> Result<SourceSpec, E> {
                Ok(SourceSpec::of(ColumnRef::Names(vec![name.to_owned()])))
            }
            fn visit_i64<E: serde::de::Error>(self, position: i64) -> Result<SourceSpec, E> {
                let position = usize::try_from(position).map_err(|_| E::custom("must be 1 or more"))?;
                Ok(SourceSpec::of(ColumnRef::Position(position)))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SourceSpec, A::Error> {
                SourceTable::deserialize(MapAccessDeserializer::new(map)).map(SourceSpec)
            }
        }
        from.deserialize_any(Spec)
    }
}
