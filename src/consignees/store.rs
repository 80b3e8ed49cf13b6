//! The statements of consignees.

use chrono::NaiveDate;
use uuid::Uuid;

use super::model::{Consignee, ConsigneeFilter, NewConsignee};
use crate::act::{Act, Actor};
use crate::db::Conn;
use crate::ids::{ApplicationId, ConsigneeId, ExporterId};
use crate::page::{Listing, Page, Paging};
use crate::rules::consignee::{ConsigneeRole, Status};
use crate::rules::gate::{ConsigneeFacts, EmbargoFacts, EmbargoScope};
use crate::rules::values::{Country, Prose};

/// The entry of an exporter that says the same; of several, made at the same time, the first.
pub(super) async fn find(
    conn: &mut Conn,
    exporter: ExporterId,
    new: &NewConsignee,
) -> sqlx::Result<Option<ConsigneeId>> {
    sqlx::query_scalar!(
        r#"select id as "id: ConsigneeId" from consignees
            where exporter_id = $1 and name = $2 and kind = $3 and country = $4 order by id limit 1"#,
        exporter.0,
        new.name.as_str(),
        new.kind.name(),
        new.country.as_str(),
    )
    .fetch_optional(conn)
    .await
}

/// Inserts a consignee; its first step follows.
pub(super) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: ConsigneeId,
    exporter: ExporterId,
    reference: &str,
    new: &NewConsignee,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into consignees (id, reference, version, status, exporter_id, name, kind, country, created_at, updated_at)
         values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $8)",
        id.0,
        reference,
        Status::Registered.name(),
        exporter.0,
        new.name.as_str(),
        new.kind.name(),
        new.country.as_str(),
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A party that an application names, with its entry.
pub(super) struct Row<'n> {
    pub(super) id: ConsigneeId,
    pub(super) new: &'n NewConsignee,
}

/// Sets whom an application names, numbered from 1.
pub(super) async fn replace(
    conn: &mut Conn,
    application: ApplicationId,
    rows: &[Row<'_>],
) -> sqlx::Result<()> {
    sqlx::query!("delete from application_consignees where application_id = $1", application.0)
        .execute(&mut *conn)
        .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id.0).collect();
    let roles: Vec<String> = rows.iter().map(|row| ConsigneeRole::name(row.new.role).to_owned()).collect();
    let addresses: Vec<Option<String>> =
        rows.iter().map(|row| row.new.address.as_ref().map(Prose::to_string)).collect();
    sqlx::query!(
        "insert into application_consignees (application_id, number, role, consignee_id, address)
         select $1, t.number, t.role, t.consignee_id, t.address
           from unnest($2::text[], $3::uuid[], $4::text[])
                with ordinality as t (role, consignee_id, address, number)",
        application.0,
        &roles,
        &ids,
        &addresses as &[Option<String>],
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What is told of the consignees of a case before it is decided on.
#[derive(Debug, Default)]
pub struct Facts {
    /// Their entries, which are screened.
    pub ids: Vec<ConsigneeId>,
    /// What the gate is told.
    pub told: Vec<ConsigneeFacts>,
}

/// The consignees of an application, each with the arms embargo in force on its country; of several embargoes the one that
/// covers most.
pub async fn facts(
    conn: &mut Conn,
    application: Option<ApplicationId>,
    today: NaiveDate,
) -> sqlx::Result<Facts> {
    let rows = sqlx::query!(
        r#"select c.id as "id: ConsigneeId", c.reference, n.role as "role: ConsigneeRole", c.country as "country: Country",
                  e.scope as "scope?: EmbargoScope", e.citation as "citation?"
             from application_consignees n
             join consignees c on c.id = n.consignee_id
             left join lateral (
                 select a.scope, a.citation from arms_embargoes a
                  where a.country = c.country and a.in_force_from <= $2
                    and (a.in_force_until is null or a.in_force_until >= $2)
                  order by a.scope desc, a.in_force_from limit 1) e on true
            where n.application_id = $1 order by n.number"#,
        application.map(Uuid::from),
        today,
    )
    .fetch_all(conn)
    .await?;
    let mut facts = Facts::default();
    for row in rows {
        facts.ids.push(row.id);
        let embargo = row.scope.zip(row.citation).map(|(scope, citation)| EmbargoFacts { scope, citation });
        facts.told.push(ConsigneeFacts {
            reference: row.reference,
            role: row.role,
            country: row.country,
            embargo,
        });
    }
    Ok(facts)
}

fn listing(actor: &Actor) -> Listing {
    Listing::new(
        "select c.id, c.reference, c.status, c.version, c.exporter_id, c.name, c.kind, c.country,
                (select count(distinct n.application_id) from application_consignees n where n.consignee_id = c.id)
                    as applications,
                c.created_at, c.updated_at
           from consignees c where true",
        "c.id",
    )
    .filter("c.exporter_id = ?", actor.sees_only())
}

/// One consignee as the actor sees it.
pub(super) async fn get(conn: &mut Conn, act: &Act, id: ConsigneeId) -> sqlx::Result<Option<Consignee>> {
    let found: Option<Consignee> = listing(&act.actor).filter("c.id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|consignee| consignee.seen_by(&act.actor)))
}

/// One page of consignees.
pub(super) async fn list(
    conn: &mut Conn,
    act: &Act,
    filter: ConsigneeFilter,
    paging: Paging,
) -> sqlx::Result<Page<Consignee>> {
    let page: Page<Consignee> = listing(&act.actor)
        .filter("c.country = ?", filter.country)
        .filter("c.kind = ?", filter.kind)
        .filter(
            "c.name ilike '%' || replace(replace(replace(?, '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%'",
            filter.name,
        )
        .filter("c.reference = ?", filter.reference)
        .filter("c.exporter_id = ?", filter.exporter_id)
        .page(conn, paging)
        .await?;
    Ok(page.map(|consignee| consignee.seen_by(&act.actor)))
}
