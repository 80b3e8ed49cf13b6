//! The routes of operations: they are read, and made by the acts that need them.

use super::model::{Operation, OperationFilter};
use super::store;
use crate::http::{Answer, Ctx, Found, Id, Problem, Query, Room, Route};
use crate::ids::OperationId;
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "operations",
        about: "Bulk acts with their progress.",
        routes: vec![
            Route::get("/v1/operations", Permission::ReadOperations, list).says("List operations"),
            Route::get("/v1/operations/{id}", Permission::ReadOperations, get).says("One operation"),
        ],
    }
}

async fn list(ctx: Ctx, Query(filter): Query<OperationFilter>) -> Answer<Page<Operation>> {
    let paging = Paging::parse(filter.limit, filter.cursor.as_deref())?;
    Ok(store::list(&mut *ctx.read().await?, filter, paging).await?)
}

async fn get(ctx: Ctx, Id(id): Id<OperationId>) -> Answer<Found<Operation>> {
    store::get(&mut *ctx.read().await?, id).await?.map(Found).ok_or_else(Problem::not_found)
}
