//! The routes of the audit log.

use super::model::{AuditEntry, AuditFilter};
use super::store;
use crate::act::Act;
use crate::db::Conn;
use crate::http::{Answer, Lists, Room, Route, list};
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "audit",
        about: "One entry for every change, and for every refused attempt of consequence.",
        routes: vec![
            Route::get("/v1/audit", Permission::ReadAudit, list::<AuditFilter>).says("List audit entries"),
        ],
    }
}

impl Lists for AuditFilter {
    type Item = AuditEntry;

    async fn page(self, conn: &mut Conn, _: &Act, paging: Paging) -> Answer<Page<AuditEntry>> {
        Ok(store::list(conn, self, paging).await?)
    }
}
