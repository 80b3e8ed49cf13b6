//! The upload of an edition: `multipart/form-data` (RFC 7578) with a part `file` for each file of the list, and where they
//! are known the parts `asOf`, `encoding` and `reasons`.
//!
//! The body is taken as it is and read once the list it is for is found and locked, so that whoever names a list in
//! another version is told that first.

use axum::body::{Body, Bytes};
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::{HeaderValue, header};
use utoipa::PartialSchema as _;
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type};

use super::editions::Given;
use crate::http::describe::{Describe, Sketch};
use crate::http::problem::Kind;
use crate::http::{App, Problem};
use crate::rules::values::{Invalid, Name, Prose};

/// The most files of one edition.
const MOST_FILES: usize = 20;

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
        let mut parts = Multipart::from_request(request, &()).await.map_err(|_| {
            Problem::new(Kind::UnsupportedMediaType, "Send the body as multipart/form-data with a part file.")
        })?;
        let mut given = Given::default();
        while let Some(part) = parts.next_field().await.map_err(|error| unreadable(&error))? {
            let name = part.name().unwrap_or_default().to_owned();
            let file_name = part.file_name().unwrap_or("list").to_owned();
            let bytes = part.bytes().await.map_err(|error| unreadable(&error))?;
            match name.as_str() {
                "file" if given.files.len() < MOST_FILES => {
                    given.files.push((clean_name(&file_name)?, bytes));
                }
                "file" => return Err(Problem::field("/file", "is sent more than 20 times")),
                "asOf" if given.as_of.is_none() => {
                    given.as_of = Some(parsed("/asOf", &bytes, "must be a day")?);
                }
                "encoding" if given.encoding.is_none() => {
                    let label: Name = parsed("/encoding", &bytes, "must be the label of an encoding")?;
                    given.encoding = Some(label.to_string());
                }
                "reasons" if given.reasons.is_none() => {
                    given.reasons = Some(parsed::<Prose>("/reasons", &bytes, "must be text")?);
                }
                "asOf" | "encoding" | "reasons" => {
                    return Err(Problem::field(format!("/{name}"), "is sent twice"));
                }
                _ => return Err(Problem::field("", "the parts are file, asOf, encoding and reasons")),
            }
        }
        if given.files.is_empty() { Err(Problem::field("/file", "is missing")) } else { Ok(given) }
    }
}

fn unreadable(error: &MultipartError) -> Problem {
    Problem::new(Kind::Malformed, format!("The parts of the body cannot be read: {}.", error.body_text()))
}

fn parsed<T: std::str::FromStr>(pointer: &str, bytes: &[u8], says: &str) -> Result<T, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::field(pointer, "must be UTF-8"))?;
    text.trim().parse().map_err(|_| Problem::field(pointer, says))
}

/// The last component of the name that was sent: a name, never a path.
fn clean_name(name: &str) -> Result<String, Problem> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let name: Result<Name, Invalid> = last.parse();
    name.map(|name| name.to_string())
        .map_err(|invalid| Problem::field("/file", format!("its name {invalid}")))
}

impl Describe for Upload {
    fn describe(sketch: &mut Sketch) {
        let file = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
        let day = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
        let form = ObjectBuilder::new()
            .property("file", ArrayBuilder::new().items(file).min_items(Some(1)).max_items(Some(MOST_FILES)))
            .required("file")
            .property("asOf", day)
            .property("encoding", Name::schema())
            .property("reasons", Prose::schema())
            .description(Some(
                "file: the list as its publisher makes it, or each of OFAC's native files; asOf: the day its publisher gives \
                 it; encoding: of files that are not in Unicode; reasons: why a doubted edition is taken.",
            ));
        sketch.body("multipart/form-data", form.into());
    }
}
