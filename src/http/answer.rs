//! Answers: what a handler gives back when it succeeds.
//!
//! Each is written once, here, and tagged from the bytes that are sent (RFC 9110, section 8.8.3). An export has no tag: it
//! is sent while it is still being read; nor has an answer about the present instant, which is another at the next.

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::export::Export;
use super::problem::Problem;
use crate::etag::Tag;
use crate::page::Page;

/// 200 with a resource.
#[derive(Debug)]
pub struct Found<T>(pub T);

/// 200 with what holds at the instant that it names. At the next instant the answer is another, so it has no tag.
#[derive(Debug)]
pub struct Momentary<T>(pub T);

/// 201 with a resource that came on file, and where it is.
#[derive(Debug)]
pub struct Created<T> {
    /// The path of the new resource.
    pub location: String,
    /// The resource.
    pub body: T,
}

/// 202 with the operation that carries the act out, and where it is.
#[derive(Debug)]
pub struct Accepted<T> {
    /// The path of the operation.
    pub location: String,
    /// The operation.
    pub body: T,
}

/// 200 with CSV (RFC 4180, UTF-8).
#[derive(Debug)]
pub struct Csv(pub String);

/// 200 with meters, in the text format of Prometheus.
#[derive(Debug)]
pub struct MetricsText(pub String);

/// 200 with JSON lines.
#[derive(Debug)]
pub struct Ndjson(pub String);

/// 200 with a signed note (C2SP signed-note).
#[derive(Debug)]
pub struct NoteText(pub String);

/// 200 with the hashes of a tile of the log (C2SP tlog-tiles).
#[derive(Debug)]
pub struct TileBytes {
    /// One after another.
    pub hashes: Vec<u8>,
    /// Whether the tile is full, and never changes.
    pub full: bool,
}

/// That an answer never changes, on its way to the headers.
#[derive(Clone, Copy, Debug)]
pub struct Lasting;

/// 200 with a report, as JSON or as CSV (RFC 4180, UTF-8), as the caller asked.
#[derive(Debug)]
pub enum JsonOrCsv<T> {
    /// As JSON.
    Json(T),
    /// As CSV.
    Csv(String),
}

/// 200 with one page of a list, or with the whole list, as the caller asked.
#[derive(Debug)]
pub enum PageOrExport<T> {
    /// One page, as JSON.
    Page(Page<T>),
    /// The whole list, as NDJSON or CSV.
    Export(Export),
}

/// What a handler gives back.
pub type Answer<T> = Result<T, Problem>;

impl<T> Created<T> {
    /// A new resource under a collection.
    pub fn under(collection: &str, id: impl Into<Uuid>, body: T) -> Self {
        Self { location: format!("{collection}/{}", id.into()), body }
    }

    /// A new numbered part of a resource.
    pub fn part(path: String, body: T) -> Self {
        Self { location: path, body }
    }
}

/// The member that every resource has its version in.
#[derive(Deserialize)]
struct Versioned {
    version: i32,
}

/// Writes one resource as JSON, tagged with its version where it has one. What came of a change has no tag without one:
/// nothing could be done with it.
fn resource(status: StatusCode, body: &impl Serialize) -> Response {
    json(status, body, |bytes| {
        let version = serde_json::from_slice(bytes).ok().map(|Versioned { version }| version);
        (version.is_some() || status == StatusCode::OK).then(|| Tag::of(version, bytes))
    })
}

fn json(status: StatusCode, body: &impl Serialize, tag: impl Fn(&[u8]) -> Option<Tag>) -> Response {
    let bytes = match serde_json::to_vec(body) {
        Ok(bytes) => bytes,
        Err(error) => return Problem::internal(&error).into_response(),
    };
    let tag = tag(&bytes);
    let media = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    tagged((status, media, bytes).into_response(), tag.as_ref())
}

fn tagged(mut response: Response, tag: Option<&Tag>) -> Response {
    if let Some(tag) = tag.and_then(|tag| HeaderValue::from_str(tag.as_str()).ok()) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// JSON that was written before, tagged as any other answer is.
pub fn written(bytes: Bytes) -> Response {
    let tag = Tag::of(None, &bytes);
    tagged(
        ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes).into_response(),
        Some(&tag),
    )
}

/// Says where what came on file is.
fn located(mut response: Response, location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => {
            response.headers_mut().insert(header::LOCATION, location);
            response
        }
        Err(error) => Problem::internal(&error).into_response(),
    }
}

impl<T: Serialize> IntoResponse for Found<T> {
    fn into_response(self) -> Response {
        resource(StatusCode::OK, &self.0)
    }
}

impl<T: Serialize> IntoResponse for Momentary<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, &self.0, |_| None)
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        located(resource(StatusCode::CREATED, &self.body), &self.location)
    }
}

impl<T: Serialize> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        located(resource(StatusCode::ACCEPTED, &self.body), &self.location)
    }
}

impl<T: Serialize> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        // The door knows the query and turns the cursor into a Link (RFC 8288).
        let next = self.next.clone();
        let mut response = json(StatusCode::OK, &self, |bytes| Some(Tag::of(None, bytes)));
        if let Some(next) = next {
            response.extensions_mut().insert(NextPage(next));
        }
        response
    }
}

/// The cursor of the next page, on its way to the `Link` header.
#[derive(Clone, Debug)]
pub struct NextPage(pub String);

impl IntoResponse for Csv {
    fn into_response(self) -> Response {
        let tag = Tag::of(None, self.0.as_bytes());
        let media = [(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"))];
        tagged((media, self.0).into_response(), Some(&tag))
    }
}

impl IntoResponse for MetricsText {
    fn into_response(self) -> Response {
        let media = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
        ([(header::CONTENT_TYPE, media)], self.0).into_response()
    }
}

impl IntoResponse for Ndjson {
    fn into_response(self) -> Response {
        let tag = Tag::of(None, self.0.as_bytes());
        let media = [(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"))];
        tagged((media, self.0).into_response(), Some(&tag))
    }
}

impl IntoResponse for NoteText {
    fn into_response(self) -> Response {
        let tag = Tag::of(None, self.0.as_bytes());
        let media = [(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))];
        tagged((media, self.0).into_response(), Some(&tag))
    }
}

impl IntoResponse for TileBytes {
    fn into_response(self) -> Response {
        let tag = Tag::of(None, &self.hashes);
        let media = [(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"))];
        let mut response = tagged((media, self.hashes).into_response(), Some(&tag));
        if self.full {
            response.extensions_mut().insert(Lasting);
        }
        response
    }
}

impl<T: Serialize> IntoResponse for JsonOrCsv<T> {
    fn into_response(self) -> Response {
        match self {
            Self::Json(report) => Found(report).into_response(),
            Self::Csv(table) => Csv(table).into_response(),
        }
    }
}

impl<T: Serialize> IntoResponse for PageOrExport<T> {
    fn into_response(self) -> Response {
        match self {
            Self::Page(page) => page.into_response(),
            Self::Export(export) => export.into_response(),
        }
    }
}
