//! The statements of people and tokens.

mod holder;

pub use holder::holder;

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::model::{NewToken, Token, TokenFilter};
use super::secret::Secret;
use crate::act::Act;
use crate::audit::{Entry, record};
use crate::db::Conn;
use crate::etag::Head;
use crate::history::Grounds;
use crate::http::Problem;
use crate::ids::{CLOCK, COMMAND_LINE, ExporterId, PersonId, TokenId};
use crate::page::{Listing, Page, Paging};
use crate::rules::authority::{Ministry, Role};
use crate::rules::values::Handle;

/// Whether anyone can administer the registry.
pub(super) async fn any_administrator(conn: &mut Conn) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from people where role = 'administrator') as "any!""#)
        .fetch_one(conn)
        .await
}

/// Finds the person by handle, or enters it. 409 where the person is on file in another role.
pub async fn person(conn: &mut Conn, act: &Act, new: &NewToken) -> Result<PersonId, Problem> {
    let found = sqlx::query!(
        r#"select id, role as "role: Role", ministry as "ministry: Ministry", exporter_id,
                  exists (select from erasures e where e.subject_id = p.id and e.status = 'carried_out') as "erased!"
             from people p where handle = $1"#,
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
        if found.erased {
            return Err(Problem::conflict("The person was erased, and is given no token any more."));
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
    let scopes =
        new.scopes.as_ref().map(|scopes| scopes.iter().map(|scope| scope.name().to_owned()).collect());
    let login = new.login.as_ref().map(|login| login.as_str().to_owned());
    let name = new.name.as_str().to_owned();
    let key = Key { person, name, scopes, login, expires_at: new.expires_at, replaces: None };
    insert(conn, act, &key, "token.issue", new).await
}

/// What a token on file is.
pub(super) struct Key {
    pub(super) person: PersonId,
    pub(super) name: String,
    pub(super) scopes: Option<Vec<String>>,
    pub(super) login: Option<String>,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) replaces: Option<TokenId>,
}

/// Puts a token on file with its entry; the secret is given back and only its hash is kept.
pub(super) async fn insert(
    conn: &mut Conn,
    act: &Act,
    key: &Key,
    done: &'static str,
    particulars: impl Serialize,
) -> Result<(TokenId, Secret), Problem> {
    let id: TokenId = act.new_id();
    let secret = Secret::new(id, &act.ids);
    // A login has no secret of ours.
    let hash = key.login.is_none().then(|| secret.hash());
    sqlx::query!(
        "insert into tokens (id, person_id, name, secret_hash, created_at, created_by, expires_at, scopes, replaces, login)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id.0,
        key.person.0,
        key.name,
        hash.as_ref().map(<[u8; 32]>::as_slice),
        act.at,
        act.actor.token.map(|_| act.actor.person.0),
        key.expires_at,
        key.scopes.as_deref(),
        key.replaces.map(|token| token.0),
        key.login,
    )
    .execute(&mut *conn)
    .await?;
    let entry = Entry { act: done, kind: "token", subject: id.0, owner: None, particulars, verdict: None };
    record(conn, act, entry).await?;
    Ok((id, secret))
}

/// Holds a token until the transaction ends. 404 where it is absent, 412 where it is not in the version that the caller
/// expects.
pub(super) async fn hold(conn: &mut Conn, act: &Act, id: TokenId) -> Result<(), Problem> {
    let version = sqlx::query_scalar!(
        r#"select 1 + (t.revoked_at is not null)::integer + exists (select from tokens f where f.replaces = t.id)::integer as "version!"
             from tokens t where t.id = $1 for update of t"#,
        id.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(act.require_current(&Head::Id(id.0), version.ok_or_else(Problem::not_found)?)?)
}

/// A token that is to be followed by another.
pub(super) struct Ending {
    pub(super) person: PersonId,
    pub(super) holder: String,
    pub(super) role: Role,
    pub(super) name: String,
    pub(super) scopes: Option<Vec<String>>,
    pub(super) login: Option<String>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) revoked_at: Option<DateTime<Utc>>,
    pub(super) is_followed: bool,
}

/// Reads a token and holds it until the transaction ends.
pub(super) async fn ending(conn: &mut Conn, id: TokenId) -> sqlx::Result<Option<Ending>> {
    sqlx::query_as!(
        Ending,
        r#"select t.person_id as "person: PersonId", p.handle as holder, p.role as "role: Role", t.name, t.scopes, t.login, t.created_at,
                  t.expires_at, t.revoked_at, exists (select from tokens f where f.replaces = t.id) as "is_followed!"
             from tokens t join people p on p.id = t.person_id where t.id = $1 for update of t"#,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

/// The tokens before one in its chain that work at `at`, the nearest first.
pub(super) async fn live_before(
    conn: &mut Conn,
    id: TokenId,
    at: DateTime<Utc>,
) -> sqlx::Result<Vec<TokenId>> {
    sqlx::query_scalar!(
        r#"with recursive chain (id, steps) as (
               select replaces, 1 from tokens where id = $1
               union all
               select t.replaces, c.steps + 1 from chain c join tokens t on t.id = c.id)
           select t.id as "id: TokenId" from chain c join tokens t on t.id = c.id
            where t.revoked_at is null and t.expires_at > $2 order by c.steps"#,
        id.0,
        at,
    )
    .fetch_all(conn)
    .await
}

/// Lets a token end at this time, for another that follows it.
pub(super) async fn end_at(conn: &mut Conn, act: &Act, id: TokenId, at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update tokens set expires_at = $2 where id = $1", id.0, at).execute(&mut *conn).await?;
    let particulars = serde_json::json!({ "expiresAt": at });
    let (owner, verdict) = (None, None);
    let entry = Entry { act: "token.be_followed", kind: "token", subject: id.0, owner, particulars, verdict };
    record(conn, act, entry).await
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
                1 + (t.revoked_at is not null)::integer + exists (select from tokens f where f.replaces = t.id)::integer as version,
                t.scopes, t.login, t.replaces, t.created_at, t.expires_at, t.revoked_at, t.last_used_at
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
