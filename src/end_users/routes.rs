//! The routes of end users.

use super::model::{Correction, EndUser, EndUserFilter, NewEndUser};
use super::store;
use crate::act::Act;
use crate::db::Conn;
use crate::history::history_route;
use crate::http::{Answer, Body, Created, Ctx, Found, Id, Lists, Problem, Room, Route, list};
use crate::ids::EndUserId;
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;
use crate::rules::end_user::EndUserCycle;

const READS: Permission = Permission::ReadEndUsers;

/// The routes of this room.
pub fn room() -> Room {
    let routes = vec![
        Route::get("/v1/end-users", READS, list::<EndUserFilter>).says("List end users"),
        Route::post("/v1/end-users", Permission::RegisterEndUser, register).says("Enter an end user"),
        Route::get("/v1/end-users/{id}", READS, get).says("One end user"),
        Route::put("/v1/end-users/{id}", Permission::RegisterEndUser, correct).says("Correct the entry"),
        history_route::<EndUserCycle>("/v1/end-users/{id}/history", READS),
    ];
    Room { name: "end-users", about: "Who will use the goods.", routes }
}

impl Lists for EndUserFilter {
    type Item = EndUser;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<EndUser>> {
        Ok(store::list(conn, act, self, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<EndUserId>) -> Answer<Found<EndUser>> {
    store::get(&mut *ctx.read().await?, &ctx.act, id).await?.map(Found).ok_or_else(Problem::not_found)
}

async fn register(ctx: Ctx, Body(new): Body<NewEndUser>) -> Answer<Created<EndUser>> {
    let mut tx = ctx.begin().await?;
    let id = super::register(&mut tx, &ctx.act, &new).await?;
    let end_user = store::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Created::under("/v1/end-users", id, end_user))
}

async fn correct(
    ctx: Ctx,
    Id(id): Id<EndUserId>,
    Body(correction): Body<Correction>,
) -> Answer<Found<EndUser>> {
    let mut tx = ctx.begin_deciding().await?;
    super::correct(&mut tx, &ctx.act, id, &correction).await?;
    let end_user = store::get(&mut tx, &ctx.act, id).await?.ok_or_else(Problem::not_found)?;
    ctx.keep(tx);
    Ok(Found(end_user))
}
