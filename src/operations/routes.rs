//! The routes of operations: they are read, and made by the acts that need them.

use super::model::{Operation, OperationFilter};
use super::store;
use crate::act::Act;
use crate::db::Conn;
use crate::http::{Answer, Ctx, Found, Id, Lists, Problem, Room, Route, list};
use crate::ids::OperationId;
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "operations",
        about: "Bulk acts with their progress.",
        routes: vec![
            Route::get("/v1/operations", Permission::ReadOperations, list::<OperationFilter>)
                .says("List operations"),
            Route::get("/v1/operations/{id}", Permission::ReadOperations, get).says("One operation"),
        ],
    }
}

impl Lists for OperationFilter {
    type Item = Operation;

    async fn page(self, conn: &mut Conn, _: &Act, paging: Paging) -> Answer<Page<Operation>> {
        Ok(store::list(conn, self, paging).await?)
    }
}

async fn get(ctx: Ctx, Id(id): Id<OperationId>) -> Answer<Found<Operation>> {
    store::get(&mut *ctx.read().await?, id).await?.map(Found).ok_or_else(Problem::not_found)
}
