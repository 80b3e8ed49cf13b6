//! The statements of cover.

mod condition;
pub mod facts;

use crate::db::Conn;
use chrono::NaiveDate;
use uuid::Uuid;

use self::condition::{
    application_concerned, application_covered, license_concerned, license_covered, wanted,
};
use super::model::{UncoveredApplicationFilter, UncoveredLicenseFilter};
use crate::act::Act;
use crate::ids::{ApplicationId, LicenseId, TemplateId};
use crate::page::{Listed, Listing, Page, Paging};
use crate::rules::cover::Transition;
use crate::rules::gate::TemplateFacts;
use crate::rules::product::ProductClass;
use crate::rules::template::TransitionRule;
use crate::rules::values::{Country, Territory};
use crate::rules::{application, license};

/// A template version as cover needs it.
#[derive(Clone, Debug)]
pub struct Version {
    /// Human reference.
    pub reference: String,
    /// Its title.
    pub title: String,
    /// Its class and version.
    pub facts: TemplateFacts,
    /// How it came after the version before it; for one that is not in force yet, as if it came today.
    pub transition: Transition,
}

/// Reads a template version.
pub async fn version(conn: &mut Conn, act: &Act, id: TemplateId) -> sqlx::Result<Option<Version>> {
    let found = sqlx::query!(
        r#"select t.reference, t.title, t.product_class as "class: ProductClass", t.template_version,
                  t.transition_rule as "rule: TransitionRule", t.transition_until, t.in_force_from,
                  (select max(b.template_version) from declaration_templates b
                    where b.product_class = t.product_class and b.template_version < t.template_version
                      and b.in_force_from is not null) as previous
             from declaration_templates t where t.id = $1"#,
        id.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.map(|row| Version {
        reference: row.reference,
        title: row.title,
        facts: TemplateFacts { class: row.class, version: row.template_version },
        transition: Transition {
            previous: row.previous,
            rule: row.rule,
            in_force_from: row.in_force_from.unwrap_or(act.today()),
            until: row.transition_until,
        },
    }))
}

/// A license as its row in the list tells it.
#[derive(sqlx::FromRow)]
pub(in crate::cover) struct LicenseRow {
    pub(in crate::cover) id: LicenseId,
    pub(in crate::cover) reference: String,
    pub(in crate::cover) source_number: Option<String>,
    pub(in crate::cover) status: license::Status,
    pub(in crate::cover) exporter: Option<String>,
    pub(in crate::cover) end_user: Option<String>,
    pub(in crate::cover) destinations: Vec<Territory>,
    pub(in crate::cover) valid_until: NaiveDate,
}

impl Listed for LicenseRow {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

const LICENSE: &str = "select l.id, l.reference, l.source_number, l.status, e.reference as exporter,
        u.reference as end_user, l.destinations, l.valid_until
   from licenses l left join exporters e on e.id = l.exporter_id left join end_users u on u.id = l.end_user_id";

const ID: &str = "select l.id from licenses l";

fn uncovered_licenses(listing: Listing, act: &Act, version: &Version) -> Listing {
    wanted(listing.sql(" cross join "), version.facts, act.today()).sql(concat!(
        " where ",
        license_concerned!(),
        " and not ",
        license_covered!()
    ))
}

fn filtered(listing: Listing, filter: &UncoveredLicenseFilter) -> Listing {
    listing.filter("l.exporter_id = ?", filter.exporter_id).filter("l.end_user_id = ?", filter.end_user_id)
}

/// One page of the licenses that a version leaves uncovered.
pub(in crate::cover) async fn licenses(
    conn: &mut Conn,
    act: &Act,
    version: &Version,
    filter: &UncoveredLicenseFilter,
    paging: Paging,
) -> sqlx::Result<Page<LicenseRow>> {
    let listing = uncovered_licenses(Listing::new(LICENSE, "l.id"), act, version);
    filtered(listing, filter).page(conn, paging).await
}

/// All of them, the newest first.
pub(in crate::cover) async fn license_ids(
    conn: &mut Conn,
    act: &Act,
    version: &Version,
    filter: &UncoveredLicenseFilter,
) -> sqlx::Result<Vec<Uuid>> {
    let listing = uncovered_licenses(Listing::new(ID, "l.id"), act, version);
    let rows: Vec<(Uuid,)> = filtered(listing, filter).all(conn, "l.id desc").await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Those of these licenses that a version concerns and leaves uncovered, in the order of their identifiers.
pub async fn uncovered(
    conn: &mut Conn,
    act: &Act,
    version: &Version,
    ids: &[Uuid],
) -> sqlx::Result<Vec<Uuid>> {
    let rows: Vec<(Uuid,)> = uncovered_licenses(Listing::new(ID, "l.id"), act, version)
        .filter("l.id = any (?)", Some(ids.to_vec()))
        .all(conn, "l.id")
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The rows of these licenses, the newest first.
pub(in crate::cover) async fn license_rows(conn: &mut Conn, ids: &[Uuid]) -> sqlx::Result<Vec<LicenseRow>> {
    Listing::new(LICENSE, "l.id")
        .sql(" where true")
        .filter("l.id = any (?)", Some(ids.to_vec()))
        .all(conn, "l.id desc")
        .await
}

/// An application as its row in the list tells it.
#[derive(sqlx::FromRow)]
pub(in crate::cover) struct ApplicationRow {
    pub(in crate::cover) id: ApplicationId,
    pub(in crate::cover) reference: String,
    pub(in crate::cover) status: application::Status,
    pub(in crate::cover) exporter: String,
    pub(in crate::cover) end_user: Option<String>,
    pub(in crate::cover) destination: Country,
    pub(in crate::cover) declaration: Option<String>,
}

impl Listed for ApplicationRow {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// One page of the open applications that a version leaves uncovered.
pub(in crate::cover) async fn applications(
    conn: &mut Conn,
    act: &Act,
    version: &Version,
    filter: &UncoveredApplicationFilter,
    paging: Paging,
) -> sqlx::Result<Page<ApplicationRow>> {
    let listing = Listing::new(
        "select a.id, a.reference, a.status, e.reference as exporter, u.reference as end_user, a.destination,
                d.reference as declaration
           from applications a join exporters e on e.id = a.exporter_id left join end_users u on u.id = a.end_user_id
           left join declarations d on d.id = a.declaration_id
           left join declaration_templates t on t.id = d.template_id cross join ",
        "a.id",
    );
    wanted(listing, version.facts, act.today())
        .sql(concat!(" where ", application_concerned!(), " and not ", application_covered!()))
        .filter("a.exporter_id = ?", filter.exporter_id)
        .filter("a.end_user_id = ?", filter.end_user_id)
        .page(conn, paging)
        .await
}
