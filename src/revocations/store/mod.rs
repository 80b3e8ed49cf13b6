//! The statements of revocations.

pub mod bulk;
pub(super) mod hearings;

use crate::db::Conn;

use super::model::{NewRepresentation, Revocation, RevocationFilter};
use crate::act::Act;
use crate::ids::RevocationId;
use crate::page::{Listing, Page, Paging};
use crate::rules::revocation::Status;

/// Keeps the exporter's answer; the step follows.
pub(super) async fn set_representation(
    conn: &mut Conn,
    id: RevocationId,
    new: &NewRepresentation,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update revocations set representation = $2, hearing_requested = $3 where id = $1",
        id.0,
        new.representation.as_str(),
        new.hearing_requested,
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn listing(act: &Act) -> Listing {
    Listing::new(
        "select id, reference, status, version, license_id, exporter_id, ground, reasons, urgent, respond_by,
                representation, hearing_requested,
                exists (select from revocation_hearings h where h.revocation_id = revocations.id) as heard, measure_id,
                order_reasons, created_at, updated_at
           from revocations where true",
        "id",
    )
    .filter("exporter_id = ?", act.actor.sees_only())
}

/// One proceeding as the actor sees it.
pub async fn get(conn: &mut Conn, act: &Act, id: RevocationId) -> sqlx::Result<Option<Revocation>> {
    let found: Option<Revocation> = listing(act).filter("id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|revocation| revocation.seen_by(act)))
}

/// One page of proceedings.
pub(super) async fn list(
    conn: &mut Conn,
    act: &Act,
    filter: RevocationFilter,
    paging: Paging,
) -> sqlx::Result<Page<Revocation>> {
    let today = act.today();
    let asked = filter.status;
    let recorded = asked.filter(|status| *status != Status::Unanswered);
    let page: Page<Revocation> = listing(act)
        .filter("status = ?", recorded)
        .filter("respond_by >= ?", (asked == Some(Status::Intended)).then_some(today))
        .filter(
            "(status = 'unanswered' or status = 'intended' and respond_by < ?)",
            (asked == Some(Status::Unanswered)).then_some(today),
        )
        .filter("ground = ?", filter.ground)
        .filter("license_id = ?", filter.license_id)
        .filter("exporter_id = ?", filter.exporter_id)
        .filter("measure_id = ?", filter.measure_id)
        .filter("reference = ?", filter.reference)
        .filter("created_at >= ?::date::timestamp at time zone 'UTC'", filter.intended_from)
        .filter("created_at < (?::date + 1)::timestamp at time zone 'UTC'", filter.intended_to)
        .page(conn, paging)
        .await?;
    Ok(page.map(|revocation| revocation.seen_by(act)))
}
