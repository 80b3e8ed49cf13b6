//! The upload of a list: `multipart/form-data` (RFC 7578) with the parts `profile` (TOML, or the name of a shipped
//! profile) and `file` (CSV).

use axum::body::Bytes;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use utoipa::PartialSchema as _;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

use super::profile::Profile;
use crate::http::describe::{Describe, Sketch};
use crate::http::problem::Kind;
use crate::http::{App, Problem};
use crate::rules::values::Name;

/// An uploaded list with its profile.
pub struct Upload {
    /// The profile's text.
    pub profile: String,
    /// The name of the file.
    pub file_name: Name,
    /// The file.
    pub file: Bytes,
}

impl FromRequest<App> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let mut parts = Multipart::from_request(request, app).await.map_err(|_| {
            Problem::new(
                Kind::UnsupportedMediaType,
                "Send the body as multipart/form-data with the parts profile and file.",
            )
        })?;
        let (mut profile, mut file) = (None, None);
        while let Some(part) = parts.next_field().await.map_err(|error| unreadable(&error))? {
            let name = part.name().unwrap_or_default().to_owned();
            let file_name = part.file_name().unwrap_or("list.csv").to_owned();
            let bytes = part.bytes().await.map_err(|error| unreadable(&error))?;
            match name.as_str() {
                "profile" if profile.is_none() => profile = Some(profile_text(&bytes)?),
                "file" if file.is_none() => file = Some((clean_name(&file_name)?, bytes)),
                "profile" | "file" => return Err(Problem::field(format!("/{name}"), "is sent twice")),
                _ => return Err(Problem::field("", "the parts are profile and file, and no others")),
            }
        }
        let profile = profile.ok_or_else(|| Problem::field("/profile", "is missing"))?;
        let (file_name, file) = file.ok_or_else(|| Problem::field("/file", "is missing"))?;
        Ok(Self { profile, file_name, file })
    }
}

fn unreadable(error: &MultipartError) -> Problem {
    Problem::new(Kind::Malformed, format!("The parts of the body cannot be read: {}.", error.body_text()))
}

/// The text of the profile: what was sent, or the shipped one of that name.
fn profile_text(bytes: &[u8]) -> Result<String, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::field("/profile", "must be UTF-8"))?;
    Ok(Profile::shipped_text(text.trim()).unwrap_or(text).to_owned())
}

/// The last component of the name that was sent: a name, never a path.
fn clean_name(name: &str) -> Result<Name, Problem> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    last.parse().map_err(|invalid: crate::rules::values::Invalid| {
        Problem::field("/file", format!("its name {invalid}"))
    })
}

impl Describe for Upload {
    fn describe(sketch: &mut Sketch) {
        let file = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
        let form = ObjectBuilder::new()
            .property("profile", String::schema())
            .required("profile")
            .property("file", file)
            .required("file")
            .description(Some("profile: TOML, or the name of a shipped profile; file: CSV."));
        sketch.body("multipart/form-data", form.into());
    }
}
