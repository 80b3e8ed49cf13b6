//! The statements of revocations.

use chrono::NaiveDate;
use sqlx::PgConnection;
use uuid::Uuid;

use super::model::{NewRevocation, Revocation, RevocationFilter};
use crate::act::{Act, Actor};
use crate::ids::RevocationId;
use crate::licenses::License;
use crate::page::{Listing, Page, Paging};

/// Inserts a proceeding as intended; its first step follows.
pub(super) async fn insert(
    conn: &mut PgConnection,
    act: &Act,
    id: RevocationId,
    reference: &str,
    license: &License,
    respond_by: NaiveDate,
    new: &NewRevocation,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into revocations (id, reference, version, status, license_id, exporter_id, ground, reasons, urgent,
                                  respond_by, intended_by, created_at, updated_at)
         values ($1, $2, 1, 'intended', $3, $4, $5, $6, $7, $8, $9, $10, $10)",
        id.0,
        reference,
        license.id.0,
        license.exporter_id.map(Uuid::from),
        new.ground.name(),
        new.reasons.as_str(),
        new.urgent,
        respond_by,
        act.actor.person.0,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Keeps the exporter's answer; the step follows.
pub(super) async fn set_representation(
    conn: &mut PgConnection,
    id: RevocationId,
    text: &str,
) -> sqlx::Result<()> {
    sqlx::query!("update revocations set representation = $2 where id = $1", id.0, text)
        .execute(conn)
        .await?;
    Ok(())
}

/// Signs the order, which its step follows; false where the same person gave notice.
pub(super) async fn sign_order(
    conn: &mut PgConnection,
    act: &Act,
    id: RevocationId,
    reasons: &str,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update revocations set ordered_by = $2, order_reasons = $3 where id = $1 and intended_by <> $2",
        id.0,
        act.actor.person.0,
        reasons,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

fn listing(actor: &Actor) -> Listing {
    Listing::new(
        "select id, reference, status, version, license_id, exporter_id, ground, reasons, urgent, respond_by,
                representation, order_reasons, created_at, updated_at
           from revocations where true",
        "id",
    )
    .filter("exporter_id = ?", actor.sees_only())
}

/// One proceeding as the actor sees it.
pub(super) async fn get(
    conn: &mut PgConnection,
    actor: &Actor,
    id: RevocationId,
) -> sqlx::Result<Option<Revocation>> {
    let found: Option<Revocation> = listing(actor).filter("id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|revocation| revocation.seen_by(actor)))
}

/// One page of proceedings.
pub(super) async fn list(
    conn: &mut PgConnection,
    actor: &Actor,
    filter: RevocationFilter,
    paging: Paging,
) -> sqlx::Result<Page<Revocation>> {
    let page: Page<Revocation> = listing(actor)
        .filter("status = ?", filter.status)
        .filter("ground = ?", filter.ground)
        .filter("license_id = ?", filter.license_id)
        .filter("exporter_id = ?", filter.exporter_id)
        .filter("reference = ?", filter.reference)
        .filter("created_at >= ?::date::timestamp at time zone 'UTC'", filter.intended_from)
        .filter("created_at < (?::date + 1)::timestamp at time zone 'UTC'", filter.intended_to)
        .page(conn, paging)
        .await?;
    Ok(page.map(|revocation| revocation.seen_by(actor)))
}
