//! What a scope names, looked up: nothing that is not on file is taken.

use crate::db::Conn;
use chrono::NaiveDate;
use uuid::Uuid;

use crate::rules::gate::TemplateFacts;
use crate::rules::product::ProductClass;
use crate::rules::scope::Groups;
use crate::rules::values::{ControlPrefix, GroupCode, Territory};

/// The first of the values that is not on file.
async fn first_unknown(
    conn: &mut Conn,
    sql: &'static str,
    values: Vec<String>,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar(sql).bind(values).fetch_optional(conn).await
}

/// The first territory that is not on file.
pub(in crate::measures) async fn unknown_territory(
    conn: &mut Conn,
    named: &[Territory],
) -> sqlx::Result<Option<String>> {
    let sql = "select t from unnest($1::text[]) t where not exists (select from territories where code = t) limit 1";
    first_unknown(conn, sql, named.iter().map(ToString::to_string).collect()).await
}

/// The first country group that is not on file.
pub(in crate::measures) async fn unknown_group(
    conn: &mut Conn,
    named: &[GroupCode],
) -> sqlx::Result<Option<String>> {
    let sql = "select t from unnest($1::text[]) t where not exists (select from country_groups where code = t) limit 1";
    first_unknown(conn, sql, named.iter().map(ToString::to_string).collect()).await
}

/// The first prefix that is unknown: one that no entry of a control list, and no line of a license, is at or below, and
/// that is not itself below an entry that no list divides further. An entry that has ended counts: what was licensed
/// under it can still be meant.
pub(in crate::measures) async fn unknown_prefix(
    conn: &mut Conn,
    named: &[ControlPrefix],
) -> sqlx::Result<Option<String>> {
    let sql = "select t from unnest($1::text[]) t
                where not exists (select from control_list_entries e where control_code_prefixes(array[e.code]) @> array[t])
                  and not exists (select from license_lines n where n.control_prefixes @> array[t])
                  and not exists (select from control_list_entries e
                                   where e.code = any(control_code_prefixes(array[t]))
                                     and not exists (select from control_list_entries b
                                                      where b.code <> e.code
                                                        and control_code_prefixes(array[b.code]) @> array[e.code]))
                limit 1";
    first_unknown(conn, sql, named.iter().map(ToString::to_string).collect()).await
}

/// The first exporter that is not on file.
pub(in crate::measures) async fn unknown_exporter(
    conn: &mut Conn,
    named: &[Uuid],
) -> sqlx::Result<Option<String>> {
    let sql = "select t from unnest($1::text[]) t where not exists (select from exporters where id = t::uuid) limit 1";
    first_unknown(conn, sql, named.iter().map(ToString::to_string).collect()).await
}

/// The first end user that is not on file.
pub(in crate::measures) async fn unknown_end_user(
    conn: &mut Conn,
    named: &[Uuid],
) -> sqlx::Result<Option<String>> {
    let sql = "select t from unnest($1::text[]) t where not exists (select from end_users where id = t::uuid) limit 1";
    first_unknown(conn, sql, named.iter().map(ToString::to_string).collect()).await
}

/// Whether a declaration template is agreed or in force: what a measure may require.
pub(in crate::measures) async fn template_can_be_required(conn: &mut Conn, id: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from declaration_templates where id = $1 and status = 'in_force') as "known!""#,
        id,
    )
    .fetch_one(conn)
    .await
}

/// A declaration template that a measure requires, as the gate is told of it.
pub async fn template(conn: &mut Conn, id: Uuid) -> sqlx::Result<Option<TemplateFacts>> {
    sqlx::query_as!(
        TemplateFacts,
        r#"select product_class as "class: ProductClass", template_version as version from declaration_templates where id = $1"#,
        id,
    )
    .fetch_optional(conn)
    .await
}

/// Whether an exemption is on file and was not ended.
pub(in crate::measures) async fn exemption_stands(conn: &mut Conn, id: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from exemptions where id = $1 and status = 'in_force') as "stands!""#,
        id,
    )
    .fetch_one(conn)
    .await
}

/// Whether a review is on file and not concluded.
pub(in crate::measures) async fn review_is_open(conn: &mut Conn, id: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from reviews where id = $1 and concluded_at is null) as "open!""#,
        id,
    )
    .fetch_one(conn)
    .await
}

/// The members of country groups on a day.
pub async fn groups(conn: &mut Conn, named: &[String], on: NaiveDate) -> sqlx::Result<Groups> {
    let mut groups = Groups::new();
    if named.is_empty() {
        return Ok(groups);
    }
    let rows: Vec<(String, Territory)> = sqlx::query_as(
        "select group_code, territory from country_group_members
          where group_code = any($1) and valid_from <= $2 and (valid_until is null or valid_until >= $2)
          order by group_code, territory",
    )
    .bind(named)
    .bind(on)
    .fetch_all(conn)
    .await?;
    for (group, territory) in rows {
        groups.entry(group).or_default().push(territory);
    }
    Ok(groups)
}
