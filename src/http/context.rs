//! The request context: what a handler is given about its caller, and the transactions it may open.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use super::app::App;
use super::problem::Problem;
use crate::act::Act;
use crate::db;
use crate::etag::Precondition;

/// The identifier of a request, set by the outermost layer and given back as `X-Request-Id`.
#[derive(Clone, Copy, Debug)]
pub struct RequestId(pub Uuid);

/// A request by a caller whom the door let in.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// Who, when, in which request.
    pub act: Act,
    app: App,
    /// The connection the caller was authenticated on, for the first read of a request that only reads.
    held: Arc<Mutex<Option<PoolConnection<Postgres>>>>,
}

impl Ctx {
    /// Puts a context together: the door does, for each request.
    pub(super) fn new(act: Act, app: App, held: Option<PoolConnection<Postgres>>) -> Self {
        Self { act, app, held: Arc::new(Mutex::new(held)) }
    }

    /// The same request, which says which version it changes.
    #[must_use]
    pub(super) fn expecting(mut self, precondition: Precondition) -> Self {
        self.act.expects = Some(precondition);
        self
    }

    /// Makes what the request expects not compared yet, and gives it: for one attempt at the request.
    pub(super) fn expects_anew(&mut self) -> Option<Precondition> {
        self.act.expects = self.act.expects.as_ref().map(Precondition::anew);
        self.act.expects.clone()
    }

    /// A connection to read with.
    pub async fn read(&self) -> Result<PoolConnection<Postgres>, Problem> {
        match self.take_held() {
            Some(connection) => Ok(connection),
            None => Ok(self.app.pool.acquire().await?),
        }
    }

    fn take_held(&self) -> Option<PoolConnection<Postgres>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// A transaction that records.
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>, Problem> {
        // A request that holds one connection while it waits for another could wait for itself.
        drop(self.take_held());
        Ok(db::begin(&self.app.pool).await?)
    }

    /// A transaction that records much: its statements may take as long as the request.
    pub async fn begin_long(&self) -> Result<Transaction<'static, Postgres>, Problem> {
        drop(self.take_held());
        Ok(db::begin_long(&self.app.pool).await?)
    }

    /// Tells the worker that an operation is on file: once its transaction is committed.
    pub fn wake_worker(&self) {
        self.app.wake.notify_one();
    }

    /// A transaction that decides.
    pub async fn begin_deciding(&self) -> Result<Transaction<'static, Postgres>, Problem> {
        drop(self.take_held());
        Ok(db::begin_deciding(&self.app.pool).await?)
    }
}

impl FromRequestParts<App> for Ctx {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        // Only a route behind the door has the context; a public one that asks for it is a defect.
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Problem::internal(&"a public route asked for a caller"))
    }
}
