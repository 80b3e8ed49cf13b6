//! The statements of exporters.

use crate::db::Conn;
use chrono::NaiveDate;

use super::model::{Exporter, ExporterFilter, NewExporter};
use crate::act::{Act, Actor};
use crate::as_of::AsOf;
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

macro_rules! select {
    ($exporters:literal) => {
        concat!(
            " select id, reference, status, version, name, company_number, country, registered_until, created_at, updated_at
           from ",
            $exporters,
            " where true"
        )
    };
}

fn listing(actor: &Actor, then: Option<AsOf>) -> Listing {
    then.map_or_else(
        || Listing::new(select!("exporters"), "id"),
        |then| then.listing(select!("exporters_at($1, $2)"), "id"),
    )
    .filter("id = ?", actor.sees_only())
}

/// An exporter as it is shown: to the actor now, or as it was then.
fn shown(exporter: Exporter, act: &Act, then: Option<AsOf>) -> Exporter {
    match then {
        None => exporter.seen_by(&act.actor, act.today()),
        Some(then) => exporter.as_of(then),
    }
}

/// One exporter as the actor sees it.
pub async fn get(conn: &mut Conn, act: &Act, id: ExporterId) -> sqlx::Result<Option<Exporter>> {
    one(conn, act, id, None).await
}

/// One exporter as the actor sees it, or as it was then; none where it was not on file.
pub(super) async fn one(
    conn: &mut Conn,
    act: &Act,
    id: ExporterId,
    then: Option<AsOf>,
) -> sqlx::Result<Option<Exporter>> {
    let found: Option<Exporter> = listing(&act.actor, then).filter("id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|exporter| shown(exporter, act, then)))
}

/// One page of exporters.
pub(super) async fn list(
    conn: &mut Conn,
    act: &Act,
    filter: ExporterFilter,
    then: Option<AsOf>,
    paging: Paging,
) -> sqlx::Result<Page<Exporter>> {
    let today = then.map_or_else(|| act.today(), |then| then.day());
    let (running, ended) = match filter.status {
        Some(Status::Registered) => (Some(today), None),
        Some(Status::Lapsed) => (None, Some(today)),
        Some(
            Status::Applied | Status::Refused | Status::Suspended | Status::Removed | Status::Surrendered,
        )
        | None => (None, None),
    };
    let recorded = filter.status.filter(|status| *status != Status::Lapsed);
    let page: Page<Exporter> = listing(&act.actor, then)
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
    Ok(page.map(|exporter| shown(exporter, act, then)))
}
