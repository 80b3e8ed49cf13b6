//! The statements of country groups.

use crate::db::Conn;
use chrono::NaiveDate;
use uuid::Uuid;

use crate::act::Act;
use crate::page::Listing;
use crate::reference::model::{CountryGroup, Membership, NewCountryGroup, NewEnding, NewMember};
use crate::rules::values::{Country, GroupCode, Territory};

/// The members of groups on a day, group by group.
pub async fn group_members(
    conn: &mut Conn,
    groups: &[String],
    on: NaiveDate,
) -> sqlx::Result<Vec<(String, Territory)>> {
    let rows = sqlx::query!(
        r#"select group_code, territory as "territory: Territory" from country_group_members
            where group_code = any($1) and valid_from <= $2 and (valid_until is null or valid_until >= $2)
            order by group_code, territory"#,
        groups,
        on,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.group_code, row.territory)).collect())
}

/// Those of the groups that are on file.
pub async fn known_groups(conn: &mut Conn, groups: &[String]) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("select code from country_groups where code = any($1) order by code", groups)
        .fetch_all(conn)
        .await
}

/// The groups that a country belongs to on a day, with their names.
pub async fn groups_of(
    conn: &mut Conn,
    country: Country,
    on: NaiveDate,
) -> sqlx::Result<Vec<(GroupCode, String)>> {
    sqlx::query_as(
        "select g.code, g.name from country_group_members m join country_groups g on g.code = m.group_code
          where m.territory = $1 and m.valid_from <= $2 and (m.valid_until is null or m.valid_until >= $2)
          order by g.code",
    )
    .bind(country)
    .bind(on)
    .fetch_all(conn)
    .await
}

/// A group on file.
pub(in crate::reference) struct Group {
    /// Its name in the audit log.
    pub(in crate::reference) id: Uuid,
    /// Counts what was recorded of it: its rows are added and ended, never deleted.
    pub(in crate::reference) version: i32,
}

/// A group; none where it is not on file.
pub(in crate::reference) async fn group(conn: &mut Conn, code: &GroupCode) -> sqlx::Result<Option<Group>> {
    sqlx::query_as!(
        Group,
        r#"select g.id, (1 + count(m.*) + count(m.ended_at))::integer as "version!"
             from country_groups g left join country_group_members m on m.group_code = g.code
            where g.code = $1 group by g.id"#,
        code.as_str(),
    )
    .fetch_optional(conn)
    .await
}

/// Inserts a group.
pub(in crate::reference) async fn insert_group(
    conn: &mut Conn,
    act: &Act,
    id: Uuid,
    new: &NewCountryGroup,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into country_groups (code, id, name, source, recorded_by, recorded_at) values ($1, $2, $3, $4, $5, $6)",
        new.code.as_str(),
        id,
        new.name.as_str(),
        new.source.as_str(),
        act.actor.person.0,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Inserts a membership.
pub(in crate::reference) async fn insert_member(
    conn: &mut Conn,
    act: &Act,
    code: &GroupCode,
    new: &NewMember,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into country_group_members (group_code, territory, valid_from, valid_until, recorded_by, recorded_at)
         values ($1, $2, $3, $4, $5, $6)",
        code.as_str(),
        new.territory.as_str(),
        new.valid_from,
        new.valid_until,
        act.actor.person.0,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The first day of a country's membership that has no end yet, held until the transaction ends.
pub(in crate::reference) async fn open_membership(
    conn: &mut Conn,
    code: &GroupCode,
    country: Country,
) -> sqlx::Result<Option<NaiveDate>> {
    sqlx::query_scalar!(
        "select valid_from from country_group_members
          where group_code = $1 and territory = $2 and valid_until is null for update",
        code.as_str(),
        country.as_str(),
    )
    .fetch_optional(conn)
    .await
}

/// Ends the membership that has no end yet.
pub(in crate::reference) async fn end_member(
    conn: &mut Conn,
    act: &Act,
    code: &GroupCode,
    new: &NewEnding,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update country_group_members set valid_until = $3, ended_by = $4, ended_at = $5, end_reasons = $6
          where group_code = $1 and territory = $2 and valid_until is null",
        code.as_str(),
        new.territory.as_str(),
        new.valid_until,
        act.actor.person.0,
        act.at,
        new.reasons.as_str(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Every membership of a group, or of one country in it, ended ones too, the earliest first.
pub(in crate::reference) async fn memberships(
    conn: &mut Conn,
    code: &GroupCode,
    country: Option<Country>,
) -> sqlx::Result<Vec<Membership>> {
    Listing::new(
        "select m.territory, t.name, m.valid_from, m.valid_until, m.recorded_at, m.ended_at, m.end_reasons
           from country_group_members m join territories t on t.code = m.territory where true",
        "m.territory",
    )
    .filter("m.group_code = ?", Some(code.as_str().to_owned()))
    .filter("m.territory = ?", country)
    .all(conn, "m.valid_from, m.territory")
    .await
}

/// The groups, or one of them, with their members on a day.
pub(in crate::reference) async fn groups(
    conn: &mut Conn,
    code: Option<&GroupCode>,
    on: NaiveDate,
) -> sqlx::Result<Vec<CountryGroup>> {
    sqlx::query_as(
        "select g.code, g.name, g.source, g.recorded_at, $2::date as as_of,
                (select (1 + count(*) + count(m.ended_at))::integer
                   from country_group_members m where m.group_code = g.code) as version,
                (select coalesce(jsonb_agg(jsonb_build_object(
                            'territory', m.territory, 'name', t.name, 'validFrom', m.valid_from,
                            'validUntil', m.valid_until) order by m.territory), '[]')
                   from country_group_members m join territories t on t.code = m.territory
                  where m.group_code = g.code and m.valid_from <= $2
                    and (m.valid_until is null or m.valid_until >= $2)) as members
           from country_groups g where $1::text is null or g.code = $1 order by g.code",
    )
    .bind(code)
    .bind(on)
    .fetch_all(conn)
    .await
}
