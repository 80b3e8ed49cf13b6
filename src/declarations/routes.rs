//! The routes of declarations.

use super::model::{Acceptance, Declaration, DeclarationFilter, NewDeclaration, Verification};
use super::store;
use crate::act::Act;
use crate::db::Conn;
use crate::history::{act_routes, history_route, times_route};
use crate::http::{Answer, Body, Created, Ctx, Found, Id, Lists, Problem, Room, Route, list};
use crate::ids::DeclarationId;
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;
use crate::rules::declaration::{Action, DeclarationCycle};

const READS: Permission = Permission::ReadDeclarations;
const VERIFICATIONS: &str = "/v1/declarations/{id}/verifications";
const ACCEPTANCES: &str = "/v1/declarations/{id}/acceptances";

/// The routes of this room.
pub fn room() -> Room {
    let mut routes = vec![
        Route::get("/v1/declarations", READS, list::<DeclarationFilter>).says("List declarations"),
        Route::post("/v1/declarations", Permission::LodgeDeclaration, lodge)
            .says("Lodge a signed declaration"),
        Route::get("/v1/declarations/{id}", READS, get).says("One declaration"),
        history_route::<DeclarationCycle>("/v1/declarations/{id}/history", READS),
        Route::post(VERIFICATIONS, Permission::VerifyDeclaration, begin_verification)
            .says("Begin to verify the signature"),
        times_route::<DeclarationCycle>(VERIFICATIONS, READS, Action::BeginVerification),
        Route::post(ACCEPTANCES, Permission::VerifyDeclaration, accept).says("Accept the declaration"),
        times_route::<DeclarationCycle>(ACCEPTANCES, READS, Action::Accept),
    ];
    let acts = [
        ("/v1/declarations/{id}/rejections", Action::Reject, "Reject the declaration"),
        (
            "/v1/declarations/{id}/supersessions",
            Action::Supersede,
            "Record that a new declaration takes its place",
        ),
    ];
    for (path, action, says) in acts {
        routes.extend(act_routes::<DeclarationCycle>(path, READS, action, says));
    }
    Room { name: "declarations", about: "End-user declarations, signed by acquiring states.", routes }
}

impl Lists for DeclarationFilter {
    type Item = Declaration;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Declaration>> {
        Ok(store::list(conn, act, self, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<DeclarationId>) -> Answer<Found<Declaration>> {
    store::get(&mut *ctx.read().await?, &ctx.act, id).await?.map(Found).ok_or_else(Problem::not_found)
}

async fn lodge(ctx: Ctx, Body(new): Body<NewDeclaration>) -> Answer<Created<Declaration>> {
    // Whether the template admits it is decided on what is in force when it commits.
    let mut tx = ctx.begin_deciding().await?;
    let id = super::lodge(&mut tx, &ctx.act, &new).await?;
    let declaration = store::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::under("/v1/declarations", id, declaration))
}

async fn begin_verification(
    ctx: Ctx,
    Id(id): Id<DeclarationId>,
    Body(verification): Body<Verification>,
) -> Answer<Created<Declaration>> {
    let mut tx = ctx.begin_deciding().await?;
    super::begin_verification(&mut tx, &ctx.act, id, &verification).await?;
    let declaration = store::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::part(VERIFICATIONS.replace("{id}", &id.to_string()), declaration))
}

async fn accept(
    ctx: Ctx,
    Id(id): Id<DeclarationId>,
    Body(acceptance): Body<Acceptance>,
) -> Answer<Created<Declaration>> {
    let mut tx = ctx.begin_deciding().await?;
    super::accept(&mut tx, &ctx.act, id, &acceptance).await?;
    let declaration = store::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::part(ACCEPTANCES.replace("{id}", &id.to_string()), declaration))
}
