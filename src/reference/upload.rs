//! The upload of an edition: a form of what it is, and its file.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use sha2::{Digest as _, Sha256};
use utoipa::PartialSchema as _;
use utoipa::openapi::schema::ObjectBuilder;

use super::model::NewEdition;
use crate::http::describe::{Describe, Sketch};
use crate::http::form::{Parts, binary, day};
use crate::http::{App, Problem};
use crate::rules::edition::EditionSubject;
use crate::rules::values::{Digest, Invalid, ListCode, Prose};

const PARTS: Parts = Parts {
    texts: &["subject", "list", "source", "asOf", "validFrom", "endingReasons"],
    files: 1,
    unnamed: "edition.csv",
};

/// An uploaded edition.
pub struct Upload {
    /// What its list holds.
    pub subject: EditionSubject,
    /// The edition.
    pub edition: NewEdition,
    /// The file.
    pub file: Bytes,
}

impl FromRequest<App> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let form = PARTS.read(request, app).await?;
        let subjects =
            EditionSubject::ALL.iter().map(|subject| subject.name()).collect::<Vec<_>>().join(" or ");
        let subject = form
            .required("subject")
            .map_err(|_| Problem::field("/subject", format!("must be {subjects}")))?;
        let (list, source) = (form.required("list")?, form.required("source")?);
        let as_of = form.day("asOf")?.ok_or_else(|| Problem::field("/asOf", "is missing"))?;
        let valid_from = form.day("validFrom")?;
        let ending_reasons = form.option("endingReasons")?;
        let (file_name, file) = form.file()?;
        let file_sha256 = digest(&file)?;
        let edition = NewEdition { list, source, as_of, valid_from, ending_reasons, file_name, file_sha256 };
        Ok(Self { subject, edition, file })
    }
}

/// The SHA-256 of a file.
pub fn digest(file: &[u8]) -> Result<Digest, Problem> {
    hex::encode(Sha256::digest(file)).parse().map_err(|error: Invalid| Problem::internal(&error))
}

impl Describe for Upload {
    fn describe(sketch: &mut Sketch) {
        let form = ObjectBuilder::new()
            .property("subject", EditionSubject::schema())
            .required("subject")
            .property("list", ListCode::schema())
            .required("list")
            .property("source", Prose::schema())
            .required("source")
            .property("asOf", day())
            .required("asOf")
            .property("validFrom", day())
            .property("endingReasons", Prose::schema())
            .property("file", binary())
            .required("file")
            .description(Some(
                "asOf: the day of issue of the source; validFrom: from which day the edition holds, required from the second \
                 edition on; endingReasons: why it ends more than the set share of the entries; file: CSV.",
            ));
        sketch.body("multipart/form-data", form.into());
    }
}
