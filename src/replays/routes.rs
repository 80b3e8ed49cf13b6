//! The routes of replays.

use super::model::{PolicyReplay, Replay, ReplayFilter, Span, Supposed};
use super::{past, suppose};
use crate::act::Act;
use crate::db::Conn;
use crate::http::{Answer, Body, Ctx, Found, Id, Lists, Room, Route, list};
use crate::ids::MeasureId;
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;
use uuid::Uuid;

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "replays",
        about: "Past verdicts judged again from their recorded facts, and past decisions under another rule.",
        routes: vec![
            Route::get("/v1/replays", Permission::ReadAudit, list::<ReplayFilter>)
                .says("Judge verdicts on file again from their recorded facts"),
            Route::get("/v1/replays/{id}", Permission::ReadAudit, one)
                .says("Judge the verdict of one audit entry again"),
            Route::post("/v1/measures/{id}/replay", Permission::ReplayDecisions, under_measure)
                .says("Judge past decisions as if what the measure proposes had been in force"),
            Route::post("/v1/policy-replays", Permission::ReplayDecisions, under_policy)
                .says("Judge past decisions by another policy"),
        ],
    }
}

impl Lists for ReplayFilter {
    type Item = Replay;

    async fn page(self, conn: &mut Conn, _: &Act, paging: Paging) -> Answer<Page<Replay>> {
        Ok(past::page(conn, self, paging).await?)
    }
}

async fn one(ctx: Ctx, Id(entry): Id<Uuid>) -> Answer<Found<Replay>> {
    Ok(Found(past::one(&mut *ctx.read().await?, entry).await?))
}

async fn under_measure(ctx: Ctx, Id(id): Id<MeasureId>, Body(span): Body<Span>) -> Answer<Found<Supposed>> {
    let mut tx = ctx.begin_long().await?;
    let supposed = suppose::under_measure(&mut tx, &ctx.act, id, &span).await?;
    ctx.keep(tx);
    Ok(Found(supposed))
}

async fn under_policy(ctx: Ctx, Body(asked): Body<PolicyReplay>) -> Answer<Found<Supposed>> {
    let mut tx = ctx.begin_long().await?;
    let supposed = suppose::under_policy(&mut tx, &ctx.act, &asked).await?;
    ctx.keep(tx);
    Ok(Found(supposed))
}
