//! The routes of objections.

use super::model::{NewObjection, NewObjectionDecision, NewStay, Objection, ObjectionFilter};
use super::store;
use crate::act::Act;
use crate::db::Conn;
use crate::history::{Grounds, history_route, times_route};
use crate::http::{Answer, Body, Created, Ctx, Found, Id, Lists, Problem, Room, Route, list};
use crate::ids::ObjectionId;
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;
use crate::rules::objection::{Action, ObjectionCycle};

const READS: Permission = Permission::ReadObjections;

/// The routes of this room.
pub fn room() -> Room {
    let mut routes = vec![
        Route::get("/v1/objections", READS, list::<ObjectionFilter>).says("List objections"),
        Route::post("/v1/objections", Permission::LodgeObjection, lodge)
            .says("Object to a refusal, a grant in part, a revocation or a freeze"),
        Route::get("/v1/objections/{id}", READS, get).says("One objection"),
        history_route::<ObjectionCycle>("/v1/objections/{id}/history", READS),
        Route::post("/v1/objections/{id}/admissions", Permission::DecideObjection, admit)
            .says("Admit a late objection whose excuse holds"),
        Route::post("/v1/objections/{id}/late-findings", Permission::DecideObjection, find_late)
            .says("Find an objection late: its excuse does not hold"),
        Route::post("/v1/objections/{id}/stays", Permission::DecideObjection, stay)
            .says("Stay the revocation objected to: the license is in force and frozen until the decision"),
        Route::post("/v1/objections/{id}/decisions", Permission::DecideObjection, decide)
            .says("Decide: uphold, vary, dismiss or remit, with its effect on the act"),
        Route::post("/v1/objections/{id}/withdrawals", Permission::LodgeObjection, withdraw)
            .says("Withdraw the objection"),
    ];
    let acts = [
        ("/v1/objections/{id}/admissions", Action::Admit),
        ("/v1/objections/{id}/late-findings", Action::FindLate),
        ("/v1/objections/{id}/stays", Action::Stay),
        ("/v1/objections/{id}/withdrawals", Action::Withdraw),
    ];
    routes.extend(acts.map(|(path, action)| times_route::<ObjectionCycle>(path, READS, action)));
    Room { name: "objections", about: "Objections to decisions, revocations and freezes.", routes }
}

impl Lists for ObjectionFilter {
    type Item = Objection;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Objection>> {
        Ok(store::list(conn, &act.actor, self, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<ObjectionId>) -> Answer<Found<Objection>> {
    store::get(&mut *ctx.read().await?, &ctx.act.actor, id).await?.map(Found).ok_or_else(Problem::not_found)
}

async fn lodge(ctx: Ctx, Body(new): Body<NewObjection>) -> Answer<Created<Objection>> {
    let mut tx = ctx.begin_deciding().await?;
    let id = super::lodge(&mut tx, &ctx.act, &new).await?;
    answer(&ctx, tx, id).await
}

async fn admit(
    ctx: Ctx,
    Id(id): Id<ObjectionId>,
    Body(grounds): Body<Grounds>,
) -> Answer<Created<Objection>> {
    let mut tx = ctx.begin_deciding().await?;
    super::admit(&mut tx, &ctx.act, id, &grounds.reasons).await?;
    answer(&ctx, tx, id).await
}

async fn find_late(
    ctx: Ctx,
    Id(id): Id<ObjectionId>,
    Body(grounds): Body<Grounds>,
) -> Answer<Created<Objection>> {
    let mut tx = ctx.begin_deciding().await?;
    super::find_late(&mut tx, &ctx.act, id, &grounds.reasons).await?;
    answer(&ctx, tx, id).await
}

async fn stay(ctx: Ctx, Id(id): Id<ObjectionId>, Body(new): Body<NewStay>) -> Answer<Created<Objection>> {
    let mut tx = ctx.begin_deciding().await?;
    super::stay(&mut tx, &ctx.act, id, &new).await?;
    answer(&ctx, tx, id).await
}

async fn decide(
    ctx: Ctx,
    Id(id): Id<ObjectionId>,
    Body(new): Body<NewObjectionDecision>,
) -> Answer<Created<Objection>> {
    let mut tx = ctx.begin_deciding().await?;
    super::decide(&mut tx, &ctx.act, id, &new).await?;
    answer(&ctx, tx, id).await
}

async fn withdraw(
    ctx: Ctx,
    Id(id): Id<ObjectionId>,
    Body(grounds): Body<Grounds>,
) -> Answer<Created<Objection>> {
    let mut tx = ctx.begin_deciding().await?;
    super::withdraw(&mut tx, &ctx.act, id, &grounds.reasons).await?;
    answer(&ctx, tx, id).await
}

/// Commits and answers with the objection as it stands.
async fn answer(ctx: &Ctx, mut tx: crate::db::Tx, id: ObjectionId) -> Answer<Created<Objection>> {
    let objection = store::get(&mut tx, &ctx.act.actor, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::under("/v1/objections", id, objection))
}
