//! The statements of end users.

use crate::db::Conn;

use super::model::{Correction, EndUser, EndUserFilter, NewEndUser};
use crate::act::{Act, Actor};
use crate::ids::{EndUserId, ExporterId};
use crate::page::{Listing, Page, Paging};
use crate::rules::end_user::Status;
use crate::rules::values::Prose;

/// Inserts an end user; its first step follows.
pub(super) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: EndUserId,
    owner: Option<ExporterId>,
    reference: &str,
    new: &NewEndUser,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into end_users (id, reference, version, status, exporter_id, name, kind, country, address, created_at,
                                updated_at)
         values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $9)",
        id.0,
        reference,
        Status::Registered.name(),
        owner.map(|owner| owner.0),
        new.name.as_str(),
        new.kind.name(),
        new.country.as_str(),
        new.address.as_ref().map(Prose::as_str),
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets the entry as it should read; the step that justifies it follows.
pub(super) async fn correct(conn: &mut Conn, id: EndUserId, correction: &Correction) -> sqlx::Result<()> {
    sqlx::query!(
        "update end_users set name = $2, kind = $3, country = $4, address = $5 where id = $1",
        id.0,
        correction.name.as_str(),
        correction.kind.name(),
        correction.country.as_str(),
        correction.address.as_ref().map(Prose::as_str),
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn listing(actor: &Actor) -> Listing {
    Listing::new(
        "select id, reference, status, version, exporter_id, name, kind, country, address, created_at, updated_at
           from end_users where true",
        "id",
    )
    .filter("exporter_id = ?", actor.sees_only())
}

/// One end user as the actor sees it.
pub async fn get(conn: &mut Conn, act: &Act, id: EndUserId) -> sqlx::Result<Option<EndUser>> {
    let found: Option<EndUser> = listing(&act.actor).filter("id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|end_user| end_user.seen_by(&act.actor)))
}

/// One page of end users.
pub(super) async fn list(
    conn: &mut Conn,
    act: &Act,
    filter: EndUserFilter,
    paging: Paging,
) -> sqlx::Result<Page<EndUser>> {
    let page: Page<EndUser> = listing(&act.actor)
        .filter("country = ?", filter.country)
        .filter("kind = ?", filter.kind)
        .filter(
            "name ilike '%' || replace(replace(replace(?, '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%'",
            filter.name,
        )
        .filter("reference = ?", filter.reference)
        .filter("exporter_id = ?", filter.exporter_id)
        .page(conn, paging)
        .await?;
    Ok(page.map(|end_user| end_user.seen_by(&act.actor)))
}

/// Whether an application that was filed names the end user.
pub(super) async fn is_relied_on(conn: &mut Conn, id: EndUserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from applications where end_user_id = $1 and filed_at is not null) as "any!""#,
        id.0,
    )
    .fetch_one(conn)
    .await
}
