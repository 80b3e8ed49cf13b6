//! The statements of editions.

use chrono::NaiveDate;

use crate::act::Act;
use crate::db::Conn;
use crate::ids::EditionId;
use crate::page::{Listing, Page, Paging};
use crate::reference::editions::VersionOf;
use crate::reference::model::{EditionFilter, NewEdition, ReferenceEdition};
use crate::rules::edition::Difference;
use crate::rules::edition::EditionSubject;
use crate::rules::values::{ListCode, Prose};

/// The last edition of a list.
pub(in crate::reference) struct Last {
    /// Its number.
    pub(in crate::reference) number: i32,
    /// Its first day.
    pub(in crate::reference) valid_from: Option<NaiveDate>,
}

/// The last edition of a list; none where it has none.
pub(in crate::reference) async fn last(
    conn: &mut Conn,
    subject: EditionSubject,
    list: &ListCode,
) -> sqlx::Result<Option<Last>> {
    sqlx::query_as!(
        Last,
        "select number, valid_from from reference_editions where subject = $1 and list = $2 order by number desc limit 1",
        subject.name(),
        list.to_string(),
    )
    .fetch_optional(conn)
    .await
}

/// Inserts an edition: what it is of, its number in the list, and how many entries it has.
pub(in crate::reference) async fn insert(
    conn: &mut Conn,
    act: &Act,
    of: &VersionOf<'_>,
    (subject, number, entries): (EditionSubject, i32, i32),
    new: &NewEdition,
    said: &Difference,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into reference_editions (id, subject, list, number, source, as_of, valid_from, file_name, file_sha256, entries,
                                         added, changed, ended, ending_reasons, recorded_by, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        of.edition.0,
        subject.name(),
        new.list.to_string(),
        number,
        new.source.as_str(),
        new.as_of,
        new.valid_from,
        new.file_name.as_str(),
        new.file_sha256.as_str(),
        entries,
        &said.added,
        &said.changed,
        &said.removed,
        new.ending_reasons.as_ref().map(Prose::as_str),
        act.actor.person.0,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn listing() -> Listing {
    Listing::new(
        "select id, subject, list, number, source, as_of, valid_from, file_name, file_sha256, entries, added, changed, ended,
                ending_reasons, recorded_at
           from reference_editions where true",
        "id",
    )
}

/// One edition.
pub(in crate::reference) async fn get(
    conn: &mut Conn,
    id: EditionId,
) -> sqlx::Result<Option<ReferenceEdition>> {
    listing().filter("id = ?", Some(id)).one(conn).await
}

/// One page of editions.
pub(in crate::reference) async fn list(
    conn: &mut Conn,
    filter: EditionFilter,
    paging: Paging,
) -> sqlx::Result<Page<ReferenceEdition>> {
    listing().filter("subject = ?", filter.subject).filter("list = ?", filter.list).page(conn, paging).await
}
