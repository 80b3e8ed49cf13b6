//! The door of a route: who comes in, how much they may bring, how long it may take, what they expect of the resource that
//! they change, and the replay of lost races.
//!
//! Authentication reads the database at every request, so that a revoked token stops at the next one. A request whose
//! transaction lost a race (SQLSTATE 40001) is run again from its buffered body; the caller sees one answer. What the
//! caller expects is held against the resource anew at each run: who lost to another's change is told 412.

use std::sync::Arc;
use std::time::Duration;

use axum::RequestExt as _;
use axum::body::{Body, Bytes};
use axum::extract::{RawPathParams, Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

use super::answer::NextPage;
use super::app::App;
use super::context::{Ctx, RequestId};
use super::idempotency::{self, Asked, Key, Seal, SealingKey, Ticket, is_kept};
use super::problem::{Cut, HeldUp, Kind, LostRace, Problem};
use super::route::Access;
use crate::act::{Act, Actor};
use crate::db::fault::is_cut;
use crate::db::{Threshold, note_cut};
use crate::etag::{Head, Precondition};
use crate::tokens::{self, Holder, Secret, Shown};

/// How often a lost race is run again.
const REPLAYS: u32 = 24;
/// How often a request waits for another with its key before it is told that that one is being worked on.
const PATIENCE: u32 = 4;
/// What the key is derived for under which an answer is sealed.
const SEALING: &[u8] = b"export-license-registry: an answer that holds a secret";
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
    /// Whether they say which version they change.
    pub needs_match: bool,
    /// Whether they name their request, which is done once.
    pub needs_key: bool,
    /// Whether they are told a secret.
    pub tells_secret: bool,
}

/// Lets a request in, or answers why not.
pub async fn guard(State(door): State<Door>, request: Request, next: Next) -> Response {
    let limit = if door.body_limit > LARGE { LARGE_TIME_LIMIT } else { TIME_LIMIT };
    match tokio::time::timeout(limit, enter(&door, request, next)).await {
        Ok(Ok(response)) => response,
        Ok(Err(problem)) => problem.into_response(),
        Err(_) => Problem::unavailable().into_response(),
    }
}

async fn enter(door: &Door, mut request: Request, next: Next) -> Result<Response, Problem> {
    let mut once = None;
    if let Access::Needs(permission) = door.access {
        let shown = bearer(&door.app, request.headers()).await?;
        let sealing = door.tells_secret.then(|| sealing(&door.app, &shown));
        let id = request.extensions().get::<RequestId>().copied();
        let (ctx, holder) = authenticate(&door.app, shown, id, reads(request.method())).await?;
        if !permission.allows(holder.actor.role) {
            return Err(Problem::new(Kind::Forbidden, format!("The permission {permission} is needed.")));
        }
        if !holder.is_for(permission) {
            let says = format!("The permission {permission} is needed, and this token is not for it.");
            return Err(Problem::new(Kind::Forbidden, says));
        }
        if door.needs_key {
            once = Some(ticket(&holder.actor, request.headers(), sealing)?);
        }
        let ctx = if door.needs_match { ctx.expecting(precondition(&mut request).await?) } else { ctx };
        request.extensions_mut().insert(ctx);
    }
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let mut response = replayed(door, request, next, once).await?;
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

/// The key under which an answer that holds a secret is sealed: derived from a token of ours. Who logs in elsewhere shows
/// nothing that lasts: the key is thrown away with the request, and the secret is told once.
fn sealing(app: &App, shown: &Shown) -> SealingKey {
    let derived = match shown {
        Shown::Secret(secret) => secret.derive(SEALING),
        Shown::Login(_) => None,
    };
    SealingKey::new(derived.unwrap_or_else(|| app.ids.bytes()))
}

/// What a request is let in with that is to be done once.
fn ticket(actor: &Actor, headers: &HeaderMap, sealing: Option<SealingKey>) -> Result<Ticket, Problem> {
    let key = Key::of(headers)?;
    let seal = match (sealing, actor.token) {
        (Some(key), Some(token)) => Some(Seal { key, token }),
        (Some(_), None) => return Err(Problem::internal(&"a caller without a token asks for a secret")),
        (None, _) => None,
    };
    Ok(Ticket { person: actor.person, key, seal })
}

/// Reads which version of the resource at the head of the path the caller changes (RFC 6585, section 3).
async fn precondition(request: &mut Request) -> Result<Precondition, Problem> {
    let path = request.extract_parts::<RawPathParams>().await.map_err(|error| Problem::internal(&error))?;
    let head = path.iter().next().map(|(_, head)| Head::read(head)).ok_or_else(Problem::not_found)?;
    let lines: Vec<_> = request.headers().get_all(header::IF_MATCH).iter().collect();
    if lines.is_empty() {
        let says = "Send If-Match with the ETag of the resource as you read it, or * for whatever it is now.";
        return Err(Problem::new(Kind::PreconditionRequired, says));
    }
    let lines: Option<Vec<_>> = lines.into_iter().map(|line| line.to_str().ok()).collect();
    lines
        .and_then(|lines| Precondition::parse(head, &lines.join(", ")))
        .ok_or_else(|| Problem::new(Kind::Malformed, "If-Match must be * or entity tags, each in quotes."))
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
    let act = Act { actor, at, request, ids: app.ids.clone(), policy: app.policy.clone(), expects: None };
    Ok((Ctx::new(act, app.clone(), held), whose))
}

/// Looks the token up, and gives the connection it was looked up on.
async fn holder(app: &App, shown: &Shown, at: DateTime<Utc>) -> sqlx::Result<(Threshold, Option<Holder>)> {
    let mut threshold = app.pool.threshold().await?;
    let found = tokens::store::holder(threshold.ask(), shown, at).await?;
    Ok((threshold, found))
}

/// Buffers the body and runs the handler, again while its transaction loses races.
async fn replayed(
    door: &Door,
    request: Request,
    next: Next,
    ticket: Option<Ticket>,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    // What is sent with a read is never looked at.
    let bytes = if reads(&parts.method) { Bytes::new() } else { read_body(body, door.body_limit).await? };
    let target = parts.uri.path_and_query().map_or("", PathAndQuery::as_str);
    let asked = ticket.map(|ticket| Arc::new(ticket.asks(parts.method.as_str(), target, &bytes)));
    if let Some(ctx) = parts.extensions.get_mut::<Ctx>() {
        ctx.asks(asked.clone());
    }
    for attempt in 0..REPLAYS {
        if let Some(answer) = answered(&door.app, asked.as_deref()).await? {
            return Ok(answer);
        }
        let mut request = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
        let ctx = request.extensions_mut().get_mut::<Ctx>().map(Ctx::anew);
        let response = ended(next.clone().run(request).await, ctx).await;
        let again = response.extensions().get::<LostRace>().is_some()
            || (attempt < PATIENCE && response.extensions().get::<HeldUp>().is_some())
            // A read whose connection was cut has changed nothing; it is run once more, on a connection that was asked.
            || (attempt == 0 && reads(&parts.method) && response.extensions().get::<Cut>().is_some());
        if !again {
            // What is refused for itself and not kept may be a second request, too late for what the first one did.
            let late =
                if is_kept(response.status()) { None } else { answered(&door.app, asked.as_deref()).await? };
            return Ok(late.unwrap_or(response));
        }
        // At random up to 1, 2, 4, … ms: those who lost to each other do not meet again.
        let [jitter] = door.app.ids.bytes();
        tokio::time::sleep(back_off(attempt, jitter)).await;
    }
    Err(Problem::unavailable())
}

/// The answer on file, where the same was asked before.
async fn answered(app: &App, asked: Option<&Asked>) -> Result<Option<Response>, Problem> {
    let Some(asked) = asked else { return Ok(None) };
    let mut threshold = app.pool.threshold().await?;
    let found = idempotency::find(threshold.ask(), asked).await?;
    found.map(|stored| stored.replay(asked)).transpose()
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
fn reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

async fn read_body(body: Body, limit: usize) -> Result<Bytes, Problem> {
    use http_body_util::BodyExt as _;
    match http_body_util::Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(Problem::new(Kind::TooLarge, format!("At most {limit} bytes are taken here.")))
        }
        Err(_) => Err(Problem::new(Kind::Malformed, "The body could not be read.")),
    }
}
