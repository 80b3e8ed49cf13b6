//! Holding histories against the log, and against what is told of them.

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;

use super::holdings::{LISTED, Unlike};
use crate::db::Conn;
use crate::history::recorded;

/// Life cycle, from, act and to.
pub(in crate::examination) type Transition = (String, String, String, String);

/// Steps that are not what their entries say. Of those whose entries were erased, [`left_of`] tells what is left.
pub(in crate::examination) async fn steps_unlike_entries(conn: &mut Conn) -> sqlx::Result<Vec<Unlike>> {
    sqlx::query_as!(
        Unlike,
        r#"select l.index as "index?", h.subject_id, h.version
             from history h
             left join audit_entries e on e.subject_id = h.subject_id and e.subject_version = h.version
             left join audit_leaves l on l.entry_id = e.id
            where e.id is null
               or (h.life_cycle || '.' || h.action, h.life_cycle, h.at, h.actor_id, h.actor_role, h.request_id, h.owner_id)
                  is distinct from (e.act, e.subject_kind, e.at, e.actor_id, e.actor_role, e.request_id, e.owner_id)
               or e.salt is not null and (
                   h.from_status is distinct from e.particulars ->> 'from'
                   or h.to_status is distinct from e.particulars ->> 'to'
                   or h.ground is distinct from e.particulars ->> 'ground'
                   or h.reasons is distinct from e.particulars ->> 'reasons'
                   or h.details is distinct from e.particulars -> 'details')
            order by l.index limit $1"#,
        LISTED,
    )
    .fetch_all(conn)
    .await
}

/// What is left of the steps of these entries, by entry.
pub(in crate::examination) async fn left_of(
    conn: &mut Conn,
    entries: &[Uuid],
) -> sqlx::Result<Vec<(Uuid, Value)>> {
    let rows = sqlx::query!(
        "select e.id, h.from_status, h.to_status, h.ground, h.reasons, h.details
           from audit_entries e join history h on h.subject_id = e.subject_id and h.version = e.subject_version
          where e.id = any ($1)",
        entries,
    )
    .fetch_all(conn)
    .await?;
    let left = rows.into_iter().map(|row| {
        let (ground, reasons) = (row.ground.as_deref(), row.reasons.as_deref());
        (row.id, recorded(&row.from_status, &row.to_status, ground, reasons, &row.details))
    });
    Ok(left.collect())
}

/// Entries of steps that are not in the history.
pub(in crate::examination) async fn entries_without_steps(conn: &mut Conn) -> sqlx::Result<Vec<Unlike>> {
    sqlx::query_as!(
        Unlike,
        r#"select l.index as "index?", e.subject_id as "subject_id!", e.subject_version as "version!"
             from audit_entries e
             left join audit_leaves l on l.entry_id = e.id
             left join history h on h.subject_id = e.subject_id and h.version = e.subject_version
            where e.subject_version is not null and e.outcome = 'done' and h.subject_id is null
            order by l.index limit $1"#,
        LISTED,
    )
    .fetch_all(conn)
    .await
}

/// Events that are not what their steps say, have none or come twice, and steps that nobody was told of.
pub(in crate::examination) async fn events_unlike_steps(conn: &mut Conn) -> sqlx::Result<Vec<Unlike>> {
    sqlx::query_as!(
        Unlike,
        r#"select null::bigint as "index?", coalesce(o.subject_id, h.subject_id) as "subject_id!",
                  coalesce(o.subject_version, h.version) as "version!"
             from outbox o
             full join history h on h.subject_id = o.subject_id and h.version = o.subject_version
            where (o.kind, o.subject_kind, o.owner_id, o.at)
                  is distinct from (h.life_cycle || '.' || h.action, h.life_cycle, h.owner_id, h.at)
               or h.subject_id is null
               or exists (select from outbox twice where twice.subject_id = o.subject_id
                             and twice.subject_version = o.subject_version and twice.id <> o.id)
            order by 2, 3 limit $1"#,
        LISTED,
    )
    .fetch_all(conn)
    .await
}

/// The steps that the database lets through: life cycle, from, act and to.
pub(in crate::examination) async fn transitions(conn: &mut Conn) -> sqlx::Result<BTreeSet<Transition>> {
    let rows = sqlx::query!("select life_cycle, from_status, action, to_status from life_cycle_transitions")
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.life_cycle, row.from_status, row.action, row.to_status)).collect())
}
