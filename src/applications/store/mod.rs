//! The statements of applications.

pub(super) mod decisions;
pub(super) mod facts;
pub(super) mod like;
pub(super) mod positions;
pub(super) mod reopenings;

use crate::db::Conn;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::model::{Application, ApplicationFilter, NewApplication, NewLine};
use crate::act::Act;
use crate::ids::{ApplicationId, DeclarationId, EndUserId, ExporterId, LicenseId, ProductId};
use crate::page::{Listing, Page, Paging};
use crate::rules::application::Status;
use crate::rules::deadline::{self, Step};
use crate::rules::values::Unit;

/// Inserts an application as a draft; its lines and its first step follow.
pub(in crate::applications) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
    reference: &str,
    exporter: ExporterId,
    new: &NewApplication,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into applications (id, reference, version, status, kind, purpose, exporter_id, destination, end_user_id,
                                   predecessor_id, declaration_id, end_use, proposed_conditions, round, created_at,
                                   updated_at)
         values ($1, $2, 1, 'draft', $3, $4, $5, $6, $7, $8, $9, $10, '{}', 1, $11, $11)",
        id.0,
        reference,
        new.kind.name(),
        new.purpose.name(),
        exporter.0,
        new.destination.as_str(),
        new.end_user_id.map(Uuid::from),
        new.predecessor_id.map(Uuid::from),
        new.declaration_id.map(Uuid::from),
        new.end_use.as_str(),
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Inserts the lines of an application, numbered from 1.
pub(in crate::applications) async fn insert_lines(
    conn: &mut Conn,
    id: ApplicationId,
    lines: &[NewLine],
) -> sqlx::Result<()> {
    let products: Vec<Uuid> = lines.iter().map(|line| line.product_id.0).collect();
    let quantities: Vec<Option<Decimal>> =
        lines.iter().map(|line| line.quantity.map(|q| q.value())).collect();
    let units: Vec<Option<String>> =
        lines.iter().map(|line| line.unit.map(|unit| Unit::name(unit).to_owned())).collect();
    let values: Vec<Option<Decimal>> = lines.iter().map(|line| line.value.map(|v| v.value())).collect();
    let currencies: Vec<Option<String>> =
        lines.iter().map(|line| line.currency.map(|c| c.to_string())).collect();
    sqlx::query!(
        "insert into application_lines (application_id, line, product_id, quantity, unit, value, currency)
         select $1, t.line, t.product_id, t.quantity, t.unit, t.value, t.currency
           from unnest($2::uuid[], $3::numeric[], $4::text[], $5::numeric[], $6::text[])
                with ordinality as t (product_id, quantity, unit, value, currency, line)",
        id.0,
        &products,
        &quantities as &[Option<Decimal>],
        &units as &[Option<String>],
        &values as &[Option<Decimal>],
        &currencies as &[Option<String>],
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Replaces the lines of a draft.
pub(in crate::applications) async fn replace_lines(
    conn: &mut Conn,
    id: ApplicationId,
    lines: &[NewLine],
) -> sqlx::Result<()> {
    sqlx::query!("delete from application_lines where application_id = $1", id.0).execute(&mut *conn).await?;
    insert_lines(conn, id, lines).await
}

/// Replaces the content of a draft; false where the kind differs.
pub(in crate::applications) async fn update(
    conn: &mut Conn,
    id: ApplicationId,
    new: &NewApplication,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update applications set purpose = $3, destination = $4, end_user_id = $5, predecessor_id = $6,
                                 declaration_id = $7, end_use = $8
          where id = $1 and kind = $2",
        id.0,
        new.kind.name(),
        new.purpose.name(),
        new.destination.as_str(),
        new.end_user_id.map(Uuid::from),
        new.predecessor_id.map(Uuid::from),
        new.declaration_id.map(Uuid::from),
        new.end_use.as_str(),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Pins the classification in force of every product, and the time of filing.
pub(in crate::applications) async fn pin_classifications(
    conn: &mut Conn,
    id: ApplicationId,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with filed as (update applications set filed_at = $2 where id = $1 and status in ('draft', 'returned') returning id)
         update application_lines l set classification_version = p.classification_version
           from products p, filed where l.application_id = filed.id and p.id = l.product_id",
        id.0,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What an application refers to, or would.
#[derive(Clone, Debug)]
pub struct References {
    /// The end user.
    pub end_user: Option<EndUserId>,
    /// The license to be continued.
    pub predecessor: Option<LicenseId>,
    /// The declaration.
    pub declaration: Option<DeclarationId>,
    /// The products.
    pub products: Vec<ProductId>,
}

/// What of that is on file for an exporter.
pub struct OnFile {
    /// The end user, or none is named.
    pub end_user: bool,
    /// The license, or none is named.
    pub predecessor: bool,
    /// The declaration, or none is named.
    pub declaration: bool,
    /// The index of the first product that is not.
    pub missing_product: Option<i64>,
}

/// Looks up what an application refers to. What belongs to another exporter is not on file for this one.
pub async fn on_file(conn: &mut Conn, exporter: ExporterId, named: &References) -> sqlx::Result<OnFile> {
    let products: Vec<Uuid> = named.products.iter().map(|product| product.0).collect();
    sqlx::query_as!(
        OnFile,
        r#"select ($2::uuid is null or exists (select from end_users where id = $2 and exporter_id = $1)) as "end_user!",
                  ($3::uuid is null or exists (select from licenses where id = $3 and exporter_id = $1)) as "predecessor!",
                  ($4::uuid is null or exists (select from declarations where id = $4 and exporter_id = $1)) as "declaration!",
                  (select min(t.line) - 1 from unnest($5::uuid[]) with ordinality as t (id, line)
                    where not exists (select from products p where p.id = t.id and p.exporter_id = $1)) as missing_product"#,
        exporter.0,
        named.end_user.map(Uuid::from),
        named.predecessor.map(Uuid::from),
        named.declaration.map(Uuid::from),
        &products,
    )
    .fetch_one(conn)
    .await
}

fn listing(act: &Act) -> Listing {
    Listing::new(
        "select a.id, a.reference, a.status, a.version, a.kind, a.purpose, a.exporter_id, a.destination, a.end_user_id,
                a.predecessor_id, a.declaration_id, a.end_use, a.proposed_conditions, a.round, a.filed_at, a.created_at,
                a.updated_at,
                (select l.id from licenses l where l.application_id = a.id) as license_id,
                (select jsonb_agg(jsonb_build_object(
                            'line', l.line, 'productId', l.product_id, 'classificationVersion', l.classification_version,
                            'quantity', trim_scale(l.quantity)::text, 'unit', l.unit, 'value', l.value::text,
                            'currency', l.currency) order by l.line)
                   from application_lines l where l.application_id = a.id) as lines,
                named_consignees(a.id) as consignees
           from applications a where true",
        "a.id",
    )
    .filter("a.exporter_id = ?", act.actor.sees_only())
}

/// One application as the actor sees it, with its clock.
pub(in crate::applications) async fn get(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
) -> sqlx::Result<Option<Application>> {
    let found: Option<Application> = listing(act).filter("a.id = ?", Some(id)).one(&mut *conn).await?;
    let Some(application) = found else { return Ok(None) };
    let steps = steps(&mut *conn, id).await?;
    let clock = deadline::clock(&steps, act.at, act.policy.decision_days).map(Into::into);
    Ok(Some(Application { clock, ..application.seen_by(&act.actor) }))
}

/// The steps the statutory clock is read off.
async fn steps(conn: &mut Conn, id: ApplicationId) -> sqlx::Result<Vec<Step>> {
    sqlx::query_as!(
        Step,
        r#"select at, to_status as "to: Status" from history where subject_id = $1 order by version"#,
        id.0,
    )
    .fetch_all(conn)
    .await
}

/// One page of applications.
pub(in crate::applications) async fn list(
    conn: &mut Conn,
    act: &Act,
    filter: ApplicationFilter,
    paging: Paging,
) -> sqlx::Result<Page<Application>> {
    let page: Page<Application> = listing(act)
        .filter("a.status = ?", filter.status)
        .filter("a.kind = ?", filter.kind)
        .filter("a.purpose = ?", filter.purpose)
        .filter("a.destination = ?", filter.destination)
        .filter("a.exporter_id = ?", filter.exporter_id)
        .filter("a.end_user_id = ?", filter.end_user_id)
        .filter(
            "exists (select from application_lines l join products p on p.id = l.product_id
                       join product_classifications c on c.product_id = l.product_id
                            and c.classification_version = coalesce(l.classification_version, p.classification_version)
                      where l.application_id = a.id and c.control_prefixes @> array[?])",
            filter.control_code,
        )
        .filter("a.filed_at >= ?::date::timestamp at time zone 'UTC'", filter.filed_from)
        .filter("a.filed_at < (?::date + 1)::timestamp at time zone 'UTC'", filter.filed_to)
        .filter("a.reference = ?", filter.reference)
        .page(conn, paging)
        .await?;
    Ok(page.map(|application| application.seen_by(&act.actor)))
}
