//! The statements of eligibility checks.

use chrono::{NaiveDate, TimeDelta};
use serde_json::Value;
use uuid::Uuid;

use super::model::{CheckFilter, DurationFound, EligibilityCheck, TemplateFound};
use crate::act::{Act, Actor};
use crate::db::Conn;
use crate::ids::{DeclarationId, EligibilityCheckId, EndUserId, ExporterId, ProductId, TemplateId};
use crate::page::{Listing, Page, Paging};
use crate::rules::application::Kind;
use crate::rules::eligibility::AsThingsStand;
use crate::rules::end_user::EndUserKind;
use crate::rules::exporter;
use crate::rules::gate::{EndUserFacts, ExporterFacts};
use crate::rules::product::{ProductClass, SecurityClassification, Status, TechnologyTag};
use crate::rules::values::{ControlCode, Country, Unit};
use rust_decimal::Decimal;

/// How far back decisions are counted, in days.
const COUNTED_DAYS: i64 = 365;
/// From fewer decisions than this, no figure is given: it could be told whose they are.
const FEWEST: i64 = 10;

/// The exporter as it stands in the register.
pub(super) async fn exporter(conn: &mut Conn, id: ExporterId) -> sqlx::Result<Option<ExporterFacts>> {
    sqlx::query_as!(
        ExporterFacts,
        r#"select reference, status as "status: exporter::Status", registered_until from exporters where id = $1"#,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

/// An end user as the gate is told of it.
pub(super) async fn end_user(conn: &mut Conn, id: EndUserId) -> sqlx::Result<Option<EndUserFacts>> {
    sqlx::query_as!(
        EndUserFacts,
        r#"select reference, kind as "kind: EndUserKind", country as "country: Country" from end_users where id = $1"#,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

/// A product on file, in its classification in force.
pub(super) struct ProductRow {
    pub(super) reference: String,
    pub(super) status: Status,
    pub(super) version: Option<i32>,
    pub(super) codes: Option<Vec<ControlCode>>,
    pub(super) class: Option<ProductClass>,
    pub(super) security: Option<SecurityClassification>,
    pub(super) tags: Option<Vec<TechnologyTag>>,
}

/// A product.
pub(super) async fn product(conn: &mut Conn, id: ProductId) -> sqlx::Result<Option<ProductRow>> {
    sqlx::query_as!(
        ProductRow,
        r#"select p.reference, p.status as "status: Status", p.classification_version as version,
                  c.control_codes as "codes?: Vec<ControlCode>", c.product_class as "class?: ProductClass",
                  c.security_classification as "security?: SecurityClassification",
                  c.technology_tags as "tags?: Vec<TechnologyTag>"
             from products p
             left join product_classifications c
               on c.product_id = p.id and c.classification_version = p.classification_version
            where p.id = $1"#,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

/// The marketing license that covers a product, as the gate finds it.
pub(super) async fn cover(
    conn: &mut Conn,
    (exporter, product): (ExporterId, ProductId),
    destination: Country,
    end_user: Option<EndUserId>,
    today: NaiveDate,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select marketing_cover($1, $2, $3, $4, $5)",
        exporter.0,
        product.0,
        destination.as_str(),
        end_user.map(Uuid::from),
        today,
    )
    .fetch_one(conn)
    .await
}

/// How much of a product a declaration names, in a unit.
pub(super) async fn declared(
    conn: &mut Conn,
    declaration: DeclarationId,
    product: ProductId,
    unit: Option<Unit>,
) -> sqlx::Result<Option<Decimal>> {
    sqlx::query_scalar!(
        "select quantity from declaration_items
          where declaration_id = $1 and product_id = $2 and ($3::text is null or unit = $3)",
        declaration.0,
        product.0,
        unit.map(Unit::name),
    )
    .fetch_optional(conn)
    .await
}

/// The declaration template in force for a class.
pub(super) async fn template(conn: &mut Conn, class: ProductClass) -> sqlx::Result<Option<TemplateFound>> {
    let found = sqlx::query!(
        r#"select id as "id: TemplateId", reference, template_version, title, framework
             from declaration_templates where status = 'in_force' and product_class = $1"#,
        class.name(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.map(|row| TemplateFound {
        template_id: row.id,
        reference: row.reference,
        product_class: class,
        template_version: row.template_version,
        title: row.title,
        framework: row.framework,
        text: format!("/v1/declaration-templates/{}", row.id),
    }))
}

/// How long the first decisions on applications of a kind took, of those of the last year.
pub(super) async fn duration(conn: &mut Conn, act: &Act, kind: Kind) -> sqlx::Result<Option<DurationFound>> {
    let since = (act.at - TimeDelta::days(COUNTED_DAYS)).date_naive();
    let counted = sqlx::query!(
        r#"select count(*) as "decisions!", percentile_disc(0.5) within group (order by days) as median,
                  percentile_disc(0.9) within group (order by days) as ninetieth
             from (select (d.countersigned_at at time zone 'UTC')::date - (f.at at time zone 'UTC')::date as days
                     from decisions d
                     join applications a on a.id = d.application_id and a.kind = $1
                     join history f on f.subject_id = a.id and f.action = 'submit' and f.from_status = 'draft'
                    where d.status = 'countersigned' and d.reopening is null
                      and d.countersigned_at >= $2::date::timestamp at time zone 'UTC') t"#,
        kind.name(),
        since,
    )
    .fetch_one(conn)
    .await?;
    let figures = counted.median.zip(counted.ninetieth).filter(|_| counted.decisions >= FEWEST);
    Ok(figures.map(|(median_days, ninetieth_percentile_days)| DurationFound {
        median_days,
        ninetieth_percentile_days,
        decisions: counted.decisions,
        since,
    }))
}

/// A check to be put on file.
pub(super) struct New<'n> {
    pub(super) id: EligibilityCheckId,
    pub(super) reference: &'n str,
    pub(super) exporter: ExporterId,
    pub(super) asked: Value,
    pub(super) facts: Value,
    pub(super) verdict: Value,
    pub(super) answer: Value,
    /// What the exporter is told, where its own person asked.
    pub(super) told: Option<Value>,
}

/// Inserts a check.
pub(super) async fn insert(conn: &mut Conn, act: &Act, new: &New<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into eligibility_checks (id, reference, at, asked_by, exporter_id, owner_id, asked, facts, verdict, answer, told)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        new.id.0,
        new.reference,
        act.at,
        act.actor.person.0,
        new.exporter.0,
        new.told.as_ref().map(|_| new.exporter.0),
        new.asked,
        new.facts,
        new.verdict,
        new.answer,
        new.told,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What an exporter reads is what it was told; what staff read is the whole.
fn listing(actor: &Actor) -> Listing {
    let select = if actor.sees_only().is_some() {
        "select c.id, c.reference, c.at, null::text as asked_by, c.exporter_id, c.asked, c.told as answer
           from eligibility_checks c where c.told is not null"
    } else {
        "select c.id, c.reference, c.at, p.handle as asked_by, c.exporter_id, c.asked, c.answer
           from eligibility_checks c join people p on p.id = c.asked_by where true"
    };
    Listing::new(select, "c.id").filter("c.owner_id = ?", actor.sees_only())
}

/// One check as the actor sees it.
pub(super) async fn get(
    conn: &mut Conn,
    actor: &Actor,
    id: EligibilityCheckId,
) -> sqlx::Result<Option<EligibilityCheck>> {
    listing(actor).filter("c.id = ?", Some(id)).one(conn).await
}

/// One page of checks.
pub(super) async fn list(
    conn: &mut Conn,
    actor: &Actor,
    filter: CheckFilter,
    paging: Paging,
) -> sqlx::Result<Page<EligibilityCheck>> {
    let standing = filter.as_things_stand.map(AsThingsStand::name);
    let answered = if actor.sees_only().is_some() {
        "c.told ->> 'asThingsStand' = ?"
    } else {
        "c.answer ->> 'asThingsStand' = ?"
    };
    listing(actor)
        .filter(answered, standing)
        .filter("c.asked ->> 'kind' = ?", filter.kind)
        .filter("c.asked ->> 'destination' = ?", filter.destination)
        .filter("c.exporter_id = ?", filter.exporter_id)
        .filter("c.reference = ?", filter.reference)
        .page(conn, paging)
        .await
}
