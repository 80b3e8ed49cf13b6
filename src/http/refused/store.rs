//! The statement of refused attempts.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::db::Conn;

/// The entry of a refused attempt.
#[derive(Debug)]
pub(super) struct Refused<'e> {
    pub(super) id: Uuid,
    pub(super) at: DateTime<Utc>,
    pub(super) actor: Option<Uuid>,
    pub(super) role: Option<&'e str>,
    pub(super) token: Option<Uuid>,
    pub(super) request: Uuid,
    pub(super) act: &'e str,
    pub(super) subject_kind: Option<&'e str>,
    pub(super) subject: Option<Uuid>,
    pub(super) problem: &'e str,
    pub(super) particulars: serde_json::Value,
}

/// Writes the entry of a refused attempt.
pub(super) async fn insert(conn: &mut Conn, entry: &Refused<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into audit_entries (id, at, actor_id, actor_role, token_id, request_id, act, subject_kind, subject_id,
                                    outcome, problem, particulars)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'refused', $10, $11)",
        entry.id,
        entry.at,
        entry.actor,
        entry.role,
        entry.token,
        entry.request,
        entry.act,
        entry.subject_kind,
        entry.subject,
        entry.problem,
        entry.particulars,
    )
    .execute(conn)
    .await?;
    Ok(())
}
