//! Why a list was refused: the place, the value and the reason.

use std::fmt;

/// Where in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: u64,
    /// The column: of a table, the field from 1; of other text, the character from 1.
    pub column: u64,
}

/// Why a list was refused. Nothing of it is taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// The file.
    pub file: String,
    /// Where, if it is about a place.
    pub place: Option<Place>,
    /// What stands there, cut short.
    pub value: Option<String>,
    /// What is wrong.
    pub reason: String,
}

impl Refusal {
    pub(super) fn whole(file: &str, reason: &str) -> Self {
        Self { file: file.to_owned(), place: None, value: None, reason: reason.to_owned() }
    }

    pub(super) fn at(file: &str, (line, column): (u64, u64), value: &str, reason: impl Into<String>) -> Self {
        let value = (!value.is_empty()).then(|| super::values::excerpt(value));
        Self { file: file.to_owned(), place: Some(Place { line, column }), value, reason: reason.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}: ", self.file)?;
        }
        if let Some(Place { line, column }) = self.place {
            write!(f, "line {line}, column {column}: ")?;
        }
        if let Some(value) = &self.value {
            write!(f, "{value:?}: ")?;
        }
        f.write_str(&self.reason)
    }
}
