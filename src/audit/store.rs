//! The statements of the audit log.

use crate::db::Conn;
use serde::Serialize;
use uuid::Uuid;

use super::model::{AuditEntry, AuditFilter, EntryOutcome};
use crate::act::Act;
use crate::ids::ExporterId;
use crate::page::{Listing, Page, Paging};
use crate::rules::verdict::RecordedVerdict;

/// A change that is not a step of a life cycle.
#[derive(Debug)]
pub struct Entry<'e, P> {
    /// What was done, as resource.act.
    pub act: &'e str,
    /// The kind of resource it was done to.
    pub kind: &'e str,
    /// The resource.
    pub subject: Uuid,
    /// The exporter it belongs to.
    pub owner: Option<ExporterId>,
    /// What was recorded.
    pub particulars: P,
    /// The verdict it rests on.
    pub verdict: Option<&'e RecordedVerdict>,
}

/// Writes the entry of a change.
pub async fn record<P: Serialize>(conn: &mut Conn, act: &Act, entry: Entry<'_, P>) -> sqlx::Result<()> {
    let particulars =
        serde_json::to_value(&entry.particulars).map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query!(
        "insert into audit_entries (id, at, actor_id, actor_role, token_id, request_id, act, subject_kind, subject_id,
                                    owner_id, particulars, verdict)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        act.new_id::<Uuid>(),
        act.at,
        act.actor.person.0,
        act.actor.role.name(),
        act.actor.token.map(|token| token.0),
        act.request,
        entry.act,
        entry.kind,
        entry.subject,
        entry.owner.map(|owner| owner.0),
        particulars,
        entry.verdict.and_then(|verdict| serde_json::to_value(verdict).ok()),
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn listing() -> Listing {
    Listing::new(
        "select e.id, e.at, p.handle as actor, e.actor_role, e.token_id, e.request_id, e.act, e.subject_kind, e.subject_id,
                e.subject_version, e.outcome, e.problem, l.index, encode(l.hash, 'base64') as leaf_hash, e.particulars,
                e.verdict, e.erasure_id
           from audit_entries e left join people p on p.id = e.actor_id left join audit_leaves l on l.entry_id = e.id
          where true",
        "e.id",
    )
}

/// One entry.
pub async fn find(conn: &mut Conn, id: Uuid) -> sqlx::Result<Option<AuditEntry>> {
    listing().filter("e.id = ?", Some(id)).one(conn).await
}

/// One page of entries, the newest first.
pub(super) async fn list(
    conn: &mut Conn,
    filter: AuditFilter,
    paging: Paging,
) -> sqlx::Result<Page<AuditEntry>> {
    listing()
        .filter("e.subject_id = ?", filter.subject_id)
        .filter("p.handle = ?", filter.actor)
        .filter("e.act = ?", filter.act)
        .filter("e.outcome = ?", filter.outcome.map(EntryOutcome::name))
        .filter("e.request_id = ?", filter.request_id)
        .filter("e.at >= ?", filter.from)
        .filter("e.at < ?", filter.to)
        .page(conn, paging)
        .await
}
