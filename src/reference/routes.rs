//! The routes of reference data. Each list is short and given whole, in one page.

use super::model::{ControlListEntry, ControlListFilter, Country};
use super::store;
use crate::http::{Answer, Ctx, Query, Room, Route};
use crate::page::Page;
use crate::rules::authority::Permission;

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "reference",
        about: "Countries with the arms embargoes in force on them, and the control lists.",
        routes: vec![
            Route::get("/v1/countries", Permission::ReadReference, countries)
                .says("All countries and groups, with the arms embargo in force today"),
            Route::get("/v1/control-list", Permission::ReadReference, control_list)
                .says("The entries of the control lists"),
        ],
    }
}

async fn countries(ctx: Ctx) -> Answer<Page<Country>> {
    let items = store::countries(&mut *ctx.read().await?, ctx.act.today()).await?;
    Ok(Page { items, next: None })
}

async fn control_list(ctx: Ctx, Query(filter): Query<ControlListFilter>) -> Answer<Page<ControlListEntry>> {
    let items = store::control_list(&mut *ctx.read().await?, &filter).await?;
    Ok(Page { items, next: None })
}
