//! The upload of an edition: `multipart/form-data` (RFC 7578).

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};
use utoipa::PartialSchema as _;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

use super::model::NewEdition;
use crate::http::describe::{Describe, Sketch};
use crate::http::problem::Kind;
use crate::http::{App, Problem};
use crate::rules::edition::EditionSubject;
use crate::rules::values::{Digest, Invalid, ListCode, Name, Prose};

/// The parts that are text.
const TEXTS: [&str; 6] = ["subject", "list", "source", "asOf", "validFrom", "endingReasons"];

/// An uploaded edition.
pub struct Upload {
    /// What its list holds.
    pub subject: EditionSubject,
    /// The edition.
    pub edition: NewEdition,
    /// The file.
    pub file: Vec<u8>,
}

/// The parts as they arrive.
#[derive(Default)]
struct Parts {
    texts: [Option<String>; TEXTS.len()],
    file: Option<(Name, Vec<u8>)>,
}

impl Parts {
    async fn add(&mut self, part: Field<'_>) -> Result<(), Problem> {
        let name = part.name().unwrap_or_default().to_owned();
        let place = format!("/{name}");
        if name == "file" && self.file.is_none() {
            let file_name = clean_name(part.file_name().unwrap_or("edition.csv"))?;
            let bytes = part.bytes().await.map_err(|error| unreadable(&error))?;
            self.file = Some((file_name, bytes.to_vec()));
            return Ok(());
        }
        let Some(at) = TEXTS.iter().position(|text| *text == name) else {
            let says = format!("the parts are {} and file, each once", TEXTS.join(", "));
            return Err(Problem::field("", says));
        };
        let bytes = part.bytes().await.map_err(|error| unreadable(&error))?;
        let text =
            String::from_utf8(bytes.to_vec()).map_err(|_| Problem::field(place.clone(), "must be UTF-8"))?;
        match self.texts.get_mut(at) {
            Some(held @ None) => *held = Some(text),
            Some(Some(_)) | None => return Err(Problem::field(place, "is sent twice")),
        }
        Ok(())
    }

    /// A part that may be left out.
    fn option<T: std::str::FromStr>(
        &self,
        name: &str,
        says: impl Fn(T::Err) -> String,
    ) -> Result<Option<T>, Problem> {
        let at = TEXTS.iter().position(|text| *text == name);
        let text = at.and_then(|at| self.texts.get(at)).and_then(Option::as_deref).map(str::trim);
        text.filter(|text| !text.is_empty())
            .map(str::parse)
            .transpose()
            .map_err(|error| Problem::field(format!("/{name}"), says(error)))
    }

    /// A part that must be there.
    fn required<T: std::str::FromStr>(
        &self,
        name: &str,
        says: impl Fn(T::Err) -> String,
    ) -> Result<T, Problem> {
        self.option(name, says)?.ok_or_else(|| Problem::field(format!("/{name}"), "is missing"))
    }

    fn upload(mut self) -> Result<Upload, Problem> {
        let value = |Invalid(says): Invalid| says;
        let day = |_| "must be a day such as 2026-07-23".to_owned();
        let subjects: Vec<&str> = EditionSubject::ALL.iter().map(|subject| subject.name()).collect();
        let subject = self.required("subject", |_| format!("must be one of {}", subjects.join(", ")))?;
        let (file_name, file) = self.file.take().ok_or_else(|| Problem::field("/file", "is missing"))?;
        let edition = NewEdition {
            list: self.required::<ListCode>("list", value)?,
            source: self.required::<Prose>("source", value)?,
            as_of: self.required::<NaiveDate>("asOf", day)?,
            valid_from: self.option::<NaiveDate>("validFrom", day)?,
            ending_reasons: self.option::<Prose>("endingReasons", value)?,
            file_name,
            file_sha256: digest(&file)?,
        };
        Ok(Upload { subject, edition, file })
    }
}

/// The SHA-256 of a file.
pub fn digest(file: &[u8]) -> Result<Digest, Problem> {
    hex::encode(Sha256::digest(file)).parse().map_err(|error: Invalid| Problem::internal(&error))
}

impl FromRequest<App> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let mut form = Multipart::from_request(request, app).await.map_err(|_| {
            let says =
                format!("Send the body as multipart/form-data with the parts {} and file.", TEXTS.join(", "));
            Problem::new(Kind::UnsupportedMediaType, says)
        })?;
        let mut parts = Parts::default();
        while let Some(part) = form.next_field().await.map_err(|error| unreadable(&error))? {
            parts.add(part).await?;
        }
        parts.upload()
    }
}

fn unreadable(error: &MultipartError) -> Problem {
    Problem::new(Kind::Malformed, format!("The parts of the body cannot be read: {}.", error.body_text()))
}

/// The last component of the name that was sent: a name, never a path.
fn clean_name(name: &str) -> Result<Name, Problem> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    last.parse().map_err(|Invalid(says)| Problem::field("/file", format!("its name {says}")))
}

impl Describe for Upload {
    fn describe(sketch: &mut Sketch) {
        let binary = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
        let day = || {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
        };
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
            .property("file", binary)
            .required("file")
            .description(Some(
                "asOf: the day of issue of the source; validFrom: from which day the edition holds, required from the second \
                 edition on; endingReasons: why it ends more than the set share of the entries; file: CSV.",
            ));
        sketch.body("multipart/form-data", form.into());
    }
}
