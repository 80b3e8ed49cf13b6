//! The statement of the sample year: whether there is anything on file. Everything else is done by the verbs.

use crate::db::Conn;

/// Whether anything has ever come on file.
pub(super) async fn anything_on_file(conn: &mut Conn) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from history) as "any!""#).fetch_one(conn).await
}
