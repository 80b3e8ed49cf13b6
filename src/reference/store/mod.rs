//! The statements of reference data.

pub(super) mod control_list;
pub(super) mod editions;
pub(super) mod groups;
pub(super) mod names;
pub(super) mod programmes;
pub(super) mod proposals;

use crate::db::Conn;
use chrono::NaiveDate;

pub use groups::{group_members, groups_of, known_groups};
pub use programmes::programmes_on;

use super::model::Country;
use crate::rules::gate::{EmbargoFacts, EmbargoScope};
use crate::rules::values;

/// The arms embargo in force on a country; of several the one that covers most.
pub async fn embargo(
    conn: &mut Conn,
    country: values::Country,
    today: NaiveDate,
) -> sqlx::Result<Option<EmbargoFacts>> {
    // Both scopes can be in force at once: 'territory' sorts behind and wins.
    let found: Option<(EmbargoScope, String)> = sqlx::query_as(
        "select scope, citation from arms_embargoes
          where country = $1 and in_force_from <= $2 and (in_force_until is null or in_force_until >= $2)
          order by scope desc, in_force_from limit 1",
    )
    .bind(country)
    .bind(today)
    .fetch_optional(conn)
    .await?;
    Ok(found.map(|(scope, citation)| EmbargoFacts { scope, citation }))
}

/// Every territory, with the embargo in force on it.
pub(super) async fn countries(conn: &mut Conn, today: NaiveDate) -> sqlx::Result<Vec<Country>> {
    territories(conn, None, today).await
}

/// One country, with the embargo in force on it.
pub async fn country(
    conn: &mut Conn,
    code: values::Country,
    today: NaiveDate,
) -> sqlx::Result<Option<Country>> {
    Ok(territories(conn, Some(code), today).await?.pop())
}

async fn territories(
    conn: &mut Conn,
    code: Option<values::Country>,
    today: NaiveDate,
) -> sqlx::Result<Vec<Country>> {
    sqlx::query_as(
        "select t.code, t.name, t.kind, e.embargo,
                (select coalesce(jsonb_agg(jsonb_build_object('language', n.language, 'name', n.name, 'source', n.source)
                                           order by n.language), '[]')
                   from territory_names n where n.territory = t.code) as names
           from territories t
           left join lateral (
               select jsonb_build_object('scope', a.scope, 'citation', a.citation) as embargo from arms_embargoes a
                where a.country = t.code and a.in_force_from <= $1 and (a.in_force_until is null or a.in_force_until >= $1)
                order by a.scope desc, a.in_force_from limit 1) e on true
          where $2::text is null or t.code = $2
          order by t.kind, t.code",
    )
    .bind(today)
    .bind(code)
    .fetch_all(conn)
    .await
}
