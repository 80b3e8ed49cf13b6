//! `/health`: live without the database, ready with everything that serving needs, and what is missing otherwise.

use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;

use crate::support::registry::Registry;

#[tokio::test]
async fn live_asks_no_database() {
    let registry = Registry::open().await;
    registry.app.pool.close().await;
    registry.app.aside.close().await;
    assert_eq!(registry.public().get("/health/live").await.ok(), json!({ "status": "ok" }));
    let ready = registry.public().get("/health/ready").await;
    assert_eq!(ready.header("retry-after"), "1");
    let missing = ready.problem(503);
    assert_eq!(missing["errors"], json!([{ "pointer": "/checks/database", "detail": "does not answer" }]));
    assert_eq!(missing["detail"], "Not ready: database.");
}

#[tokio::test]
async fn ready_names_every_check() {
    let registry = Registry::open().await;
    let ready = registry.public().get("/health/ready").await.ok();
    let checks = json!({ "database": "ok", "migrations": "ok", "pool": "ok", "worker": "ok", "sweeper": "ok", "screener": "ok", "sequencer": "ok", "checkpoints": "ok", "log": "ok" });
    assert_eq!(ready, json!({ "status": "ok", "checks": checks }));
}

#[tokio::test]
async fn a_schema_that_is_not_the_programs_is_not_ready() {
    let registry = Registry::open().await;
    for change in [
        "update _sqlx_migrations set success = false where version = 3",
        "update _sqlx_migrations set success = true, checksum = '\\x00' where version = 3",
        "delete from _sqlx_migrations where version = 3",
    ] {
        sqlx::query(change).execute(registry.pool()).await.unwrap();
        let missing = registry.public().get("/health/ready").await.problem(503);
        assert_eq!(
            missing["errors"],
            json!([{ "pointer": "/checks/migrations", "detail": "not applied: 3" }]),
            "{change}"
        );
    }
}

#[tokio::test]
async fn what_runs_beside_the_requests_must_give_signs_of_life() {
    let registry = Registry::open().await;
    let beats = &registry.app.beats;
    beats.worker.beats(Duration::from_mins(10));
    registry.public().get("/health/ready").await.ok();
    beats.sweeper.beats(Duration::ZERO);
    let missing = registry.public().get("/health/ready").await.problem(503);
    assert_eq!(missing["errors"][0]["pointer"], "/checks/sweeper");
    beats.worker.beats(Duration::ZERO);
    let missing = registry.public().get("/health/ready").await.problem(503);
    assert_eq!(missing["detail"], "Not ready: worker, sweeper.");
    beats.worker.beats(Duration::from_mins(10));
    beats.sweeper.beats(Duration::from_mins(10));
    registry.public().get("/health/ready").await.ok();
}

#[tokio::test]
async fn a_crowd_of_askers_is_no_burden() {
    let registry = Registry::open().await;
    let mut asking = JoinSet::new();
    for _ in 0..300 {
        let public = registry.public();
        asking.spawn(async move { public.get("/health/ready").await });
    }
    while let Some(reply) = asking.join_next().await {
        reply.unwrap().ok();
    }
    // One look at a time, and a connection that is on its way back.
    let size = registry.app.aside.size();
    assert!(size <= 2, "{size} connections");
}
