//! The routes of measures as texts; what they would touch and do is in the room of enforcement.

use super::model::{Measure, MeasureExtension, MeasureFilter, NewMeasure};
use super::{draft, store};
use crate::act::Act;
use crate::as_of::{AsOf, AsOfQuery};
use crate::db::Conn;
use crate::history::{Grounds, act_routes, history_route, times_route};
use crate::http::{Answer, Body, Created, Ctx, Found, Id, Lists, Problem, Query, Room, Route, list};
use crate::ids::MeasureId;
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;
use crate::rules::measure::{Action, MeasureCycle};

const READS: Permission = Permission::ReadMeasures;
const REVISIONS: &str = "/v1/measures/{id}/revisions";
const EXTENSIONS: &str = "/v1/measures/{id}/extensions";
const AMENDMENT_WITHDRAWALS: &str = "/v1/measures/{id}/amendment-withdrawals";

/// The routes of this room.
pub fn room() -> Room {
    let mut routes = vec![
        Route::get("/v1/measures", READS, list::<MeasureFilter>)
            .says("List measures, as they stand or as of a time"),
        Route::post("/v1/measures", Permission::ProposeMeasure, create).says("Draft a measure"),
        Route::get("/v1/measures/{id}", READS, get).says("One measure, as it stands or as of a time"),
        history_route::<MeasureCycle>("/v1/measures/{id}/history", READS),
        Route::post(REVISIONS, Permission::ProposeMeasure, revise)
            .says("Propose another content; of a measure in force, its amendment"),
        times_route::<MeasureCycle>(REVISIONS, READS, Action::Revise),
        Route::post(AMENDMENT_WITHDRAWALS, Permission::ProposeMeasure, withdraw_amendment)
            .says("Give a proposed amendment up"),
        times_route::<MeasureCycle>(AMENDMENT_WITHDRAWALS, READS, Action::WithdrawAmendment),
        Route::post(EXTENSIONS, Permission::ApproveMeasure, extend)
            .says("Set a later review date, for fresh reasons"),
        times_route::<MeasureCycle>(EXTENSIONS, READS, Action::Extend),
    ];
    routes.extend(act_routes::<MeasureCycle>(
        "/v1/measures/{id}/withdrawals",
        READS,
        Action::Withdraw,
        "Give up a measure that is not in force",
    ));
    Room {
        name: "measures",
        about: "Policy acts over licenses and applications: scope, effects, ground, reasons, review.",
        routes,
    }
}

impl Lists for MeasureFilter {
    type Item = Measure;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Measure>> {
        let then = AsOf::named(self.as_of, self.known_at, act.at)?;
        Ok(store::list(conn, &act.actor, self, then, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<MeasureId>, Query(asked): Query<AsOfQuery>) -> Answer<Found<Measure>> {
    let then = asked.times(ctx.act.at)?;
    let found = store::one(&mut *ctx.read().await?, &ctx.act.actor, id, then).await?;
    found.map(Found).ok_or_else(Problem::not_found)
}

async fn create(ctx: Ctx, Body(new): Body<NewMeasure>) -> Answer<Created<Measure>> {
    let mut tx = ctx.begin_deciding().await?;
    let id = draft::draft(&mut tx, &ctx.act, &new).await?;
    answer(&ctx, tx, id).await
}

async fn revise(ctx: Ctx, Id(id): Id<MeasureId>, Body(new): Body<NewMeasure>) -> Answer<Created<Measure>> {
    let mut tx = ctx.begin_deciding().await?;
    draft::revise(&mut tx, &ctx.act, id, &new).await?;
    answer(&ctx, tx, id).await
}

async fn withdraw_amendment(
    ctx: Ctx,
    Id(id): Id<MeasureId>,
    Body(grounds): Body<Grounds>,
) -> Answer<Created<Measure>> {
    let mut tx = ctx.begin_deciding().await?;
    draft::withdraw_amendment(&mut tx, &ctx.act, id, grounds.reasons.as_str()).await?;
    answer(&ctx, tx, id).await
}

async fn extend(
    ctx: Ctx,
    Id(id): Id<MeasureId>,
    Body(new): Body<MeasureExtension>,
) -> Answer<Created<Measure>> {
    let mut tx = ctx.begin_deciding().await?;
    draft::extend(&mut tx, &ctx.act, id, &new).await?;
    answer(&ctx, tx, id).await
}

/// Commits and answers with the measure as it stands.
async fn answer(ctx: &Ctx, mut tx: crate::db::Tx, id: MeasureId) -> Answer<Created<Measure>> {
    let measure = store::get(&mut tx, &ctx.act.actor, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::under("/v1/measures", id, measure))
}
