//! The routes of overrides.

use super::model::{Dissent, NewDissent, NewOverride, Opinion, Override, OverrideFilter, Signature};
use super::store;
use crate::act::Act;
use crate::db::Conn;
use crate::history::history_route;
use crate::http::{Answer, Body, Created, Ctx, Found, Id, Lists, Problem, Room, Route, list};
use crate::ids::OverrideId;
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;
use crate::rules::overrides::OverrideCycle;

const READS: Permission = Permission::ReadOverrides;

/// The routes of this room.
pub fn room() -> Room {
    let routes = vec![
        Route::get("/v1/overrides", READS, list::<OverrideFilter>).says("List overrides"),
        Route::post("/v1/overrides", Permission::ProposeOverride, propose)
            .says("Propose an override for an application or a revoked license"),
        Route::get("/v1/overrides/{id}", READS, get).says("One override"),
        history_route::<OverrideCycle>("/v1/overrides/{id}/history", READS),
        Route::post("/v1/overrides/{id}/opinions", Permission::RecordLegalOpinion, record_opinion)
            .says("Put the legal opinion on record"),
        Route::get("/v1/overrides/{id}/dissents", READS, list_dissents)
            .says("The dissents from the override"),
        Route::post("/v1/overrides/{id}/dissents", Permission::RecordDissent, dissent)
            .says("Put a dissent of the caller's ministry or the committee on record"),
        Route::post("/v1/overrides/{id}/signatures", Permission::SignOverride, sign)
            .says("Sign: a refused application is reopened, a revoked license reinstated"),
        Route::post("/v1/overrides/{id}/rescissions", Permission::SignOverride, rescind)
            .says("Rescind an override that was not used"),
    ];
    Room { name: "overrides", about: "Overrides by the minister.", routes }
}

impl Lists for OverrideFilter {
    type Item = Override;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Override>> {
        Ok(store::list(conn, act, self, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<OverrideId>) -> Answer<Found<Override>> {
    store::get(&mut *ctx.read().await?, &ctx.act, id).await?.map(Found).ok_or_else(Problem::not_found)
}

async fn propose(ctx: Ctx, Body(new): Body<NewOverride>) -> Answer<Created<Override>> {
    let mut tx = ctx.begin_deciding().await?;
    let id = super::propose(&mut tx, &ctx.act, &new).await?;
    answer(&ctx, tx, id).await
}

async fn record_opinion(
    ctx: Ctx,
    Id(id): Id<OverrideId>,
    Body(new): Body<Opinion>,
) -> Answer<Created<Override>> {
    let mut tx = ctx.begin_deciding().await?;
    super::record_opinion(&mut tx, &ctx.act, id, &new).await?;
    answer(&ctx, tx, id).await
}

async fn list_dissents(ctx: Ctx, Id(id): Id<OverrideId>) -> Answer<Page<Dissent>> {
    let mut conn = ctx.read().await?;
    store::get(&mut conn, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Page { items: store::dissents(&mut conn, id).await?, next: None })
}

async fn dissent(ctx: Ctx, Id(id): Id<OverrideId>, Body(new): Body<NewDissent>) -> Answer<Created<Dissent>> {
    let mut tx = ctx.begin_deciding().await?;
    let dissent = super::dissent(&mut tx, &ctx.act, id, &new).await?;
    ctx.keep(tx);
    Ok(Created::part(format!("/v1/overrides/{id}/dissents"), dissent))
}

async fn sign(ctx: Ctx, Id(id): Id<OverrideId>, Body(new): Body<Signature>) -> Answer<Created<Override>> {
    let mut tx = ctx.begin_deciding().await?;
    super::sign(&mut tx, &ctx.act, id, &new).await?;
    answer(&ctx, tx, id).await
}

async fn rescind(ctx: Ctx, Id(id): Id<OverrideId>, Body(new): Body<Signature>) -> Answer<Created<Override>> {
    let mut tx = ctx.begin_deciding().await?;
    super::rescind(&mut tx, &ctx.act, id, &new).await?;
    answer(&ctx, tx, id).await
}

/// Commits and answers with the override as it stands.
async fn answer(ctx: &Ctx, mut tx: crate::db::Tx, id: OverrideId) -> Answer<Created<Override>> {
    let found = store::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::under("/v1/overrides", id, found))
}
