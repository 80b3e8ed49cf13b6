//! The routes of revocations.

use super::model::{
    Hearing, NewHearing, NewOrder, NewRepresentation, NewRevocation, Revocation, RevocationFilter,
};
use super::{hearing, notice, proceed, store};
use crate::act::Act;
use crate::db::Conn;
use crate::history::{act_routes, history_route, times_route};
use crate::http::{Answer, Body, Created, Ctx, Found, Id, Lists, Problem, Room, Route, list};
use crate::ids::{LicenseId, RevocationId};
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;
use crate::rules::revocation::{Action, RevocationCycle};

const READS: Permission = Permission::ReadRevocations;

/// The routes of this room.
pub fn room() -> Room {
    let mut routes = vec![
        Route::get("/v1/revocations", READS, list::<RevocationFilter>).says("List revocation proceedings"),
        Route::get("/v1/revocations/{id}", READS, get).says("One revocation proceeding"),
        history_route::<RevocationCycle>("/v1/revocations/{id}/history", READS),
        Route::get("/v1/licenses/{id}/revocations", READS, list_of_license)
            .says("The proceedings against a license"),
        Route::post("/v1/licenses/{id}/revocations", Permission::IntendRevocation, intend)
            .says("Give notice of intended revocation; the urgent route freezes at once"),
        Route::post("/v1/revocations/{id}/representations", Permission::AnswerRevocation, represent)
            .says("Answer the notice, and ask for a hearing"),
        times_route::<RevocationCycle>("/v1/revocations/{id}/silences", READS, Action::RecordSilence),
        Route::get("/v1/revocations/{id}/hearings", READS, list_hearings)
            .says("The hearings held in the proceeding"),
        Route::post("/v1/revocations/{id}/hearings", Permission::RecordHearing, hear)
            .says("Record a hearing that was held"),
        Route::post("/v1/revocations/{id}/orders", Permission::OrderRevocation, order)
            .says("Order the revocation: the license is revoked"),
        Route::post("/v1/revocations/{id}/drops", Permission::OrderRevocation, drop)
            .says("Drop the proceeding and lift its freeze"),
    ];
    routes.extend(act_routes::<RevocationCycle>(
        "/v1/revocations/{id}/waivers",
        READS,
        Action::Waive,
        "Waive the answer",
    ));
    Room {
        name: "revocations",
        about: "Revocation as due process: notice, answer, hearing, order by another person.",
        routes,
    }
}

impl Lists for RevocationFilter {
    type Item = Revocation;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Revocation>> {
        Ok(store::list(conn, act, self, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<RevocationId>) -> Answer<Found<Revocation>> {
    store::get(&mut *ctx.read().await?, &ctx.act, id).await?.map(Found).ok_or_else(Problem::not_found)
}

async fn list_of_license(ctx: Ctx, Id(id): Id<LicenseId>) -> Answer<Page<Revocation>> {
    let mut conn = ctx.read().await?;
    crate::licenses::get(&mut conn, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    let filter = RevocationFilter {
        status: None,
        ground: None,
        license_id: Some(id),
        exporter_id: None,
        measure_id: None,
        reference: None,
        intended_from: None,
        intended_to: None,
    };
    Ok(store::list(&mut conn, &ctx.act, filter, Paging::LONGEST).await?)
}

async fn intend(
    ctx: Ctx,
    Id(license): Id<LicenseId>,
    Body(new): Body<NewRevocation>,
) -> Answer<Created<Revocation>> {
    let mut tx = ctx.begin_deciding().await?;
    let id = notice::intend(&mut tx, &ctx.act, license, &new).await?;
    answer(&ctx, tx, id).await
}

async fn represent(
    ctx: Ctx,
    Id(id): Id<RevocationId>,
    Body(new): Body<NewRepresentation>,
) -> Answer<Created<Revocation>> {
    let mut tx = ctx.begin_deciding().await?;
    proceed::represent(&mut tx, &ctx.act, id, &new).await?;
    answer(&ctx, tx, id).await
}

async fn list_hearings(ctx: Ctx, Id(id): Id<RevocationId>) -> Answer<Page<Hearing>> {
    let mut conn = ctx.read().await?;
    store::get(&mut conn, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Page { items: store::hearings::list(&mut conn, &ctx.act.actor, id).await?, next: None })
}

async fn hear(ctx: Ctx, Id(id): Id<RevocationId>, Body(new): Body<NewHearing>) -> Answer<Created<Hearing>> {
    let mut tx = ctx.begin_deciding().await?;
    let hearing = hearing::hear(&mut tx, &ctx.act, id, &new).await?;
    ctx.keep(tx);
    Ok(Created::part(format!("/v1/revocations/{id}/hearings"), hearing))
}

async fn order(ctx: Ctx, Id(id): Id<RevocationId>, Body(new): Body<NewOrder>) -> Answer<Created<Revocation>> {
    let mut tx = ctx.begin_deciding().await?;
    super::order::order(&mut tx, &ctx.act, id, &new).await?;
    answer(&ctx, tx, id).await
}

async fn drop(ctx: Ctx, Id(id): Id<RevocationId>, Body(new): Body<NewOrder>) -> Answer<Created<Revocation>> {
    let mut tx = ctx.begin_deciding().await?;
    proceed::drop(&mut tx, &ctx.act, id, &new).await?;
    answer(&ctx, tx, id).await
}

/// Commits and answers with the proceeding as it stands.
async fn answer(ctx: &Ctx, mut tx: crate::db::Tx, id: RevocationId) -> Answer<Created<Revocation>> {
    let revocation = store::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::under("/v1/revocations", id, revocation))
}
