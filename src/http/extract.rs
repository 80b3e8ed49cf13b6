//! Extractors: bodies, queries and path ids, strict and with the field named.
//!
//! A body is one JSON document of the declared type: unknown fields, duplicate keys, wrong types and anything behind
//! the document are refused with a pointer to the place.

use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::header;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::app::App;
use super::problem::{Kind, Problem};

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

/// Writes a serde path as a JSON Pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => "/?".to_owned(),
        })
        .collect()
}

/// The pointer to a field that is missing, from the object that misses it.
fn missing(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let name = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
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
        let place = pointer(error.path()) + &missing(inner);
        if inner.is_data() && !place.is_empty() {
            Problem::field(place, plain(inner))
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
        parse_json(&bytes).map(Self)
    }
}

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = serde_urlencoded::Deserializer::new(form_pairs(query));
        serde_path_to_error::deserialize(pairs).map(Self).map_err(|error| {
            Problem::field(pointer(error.path()).replacen('/', "?", 1), error.inner().to_string())
        })
    }
}

fn form_pairs(query: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(query.as_bytes())
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

impl FromRequestParts<App> for Reference {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let reference = path_parameter(parts, app, "reference").await?;
        if reference.len() <= 40 && reference.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            Ok(Self(reference.to_ascii_uppercase()))
        } else {
            Err(Problem::field("{reference}", "must be a reference such as EL-2026-000123"))
        }
    }
}
