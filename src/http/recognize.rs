//! Recognizing: who calls, which version of the resource a change is meant for, and under which key it is done once.
//!
//! Authentication reads the database at every request, so that a revoked token stops at the next one.

use axum::extract::{FromRequestParts as _, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use chrono::{DateTime, Utc};

use super::app::App;
use super::context::{Ctx, RequestId};
use super::door::Door;
use super::idempotency::{Key, Seal, SealingKey, Stored, Ticket};
use super::limits::Visit;
use super::problem::{Kind, Problem};
use super::seen::Seen;
use crate::act::Actor;
use crate::db::fault::is_cut;
use crate::db::{Threshold, note_suspect};
use crate::etag::{Head, Precondition};
use crate::tokens::{self, Holder, Secret, Shown};

/// What the key is derived for under which an answer is sealed.
const SEALING: &[u8] = b"export-license-registry: an answer that holds a secret";

/// Whoever was recognized.
pub(super) struct Recognized {
    pub(super) ctx: Ctx,
    pub(super) holder: Holder,
    /// What seals an answer that holds a secret.
    pub(super) sealing: Option<SealingKey>,
    /// What was answered before under the key of the request.
    pub(super) answer: Option<Stored>,
}

/// Finds who calls, within the limits.
pub(super) async fn recognized(
    door: &Door,
    head: &Parts,
    mut visit: Visit<'_>,
) -> Result<Recognized, Problem> {
    let Parts { headers, extensions, .. } = head;
    let shown = bearer(&door.app, headers).await.map_err(|problem| visit.turned_back(problem))?;
    let (key, id) = (shown.key(), extensions.get::<RequestId>().copied());
    visit.shows(&key)?;
    let sealing = door.tells_secret.then(|| sealing(&door.app, &shown));
    // One that is missing or malformed is refused once it is known who calls.
    let once = if door.needs_key { Key::of(headers).ok() } else { None };
    let _turn = door.app.limits.turn(door.lane)?;
    let found = authenticate(&door.app, shown, id, once.as_ref()).await;
    let (ctx, holder, answer) = found.map_err(|problem| visit.turned_back(problem))?;
    visit.works(&key)?;
    Seen::of(extensions).calls(&holder.actor);
    Ok(Recognized { ctx, holder, sealing, answer })
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
pub(super) fn ticket(
    actor: &Actor,
    headers: &HeaderMap,
    sealing: Option<SealingKey>,
) -> Result<Ticket, Problem> {
    let key = Key::of(headers)?;
    let seal = match (sealing, actor.token) {
        (Some(key), Some(token)) => Some(Seal { key, token }),
        (Some(_), None) => return Err(Problem::internal(&"a caller without a token asks for a secret")),
        (None, _) => None,
    };
    Ok(Ticket { person: actor.person, key, seal })
}

/// Reads which version of the resource at the head of the path the caller changes (RFC 6585, section 3).
pub(super) async fn precondition(parts: &mut Parts) -> Result<Precondition, Problem> {
    let path =
        RawPathParams::from_request_parts(parts, &()).await.map_err(|error| Problem::internal(&error))?;
    let head = path.iter().next().map(|(_, head)| Head::read(head)).ok_or_else(Problem::not_found)?;
    let lines: Vec<_> = parts.headers.get_all(header::IF_MATCH).iter().collect();
    if lines.is_empty() {
        let says = "Send If-Match with the ETag of the resource as you read it, or * for whatever it is now.";
        return Err(Problem::new(Kind::PreconditionRequired, says));
    }
    let lines: Option<Vec<_>> = lines.into_iter().map(|line| line.to_str().ok()).collect();
    lines
        .and_then(|lines| Precondition::parse(head, &lines.join(", ")))
        .ok_or_else(|| Problem::new(Kind::Malformed, "If-Match must be * or entity tags, each in quotes."))
}

/// Finds whose token it is, and what its holder was answered under the key of the request. The request goes on with the
/// same connection.
async fn authenticate(
    app: &App,
    shown: Shown,
    id: Option<RequestId>,
    key: Option<&Key>,
) -> Result<(Ctx, Holder, Option<Stored>), Problem> {
    let at = app.clock.now();
    let (threshold, found) = match holder(app, &shown, at, key).await {
        Err(error) if is_cut(&error) => {
            note_suspect();
            holder(app, &shown, at, key).await?
        }
        found => found?,
    };
    let (whose, answer) = found.ok_or_else(refused)?;
    let act = app.act(whose.actor.clone(), id.map(|id| id.0));
    Ok((Ctx::new(act, app.clone(), threshold), whose, answer))
}

/// Whose token it is, and what they were answered.
type Found = Option<(Holder, Option<Stored>)>;

/// Looks the token up, and gives the connection it was looked up on.
async fn holder(
    app: &App,
    shown: &Shown,
    at: DateTime<Utc>,
    key: Option<&Key>,
) -> sqlx::Result<(Threshold, Found)> {
    let mut threshold = app.pool.threshold().await?;
    let found = tokens::store::holder(threshold.ask(), shown, at, key).await?;
    Ok((threshold, found))
}
