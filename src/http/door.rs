//! The door of a route: who comes in and how often, how much they may bring, how long it may take, and the replay of
//! lost races.
//!
//! Authentication reads the database at every request, so that a revoked token stops at the next one. A request whose
//! transaction lost a race (SQLSTATE 40001) is run again from its buffered body; the caller sees one answer.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

use super::answer::NextPage;
use super::app::App;
use super::context::{Ctx, RequestId};
use super::limits::Visit;
use super::problem::{Cut, Kind, LostRace, Problem};
use super::route::{Access, Lane};
use super::seen::Seen;
use crate::act::Act;
use crate::db::fault::is_cut;
use crate::db::{Threshold, note_cut};
use crate::meters;
use crate::tokens::{self, Holder, Secret, Shown};

/// How often a lost race is run again.
const REPLAYS: u32 = 24;
/// How long one request may take.
const TIME_LIMIT: Duration = Duration::from_secs(20);
/// How long a request with a large body may take.
const LARGE_TIME_LIMIT: Duration = Duration::from_mins(5);
/// A body above this many bytes is large.
const LARGE: usize = 1024 * 1024;

/// What the door of one route knows.
#[derive(Clone)]
pub struct Door {
    /// Shared state.
    pub app: App,
    /// Who may come in.
    pub access: Access,
    /// How many bytes they may bring.
    pub body_limit: usize,
    /// Which connections they use.
    pub lane: Lane,
}

/// Lets a request in, or answers why not.
pub async fn guard(State(door): State<Door>, request: Request, next: Next) -> Response {
    let limit = if door.body_limit > LARGE { LARGE_TIME_LIMIT } else { TIME_LIMIT };
    match tokio::time::timeout(limit, enter(&door, request, next)).await {
        Ok(Ok(response)) => response,
        Ok(Err(problem)) => problem.into_response(),
        Err(_) => Problem::unavailable().because("the time limit of a request").into_response(),
    }
}

async fn enter(door: &Door, request: Request, next: Next) -> Result<Response, Problem> {
    let (mut head, body) = request.into_parts();
    let visit = Visit::of(&head, &door.app.limits);
    match door.access {
        Access::Needs(permission) => {
            let (ctx, holder) = recognized(door, &head, visit).await?;
            if !permission.allows(holder.actor.role) {
                return Err(Problem::new(Kind::Forbidden, format!("The permission {permission} is needed.")));
            }
            if !holder.is_for(permission) {
                let says = format!("The permission {permission} is needed, and this token is not for it.");
                return Err(Problem::new(Kind::Forbidden, says));
            }
            head.extensions.insert(ctx);
        }
        Access::Public if door.lane == Lane::Free => {}
        Access::Public => visit.anonymous()?,
    }
    let path = head.uri.path().to_owned();
    let query = head.uri.query().unwrap_or_default().to_owned();
    let mut response = replayed(door, Request::from_parts(head, body), next).await?;
    if let Some(NextPage(cursor)) = response.extensions_mut().remove() {
        link_next(response.headers_mut(), &path, &query, &cursor);
    }
    Ok(response)
}

/// Finds who calls, within the limits.
async fn recognized(door: &Door, head: &Parts, mut visit: Visit<'_>) -> Result<(Ctx, Holder), Problem> {
    let shown = bearer(&door.app, &head.headers).await.map_err(|problem| visit.turned_back(problem))?;
    let (key, id) = (shown.key(), head.extensions.get::<RequestId>().copied());
    visit.shows(&key)?;
    let _turn = door.app.limits.turn(door.lane)?;
    let found = authenticate(&door.app, shown, id, reads(&head.method)).await;
    let (ctx, holder) = found.map_err(|problem| visit.turned_back(problem))?;
    visit.works(&key)?;
    Seen::of(&head.extensions).calls(&holder.actor);
    Ok((ctx, holder))
}

/// Adds `Link: <…>; rel="next"` (RFC 8288).
fn link_next(headers: &mut HeaderMap, path: &str, query: &str, cursor: &str) {
    let kept = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "cursor");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .append_pair("cursor", cursor)
        .finish();
    if let Ok(link) = HeaderValue::from_str(&format!("<{path}?{query}>; rel=\"next\"")) {
        headers.insert(header::LINK, link);
    }
}

/// 401: no token, or none that works.
fn refused() -> Problem {
    Problem::new(Kind::Unauthorized, "Send a valid token: Authorization: Bearer elr_….")
}

/// Reads the token (RFC 6750): one of ours, or one of the identity provider, which is then found to hold or refused.
async fn bearer(app: &App, headers: &HeaderMap) -> Result<Shown, Problem> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(refused)?;
    match (Secret::parse(token), &app.oidc) {
        (Some(secret), _) => Ok(Shown::Secret(secret)),
        (None, Some(oidc)) => oidc.subject(token, app.clock.now()).await.map(Shown::Login),
        (None, None) => Err(refused()),
    }
}

/// Finds whose token it is. A request that only reads goes on with the same connection; one with a body gives it back,
/// for a slow body must not hold a connection.
async fn authenticate(
    app: &App,
    shown: Shown,
    id: Option<RequestId>,
    reads: bool,
) -> Result<(Ctx, Holder), Problem> {
    let at = app.clock.now();
    let (threshold, found) = match holder(app, &shown, at).await {
        Err(error) if is_cut(&error) => {
            note_cut();
            holder(app, &shown, at).await?
        }
        found => found?,
    };
    let whose = found.ok_or_else(refused)?;
    let held = reads.then_some(threshold);
    let request = id.map_or_else(|| app.ids.next(at), |id| id.0);
    let actor = whose.actor.clone();
    let act = Act { actor, at, request, ids: app.ids.clone(), policy: app.policy.clone() };
    Ok((Ctx::new(act, app.clone(), held), whose))
}

/// Looks the token up, and gives the connection it was looked up on.
async fn holder(app: &App, shown: &Shown, at: DateTime<Utc>) -> sqlx::Result<(Threshold, Option<Holder>)> {
    let mut threshold = app.pool.threshold().await?;
    let found = tokens::store::holder(threshold.ask(), shown, at).await?;
    Ok((threshold, found))
}

/// Buffers the body and runs the handler, again while its transaction loses races.
async fn replayed(door: &Door, request: Request, next: Next) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    // What is sent with a read is never looked at.
    let bytes = if reads(&parts.method) { Bytes::new() } else { read_body(door, body).await? };
    let _turn = door.app.limits.turn(door.lane)?;
    for attempt in 0..REPLAYS {
        let request = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
        let ctx = request.extensions().get::<Ctx>().cloned();
        let response = ended(next.clone().run(request).await, ctx).await;
        let again = response.extensions().get::<LostRace>().is_some()
            // A read whose connection was cut has changed nothing; it is run once more, on a connection that was asked.
            || (attempt == 0 && reads(&parts.method) && response.extensions().get::<Cut>().is_some());
        if !again {
            return Ok(response);
        }
        meters::lost_race();
        // At random up to 1, 2, 4, … ms: those who lost to each other do not meet again.
        let [jitter] = door.app.ids.bytes();
        tokio::time::sleep(back_off(attempt, jitter)).await;
    }
    Err(Problem::unavailable().because("lost one race after another"))
}

/// Ends the transaction that the handler kept: only what was answered with success is committed.
async fn ended(response: Response, ctx: Option<Ctx>) -> Response {
    let Some(ctx) = ctx else { return response };
    match ctx.end(response.status().is_success()).await {
        Ok(()) => response,
        Err(problem) => problem.into_response(),
    }
}

/// How long a lost race is let rest: anything up to a bound that doubles, so that those who lost together part. Of 32
/// who race for one license, one wins at a time; the bound lets all of them through within the time limit.
fn back_off(attempt: u32, jitter: u8) -> Duration {
    let bound = 8_u64 << attempt.min(6);
    Duration::from_micros(bound * 1000 * (u64::from(jitter) + 1) / 256)
}

/// Whether a request only reads.
fn reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Reads the whole body, which holds neither a connection nor a turn while it arrives.
async fn read_body(door: &Door, body: Body) -> Result<Bytes, Problem> {
    use http_body_util::BodyExt as _;
    let limit = door.body_limit;
    let time = door.app.limits.body_time(limit > LARGE);
    let whole = http_body_util::Limited::new(body, limit).collect();
    let Ok(read) = tokio::time::timeout(time, whole).await else {
        return Err(Problem::new(Kind::SlowBody, format!("A body is taken for {} s.", time.as_secs())));
    };
    match read {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(Problem::new(Kind::TooLarge, format!("At most {limit} bytes are taken here.")))
        }
        Err(_) => Err(Problem::new(Kind::Malformed, "The body could not be read.")),
    }
}
