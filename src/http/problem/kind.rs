//! The kinds of problems, each with its status, its title and its place in the documents.

use axum::http::StatusCode;

use crate::rules::vocabulary;

vocabulary! {
    /// The kinds of problems; each has its own `type`.
    Kind {
        Malformed, Unauthorized, Forbidden, NotFound, MethodNotAllowed, SlowBody, Conflict, InFlight, PreconditionFailed,
        TooLarge, UriTooLong, UnsupportedMediaType, RefusedByRule, KeyReused, PreconditionRequired, TooManyRequests,
        HeadersTooLarge, Internal, Unavailable, WritesStopped,
    }
}

impl Kind {
    /// The HTTP status.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::SlowBody => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict | Self::InFlight => StatusCode::CONFLICT,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UriTooLong => StatusCode::URI_TOO_LONG,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::RefusedByRule | Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable | Self::WritesStopped => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// What the kind means, for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Malformed => "The request is malformed",
            Self::Unauthorized => "No valid token was shown",
            Self::Forbidden => "Your role may not do this",
            Self::NotFound => "There is no such resource, or it is not yours to see",
            Self::MethodNotAllowed => "The resource does not take this method",
            Self::SlowBody => "The body did not arrive in time",
            Self::Conflict => "The state of the resource does not permit this",
            Self::InFlight => "The same request is being worked on",
            Self::PreconditionFailed => "The resource has changed since you read it",
            Self::TooLarge => "The body is too large",
            Self::UriTooLong => "The path and the query are too long",
            Self::UnsupportedMediaType => "The body is not of the media type that is taken here",
            Self::RefusedByRule => "A rule refuses this",
            Self::TooManyRequests => "You ask too often",
            Self::HeadersTooLarge => "The header fields are too large or too many",
            Self::KeyReused => "The Idempotency-Key stands for another request",
            Self::PreconditionRequired => "Say which version of the resource you change",
            Self::Internal => "The service failed",
            Self::Unavailable => "The service cannot answer now",
            Self::WritesStopped => "Nothing is changed while the audit log is behind",
        }
    }

    /// The stable URI reference of the kind; it is documented there.
    pub fn uri(self) -> String {
        format!("/docs/problems#{}", self.name().replace('_', "-"))
    }
}
