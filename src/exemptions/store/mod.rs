//! The statements of exemptions.

pub(super) mod uses;

use crate::db::Conn;
use chrono::NaiveDate;
use sqlx::types::Json;

use crate::act::{Act, Actor};
use crate::exemptions::model::{Exemption, ExemptionFilter, NewExemption};
use crate::ids::ExemptionId;
use crate::page::{Listing, Page, Paging};
use crate::rules::scope::Scope;

/// Inserts an exemption as in force; its first step follows.
pub(in crate::exemptions) async fn insert(
    conn: &mut Conn,
    act: &Act,
    id: ExemptionId,
    reference: &str,
    new: &NewExemption,
) -> sqlx::Result<()> {
    let conditions: Vec<String> = new.conditions.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "insert into exemptions (id, reference, version, status, title, scope, conditions, legal_basis, valid_from,
                                 valid_until, created_at, updated_at)
         values ($1, $2, 1, 'in_force', $3, $4, $5, $6, $7, $8, $9, $9)",
        id.0,
        reference,
        new.title.as_str(),
        Json(&new.scope) as Json<&Scope>,
        &conditions,
        new.legal_basis.as_str(),
        new.valid_from,
        new.valid_until,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn listing() -> Listing {
    Listing::new(
        "select id, reference, status, version, title, scope, conditions, legal_basis, valid_from, valid_until, created_at,
                updated_at
           from exemptions where true",
        "id",
    )
}

/// One exemption.
pub(in crate::exemptions) async fn get(
    conn: &mut Conn,
    actor: &Actor,
    id: ExemptionId,
) -> sqlx::Result<Option<Exemption>> {
    let found: Option<Exemption> = listing().filter("id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|exemption| exemption.seen_by(actor)))
}

/// One page of exemptions.
pub(in crate::exemptions) async fn list(
    conn: &mut Conn,
    actor: &Actor,
    filter: ExemptionFilter,
    paging: Paging,
) -> sqlx::Result<Page<Exemption>> {
    let page: Page<Exemption> = listing()
        .filter("status = ?", filter.status)
        .filter("status = 'in_force' and daterange(valid_from, valid_until, '[]') @> ?::date", filter.on)
        .page(conn, paging)
        .await?;
    Ok(page.map(|exemption| exemption.seen_by(actor)))
}

/// An exemption as the gate needs it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Standing {
    /// Which.
    pub id: ExemptionId,
    /// Human reference.
    pub reference: String,
    /// What it is called.
    pub title: String,
    /// The law it rests on.
    pub legal_basis: String,
    /// Its last day, where it has one.
    pub valid_until: Option<NaiveDate>,
    /// What it is for.
    pub scope: Json<Scope>,
    /// What a license granted on it must state.
    pub conditions: Vec<String>,
}

/// The exemptions that stand on a day.
pub async fn standing(conn: &mut Conn, today: NaiveDate) -> sqlx::Result<Vec<Standing>> {
    sqlx::query_as(
        "select id, reference, title, legal_basis, valid_until, scope, conditions from exemptions
          where status = 'in_force' and valid_from <= $1 and (valid_until is null or valid_until >= $1) order by id",
    )
    .bind(today)
    .fetch_all(conn)
    .await
}
