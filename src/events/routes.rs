//! The route of events.

use super::model::{Event, EventFilter};
use super::store;
use crate::act::Act;
use crate::db::Conn;
use crate::http::{Answer, Lists, Room, Route, list};
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "events",
        about: "What happened, in the order in which it became visible: the feed that portals and customs follow.",
        routes: vec![
            Route::get("/v1/events", Permission::ReadEvents, list::<EventFilter>)
                .says("The feed, the oldest first; go on after the last event seen"),
        ],
    }
}

impl Lists for EventFilter {
    type Item = Event;

    async fn page(self, conn: &mut Conn, act: &Act, paging: Paging) -> Answer<Page<Event>> {
        Ok(store::list(conn, &act.actor, self, paging).await?)
    }
}
