//! The statements of declarations.

use crate::db::Conn;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::model::{Declaration, DeclarationFilter, Item, NewDeclaration};
use super::templates;
use crate::act::{Act, Actor};
use crate::ids::{ApplicationId, DeclarationId, EndUserId, ExporterId, ProductId, TemplateId};
use crate::page::{Listing, Page, Paging};
use crate::rules::declaration::{StatedEnd, Status};
use crate::rules::gate::{BreachFacts, DeclarationFacts};
use crate::rules::values::{Country, Name, Prose, Unit};

/// How much of a product a declaration names.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Declared {
    /// The product.
    pub product_id: ProductId,
    /// How much.
    pub quantity: Decimal,
    /// Counted in.
    pub unit: Unit,
}

/// Inserts a declaration as lodged; its items and its first step follow.
pub(super) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: DeclarationId,
    exporter: ExporterId,
    reference: &str,
    new: &NewDeclaration,
) -> sqlx::Result<()> {
    let ends: Vec<String> = new.stated_ends.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "insert into declarations (id, reference, version, status, template_id, exporter_id, end_user_id, state, authority,
                                   signatory_name, signatory_title, end_use, stated_ends, place_of_use, document_sha256,
                                   signed_on, valid_until, created_at, updated_at)
         values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17)",
        id.0,
        reference,
        Status::Lodged.name(),
        new.template_id.0,
        exporter.0,
        new.end_user_id.0,
        new.state.as_str(),
        new.authority.as_str(),
        new.signatory_name.as_str(),
        new.signatory_title.as_str(),
        new.end_use.as_str(),
        &ends,
        new.place_of_use.as_str(),
        new.document_sha256.as_str(),
        new.signed_on,
        new.valid_until,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Inserts the products and quantities of a declaration, numbered in their order.
pub(super) async fn insert_items(conn: &mut Conn, id: DeclarationId, items: &[Item]) -> sqlx::Result<()> {
    let products: Vec<_> = items.iter().map(|item| item.product_id.0).collect();
    let quantities: Vec<Decimal> = items.iter().map(|item| item.quantity.value()).collect();
    let units: Vec<String> = items.iter().map(|item| item.unit.to_string()).collect();
    sqlx::query!(
        "insert into declaration_items (declaration_id, item, product_id, quantity, unit)
         select $1, i.item, i.product_id, i.quantity, i.unit
           from unnest($2::uuid[], $3::numeric[], $4::text[]) with ordinality as i (product_id, quantity, unit, item)",
        id.0,
        &products,
        &quantities,
        &units,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets how the signature is verified and what that found; the step that justifies it follows.
pub(super) async fn set_verification(
    conn: &mut Conn,
    id: DeclarationId,
    channel: &Name,
    result: Option<&Prose>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update declarations set verification_channel = $2, verification_result = $3 where id = $1",
        id.0,
        channel.as_str(),
        result.map(Prose::as_str),
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn listing(actor: &Actor) -> Listing {
    Listing::new(
        "select d.id, d.reference, d.status, d.version, d.template_id, d.exporter_id, d.end_user_id, d.state, d.authority,
                d.signatory_name, d.signatory_title, d.end_use, d.stated_ends, d.place_of_use, d.document_sha256,
                d.signed_on, d.valid_until, d.verification_channel, d.verification_result, d.created_at, d.updated_at,
                (select coalesce(jsonb_agg(jsonb_build_object('productId', i.product_id,
                            'quantity', trim_scale(i.quantity)::text, 'unit', i.unit) order by i.item), '[]')
                   from declaration_items i where i.declaration_id = d.id) as items
           from declarations d where true",
        "d.id",
    )
    .filter("d.exporter_id = ?", actor.sees_only())
}

/// One declaration as the actor sees it.
pub async fn get(conn: &mut Conn, act: &Act, id: DeclarationId) -> sqlx::Result<Option<Declaration>> {
    let found: Option<Declaration> = listing(&act.actor).filter("d.id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|declaration| declaration.seen_by(&act.actor, act.today())))
}

/// One page of declarations.
pub(super) async fn list(
    conn: &mut Conn,
    act: &Act,
    filter: DeclarationFilter,
    paging: Paging,
) -> sqlx::Result<Page<Declaration>> {
    let today = act.today();
    let running = filter.status.filter(|status| *status == Status::Accepted).map(|_| today);
    let ended = filter.status.filter(|status| *status == Status::Expired).map(|_| today);
    let recorded = filter.status.filter(|status| *status != Status::Expired);
    let page: Page<Declaration> = listing(&act.actor)
        .filter("d.status = ?", recorded)
        .filter("d.valid_until >= ?", running)
        .filter("(d.status = 'expired' or d.status = 'accepted' and d.valid_until < ?)", ended)
        .filter("d.template_id = ?", filter.template_id)
        .filter("d.end_user_id = ?", filter.end_user_id)
        .filter("d.state = ?", filter.state)
        .filter("d.exporter_id = ?", filter.exporter_id)
        .filter("d.reference = ?", filter.reference)
        .page(conn, paging)
        .await?;
    Ok(page.map(|declaration| declaration.seen_by(&act.actor, today)))
}

/// What a declaration says, as [`facts`] reads it.
#[derive(sqlx::FromRow)]
struct Signed {
    reference: String,
    status: Status,
    valid_until: NaiveDate,
    state: Country,
    end_user: String,
    stated_ends: Vec<StatedEnd>,
    template_id: TemplateId,
    used_by: Option<String>,
}

/// What the gate is told about a declaration, whoever lodged it: its status as recorded (the gate looks at the date),
/// the template as it stands, and the other application that it served, if it did.
pub async fn facts(
    conn: &mut Conn,
    id: DeclarationId,
    for_application: ApplicationId,
) -> sqlx::Result<Option<DeclarationFacts>> {
    let signed: Option<Signed> = sqlx::query_as(
        "select d.reference, d.status, d.valid_until, d.state, e.reference as end_user, d.stated_ends, d.template_id,
                (select min(a.reference) from declaration_uses u join applications a on a.id = u.application_id
                  where u.declaration_id = d.id and u.application_id <> $2) as used_by
           from declarations d join end_users e on e.id = d.end_user_id
          where d.id = $1",
    )
    .bind(id)
    .bind(for_application)
    .fetch_optional(&mut *conn)
    .await?;
    let Some(signed) = signed else { return Ok(None) };
    let template = templates::store::standing(conn, signed.template_id).await?;
    Ok(template.map(|template| DeclarationFacts {
        reference: signed.reference,
        status: signed.status,
        valid_until: signed.valid_until,
        state: signed.state,
        end_user: signed.end_user,
        stated_ends: signed.stated_ends,
        class: template.class,
        template_version: template.template_version,
        template_status: template.status,
        successor: template.successor,
        used_by: signed.used_by,
        framework: template.framework,
    }))
}

/// The gravest breach of any declaration of an end user that stands: confirmed, or suspected and not cleared.
pub async fn breach_of(conn: &mut Conn, end_user: Option<EndUserId>) -> sqlx::Result<Option<BreachFacts>> {
    let Some(end_user) = end_user else { return Ok(None) };
    sqlx::query_as!(
        BreachFacts,
        r#"select reference as declaration, status = 'breach_confirmed' as "confirmed!" from declarations
            where end_user_id = $1 and status in ('breach_confirmed', 'breach_suspected')
            order by status, id limit 1"#,
        end_user.0,
    )
    .fetch_optional(conn)
    .await
}

/// The products a declaration names and how much of each, in the order they were declared.
pub async fn declared(conn: &mut Conn, id: DeclarationId) -> sqlx::Result<Vec<Declared>> {
    sqlx::query_as(
        "select product_id, quantity, unit from declaration_items where declaration_id = $1 order by item",
    )
    .bind(id)
    .fetch_all(conn)
    .await
}
