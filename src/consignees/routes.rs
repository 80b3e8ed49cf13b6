//! The routes of consignees. They come on file with the applications that name them.

use super::model::{Consignee, ConsigneeFilter};
use super::store;
use crate::act::Act;
use crate::db::Conn;
use crate::history::history_route;
use crate::http::{Answer, Ctx, Found, Id, Lists, Problem, Room, Route, list};
use crate::ids::ConsigneeId;
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;
use crate::rules::consignee::ConsigneeCycle;

const READS: Permission = Permission::ReadConsignees;

/// The routes of this room.
pub fn room() -> Room {
    let routes = vec![
        Route::get("/v1/consignees", READS, list::<ConsigneeFilter>).says("List consignees"),
        Route::get("/v1/consignees/{id}", READS, get).says("One consignee"),
        history_route::<ConsigneeCycle>("/v1/consignees/{id}/history", READS),
    ];
    Room { name: "consignees", about: "Who stands between the exporter and the end user.", routes }
}

impl Lists for ConsigneeFilter {
    type Item = Consignee;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Consignee>> {
        Ok(store::list(conn, act, self, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<ConsigneeId>) -> Answer<Found<Consignee>> {
    store::get(&mut *ctx.read().await?, &ctx.act, id).await?.map(Found).ok_or_else(Problem::not_found)
}
