//! The statements of reference data.

pub(super) mod groups;

use crate::db::Conn;
use chrono::NaiveDate;

pub use groups::{group_members, groups_of, known_groups};

use super::model::{ControlListEntry, ControlListFilter, Country};
use crate::rules::gate::{EmbargoFacts, EmbargoScope};
use crate::rules::values::{self, ControlCode, ControlPrefix, Name};

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
        "select t.code, t.name, t.kind, e.embargo
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

/// The entries of the control lists, by code.
pub(super) async fn control_list(
    conn: &mut Conn,
    filter: &ControlListFilter,
) -> sqlx::Result<Vec<ControlListEntry>> {
    sqlx::query_as!(
        ControlListEntry,
        r"select code, list, title, source from control_list_entries
           where ($1::text is null or control_code_prefixes(array[code]) @> array[$1])
             and ($2::text is null or strpos(lower(title), lower($2)) > 0)
           order by list desc, length(substring(code from '^ML[0-9]+')), code",
        filter.prefix.as_ref().map(ControlPrefix::as_str),
        filter.text.as_ref().map(Name::as_str),
    )
    .fetch_all(conn)
    .await
}

/// The heads among those of `codes` that are on file.
pub async fn known_heads(conn: &mut Conn, codes: &[ControlCode]) -> sqlx::Result<Vec<String>> {
    let heads: Vec<String> = codes.iter().map(|code| code.head().to_owned()).collect();
    sqlx::query_scalar!("select code from control_list_entries where code = any($1)", &heads)
        .fetch_all(conn)
        .await
}
