//! Refused attempts: what someone tried and was told that he may not is an entry as well.
//!
//! It is written by the door, in a transaction of its own, once the refused one has ended; the caller is answered the
//! same where it cannot be written, and that is counted. An entry says who, when, which route, which resource and which
//! kind of problem, and nothing of what was sent. A request that came too early, too late or a second time is no entry.

mod store;

use axum::http::header;
use axum::http::request::Parts;
use serde_json::json;
use uuid::Uuid;

use super::app::App;
use super::context::RequestId;
use super::door::reads;
use super::problem::Kind;
use super::subject::Subject;
use crate::act::Actor;
use crate::db::Isolation;
use crate::meters;

/// What is noted of a request before it is let in.
#[derive(Debug)]
pub(super) struct Attempt {
    request: Option<Uuid>,
    changes: bool,
    shows_a_key: bool,
    subject: Option<Subject>,
}

impl Attempt {
    /// Reads it off the head of a request.
    pub(super) fn of(head: &Parts, subject: Option<Subject>) -> Self {
        Self {
            request: head.extensions.get::<RequestId>().map(|id| id.0),
            changes: !reads(&head.method),
            shows_a_key: head.headers.contains_key(header::AUTHORIZATION),
            subject,
        }
    }

    fn is_of_consequence(&self, kind: Kind) -> bool {
        match kind {
            Kind::Unauthorized => self.shows_a_key,
            Kind::Forbidden => true,
            Kind::Conflict | Kind::RefusedByRule => self.changes,
            Kind::Malformed
            | Kind::NotFound
            | Kind::MethodNotAllowed
            | Kind::SlowBody
            | Kind::InFlight
            | Kind::PreconditionFailed
            | Kind::TooLarge
            | Kind::UriTooLong
            | Kind::UnsupportedMediaType
            | Kind::KeyReused
            | Kind::PreconditionRequired
            | Kind::TooManyRequests
            | Kind::HeadersTooLarge
            | Kind::Internal
            | Kind::Unavailable
            | Kind::WritesStopped => false,
        }
    }

    /// Writes the entry of what was refused, if it is of consequence. An answer that was given before carries no kind.
    pub(super) async fn ended(self, app: &App, act: &str, caller: Option<&Actor>, kind: Option<Kind>) {
        let Some(kind) = kind else { return };
        if self.is_of_consequence(kind)
            && let Err(error) = self.record(app, act, caller, kind).await
        {
            meters::refusal_lost();
            tracing::warn!(cause = %error, "a refused attempt could not be entered");
        }
    }

    async fn record(&self, app: &App, act: &str, caller: Option<&Actor>, kind: Kind) -> sqlx::Result<()> {
        let at = app.clock.now();
        let entry = store::Refused {
            id: app.ids.next(at),
            at,
            actor: caller.map(|caller| caller.person.0),
            role: caller.map(|caller| caller.role.name()),
            token: caller.and_then(|caller| caller.token).map(|token| token.0),
            request: self.request.unwrap_or_else(|| app.ids.next(at)),
            act,
            subject_kind: self.subject.as_ref().map(|subject| subject.kind.as_str()),
            subject: self.subject.as_ref().map(|subject| subject.id),
            problem: kind.name(),
            particulars: json!({ "status": kind.status().as_u16() }),
        };
        let mut tx = app.pool.office(Isolation::Records).await?;
        store::insert(&mut tx, &entry).await?;
        tx.commit().await
    }
}
