//! The statements of breaches.

use crate::db::Conn;
use chrono::NaiveDate;
use uuid::Uuid;

use crate::ids::{DeclarationId, EndUserId, PersonId};

/// The licenses of an end user that are in force, in the order of their identifiers.
pub(super) async fn in_force_of(
    conn: &mut Conn,
    end_user: EndUserId,
    today: NaiveDate,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from licenses
          where end_user_id = $1 and status in ('active', 'frozen') and valid_until >= $2 order by id",
        end_user.0,
        today,
    )
    .fetch_all(conn)
    .await
}

/// The licenses that a suspicion holds, in the order of their identifiers.
pub(super) async fn held_by(conn: &mut Conn, declaration: DeclarationId) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select license_id from license_freezes
          where source = 'declaration' and source_id = $1 and lifted_at is null order by license_id",
        declaration.0,
    )
    .fetch_all(conn)
    .await
}

/// Who suspected the breach that is open.
pub(super) async fn suspected_by(
    conn: &mut Conn,
    declaration: DeclarationId,
) -> sqlx::Result<Option<PersonId>> {
    sqlx::query_scalar!(
        r#"select actor_id as "person: PersonId" from history
            where subject_id = $1 and life_cycle = 'declaration' and action = 'suspect_breach'
            order by version desc limit 1"#,
        declaration.0,
    )
    .fetch_optional(conn)
    .await
}
