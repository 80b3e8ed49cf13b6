//! Columns: by name, whatever its case and blanks, by one of several names, or by position.

use std::fmt;

use serde::Deserialize;
use serde::de::{SeqAccess, Visitor};

/// A column: one of several names, or a position counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ColumnRef {
    Names(Vec<String>),
    Position(usize),
}

impl ColumnRef {
    /// Whether it can name no column.
    pub(super) fn is_nameless(&self) -> bool {
        match self {
            Self::Names(names) => names.is_empty() || names.iter().any(|name| name.trim().is_empty()),
            Self::Position(position) => *position == 0,
        }
    }

    /// Where it stands under `header` or, without one, among `width` columns; else what is missing.
    pub(super) fn find(&self, header: Option<&[String]>, width: usize) -> Result<usize, String> {
        match (self, header) {
            (Self::Position(position), _) if *position <= width => Ok(position - 1),
            (Self::Position(position), _) => Err(format!("column {position}")),
            (Self::Names(names), None) => {
                Err(format!("{:?} (the file has no header row)", names.join(" or ")))
            }
            (Self::Names(names), Some(header)) => {
                for name in names {
                    let name = header_form(name);
                    let mut found =
                        header.iter().enumerate().filter(|(_, column)| header_form(column) == name);
                    match (found.next(), found.next()) {
                        (Some((index, _)), None) => return Ok(index),
                        (Some(_), Some(_)) => {
                            return Err(format!("{name:?} (more than one column has that name)"));
                        }
                        (None, _) => {}
                    }
                }
                Err(format!("{:?}", names.join(" or ")))
            }
        }
    }
}

/// The form column names are compared in.
fn header_form(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

impl<'de> Deserialize<'de> for ColumnRef {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Column;
        impl<'de> Visitor<'de> for Column {
            type Value = ColumnRef;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a column's name, a list of names it may have, or its position counted from 1")
            }
            fn visit_str<E>(self, name: &str) -> Result<ColumnRef, E> {
                Ok(ColumnRef::Names(vec![name.to_owned()]))
            }
            fn visit_i64<E: serde::de::Error>(self, position: i64) -> Result<ColumnRef, E> {
                usize::try_from(position).map(ColumnRef::Position).map_err(|_| E::custom("must be 1 or more"))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<ColumnRef, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = seq.next_element()? {
                    names.push(name);
                }
                Ok(ColumnRef::Names(names))
            }
        }
        from.deserialize_any(Column)
    }
}
