//! The statements of products.

use crate::db::Conn;

use super::model::{Classification, Correction, NewClassification, NewProduct, Product, ProductFilter};
use crate::act::{Act, Actor};
use crate::as_of::AsOf;
use crate::ids::{ExporterId, ProductId};
use crate::page::{Listing, Page, Paging};
use crate::rules::product::{ProductClass, Status};
use crate::rules::values::{Name, Prose};

/// A product as another room needs to know it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Standing {
    /// Identifier.
    pub id: ProductId,
    /// Human reference.
    pub reference: String,
    /// Whose product it is.
    pub exporter_id: ExporterId,
    /// Where it stands.
    pub status: Status,
    /// The classification version in force.
    pub classification_version: Option<i32>,
    /// Its class in that version.
    pub product_class: Option<ProductClass>,
}

/// Inserts a product as submitted; its first step follows.
pub(super) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: ProductId,
    exporter: ExporterId,
    reference: &str,
    new: &NewProduct,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into products (id, reference, version, status, exporter_id, name, description, created_at, updated_at)
         values ($1, $2, 1, $3, $4, $5, $6, $7, $7)",
        id.0,
        reference,
        Status::Submitted.name(),
        exporter.0,
        new.name.as_str(),
        new.description.as_str(),
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets what a correction names; the step that justifies it follows.
pub(super) async fn correct(conn: &mut Conn, id: ProductId, correction: &Correction) -> sqlx::Result<()> {
    sqlx::query!(
        "update products set name = coalesce($2, name), description = coalesce($3, description) where id = $1",
        id.0,
        correction.name.as_ref().map(Name::as_str),
        correction.description.as_ref().map(Prose::as_str),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Adds the next classification version and puts it in force; the step that justifies it follows.
pub(super) async fn add_classification(
    conn: &mut Conn,
    act: &Act,
    id: ProductId,
    new: &NewClassification,
) -> sqlx::Result<i32> {
    let codes: Vec<String> = new.control_codes.iter().map(ToString::to_string).collect();
    let tags: Vec<String> = new.technology_tags.iter().map(ToString::to_string).collect();
    sqlx::query_scalar!(
        r#"with added as (
               insert into product_classifications (product_id, classification_version, control_codes, product_class,
                                                    security_classification, technology_tags, rationale,
                                                    classified_at, classified_by)
               select id, coalesce(classification_version, 0) + 1, $2, $3, $4, $5, $6, $7, $8
                 from products where id = $1
               returning classification_version)
           update products set classification_version = added.classification_version from added where id = $1
           returning added.classification_version as "version!""#,
        id.0,
        &codes,
        new.product_class.name(),
        new.security_classification.name(),
        &tags,
        new.rationale.as_str(),
        act.at,
        act.actor.person.0,
    )
    .fetch_one(conn)
    .await
}

macro_rules! select {
    ($products:literal) => {
        concat!(
            " select p.id, p.reference, p.status, p.version, p.exporter_id, p.name, p.description, p.created_at, p.updated_at,
                case when c.product_id is not null then jsonb_build_object(
                    'version', c.classification_version, 'controlCodes', c.control_codes,
                    'productClass', c.product_class, 'securityClassification', c.security_classification,
                    'technologyTags', c.technology_tags, 'rationale', c.rationale,
                    'classifiedAt', c.classified_at) end as classification
           from ",
            $products,
            " p
           left join product_classifications c
             on c.product_id = p.id and c.classification_version = p.classification_version
          where true"
        )
    };
}

fn listing(actor: &Actor, then: Option<AsOf>) -> Listing {
    then.map_or_else(
        || Listing::new(select!("products"), "p.id"),
        |then| then.listing(select!("products_at($1, $2)"), "p.id"),
    )
    .filter("p.exporter_id = ?", actor.sees_only())
}

/// A product as it is shown: to the actor now, or as it was then.
fn shown(product: Product, actor: &Actor, then: Option<AsOf>) -> Product {
    match then {
        None => product.seen_by(actor),
        Some(then) => product.as_of(then),
    }
}

/// One product as the actor sees it.
pub async fn get(conn: &mut Conn, act: &Act, id: ProductId) -> sqlx::Result<Option<Product>> {
    one(conn, act, id, None).await
}

/// One product as the actor sees it, or as it was then; none where it was not on file.
pub(super) async fn one(
    conn: &mut Conn,
    act: &Act,
    id: ProductId,
    then: Option<AsOf>,
) -> sqlx::Result<Option<Product>> {
    let found: Option<Product> = listing(&act.actor, then).filter("p.id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|product| shown(product, &act.actor, then)))
}

/// One page of products.
pub(super) async fn list(
    conn: &mut Conn,
    act: &Act,
    filter: ProductFilter,
    then: Option<AsOf>,
    paging: Paging,
) -> sqlx::Result<Page<Product>> {
    let page: Page<Product> = listing(&act.actor, then)
        .filter("p.status = ?", filter.status)
        .filter("p.exporter_id = ?", filter.exporter_id)
        .filter("c.control_prefixes @> array[?]", filter.control_code)
        .filter("c.product_class = ?", filter.product_class)
        .filter(
            "p.name ilike '%' || replace(replace(replace(?, '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%'",
            filter.name,
        )
        .filter("p.reference = ?", filter.reference)
        .page(conn, paging)
        .await?;
    Ok(page.map(|product| shown(product, &act.actor, then)))
}

/// Every classification version of a product that the actor may see, the first one first.
pub async fn classifications(
    conn: &mut Conn,
    actor: &Actor,
    id: ProductId,
) -> sqlx::Result<Vec<Classification>> {
    sqlx::query_as(
        "select c.classification_version as version, c.control_codes, c.product_class, c.security_classification,
                c.technology_tags, c.rationale, c.classified_at
           from product_classifications c join products p on p.id = c.product_id
          where p.id = $1 and ($2::uuid is null or p.exporter_id = $2)
          order by c.classification_version",
    )
    .bind(id)
    .bind(actor.sees_only())
    .fetch_all(conn)
    .await
}

/// Those of the products that are on file, whoever owns them.
pub async fn standings(conn: &mut Conn, ids: &[ProductId]) -> sqlx::Result<Vec<Standing>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    sqlx::query_as(
        "select p.id, p.reference, p.exporter_id, p.status, p.classification_version, c.product_class
           from products p
           left join product_classifications c
             on c.product_id = p.id and c.classification_version = p.classification_version
          where p.id = any($1)",
    )
    .bind(ids)
    .fetch_all(conn)
    .await
}
