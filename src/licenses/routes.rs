//! The routes of licenses.

use super::change::{self, Lift, NewFreeze};
use super::draw_down::{self, DrawDown, NewDrawDown};
use super::model::{Freeze, License, LicenseFilter};
use super::reinstate::{self, CourtOrder, Reinstatement};
use super::store::{self, draw_downs, freezes, revocations};
use super::verification;
use crate::act::Act;
use crate::as_of::{AsOf, AsOfQuery};
use crate::db::Conn;
use crate::history::{act_routes, history_route};
use crate::http::route::Lane;
use crate::http::{
    Answer, Body, Created, Ctx, Found, Id, IdNumber, Lists, Problem, Query, Room, Route, list,
};
use crate::ids::LicenseId;
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;
use crate::rules::license::{Action, FreezeSource, LicenseCycle};

const READS: Permission = Permission::ReadLicenses;

/// The routes of this room.
pub fn room() -> Room {
    let mut routes = vec![
        Route::get("/v1/licenses", READS, list::<LicenseFilter>)
            .says("List licenses, as they stand or as of a time"),
        Route::get("/v1/licenses/{id}", READS, get).says("One license, as it stands or as of a time"),
        history_route::<LicenseCycle>("/v1/licenses/{id}/history", READS),
        Route::get("/v1/licenses/{id}/freezes", READS, list_freezes)
            .says("The freezes of the license, lifted ones too"),
        Route::post("/v1/licenses/{id}/freezes", Permission::FreezeLicense, freeze)
            .says("Freeze the license or lines of it"),
        Route::post("/v1/licenses/{id}/freezes/{number}/liftings", Permission::FreezeLicense, lift)
            .says("Lift one freeze; the others stay in force"),
        Route::get("/v1/licenses/{id}/draw-downs", READS, list_draw_downs)
            .says("The shipments booked against the license"),
        Route::post("/v1/licenses/{id}/draw-downs", Permission::DrawDown, book)
            .says("Book a shipment, exactly once"),
        Route::get("/v1/licenses/{id}/reinstatements", READS, list_reinstatements)
            .says("The reinstatements of the license, with what each rests on"),
        Route::post("/v1/licenses/{id}/reinstatements", Permission::ReinstateLicense, execute)
            .says("Reinstate a revoked license by the order of a court"),
        Route::public("/v1/public/license-verifications/{reference}", verification::verify)
            .lane(Lane::Aside)
            .says("Whether a license is valid now"),
    ];
    let acts = [
        ("/v1/licenses/{id}/annulments", Action::Annul, "Annul the license: void from the start"),
        ("/v1/licenses/{id}/surrenders", Action::Surrender, "Give the license up"),
    ];
    for (path, action, says) in acts {
        routes.extend(act_routes::<LicenseCycle>(path, READS, action, says));
    }
    Room {
        name: "licenses",
        about: "Licenses, granted by the registry or imported from an existing list.",
        routes,
    }
}

impl Lists for LicenseFilter {
    type Item = License;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<License>> {
        let then = AsOf::named(self.as_of, self.known_at, act.at)?;
        Ok(store::list(conn, act, self, then, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<LicenseId>, Query(asked): Query<AsOfQuery>) -> Answer<Found<License>> {
    let then = asked.times(ctx.act.at)?;
    let mut conn = ctx.read().await?;
    store::one(&mut conn, &ctx.act, id, then).await?.map(Found).ok_or_else(Problem::not_found)
}

async fn list_freezes(ctx: Ctx, Id(id): Id<LicenseId>) -> Answer<Page<Freeze>> {
    let mut conn = ctx.read().await?;
    store::get(&mut conn, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Page { items: freezes::list(&mut conn, id).await?, next: None })
}

async fn freeze(ctx: Ctx, Id(id): Id<LicenseId>, Body(new): Body<NewFreeze>) -> Answer<Created<Freeze>> {
    // A freeze rests on its license alone, whose row it holds from its first statement on: nothing else that it reads
    // could change before it commits. So it need not be serializable, and no other freeze can make it lose a race.
    let mut tx = ctx.begin().await?;
    let freeze = change::freeze(&mut tx, &ctx.act, id, (FreezeSource::Decision, None), &new).await?;
    ctx.keep(tx);
    Ok(Created::part(format!("/v1/licenses/{id}/freezes"), freeze))
}

async fn lift(
    ctx: Ctx,
    IdNumber(id, number): IdNumber<LicenseId>,
    Body(lift): Body<Lift>,
) -> Answer<Created<Freeze>> {
    let mut tx = ctx.begin_deciding().await?;
    let freeze = change::lift(&mut tx, &ctx.act, id, number, &lift).await?;
    ctx.keep(tx);
    Ok(Created::part(format!("/v1/licenses/{id}/freezes"), freeze))
}

async fn list_draw_downs(ctx: Ctx, Id(id): Id<LicenseId>) -> Answer<Page<DrawDown>> {
    let mut conn = ctx.read().await?;
    store::get(&mut conn, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Page { items: draw_downs::list(&mut conn, id).await?, next: None })
}

async fn book(ctx: Ctx, Id(id): Id<LicenseId>, Body(new): Body<NewDrawDown>) -> Answer<Created<DrawDown>> {
    let mut tx = ctx.begin_deciding().await?;
    let booked = draw_down::book(&mut tx, &ctx.act, id, &new).await?;
    ctx.keep(tx);
    Ok(Created::part(format!("/v1/licenses/{id}/draw-downs"), booked))
}

async fn list_reinstatements(ctx: Ctx, Id(id): Id<LicenseId>) -> Answer<Page<Reinstatement>> {
    let mut conn = ctx.read().await?;
    store::get(&mut conn, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Page { items: revocations::reinstatements(&mut conn, id).await?, next: None })
}

async fn execute(ctx: Ctx, Id(id): Id<LicenseId>, Body(order): Body<CourtOrder>) -> Answer<Created<License>> {
    let mut tx = ctx.begin_deciding().await?;
    reinstate::execute(&mut tx, &ctx.act, id, &order).await?;
    let license = store::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::part(format!("/v1/licenses/{id}/reinstatements"), license))
}
