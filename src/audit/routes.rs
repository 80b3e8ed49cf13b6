//! The routes of the audit log.

use super::model::{AuditEntry, AuditFilter};
use super::store;
use crate::http::{Answer, Ctx, Query, Room, Route};
use crate::page::{Page, Paging};
use crate::rules::authority::Permission;

/// The routes of this room.
pub fn room() -> Room {
    Room {
        name: "audit",
        about: "One entry for every change.",
        routes: vec![Route::get("/v1/audit", Permission::ReadAudit, list).says("List audit entries")],
    }
}

async fn list(ctx: Ctx, Query(filter): Query<AuditFilter>) -> Answer<Page<AuditEntry>> {
    let paging = Paging::parse(filter.limit, filter.cursor.as_deref())?;
    Ok(store::list(&mut *ctx.read().await?, filter, paging).await?)
}
