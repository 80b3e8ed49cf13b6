//! The statements of exporters.

use crate::db::Conn;
use chrono::NaiveDate;

use super::model::{Exporter, ExporterFilter, NewExporter};
use crate::act::{Act, Actor};
use crate::ids::ExporterId;
use crate::page::{Listing, Page, Paging};
use crate::rules::exporter::Status;

/// Inserts an exporter as applied; its first step follows.
pub(super) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: ExporterId,
    reference: &str,
    new: &NewExporter,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into exporters (id, reference, version, status, name, company_number, country, created_at, updated_at)
         values ($1, $2, 1, $3, $4, $5, $6, $7, $7)",
        id.0,
        reference,
        Status::Applied.name(),
        new.name.as_str(),
        new.company_number.as_str(),
        new.country.as_str(),
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets the last day of the term; the step that justifies it follows.
pub(super) async fn set_term(conn: &mut Conn, id: ExporterId, until: NaiveDate) -> sqlx::Result<()> {
    sqlx::query!("update exporters set registered_until = $2 where id = $1", id.0, until)
        .execute(conn)
        .await?;
    Ok(())
}

fn listing(actor: &Actor) -> Listing {
    Listing::new(
        "select id, reference, status, version, name, company_number, country, registered_until, created_at, updated_at
           from exporters where true",
        "id",
    )
    .filter("id = ?", actor.sees_only())
}

/// One exporter as the actor sees it.
pub async fn get(conn: &mut Conn, act: &Act, id: ExporterId) -> sqlx::Result<Option<Exporter>> {
    let found: Option<Exporter> = listing(&act.actor).filter("id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|exporter| exporter.seen_by(&act.actor, act.today())))
}

/// One page of exporters.
pub(super) async fn list(
    conn: &mut Conn,
    act: &Act,
    filter: ExporterFilter,
    paging: Paging,
) -> sqlx::Result<Page<Exporter>> {
    let today = act.today();
    let (running, ended) = match filter.status {
        Some(Status::Registered) => (Some(today), None),
        Some(Status::Lapsed) => (None, Some(today)),
        Some(
            Status::Applied | Status::Refused | Status::Suspended | Status::Removed | Status::Surrendered,
        )
        | None => (None, None),
    };
    let recorded = filter.status.filter(|status| *status != Status::Lapsed);
    let page: Page<Exporter> = listing(&act.actor)
        .filter("status = ?", recorded)
        .filter("registered_until >= ?", running)
        .filter("(status = 'lapsed' or status = 'registered' and registered_until < ?)", ended)
        .filter(
            "name ilike '%' || replace(replace(replace(?, '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%'",
            filter.name,
        )
        .filter("company_number = ?", filter.company_number)
        .filter("reference = ?", filter.reference)
        .page(conn, paging)
        .await?;
    Ok(page.map(|exporter| exporter.seen_by(&act.actor, today)))
}
