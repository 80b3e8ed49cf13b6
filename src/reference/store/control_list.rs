//! The statements of control lists.

use chrono::NaiveDate;
use sqlx::types::Json;
use uuid::Uuid;

use crate::db::Conn;
use crate::page::{Listing, Page, Paging};
use crate::reference::control_list::ControlListRow;
use crate::reference::editions::VersionOf;
use crate::reference::model::{ControlListEntry, ControlListFilter};
use crate::rules::values::{ControlCode, ListCode};

/// The versions of a list that have no end.
pub(in crate::reference) async fn open(
    conn: &mut Conn,
    list: &ListCode,
) -> sqlx::Result<Vec<ControlListRow>> {
    sqlx::query_as(
        "select code, title, text, category, reasons, technology_tags from control_list_entries
          where list = $1 and valid_until is null order by code",
    )
    .bind(list)
    .fetch_all(conn)
    .await
}

/// Inserts versions.
pub(in crate::reference) async fn insert(
    conn: &mut Conn,
    of: &VersionOf<'_>,
    rows: &[(Uuid, &ControlListRow)],
) -> sqlx::Result<()> {
    let (ids, rows): (Vec<Uuid>, Vec<&ControlListRow>) = rows.iter().copied().unzip();
    sqlx::query!(
        "insert into control_list_entries (id, edition_id, list, code, valid_from, title, text, category, reasons,
                                           technology_tags)
         select r.id, $3, $4, r.code, $5, r.title, r.text, r.category, r.reasons, r.technology_tags
           from rows from (unnest($1::uuid[]), jsonb_to_recordset($2::jsonb) as (
                    code text, title text, text text, category text, reasons text[], technology_tags text[]))
                as r (id, code, title, text, category, reasons, technology_tags)",
        &ids,
        Json(&rows) as Json<&Vec<&ControlListRow>>,
        of.edition.0,
        of.list.to_string(),
        of.valid_from,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends versions that have no end.
pub(in crate::reference) async fn end(
    conn: &mut Conn,
    of: &VersionOf<'_>,
    codes: &[String],
    until: NaiveDate,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update control_list_entries set valid_until = $3, ended_by = $4
          where list = $1 and code = any($2) and valid_until is null",
        of.list.to_string(),
        codes,
        until,
        of.edition.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

macro_rules! select {
    () => {
        "select e.id, e.list, e.code, e.title, e.text, e.category, e.reasons, e.technology_tags, e.valid_from, e.valid_until,
                e.edition_id, n.source, n.as_of
           from control_list_entries e join reference_editions n on n.id = e.edition_id where true"
    };
}

/// One page of the versions that are in force on a day, in the order that they came on file.
pub(in crate::reference) async fn list(
    conn: &mut Conn,
    filter: ControlListFilter,
    on: NaiveDate,
    paging: Paging,
) -> sqlx::Result<Page<ControlListEntry>> {
    Listing::new(select!(), "e.id")
        .ascending()
        .filter("daterange(e.valid_from, e.valid_until, '[]') @> ?::date", Some(on))
        .filter("e.list = ?", filter.list)
        .filter("e.category = ?", filter.category)
        .filter("control_code_prefixes(array[e.code]) @> array[?]", filter.prefix)
        .filter("e.technology_tags @> array[?]", filter.tag)
        .filter("e.search @@ websearch_to_tsquery('english', ?)", filter.q)
        .page(conn, paging)
        .await
}

/// The versions of the nearest entry to a code: of the code itself, or of the deepest one above it that a list has or had.
pub(in crate::reference) async fn nearest(
    conn: &mut Conn,
    code: &ControlCode,
) -> sqlx::Result<Vec<ControlListEntry>> {
    Listing::new(select!(), "e.id")
        .filter(
            "e.code = (select c.code from control_list_entries c where control_code_prefixes(array[?]) @> array[c.code]
                        order by length(c.code) desc limit 1)",
            Some(code),
        )
        .all(conn, "e.list, e.valid_from desc nulls last")
        .await
}

/// Those of the codes that are, or are below, an entry in force on a day.
pub(in crate::reference) async fn entered(
    conn: &mut Conn,
    codes: &[ControlCode],
    on: NaiveDate,
) -> sqlx::Result<Vec<String>> {
    let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
    sqlx::query_scalar!(
        r#"select c as "code!" from unnest($1::text[]) c
            where exists (select from control_list_entries e
                           where e.code = any(control_code_prefixes(array[c]))
                             and daterange(e.valid_from, e.valid_until, '[]') @> $2::date)"#,
        &codes,
        on,
    )
    .fetch_all(conn)
    .await
}
