//! The statements of monitoring.

use chrono::{DateTime, Utc};

use super::model::Unfinished;
use crate::db::Conn;
use crate::rules::operation::Status;

/// When the oldest event happened that is on file and not yet given out.
pub(super) async fn oldest_withheld(conn: &mut Conn) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!("select min(at) from outbox where id >= outbox_horizon()").fetch_one(conn).await
}

/// How many operations are not yet carried out, by status.
pub(super) async fn unfinished_operations(conn: &mut Conn) -> sqlx::Result<Vec<Unfinished>> {
    sqlx::query_as!(
        Unfinished,
        r#"select status as "status: Status", count(*) as "count!" from operations where finished_at is null
            group by status"#,
    )
    .fetch_all(conn)
    .await
}
