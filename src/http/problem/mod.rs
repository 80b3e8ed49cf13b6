//! Problems: every error the API gives is `application/problem+json` (RFC 9457).
//!
//! A 5xx says nothing of the inside. Its cause goes with the answer to the log.

mod kind;

pub use kind::Kind;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::db::fault::{Meaning, is_cut, meaning};
use crate::db::note_suspect;
use crate::etag::Stale;
use crate::http::seen::Cause;
use crate::rules::values::Invalid;
use crate::rules::verdict::{Outcome, RecordedCheck, RecordedVerdict};

/// A field that was not taken.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// JSON Pointer (RFC 6901) into the body, or the name of the parameter.
    pub pointer: String,
    /// What is expected.
    pub detail: String,
}

/// A problem to be answered.
#[derive(Clone, Debug)]
pub struct Problem {
    /// What kind of problem.
    pub kind: Kind,
    /// What happened here.
    pub detail: String,
    /// The fields that were not taken.
    pub errors: Vec<FieldError>,
    /// The checks that stand against the act.
    pub reasons: Vec<RecordedCheck>,
    /// What lies behind it: for the log, never told.
    cause: Option<String>,
    /// In how many seconds to try again, where that is known.
    retry_after: Option<u64>,
    lost_race: bool,
    cut: bool,
}

/// Marks a response whose transaction lost a race: the door replays the request.
#[derive(Clone, Copy, Debug)]
pub struct LostRace;

/// Marks a response to a request that another like it holds up: the door waits for that one a moment.
#[derive(Clone, Copy, Debug)]
pub struct HeldUp;

/// Marks a response whose connection to the database was found cut: the door runs a request that only reads again.
#[derive(Clone, Copy, Debug)]
pub struct Cut;

/// A problem as it is written, and as the OpenAPI document describes it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// URI reference that identifies the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the kind means.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What happened here.
    pub detail: String,
    /// The request that met the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The fields that were not taken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The checks that stand against the act.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<RecordedCheck>,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            reasons: Vec::new(),
            cause: None,
            retry_after: None,
            lost_race: false,
            cut: false,
        }
    }

    /// 404: absent, or not the caller's to see.
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "Nothing is on file here that you may see.")
    }

    /// 409: the state does not permit the act.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, detail)
    }

    /// 400 with the field named by its JSON Pointer.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let error = FieldError { pointer: pointer.into(), detail: detail.into() };
        let mut problem = Self::new(Kind::Malformed, format!("{}: {}.", error.pointer, error.detail));
        problem.errors.push(error);
        problem
    }

    /// 422 with the checks of a verdict that stand against the act.
    pub fn refused(verdict: &RecordedVerdict) -> Self {
        let reasons: Vec<_> = verdict.objections().into_iter().cloned().collect();
        let first = reasons.first().map_or("The act is refused.", |check| check.says.as_str());
        let advice =
            if verdict.outcome == Outcome::Refer { " A departure needs written reasons." } else { "" };
        let mut problem = Self::new(Kind::RefusedByRule, format!("{first}{advice}"));
        problem.reasons = reasons;
        problem
    }

    /// 409: the same is being worked on.
    pub fn in_flight() -> Self {
        Self::new(
            Kind::InFlight,
            "A request with this Idempotency-Key has not been answered yet. Ask again in a moment.",
        )
    }

    /// A transaction that lost a race: the door runs the request again.
    pub(in crate::http) fn lost() -> Self {
        Self { lost_race: true, ..Self::unavailable() }
    }

    /// 422 for a rule outside the gate.
    pub fn rule(detail: impl Into<String>) -> Self {
        Self::new(Kind::RefusedByRule, detail)
    }

    /// 503: the database or the service cannot answer now.
    pub fn unavailable() -> Self {
        Self::busy("The database is away or busy. Nothing was changed. Try again shortly.")
    }

    /// 503: what was asked for cannot be given just now.
    pub fn busy(says: &'static str) -> Self {
        Self { retry_after: Some(1), ..Self::new(Kind::Unavailable, says) }
    }

    /// 503: no change is taken, because it could not be shown to have happened.
    pub fn writes_stopped(says: &'static str) -> Self {
        let detail = format!("{says} Nothing was changed; reading goes on.");
        Self { retry_after: Some(30), ..Self::new(Kind::WritesStopped, detail) }
    }

    /// 429: the caller asks too often; in how many seconds it may ask again.
    pub fn too_many_requests(wait: u64) -> Self {
        let says = format!("The limit of requests is reached. Ask again in {wait} s.");
        Self { retry_after: Some(wait), ..Self::new(Kind::TooManyRequests, says) }
    }

    /// 500: a defect of ours. The cause is logged and not told.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        let says = "The failure is logged. Nothing was changed.";
        Self { cause: Some(cause.to_string()), ..Self::new(Kind::Internal, says) }
    }

    /// The same with what lies behind it, for the log.
    #[must_use]
    pub fn because(self, cause: &str) -> Self {
        Self { cause: Some(cause.to_owned()), ..self }
    }

    /// What a log says of it: the cause where there is one behind it.
    pub fn cause(&self) -> &str {
        self.cause.as_deref().unwrap_or(&self.detail)
    }

    /// Adds the place the problem was met at.
    pub(in crate::http) fn body(self, instance: Option<String>) -> ProblemBody {
        ProblemBody {
            kind: self.kind.uri(),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            detail: self.detail,
            instance,
            errors: self.errors,
            reasons: self.reasons,
        }
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        match meaning(&error) {
            Meaning::LostRace => Self::lost().because(&error.to_string()),
            Meaning::Away => {
                let cut = is_cut(&error);
                if cut {
                    note_suspect();
                }
                Self { cut, cause: Some(error.to_string()), ..Self::unavailable() }
            }
            Meaning::Conflict(says) => Self::conflict(says),
            Meaning::Defect => Self::internal(&error),
        }
    }
}

impl From<Stale> for Problem {
    fn from(_: Stale) -> Self {
        let says = "The resource is in another version than If-Match names. Read it again, and decide on what it is now.";
        Self::new(Kind::PreconditionFailed, says)
    }
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self::new(Kind::Malformed, invalid.0)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (kind, lost_race, cut, retry_after) = (self.kind, self.lost_race, self.cut, self.retry_after);
        let cause = kind.status().is_server_error().then(|| Cause(self.cause().into()));
        let mut response = (kind.status(), axum::Json(self.body(None))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if kind == Kind::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if kind == Kind::SlowBody {
            // The rest of the body is not waited for.
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(cause) = cause {
            response.extensions_mut().insert(cause);
        }
        if cut {
            response.extensions_mut().insert(Cut);
        }
        if kind == Kind::InFlight {
            response.extensions_mut().insert(HeldUp);
        }
        if lost_race {
            response.extensions_mut().insert(LostRace);
        }
        response.extensions_mut().insert(kind);
        response
    }
}

impl From<crate::page::Unpageable> for Problem {
    fn from((parameter, detail): crate::page::Unpageable) -> Self {
        Self::field(format!("?{parameter}"), detail)
    }
}
