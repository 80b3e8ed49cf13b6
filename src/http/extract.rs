//! Extractors: bodies, queries and path ids, strict and with the field named.
//!
//! A body is one JSON document of the declared type: unknown fields, duplicate keys, wrong types and anything behind
//! the document are refused with a pointer to the place.

use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::header;
use axum::http::request::Parts;
use chrono::{DateTime, NaiveDate, Utc};
use serde::de::{DeserializeOwned, IgnoredAny};
use uuid::Uuid;

use super::app::App;
use super::problem::{Kind, Problem};
use crate::rules::values::{self, Invalid};
use crate::tlog::TilePath;

/// A JSON body.
#[derive(Clone, Copy, Debug)]
pub struct Body<T>(pub T);

/// The query string.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

/// The resource named by `{id}` in the path.
#[derive(Clone, Copy, Debug)]
pub struct Id<T>(pub T);

/// The resource named by `{id}` and the part of it named by `{number}`.
#[derive(Clone, Copy, Debug)]
pub struct IdNumber<T>(pub T, pub i32);

/// The human reference in `{reference}`.
#[derive(Clone, Debug)]
pub struct Reference(pub String);

/// The path of a tile, in as many parts as its template has: `{level}`, `{first}`, `{second}`, …
#[derive(Clone, Copy, Debug)]
pub struct Tile<const PARTS: usize>(pub TilePath);

/// The country or group of countries named by `{code}`.
#[derive(Clone, Copy, Debug)]
pub struct Code<T>(pub T);

/// Writes a serde path as a JSON Pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        // The last one is unknown where the text ends or breaks before a name: the pointer is to what holds it.
        .filter(|segment| !matches!(segment, Segment::Unknown))
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// The pointer to a field that is missing or stands there twice, from the object that it belongs to.
fn missing_or_twice(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let name = text
        .strip_prefix("missing field `")
        .or_else(|| text.strip_prefix("duplicate field `"))
        .and_then(|rest| rest.split('`').next());
    name.map_or_else(String::new, |name| format!("/{name}"))
}

/// What serde says, without its place in the text, which the pointer gives.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or("cannot be read").to_owned()
}

/// Parses one JSON document strictly.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut document = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut document).map_err(|error| {
        let inner = error.inner();
        let place = pointer(error.path()) + &missing_or_twice(inner);
        if inner.is_data() && !place.is_empty() {
            Problem::field(place, plain(inner))
        } else if inner.is_syntax() && serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
            // The text is right, and still the reader did not find what it looked for: none or a second member.
            Problem::field(place, "must be an object with exactly one member, whose name says what is meant")
        } else {
            Problem::field(
                place,
                format!("{} (line {}, column {})", plain(inner), inner.line(), inner.column()),
            )
        }
    })?;
    document
        .end()
        .map_err(|error| Problem::field("", format!("only one document is taken: {}", plain(&error))))?;
    Ok(value)
}

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let media =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let essence = media.split(';').next().unwrap_or("").trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Problem::new(Kind::UnsupportedMediaType, "Send the body as application/json."));
        }
        let bytes = axum::body::Bytes::from_request(request, app)
            .await
            .map_err(|_| Problem::new(Kind::Malformed, "The body could not be read."))?;
        // A type with members would be read from a list as well, member by member.
        if bytes.trim_ascii_start().first() == Some(&b'[') {
            return Err(Problem::field("", "must be an object, not a list"));
        }
        parse_json(&bytes).map(Self)
    }
}

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        read_pairs(&checked_pairs(parts.uri.query().unwrap_or_default())?).map(Self)
    }
}

/// Reads parameters into a type.
pub(super) fn read_pairs<T: DeserializeOwned>(pairs: &[(String, String)]) -> Result<T, Problem> {
    let written = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(written.as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let place = pointer(error.path()) + &missing_or_twice(error.inner());
        Problem::field(place.replacen('/', "?", 1), error.inner().to_string())
    })
}

/// The parameters of a query, each without what no parameter may hold, whatever its type: text that is not UTF-8 or has control characters, and dates of
/// more or less than four digits in the year, which RFC 3339 does not know and the database cannot hold.
pub(super) fn checked_pairs(query: &str) -> Result<Vec<(String, String)>, Problem> {
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    for (name, value) in &pairs {
        let fault = |says: &str| Err(Problem::field(format!("?{name}"), says));
        if value.contains(char::REPLACEMENT_CHARACTER) {
            return fault("must be UTF-8");
        }
        if value.contains(char::is_control) {
            return fault("must not contain control characters");
        }
        let is_date = || value.parse::<NaiveDate>().is_ok() || value.parse::<DateTime<Utc>>().is_ok();
        if value.starts_with(['+', '-']) && is_date() {
            return fault("must be a date with a year of four digits");
        }
    }
    Ok(pairs)
}

/// Reads one parameter of the path.
async fn path_parameter(parts: &mut Parts, app: &App, name: &str) -> Result<String, Problem> {
    let parameters = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Problem::not_found())?;
    parameters
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
        .ok_or_else(Problem::not_found)
}

impl<T: From<Uuid> + Send> FromRequestParts<App> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let id = path_parameter(parts, app, "id").await?;
        id.parse::<Uuid>().map(|id| Self(id.into())).map_err(|_| Problem::field("{id}", "must be a UUID"))
    }
}

impl<T: From<Uuid> + Send> FromRequestParts<App> for IdNumber<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Id(id) = Id::from_request_parts(parts, app).await?;
        let number = path_parameter(parts, app, "number").await?;
        number
            .parse()
            .map(|number| Self(id, number))
            .map_err(|_| Problem::field("{number}", "must be a whole number"))
    }
}

impl<const PARTS: usize> FromRequestParts<App> for Tile<PARTS> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let named = RawPathParams::from_request_parts(parts, app).await;
        let named = named.map_err(|error| Problem::internal(&error))?;
        let written: Vec<&str> = named.iter().map(|(_, part)| part).collect();
        TilePath::parse(&written.join("/")).map(Self).ok_or_else(Problem::not_found)
    }
}

impl FromRequestParts<App> for Reference {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let reference = path_parameter(parts, app, "reference").await?;
        reference
            .parse()
            .map(|reference: values::Reference| Self(reference.to_string()))
            .map_err(|Invalid(says)| Problem::field("{reference}", says))
    }
}

impl<T: std::str::FromStr<Err = Invalid> + Send> FromRequestParts<App> for Code<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let code = path_parameter(parts, app, "code").await?;
        code.parse().map(Self).map_err(|Invalid(says)| Problem::field("{code}", says))
    }
}
