//! The upload of an edition: `multipart/form-data` (RFC 7578) with a part `file` for each file of the list, and where they
//! are known the parts `asOf`, `encoding` and `reasons`.
//!
//! The body is taken as it is and read once the list it is for is found and locked, so that whoever names a list in
//! another version is told that first.

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::{HeaderValue, header};
use utoipa::PartialSchema as _;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder};

use super::editions::Given;
use crate::http::describe::{Describe, Sketch};
use crate::http::form::{Parts, binary, day};
use crate::http::problem::Kind;
use crate::http::{App, Problem};
use crate::rules::values::{Name, Prose};

const PARTS: Parts = Parts { texts: &["asOf", "encoding", "reasons"], files: 20, unnamed: "list" };

/// The body as it arrived.
pub(super) struct Upload {
    media: Option<HeaderValue>,
    bytes: Bytes,
}

impl FromRequest<App> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let media = request.headers().get(header::CONTENT_TYPE).cloned();
        let bytes = Bytes::from_request(request, app)
            .await
            .map_err(|_| Problem::new(Kind::Malformed, "The body could not be read."))?;
        Ok(Self { media, bytes })
    }
}

impl Upload {
    /// The parts.
    pub(super) async fn given(self) -> Result<Given, Problem> {
        let mut request = Request::new(Body::from(self.bytes));
        request.headers_mut().extend(self.media.map(|media| (header::CONTENT_TYPE, media)));
        // The door has held the body to its limit.
        DefaultBodyLimit::disable().apply(&mut request);
        let form = PARTS.read(request, &()).await?;
        Ok(Given {
            as_of: form.day("asOf")?,
            encoding: form.option::<Name>("encoding")?.map(|label| label.to_string()),
            reasons: form.option("reasons")?,
            files: form.files().into_iter().map(|(name, bytes)| (name.to_string(), bytes)).collect(),
        })
    }
}

impl Describe for Upload {
    fn describe(sketch: &mut Sketch) {
        let files = ArrayBuilder::new().items(binary()).min_items(Some(1)).max_items(Some(PARTS.files));
        let form = ObjectBuilder::new()
            .property("file", files)
            .required("file")
            .property("asOf", day())
            .property("encoding", Name::schema())
            .property("reasons", Prose::schema())
            .description(Some(
                "file: the list as its publisher makes it, or each of OFAC's native files; asOf: the day its publisher gives \
                 it, which must be the one in the file where one is stated there, or for the files in force again a later one; encoding: of files that are not in Unicode; reasons: why a doubted edition is taken.",
            ));
        sketch.body("multipart/form-data", form.into());
    }
}
