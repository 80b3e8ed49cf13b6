//! The statements of reopenings, and of the overrides that decisions rest on.

use crate::db::Conn;
use chrono::NaiveDate;

use crate::act::Act;
use crate::applications::reopen::Reopening;
use crate::ids::{ApplicationId, OverrideId};
use crate::rules::overrides::Status;
use crate::rules::verdict::Rule;

/// Notes under the step that was taken for it what a reopening rests on.
pub(in crate::applications) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
    version: i32,
    by: Reopening,
) -> sqlx::Result<()> {
    let (objection, named) = match by {
        Reopening::Objection(id) => (Some(id.0), None),
        Reopening::Override(id) => (None, Some(id.0)),
    };
    sqlx::query!(
        "insert into application_reopenings (application_id, number, version, source, objection_id, override_id,
                                             reopened_by, reopened_at)
         select $1, (select coalesce(max(r.number), 0) + 1 from application_reopenings r where r.application_id = $1), $2,
                $3, $4, $5, $6, $7",
        id.0,
        version,
        by.source().name(),
        objection,
        named,
        act.actor.person.0,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Who signed the earlier decisions on an application, by handle.
pub(in crate::applications) async fn signed_before(
    conn: &mut Conn,
    id: ApplicationId,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select distinct p.handle from decisions d join people p on p.id in (d.decided_by, d.countersigned_by)
          where d.application_id = $1 and d.status = 'countersigned'",
        id.0,
    )
    .fetch_all(conn)
    .await
}

/// An override that a decision names.
pub(in crate::applications) struct OverrideRow {
    pub(in crate::applications) status: Status,
    pub(in crate::applications) valid_until: NaiveDate,
    pub(in crate::applications) used: bool,
    pub(in crate::applications) rules: Vec<Rule>,
}

/// Reads an override for an application, and holds it until the transaction ends.
pub(in crate::applications) async fn override_of(
    conn: &mut Conn,
    application: ApplicationId,
    id: OverrideId,
) -> sqlx::Result<Option<OverrideRow>> {
    sqlx::query_as!(
        OverrideRow,
        r#"select status as "status: Status", valid_until, used_at is not null as "used!", rules as "rules: Vec<Rule>"
             from overrides where id = $1 and application_id = $2 for update"#,
        id.0,
        application.0,
    )
    .fetch_optional(conn)
    .await
}

/// Notes that a license has come to rest on an override.
pub(in crate::applications) async fn use_override(
    conn: &mut Conn,
    act: &Act,
    id: OverrideId,
) -> sqlx::Result<()> {
    sqlx::query!("update overrides set used_at = $2 where id = $1", id.0, act.at).execute(conn).await?;
    Ok(())
}
