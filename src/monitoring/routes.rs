//! The route of metrics.

use std::time::Duration;

use axum::extract::State;

use super::store;
use crate::db::Pool;
use crate::http::route::Lane;
use crate::http::{Answer, App, Ctx, MetricsText, Room, Route};
use crate::meters;
use crate::rules::authority::Permission;
use crate::rules::operation::Status;

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "metrics",
        about: "What is counted and timed while the registry works.",
        routes: vec![
            Route::get("/metrics", Permission::ReadMetrics, metrics)
                .lane(Lane::Aside)
                .says("The meters, in the text format of Prometheus"),
        ],
    }
}

async fn metrics(ctx: Ctx, State(app): State<App>) -> Answer<MetricsText> {
    let mut tx = ctx.read().await?;
    let oldest = store::oldest_withheld(&mut tx).await?;
    let age = oldest.and_then(|oldest| (ctx.act.at - oldest).to_std().ok());
    meters::outbox_lag(age.unwrap_or(Duration::ZERO));
    let unfinished = store::unfinished_operations(&mut tx).await?;
    for status in [Status::Queued, Status::Running] {
        let found = unfinished.iter().find(|of| of.status == status);
        meters::operations(status.name(), found.map_or(0, |of| of.count));
    }
    meters::log_lag("sequencer", app.log.sequenced.lasts());
    meters::log_lag("checkpoints", app.log.checkpointed.lasts());
    pool("main", &app.pool);
    pool("aside", &app.aside);
    Ok(MetricsText(meters::rendered()))
}

fn pool(name: &'static str, pool: &Pool) {
    meters::pool(name, pool.resting(), pool.size(), pool.most());
}
