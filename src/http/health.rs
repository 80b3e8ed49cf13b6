//! Health: live while the process answers, ready while the database does.

use axum::extract::State;
use serde::Serialize;

use super::answer::{Answer, Found};
use super::app::App;
use super::problem::Problem;
use super::route::{Room, Route};
use crate::db::{Behalf, Isolation};

/// How the service is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Health {
    /// `ok`.
    status: &'static str,
}

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "health",
        about: "Whether the service lives and is ready.",
        routes: vec![
            Route::public("/health/live", live).says("Whether the process answers"),
            Route::public("/health/ready", ready).says("Whether the database answers"),
        ],
    }
}

async fn live(State(_): State<App>) -> Answer<Found<Health>> {
    Ok(Found(Health { status: "ok" }))
}

async fn ready(State(app): State<App>) -> Answer<Found<Health>> {
    app.pool.begin(Behalf::Public, Isolation::Reads).await.map_err(|_| Problem::unavailable())?;
    Ok(Found(Health { status: "ok" }))
}
