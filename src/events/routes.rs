//! The route of events.

use super::model::{Event, EventFilter};
use super::store;
use crate::http::{Answer, Ctx, Query, Room, Route};
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "events",
        about: "What happened, in the order in which it became visible: the feed that portals and customs follow.",
        routes: vec![
            Route::get("/v1/events", Permission::ReadEvents, list)
                .says("The feed, the oldest first; go on after the last event seen"),
        ],
    }
}

async fn list(ctx: Ctx, Query(filter): Query<EventFilter>) -> Answer<Page<Event>> {
    let paging = Paging::parse(filter.limit, filter.cursor.as_deref())?;
    Ok(store::list(&mut *ctx.read().await?, &ctx.act.actor, filter, paging).await?)
}
