//! Who calls: the one question that is asked before the caller is known.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use subtle::ConstantTimeEq as _;

use crate::act::Actor;
use crate::http::idempotency::{Key, Stored};
use crate::ids::{ExporterId, PersonId, TokenId};
use crate::rules::authority::{Ministry, Role};
use crate::tokens::model::Holder;
use crate::tokens::secret::Shown;

/// Whose token this is, if it is one that works at `at`, with what its person was answered under the key of the request,
/// where it has one: one question to the database. The token's use is noted now and then.
pub async fn holder(
    conn: &mut PgConnection,
    shown: &Shown,
    at: DateTime<Utc>,
    key: Option<&Key>,
) -> sqlx::Result<Option<(Holder, Option<Stored>)>> {
    let id = match shown {
        Shown::Secret(secret) => secret.id,
        Shown::Login(login) => {
            let found = sqlx::query_scalar!(r#"select login_token($1, $2) as "id: TokenId""#, login, at);
            match found.fetch_one(&mut *conn).await? {
                Some(id) => id,
                None => return Ok(None),
            }
        }
    };
    let row = sqlx::query!(
        r#"select secret_hash, person_id as "person_id!", handle as "handle!", role as "role!: Role",
                  ministry as "ministry: Ministry", exporter_id, scopes, stale as "stale!",
                  fingerprint, status, headers, body, sealed_by as "sealed_by: TokenId"
             from recognized($1, $2, $3)"#,
        id.0,
        at,
        key.map(Key::as_str),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let row = row.filter(|row| match (shown, &row.secret_hash) {
        (Shown::Secret(secret), Some(hash)) => hash.ct_eq(&secret.hash()).into(),
        (Shown::Login(_), None) => true,
        (Shown::Secret(_), None) | (Shown::Login(_), Some(_)) => false,
    });
    let Some(row) = row else { return Ok(None) };
    if row.stale {
        sqlx::query!("select note_key_use($1, $2)", id.0, at).execute(conn).await?;
    }
    let actor = Actor {
        person: PersonId(row.person_id),
        handle: row.handle,
        role: row.role,
        ministry: row.ministry,
        exporter: row.exporter_id.map(ExporterId),
        token: Some(id),
    };
    let answer = match (row.fingerprint, row.status, row.headers, row.body) {
        (Some(fingerprint), Some(status), Some(headers), Some(body)) => {
            Some(Stored { fingerprint, status, headers, body, sealed_by: row.sealed_by })
        }
        (None, _, _, _) | (_, None, _, _) | (_, _, None, _) | (_, _, _, None) => None,
    };
    Ok(Some((Holder { actor, scopes: row.scopes }, answer)))
}
