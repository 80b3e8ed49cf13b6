//! The routes of views.

use super::model::{FileView, ViewFilter};
use super::store;
use crate::act::Act;
use crate::db::Conn;
use crate::http::{Answer, Lists, Room, Route, list};
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "views",
        about: "Who looked at which file, and when.",
        routes: vec![
            Route::get("/v1/audit/views", Permission::ReadAudit, list::<ViewFilter>)
                .says("Who saw a file, or what a person saw"),
        ],
    }
}

impl Lists for ViewFilter {
    type Item = FileView;

    async fn page(self, conn: &mut Conn, _: &Act, paging: Paging) -> Answer<Page<FileView>> {
        Ok(store::list(conn, self, paging).await?)
    }
}
