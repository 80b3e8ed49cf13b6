//! The statements of people and tokens.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::model::{NewToken, Token, TokenFilter};
use super::secret::Secret;
use crate::act::{Act, Actor};
use crate::audit::{Entry, record};
use crate::db::Conn;
use crate::etag::Head;
use crate::history::Grounds;
use crate::http::Problem;
use crate::ids::{CLOCK, COMMAND_LINE, ExporterId, PersonId, TokenId};
use crate::page::{Listing, Page, Paging};
use crate::rules::authority::{Ministry, Role};
use crate::rules::values::Handle;

/// Whose token this is, if it is one that works at `at`.
pub async fn holder(
    conn: &mut PgConnection,
    secret: &Secret,
    at: DateTime<Utc>,
) -> sqlx::Result<Option<Actor>> {
    let row = sqlx::query!(
        r#"select secret_hash as "secret_hash!", person_id as "person_id!", handle as "handle!", role as "role!: Role",
                  ministry as "ministry: Ministry", exporter_id
             from key_holder($1, $2)"#,
        secret.id.0,
        at,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.filter(|row| row.secret_hash.ct_eq(&secret.hash()).into()).map(|row| Actor {
        person: PersonId(row.person_id),
        handle: row.handle,
        role: row.role,
        ministry: row.ministry,
        exporter: row.exporter_id.map(ExporterId),
        token: Some(secret.id),
    }))
}

/// Whether anyone can administer the registry.
pub(super) async fn any_administrator(conn: &mut Conn) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from people where role = 'administrator') as "any!""#)
        .fetch_one(conn)
        .await
}

/// Finds the person by handle, or enters it. 409 where the person is on file in another role.
pub async fn person(conn: &mut Conn, act: &Act, new: &NewToken) -> Result<PersonId, Problem> {
    let found = sqlx::query!(
        r#"select id, role as "role: Role", ministry as "ministry: Ministry", exporter_id from people where handle = $1"#,
        new.holder.as_str(),
    )
    .fetch_optional(&mut *conn)
    .await?;
    if let Some(found) = found {
        if [CLOCK, COMMAND_LINE].contains(&PersonId(found.id)) {
            return Err(Problem::conflict(
                "This is no person but the registry itself, which holds no token.",
            ));
        }
        let same = found.role == new.role
            && found.ministry == new.ministry
            && found.exporter_id == new.exporter_id.map(|exporter| exporter.0);
        return if same {
            Ok(PersonId(found.id))
        } else {
            Err(Problem::conflict("The person is on file in another role, ministry or exporter."))
        };
    }
    let id: PersonId = act.new_id();
    sqlx::query!(
        "insert into people (id, handle, role, ministry, exporter_id, created_at) values ($1, $2, $3, $4, $5, $6)",
        id.0,
        new.holder.as_str(),
        new.role.name(),
        new.ministry.map(Ministry::name),
        new.exporter_id.map(|exporter| exporter.0),
        act.at,
    )
    .execute(&mut *conn)
    .await?;
    record(
        conn,
        act,
        Entry {
            act: "person.enter",
            kind: "person",
            subject: id.0,
            owner: None,
            particulars: new,
            verdict: None,
        },
    )
    .await?;
    Ok(id)
}

/// The person with this handle and what the person acts as; none for the registry itself.
pub async fn by_handle(conn: &mut Conn, handle: &Handle) -> sqlx::Result<Option<(PersonId, Role)>> {
    let found: Option<(PersonId, Role)> = sqlx::query_as("select id, role from people where handle = $1")
        .bind(handle)
        .fetch_optional(conn)
        .await?;
    Ok(found.filter(|(id, _)| ![CLOCK, COMMAND_LINE].contains(id)))
}

/// Whether the exporter is on file.
pub(super) async fn exporter_exists(conn: &mut Conn, id: ExporterId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from exporters where id = $1) as "any!""#, id.0)
        .fetch_one(conn)
        .await
}

/// Issues a token: the secret is given back and only its hash is kept.
pub async fn issue(conn: &mut Conn, act: &Act, new: &NewToken) -> Result<(TokenId, Secret), Problem> {
    let person = person(conn, act, new).await?;
    let id: TokenId = act.new_id();
    let secret = Secret::new(id, &act.ids);
    let hash = secret.hash();
    sqlx::query!(
        "insert into tokens (id, person_id, name, secret_hash, created_at, created_by, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id.0,
        person.0,
        new.name.as_str(),
        hash.as_slice(),
        act.at,
        act.actor.token.map(|_| act.actor.person.0),
        new.expires_at,
    )
    .execute(&mut *conn)
    .await?;
    record(
        conn,
        act,
        Entry {
            act: "token.issue",
            kind: "token",
            subject: id.0,
            owner: None,
            particulars: new,
            verdict: None,
        },
    )
    .await?;
    Ok((id, secret))
}

/// Holds a token until the transaction ends. 404 where it is absent, 412 where it is not in the version that the caller
/// expects.
pub(super) async fn hold(conn: &mut Conn, act: &Act, id: TokenId) -> Result<(), Problem> {
    let version = sqlx::query_scalar!(
        r#"select case when revoked_at is null then 1 else 2 end as "version!" from tokens where id = $1 for update"#,
        id.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(act.require_current(&Head::Id(id.0), version.ok_or_else(Problem::not_found)?)?)
}

/// Revokes a token; false where it is already revoked or unknown.
pub(super) async fn revoke(conn: &mut Conn, act: &Act, id: TokenId, grounds: &Grounds) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update tokens set revoked_at = $2, revoked_by = $3 where id = $1 and revoked_at is null",
        id.0,
        act.at,
        act.actor.person.0,
    )
    .execute(&mut *conn)
    .await?
    .rows_affected()
        == 1;
    if done {
        let (particulars, owner, verdict) = (grounds, None, None);
        let entry = Entry { act: "token.revoke", kind: "token", subject: id.0, owner, particulars, verdict };
        record(conn, act, entry).await?;
    }
    Ok(done)
}

fn listing(at: DateTime<Utc>) -> Listing {
    Listing::new(
        "select t.id, t.person_id, p.handle as holder, p.role, p.ministry, p.exporter_id, t.name,
                case when t.revoked_at is not null then 'revoked' when t.expires_at <= now.at then 'expired'
                     else 'active' end as status,
                case when t.revoked_at is null then 1 else 2 end as version, t.created_at, t.expires_at, t.revoked_at
           from tokens t join people p on p.id = t.person_id cross join (select ",
        "t.id",
    )
    .bind(at)
    .sql("::timestamptz as at) as now where true")
}

/// One token.
pub(super) async fn get(conn: &mut Conn, id: TokenId, at: DateTime<Utc>) -> sqlx::Result<Option<Token>> {
    listing(at).filter("t.id = ?", Some(Uuid::from(id))).one(conn).await
}

/// One page of tokens.
pub(super) async fn list(
    conn: &mut Conn,
    filter: TokenFilter,
    at: DateTime<Utc>,
    paging: Paging,
) -> sqlx::Result<Page<Token>> {
    listing(at)
        .filter("p.handle = ?", filter.holder)
        .filter("p.role = ?", filter.role)
        .page(conn, paging)
        .await
}
