//! The statements of answers on file.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Asked, Stored};
use crate::db::Conn;
use crate::ids::TokenId;

/// How many answers are removed at once.
pub const BATCH: i32 = 500;

/// The answer on file to a request of this person and key, asked at the threshold.
///
/// Nothing is looked up in the transaction of the request: two that decide, and look for keys of their own on one page of
/// the index, would be taken to depend on each other, and one of them aborted.
pub async fn find(conn: &mut PgConnection, asked: &Asked) -> sqlx::Result<Option<Stored>> {
    sqlx::query_as!(
        Stored,
        r#"select fingerprint as "fingerprint!", status as "status!", headers as "headers!", body as "body!",
                  sealed_by as "sealed_by: TokenId"
             from answer_on_file($1, $2)"#,
        asked.person.0,
        asked.key.as_str(),
    )
    .fetch_optional(conn)
    .await
}

/// Stores an answer; false where one is on file under the key.
pub async fn insert(
    conn: &mut Conn,
    asked: &Asked,
    stored: &Stored,
    (request, at): (Uuid, DateTime<Utc>),
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into idempotent_answers (person_id, key, fingerprint, request_id, status, headers, body, sealed_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict on constraint idempotent_answers_pk do nothing",
        asked.person.0,
        asked.key.as_str(),
        stored.fingerprint,
        request,
        stored.status,
        stored.headers,
        stored.body,
        stored.sealed_by.map(|token| token.0),
        at,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes a batch of the answers from before a time; gives how many there were.
pub async fn forget(conn: &mut Conn, before: DateTime<Utc>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select forget_answers($1, $2) as "forgotten!""#, before, BATCH)
        .fetch_one(conn)
        .await
}
