//! The upload of a list: a form with the parts `profile` (TOML, or the name of a shipped profile) and `file` (CSV).

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use utoipa::PartialSchema as _;
use utoipa::openapi::schema::ObjectBuilder;

use super::profile::Profile;
use crate::http::describe::{Describe, Sketch};
use crate::http::form::{Parts, binary};
use crate::http::{App, Problem};
use crate::rules::values::Name;

const PARTS: Parts = Parts { texts: &["profile"], files: 1, unnamed: "list.csv" };

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
        let form = PARTS.read(request, app).await?;
        let sent = form.text("profile").ok_or_else(|| Problem::field("/profile", "is missing"))?;
        let profile = Profile::shipped_text(sent.trim()).unwrap_or(sent).to_owned();
        let (file_name, file) = form.file()?;
        Ok(Self { profile, file_name, file })
    }
}

impl Describe for Upload {
    fn describe(sketch: &mut Sketch) {
        let form = ObjectBuilder::new()
            .property("profile", String::schema())
            .required("profile")
            .property("file", binary())
            .required("file")
            .description(Some("profile: TOML, or the name of a shipped profile; file: CSV."));
        sketch.body("multipart/form-data", form.into());
    }
}
