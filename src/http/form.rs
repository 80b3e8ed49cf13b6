//! Forms: bodies of `multipart/form-data` (RFC 7578), of files and of texts that go with them.
//!
//! Kept: a part that is not asked for, or comes twice, is refused and not passed over; the name of a file is a name and
//! never a path.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use chrono::NaiveDate;
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};

use super::Problem;
use super::problem::Kind;
use crate::rules::values::Name;

/// What a form holds: parts of text by name, and parts called `file`.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    /// The names of its texts.
    pub texts: &'static [&'static str],
    /// The most files.
    pub files: usize,
    /// What a file is called that was sent without a name.
    pub unnamed: &'static str,
}

/// A form that was read: of its texts each once at most, and at least one file.
#[derive(Debug, Default)]
pub struct Form {
    texts: BTreeMap<&'static str, String>,
    files: Vec<(Name, Bytes)>,
}

impl Parts {
    /// Reads a body. 415 where it is no form, 400 where it breaks off, 422 where its parts are others.
    pub async fn read<S: Send + Sync>(&self, request: Request, state: &S) -> Result<Form, Problem> {
        let mut parts = Multipart::from_request(request, state).await.map_err(|_| {
            let says = format!("Send the body as multipart/form-data with the parts {}.", self.names());
            Problem::new(Kind::UnsupportedMediaType, says)
        })?;
        let mut form = Form::default();
        while let Some(part) = parts.next_field().await.map_err(|error| unreadable(&error))? {
            self.add(&mut form, part).await?;
        }
        if form.files.is_empty() { Err(Problem::field("/file", "is missing")) } else { Ok(form) }
    }

    async fn add(&self, form: &mut Form, part: Field<'_>) -> Result<(), Problem> {
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().unwrap_or(self.unnamed).to_owned();
        let bytes = part.bytes().await.map_err(|error| unreadable(&error))?;
        if name == "file" {
            if form.files.len() == self.files {
                return Err(Problem::field("/file", format!("is sent more than {} times", self.files)));
            }
            form.files.push((last_component(&file_name)?, bytes));
            return Ok(());
        }
        let Some(known) = self.texts.iter().find(|text| **text == name) else {
            return Err(Problem::field("", format!("the parts are {}, and no others", self.names())));
        };
        let text = String::from_utf8(bytes.to_vec()).map_err(|_| wrong(known, "must be UTF-8"))?;
        match form.texts.insert(known, text) {
            None => Ok(()),
            Some(_) => Err(wrong(known, "is sent twice")),
        }
    }

    fn names(&self) -> String {
        format!("{} and file", self.texts.join(", "))
    }
}

impl Form {
    /// A text as it was sent.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    /// A value that may be left out, or left empty.
    pub fn option<T: FromStr<Err: Display>>(&self, name: &str) -> Result<Option<T>, Problem> {
        let text = self.text(name).map(str::trim).filter(|text| !text.is_empty());
        text.map(str::parse).transpose().map_err(|error: T::Err| wrong(name, error))
    }

    /// A value that must be there.
    pub fn required<T: FromStr<Err: Display>>(&self, name: &str) -> Result<T, Problem> {
        self.option(name)?.ok_or_else(|| wrong(name, "is missing"))
    }

    /// A day that may be left out.
    pub fn day(&self, name: &str) -> Result<Option<NaiveDate>, Problem> {
        self.option(name).map_err(|_| wrong(name, "must be a day such as 2026-07-23"))
    }

    /// Its files, in the order in which they came.
    pub fn files(self) -> Vec<(Name, Bytes)> {
        self.files
    }

    /// Its file, of a form that holds one.
    pub fn file(self) -> Result<(Name, Bytes), Problem> {
        self.files.into_iter().next().ok_or_else(|| Problem::field("/file", "is missing"))
    }
}

fn wrong(name: &str, says: impl Display) -> Problem {
    Problem::field(format!("/{name}"), says.to_string())
}

fn unreadable(error: &MultipartError) -> Problem {
    Problem::new(Kind::Malformed, format!("The parts of the body cannot be read: {}.", error.body_text()))
}

/// The last component of the name that was sent.
fn last_component(name: &str) -> Result<Name, Problem> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    last.parse().map_err(|invalid| Problem::field("/file", format!("its name {invalid}")))
}

/// How a file is described.
pub fn binary() -> Object {
    formatted(KnownFormat::Binary)
}

/// How a day is described.
pub fn day() -> Object {
    formatted(KnownFormat::Date)
}

fn formatted(format: KnownFormat) -> Object {
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(format))).build()
}
