//! Health: live while the process answers, ready while everything that it needs to serve is there.
//!
//! Live asks nothing and nobody. Ready looks once at a time, on the connections aside: whoever asks while it looks is
//! told what the next look finds, so that no crowd of askers is a burden.

use axum::extract::State;
use serde::Serialize;

use super::answer::{Answer, Found};
use super::app::App;
use super::problem::{FieldError, Problem};
use super::route::{Lane, Room, Route};

/// How the service is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Health {
    /// `ok`.
    status: &'static str,
}

/// What the service needs to serve, and how each of it is.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Readiness {
    /// `ok`.
    status: &'static str,
    /// Each check with `ok`.
    checks: Checks,
}

/// The checks of readiness.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
pub struct Checks {
    /// The database answers.
    database: &'static str,
    /// Its schema is the one this program needs.
    migrations: &'static str,
    /// A connection can be had without a long wait.
    pool: &'static str,
    /// What carries operations out lives.
    worker: &'static str,
    /// What records expiry and lapse lives.
    sweeper: &'static str,
    /// What compares parties with the lists lives.
    screener: &'static str,
    /// Entries are taken into the audit log.
    sequencer: &'static str,
    /// The audit log has its checkpoints.
    checkpoints: &'static str,
    /// The audit log is the one that was published.
    log: &'static str,
}

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "health",
        about: "Whether the service lives and is ready.",
        routes: vec![
            Route::public("/health/live", live).lane(Lane::Free).says("Whether the process answers"),
            Route::public("/health/ready", ready).lane(Lane::Free).says(
                "Whether everything is there that serving needs; where not, errors[] names what is missing",
            ),
        ],
    }
}

async fn live(State(_): State<App>) -> Answer<Found<Health>> {
    Ok(Found(Health { status: "ok" }))
}

async fn ready(State(app): State<App>) -> Answer<Found<Readiness>> {
    let missing = app.looks.look(&app).await;
    if missing.is_empty() {
        let ok = "ok";
        let checks = Checks {
            database: ok,
            migrations: ok,
            pool: ok,
            worker: ok,
            sweeper: ok,
            screener: ok,
            sequencer: ok,
            checkpoints: ok,
            log: ok,
        };
        return Ok(Found(Readiness { status: ok, checks }));
    }
    let names: Vec<&str> = missing.iter().map(|(check, _)| *check).collect();
    let mut problem = Problem::unavailable();
    problem.detail = format!("Not ready: {}.", names.join(", "));
    problem.errors = missing
        .into_iter()
        .map(|(check, detail)| FieldError { pointer: format!("/checks/{check}"), detail })
        .collect();
    Err(problem)
}
