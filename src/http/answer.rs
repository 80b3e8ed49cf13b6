//! Answers: what a handler gives back when it succeeds.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use uuid::Uuid;

use super::export::Export;
use super::problem::Problem;
use crate::page::Page;

/// 200 with a resource.
#[derive(Debug)]
pub struct Found<T>(pub T);

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

impl<T: Serialize> IntoResponse for Found<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let location: [(HeaderName, String); 1] = [(header::LOCATION, self.location)];
        (StatusCode::CREATED, location, axum::Json(self.body)).into_response()
    }
}

impl<T: Serialize> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        let location: [(HeaderName, String); 1] = [(header::LOCATION, self.location)];
        (StatusCode::ACCEPTED, location, axum::Json(self.body)).into_response()
    }
}

impl<T: Serialize> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        // The door knows the query and turns the cursor into a Link (RFC 8288).
        let next = self.next.clone();
        let mut response = axum::Json(self).into_response();
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
        ([(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"))], self.0)
            .into_response()
    }
}

impl IntoResponse for MetricsText {
    fn into_response(self) -> Response {
        let media = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
        ([(header::CONTENT_TYPE, media)], self.0).into_response()
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
