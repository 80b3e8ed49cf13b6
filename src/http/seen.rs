//! What is told of a request once it is answered: one line of the log, the meters, and the headers that say where the
//! caller stands.
//!
//! Property kept: nothing that a caller wrote stands in the line. The route is its template, the caller a person's and a
//! token's id; the cause of a fault is written as a quoted text, which cannot begin a line of its own.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use axum::extract::MatchedPath;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use tracing::field::display;
use uuid::Uuid;

use super::limits::bucket::{Standing, seconds};
use crate::act::Actor;
use crate::ids::{PersonId, TokenId};
use crate::meters;

/// What the way to the handler notes of a request, for the outermost layer. It travels with the request.
#[derive(Clone, Debug, Default)]
pub struct Seen(Arc<Notes>);

#[derive(Debug, Default)]
struct Notes {
    caller: OnceLock<(PersonId, Option<TokenId>)>,
    standing: Mutex<Option<Standing>>,
}

/// Why a request met a fault; it travels with the answer to the log.
#[derive(Clone, Debug)]
pub struct Cause(pub Arc<str>);

/// The telling of one request. One that is dropped before it is told of was abandoned by its client.
#[derive(Debug)]
pub struct Telling {
    seen: Seen,
    id: Uuid,
    method: &'static str,
    route: Option<MatchedPath>,
    began: Instant,
    is_told: bool,
}

impl Seen {
    /// The notes of a request; new ones where nothing follows it.
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().cloned().unwrap_or_default()
    }

    /// Who the caller is.
    pub fn calls(&self, actor: &Actor) {
        let _ = self.0.caller.set((actor.person, actor.token));
    }

    /// Where the caller stands with its rate.
    pub fn stands(&self, standing: Standing) {
        *self.0.standing.lock().unwrap_or_else(PoisonError::into_inner) = Some(standing);
    }
}

impl Telling {
    /// Begins with the head of a request.
    pub fn of(id: Uuid, head: &mut Parts) -> Self {
        let seen = Seen::default();
        head.extensions.insert(seen.clone());
        let route = head.extensions.get::<MatchedPath>().cloned();
        Self { seen, id, method: method(&head.method), route, began: Instant::now(), is_told: false }
    }

    /// Writes the line, counts the request and tells the caller where it stands.
    pub fn answered(mut self, response: &mut Response) {
        self.is_told = true;
        let status = response.status();
        let cause = response.extensions().get::<Cause>().map(|Cause(cause)| cause.as_ref());
        self.tell(Some(status), cause);
        if let Some(standing) = *self.seen.0.standing.lock().unwrap_or_else(PoisonError::into_inner) {
            write_standing(response.headers_mut(), &standing);
        }
    }

    fn tell(&self, status: Option<StatusCode>, cause: Option<&str>) {
        let (request, method) = (self.id, self.method);
        let route = self.route.as_ref().map_or("none", MatchedPath::as_str);
        let took = self.began.elapsed();
        meters::answered(method, route, status.map_or("abandoned", class), took);
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let caller = self.seen.0.caller.get();
        let person = caller.map(|(person, _)| display(person));
        let token = caller.and_then(|(_, token)| token.as_ref()).map(display);
        macro_rules! line {
            ($level:ident, $status:expr, $says:literal) => {
                tracing::$level!(%request, method, route, status = $status, millis, person, token, cause, $says)
            };
        }
        match status.map(|status| status.as_u16()) {
            Some(500) => line!(error, 500, "answered"),
            Some(status) => line!(info, status, "answered"),
            None => line!(info, None::<u16>, "abandoned by its client"),
        }
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        if !self.is_told {
            self.tell(None, None);
        }
    }
}

/// The `RateLimit` fields of draft-ietf-httpapi-ratelimit-headers: what is left of the quota and the seconds until it is
/// whole, and the quota with its window in seconds.
fn write_standing(headers: &mut HeaderMap, standing: &Standing) {
    let Standing { rate, remaining, full_in, .. } = standing;
    let limit = format!("\"default\";r={remaining};t={}", seconds(*full_in));
    let policy = format!("\"default\";q={};w={}", rate.burst, standing.window());
    for (name, text) in [("ratelimit", limit), ("ratelimit-policy", policy)] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
}

/// The methods that are told apart.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        _ => "other",
    }
}

/// The class of a status (RFC 9110, section 15).
fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
