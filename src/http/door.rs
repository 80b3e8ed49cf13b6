//! The door of a route: who comes in and how often, how much they may bring, how long it may take, what they expect of the
//! resource that they change, and the replay of lost races.
//!
//! A request whose transaction lost a race (SQLSTATE 40001) is run again from its buffered body; the caller sees one
//! answer. What the caller expects is held against the resource anew at each run: who lost to another's change is told
//! 412.

use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;

use super::answer::NextPage;
use super::app::App;
use super::context::Ctx;
use super::idempotency::{Stored, Ticket, is_kept};
use super::limits::Visit;
use super::problem::{Cut, HeldUp, Kind, LostRace, Problem};
use super::recognize::{Recognized, precondition, recognized, ticket};
use super::refused::Attempt;
use super::route::{Access, Lane, Route};
use super::subject::Subject;
use super::viewed::View;
use crate::act::Actor;
use crate::meters;

/// How often a request that loses races is run at most; the last answer stands, with its cause.
const REPLAYS: u32 = 24;
/// How often a request waits for another with its key before it is told that that one is being worked on.
const PATIENCE: u32 = 4;
/// How long one request may take.
const TIME_LIMIT: Duration = Duration::from_secs(20);
/// How long a request with a large body may take, or one that looks through the whole register.
const LARGE_TIME_LIMIT: Duration = Duration::from_mins(5);
/// A body above this many bytes is large.
const LARGE: usize = 1024 * 1024;

/// What the door of one route knows.
#[derive(Clone)]
pub struct Door {
    /// Shared state.
    pub app: App,
    /// What the route does, as entries name it.
    pub act: Arc<str>,
    /// Who may come in.
    pub access: Access,
    /// How many bytes they may bring.
    pub body_limit: usize,
    /// Which connections they use.
    pub lane: Lane,
    /// Whether they say which version they change.
    pub needs_match: bool,
    /// Whether they name their request, which is done once.
    pub needs_key: bool,
    /// How long one request may take.
    pub time_limit: Duration,
    /// Whether they are told a secret.
    pub tells_secret: bool,
}

/// How long a request of a route may take.
pub(super) fn time_limit(route: &Route) -> Duration {
    if route.takes_long || route.body_limit > LARGE { LARGE_TIME_LIMIT } else { TIME_LIMIT }
}

/// Lets a request in, or answers why not.
pub async fn guard(State(door): State<Door>, request: Request, next: Next) -> Response {
    let limit = door.time_limit;
    let (mut head, body) = request.into_parts();
    let subject = Subject::of(&mut head).await;
    let (attempt, caller) = (Attempt::of(&head, subject.clone()), OnceLock::new());
    let entered = enter(&door, head, body, next, subject.as_ref(), &caller);
    let response = match tokio::time::timeout(limit, entered).await {
        Ok(Ok(response)) => response,
        Ok(Err(problem)) => problem.into_response(),
        Err(_) => Problem::unavailable().because("the time limit of a request").into_response(),
    };
    let refused = response.extensions().get::<Kind>().copied();
    attempt.ended(&door.app, &door.act, caller.get(), refused).await;
    response
}

async fn enter(
    door: &Door,
    mut head: Parts,
    body: Body,
    next: Next,
    subject: Option<&Subject>,
    caller: &OnceLock<Actor>,
) -> Result<Response, Problem> {
    let (mut once, mut view) = (None, None);
    let visit = Visit::of(&head, &door.app.limits);
    match door.access {
        Access::Needs(permission) => {
            let Recognized { ctx, holder, sealing, answer } = recognized(door, &head, visit).await?;
            let _ = caller.set(holder.actor.clone());
            if !permission.allows(holder.actor.role) {
                return Err(Problem::new(Kind::Forbidden, format!("The permission {permission} is needed.")));
            }
            if !holder.is_for(permission) {
                let says = format!("The permission {permission} is needed, and this token is not for it.");
                return Err(Problem::new(Kind::Forbidden, says));
            }
            if let Some(says) = door.app.log.stops().filter(|_| !reads(&head.method)) {
                return Err(Problem::writes_stopped(says));
            }
            if door.needs_key {
                once = Some((ticket(&holder.actor, &head.headers, sealing)?, answer));
            }
            if reads(&head.method) {
                view = View::of(&head, subject, &ctx.act);
            }
            let ctx = if door.needs_match { ctx.expecting(precondition(&mut head).await?) } else { ctx };
            head.extensions.insert(ctx);
        }
        Access::Public if door.lane == Lane::Free => {}
        Access::Public => visit.anonymous()?,
    }
    let path = head.uri.path().to_owned();
    let query = head.uri.query().unwrap_or_default().to_owned();
    let bytes = brought(door, &head, body).await?;
    let mut response = replayed(door, (head, bytes), next, once).await?;
    if let Some(view) = view.filter(|_| response.status().is_success()) {
        door.app.viewed.note(view);
    }
    if let Some(NextPage(cursor)) = response.extensions_mut().remove() {
        link_next(response.headers_mut(), &path, &query, &cursor);
    }
    Ok(response)
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

/// Runs the handler, again while its transaction loses races; not at all where the same was asked and answered before.
async fn replayed(
    door: &Door,
    (mut parts, bytes): (Parts, Bytes),
    next: Next,
    once: Option<(Ticket, Option<Stored>)>,
) -> Result<Response, Problem> {
    let _turn = door.app.limits.turn(door.lane)?;
    if let Some((ticket, answer)) = once {
        let target = parts.uri.path_and_query().map_or("", PathAndQuery::as_str);
        let asked = ticket.asks(parts.method.as_str(), target, &bytes);
        if let Some(answer) = answer {
            return answer.replay(&asked);
        }
        if let Some(ctx) = parts.extensions.get_mut::<Ctx>() {
            ctx.asks(asked);
        }
    }
    let mut attempt = 0;
    loop {
        // What another request was answered since this one was let in is found here by those who lost to it.
        if attempt > 0
            && let Some(answer) = answered(&parts).await?
        {
            return Ok(answer);
        }
        let mut request = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
        let ctx = request.extensions_mut().get_mut::<Ctx>().map(Ctx::anew);
        let response = ended(next.clone().run(request).await, ctx).await;
        let again = (attempt + 1 < REPLAYS && response.extensions().get::<LostRace>().is_some())
            || (attempt < PATIENCE && response.extensions().get::<HeldUp>().is_some())
            // A read whose connection was cut has changed nothing; it is run once more, on a connection that was asked.
            || (attempt == 0 && reads(&parts.method) && response.extensions().get::<Cut>().is_some());
        if !again {
            // What is refused for itself and not kept may be a second request, too late for what the first one did.
            let late = if is_kept(response.status()) { None } else { answered(&parts).await? };
            return Ok(late.unwrap_or(response));
        }
        meters::lost_race();
        // At random up to 1, 2, 4, … ms: those who lost to each other do not meet again.
        let [jitter] = door.app.ids.bytes();
        tokio::time::sleep(back_off(attempt, jitter)).await;
        attempt += 1;
    }
}

/// The answer on file, where the same was asked before.
async fn answered(parts: &Parts) -> Result<Option<Response>, Problem> {
    match parts.extensions.get::<Ctx>() {
        Some(ctx) => ctx.answered().await,
        None => Ok(None),
    }
}

/// Ends the transaction that the handler kept: only what was answered with success is committed.
async fn ended(response: Response, ctx: Option<Ctx>) -> Response {
    let Some(ctx) = ctx else { return response };
    ctx.end(response).await.unwrap_or_else(IntoResponse::into_response)
}

/// How long a lost race is let rest: anything up to a bound that doubles, so that those who lost together part. Of 32
/// who race for one license, one wins at a time; the bound lets all of them through within the time limit.
fn back_off(attempt: u32, jitter: u8) -> Duration {
    let bound = 8_u64 << attempt.min(6);
    Duration::from_micros(bound * 1000 * (u64::from(jitter) + 1) / 256)
}

/// Whether a request only reads.
pub(super) fn reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// What comes with the request; what is sent with a read is never looked at. A body that is there already is taken with
/// the caller's connection at hand; one that is still to arrive holds none.
async fn brought(door: &Door, head: &Parts, body: Body) -> Result<Bytes, Problem> {
    if reads(&head.method) {
        return Ok(Bytes::new());
    }
    let mut reading = pin!(read_body(door, body));
    if let Some(read) = reading.as_mut().now_or_never() {
        return read;
    }
    if let Some(ctx) = head.extensions.get::<Ctx>() {
        ctx.let_go();
    }
    reading.await
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
