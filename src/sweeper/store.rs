//! The statements of the sweeper. Rows that someone is working on are left for the next run.

use crate::db::Conn;
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// How many rows a batch has; the `limit` of each statement.
pub(super) const BATCH: usize = 500;

/// Licenses whose term ended before a day.
pub(super) const LICENSES: &str =
    "select id from licenses where status in ('active', 'frozen') and valid_until < $1
                                    order by valid_until, id limit 500 for update skip locked";
/// Declarations whose term ended before a day.
pub(super) const DECLARATIONS: &str =
    "select id from declarations where status = 'accepted' and valid_until < $1
                                        order by valid_until, id limit 500 for update skip locked";
/// Exporters whose term ended before a day.
pub(super) const EXPORTERS: &str =
    "select id from exporters where status = 'registered' and registered_until < $1
                                     order by registered_until, id limit 500 for update skip locked";
/// Overrides that were not used in their term.
pub(super) const OVERRIDES: &str =
    "select id from overrides where status in ('proposed', 'opinion_recorded', 'in_effect') and used_at is null
                                     and valid_until < $1 order by valid_until, id limit 500 for update skip locked";
/// Revocation proceedings whose exporter has not answered in its term.
pub(super) const REVOCATIONS: &str =
    "select id from revocations where status = 'intended' and respond_by < $1
                                       order by respond_by, id limit 500 for update skip locked";

/// One batch of what is due.
pub(super) async fn due(conn: &mut Conn, due: &'static str, today: NaiveDate) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar(due).bind(today).fetch_all(conn).await
}

/// One batch of applications that have waited for their exporter since before a time.
pub(super) async fn waiting_since(conn: &mut Conn, before: DateTime<Utc>) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from applications
          where status in ('draft', 'returned', 'information_requested') and updated_at < $1
          order by updated_at, id limit 500 for update skip locked",
        before,
    )
    .fetch_all(conn)
    .await
}
