//! The request context: what a handler is given about its caller, and the transactions it may open.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use super::app::App;
use super::problem::Problem;
use crate::act::Act;
use crate::db;

/// The identifier of a request, set by the outermost layer and given back as `X-Request-Id`.
#[derive(Clone, Copy, Debug)]
pub struct RequestId(pub Uuid);

/// A request by a caller whom the door let in.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// Who, when, in which request.
    pub act: Act,
    app: App,
}

impl Ctx {
    /// Puts a context together: the door does, for each request.
    pub(super) fn new(act: Act, app: App) -> Self {
        Self { act, app }
    }

    /// A connection to read with.
    pub async fn read(&self) -> Result<PoolConnection<Postgres>, Problem> {
        Ok(self.app.pool.acquire().await?)
    }

    /// A transaction that records.
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>, Problem> {
        Ok(db::begin(&self.app.pool).await?)
    }

    /// A transaction that records much: its statements may take as long as the request.
    pub async fn begin_long(&self) -> Result<Transaction<'static, Postgres>, Problem> {
        Ok(db::begin_long(&self.app.pool).await?)
    }

    /// A transaction that decides.
    pub async fn begin_deciding(&self) -> Result<Transaction<'static, Postgres>, Problem> {
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
