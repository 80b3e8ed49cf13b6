//! The statements of sanctions programmes.

use chrono::NaiveDate;
use sqlx::types::Json;
use uuid::Uuid;

use crate::db::Conn;
use crate::page::{Listing, Page, Paging};
use crate::reference::editions::VersionOf;
use crate::reference::model::{Programme, ProgrammeFilter};
use crate::reference::programmes::ProgrammeRow;
use crate::rules::values::{Country, ListCode};

/// The versions of a list that have no end.
pub(in crate::reference) async fn open(conn: &mut Conn, list: &ListCode) -> sqlx::Result<Vec<ProgrammeRow>> {
    sqlx::query_as(
        "select key, title, issuer, countries, measures, begun_on, ended_on, url, summary from programmes
          where list = $1 and valid_until is null order by key",
    )
    .bind(list)
    .fetch_all(conn)
    .await
}

/// Inserts versions.
pub(in crate::reference) async fn insert(
    conn: &mut Conn,
    of: &VersionOf<'_>,
    rows: &[(Uuid, &ProgrammeRow)],
) -> sqlx::Result<()> {
    let (ids, rows): (Vec<Uuid>, Vec<&ProgrammeRow>) = rows.iter().copied().unzip();
    sqlx::query!(
        "insert into programmes (id, edition_id, list, key, valid_from, title, issuer, countries, measures, begun_on, ended_on,
                                 url, summary)
         select r.id, $3, $4, r.key, $5, r.title, r.issuer, r.countries, r.measures, r.begun_on, r.ended_on, r.url, r.summary
           from rows from (unnest($1::uuid[]), jsonb_to_recordset($2::jsonb) as (
                    key text, title text, issuer text, countries text[], measures text[], begun_on date, ended_on date,
                    url text, summary text))
                as r (id, key, title, issuer, countries, measures, begun_on, ended_on, url, summary)",
        &ids,
        Json(&rows) as Json<&Vec<&ProgrammeRow>>,
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
    keys: &[String],
    until: NaiveDate,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update programmes set valid_until = $3, ended_by = $4 where list = $1 and key = any($2) and valid_until is null",
        of.list.to_string(),
        keys,
        until,
        of.edition.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The programmes that are on file and last on a day.
fn lasting(on: NaiveDate) -> Listing {
    Listing::new(
        "select p.id, p.list, p.key, p.title, p.issuer, p.countries, p.measures, p.begun_on, p.ended_on, p.url, p.summary,
                p.valid_from, p.valid_until, p.edition_id, n.source, n.as_of
           from programmes p join reference_editions n on n.id = p.edition_id where true",
        "p.id",
    )
    .filter("daterange(p.valid_from, p.valid_until, '[]') @> ?::date", Some(on))
    .filter("daterange(p.begun_on, p.ended_on, '[]') @> ?::date", Some(on))
}

/// One page of the programmes on a day, in the order that they came on file.
pub(in crate::reference) async fn list(
    conn: &mut Conn,
    filter: ProgrammeFilter,
    on: NaiveDate,
    paging: Paging,
) -> sqlx::Result<Page<Programme>> {
    lasting(on)
        .ascending()
        .filter("p.list = ?", filter.list)
        .filter("p.countries @> array[?]", filter.country)
        .filter("p.measures @> array[?]", filter.measure)
        .filter("p.issuer = ?", filter.issuer)
        .page(conn, paging)
        .await
}

/// The programmes that are directed at a country on a day.
pub async fn programmes_on(conn: &mut Conn, country: Country, on: NaiveDate) -> sqlx::Result<Vec<Programme>> {
    lasting(on).filter("p.countries @> array[?]", Some(country)).all(conn, "p.list, p.key").await
}
