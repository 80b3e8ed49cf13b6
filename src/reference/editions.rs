//! Taking an edition of a list: what it adds, says otherwise and no longer has.

use std::collections::BTreeMap;
use std::future::Future;

use chrono::{Days, NaiveDate};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::control_list::ControlListRow;
use super::model::{NewEdition, ReferenceEdition};
use super::programmes::ProgrammeRow;
use super::store::{control_list, editions as store, programmes};
use crate::act::Act;
use crate::audit::{Entry, record};
use crate::db::Conn;
use crate::http::Problem;
use crate::ids::EditionId;
use crate::rules::edition::{
    Difference, Edition, EditionDays, EditionSubject, believable, difference, wrong_day,
};
use crate::rules::values::ListCode;

/// A row of an edition, and the statements of the table that it goes into.
pub trait EditionRow: Serialize + Sized + Send + Sync {
    /// What the rows are of.
    const SUBJECT: EditionSubject;

    /// What the list calls the entry.
    fn key(&self) -> &str;

    /// The versions of the list that have no end, in the order of their keys or not.
    fn open(conn: &mut Conn, list: &ListCode) -> impl Future<Output = sqlx::Result<Vec<Self>>> + Send;

    /// Inserts versions from the first day of an edition on, in this order.
    fn insert(
        conn: &mut Conn,
        of: &VersionOf<'_>,
        rows: &[(Uuid, &Self)],
    ) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Ends versions that have no end.
    fn end(
        conn: &mut Conn,
        of: &VersionOf<'_>,
        keys: &[String],
        until: NaiveDate,
    ) -> impl Future<Output = sqlx::Result<()>> + Send;
}

/// The edition that brings versions or ends them.
#[derive(Clone, Copy, Debug)]
pub struct VersionOf<'e> {
    /// The edition.
    pub edition: EditionId,
    /// The list.
    pub list: &'e ListCode,
    /// The first day of what it brings.
    pub valid_from: Option<NaiveDate>,
}

/// Takes an edition whole: 400 where its days are wrong, 409 where it says what the one before says, 422 where it would
/// end more than the set share and no reasons say why.
pub async fn take<R: EditionRow>(
    conn: &mut Conn,
    act: &Act,
    new: &NewEdition,
    rows: &[R],
) -> Result<ReferenceEdition, Problem> {
    let last = store::last(conn, R::SUBJECT, &new.list).await?;
    let days = EditionDays { as_of: new.as_of, valid_from: new.valid_from };
    if let Some((field, says)) = wrong_day(days, last.as_ref().map(|last| last.valid_from), act.today()) {
        return Err(Problem::field(field, says));
    }
    let difference = told_apart(conn, act, new, rows).await?;
    let of = VersionOf { edition: act.new_id(), list: &new.list, valid_from: new.valid_from };
    let number = last.map_or(1, |last| last.number + 1);
    let entries = i32::try_from(rows.len()).map_err(|error| Problem::internal(&error))?;
    store::insert(conn, act, &of, (R::SUBJECT, number, entries), new, &difference).await?;
    if let Some(until) = new.valid_from.and_then(|from| from.checked_sub_days(Days::new(1))) {
        let ended = [difference.changed.as_slice(), difference.removed.as_slice()].concat();
        R::end(conn, &of, &ended, until).await?;
    }
    let begun: Vec<&R> = rows
        .iter()
        .filter(|row| {
            let key = row.key().to_owned();
            difference.added.binary_search(&key).is_ok() || difference.changed.binary_search(&key).is_ok()
        })
        .collect();
    // Identifiers of one instant are in no order: a list is shown in that of its keys.
    let mut ids: Vec<Uuid> = begun.iter().map(|_| act.new_id()).collect();
    ids.sort_unstable();
    R::insert(conn, &of, &ids.into_iter().zip(begun).collect::<Vec<_>>()).await?;
    let edition = store::get(conn, of.edition).await?.ok_or_else(Problem::not_found)?;
    audit(conn, act, &edition).await?;
    Ok(edition)
}

/// What the edition says otherwise than the versions that have no end.
async fn told_apart<R: EditionRow>(
    conn: &mut Conn,
    act: &Act,
    new: &NewEdition,
    rows: &[R],
) -> Result<Difference, Problem> {
    let older = digests(&R::open(conn, &new.list).await?)?;
    let newer = digests(rows)?;
    let said = if new.ending_reasons.is_some() || older.is_empty() {
        difference(&older, &newer)
    } else {
        believable(&older, &newer, act.policy.most_ended_percent).map_err(|doubt| {
            Problem::rule(format!("{doubt} Where that is meant, give the reasons as endingReasons."))
        })?
    };
    if said == Difference::default() {
        return Err(Problem::conflict("The edition says what the one before says: nothing was taken."));
    }
    Ok(said)
}

/// The digest of each row, by its key.
fn digests<R: EditionRow>(rows: &[R]) -> Result<Edition, Problem> {
    let digest = |row: &R| serde_json::to_vec(row).map(|bytes| Sha256::digest(bytes).into());
    rows.iter()
        .map(|row| digest(row).map(|digest| (row.key().to_owned(), digest)))
        .collect::<Result<BTreeMap<_, _>, _>>()
        .map_err(|error| Problem::internal(&error))
}

async fn audit(conn: &mut Conn, act: &Act, edition: &ReferenceEdition) -> sqlx::Result<()> {
    let entry = Entry {
        act: "reference_edition.take",
        kind: "reference_edition",
        subject: edition.id.0,
        owner: None,
        particulars: edition,
        verdict: None,
    };
    record(conn, act, entry).await
}

impl EditionRow for ControlListRow {
    const SUBJECT: EditionSubject = EditionSubject::ControlList;

    fn key(&self) -> &str {
        self.code.as_str()
    }

    async fn open(conn: &mut Conn, list: &ListCode) -> sqlx::Result<Vec<Self>> {
        control_list::open(conn, list).await
    }

    async fn insert(conn: &mut Conn, of: &VersionOf<'_>, rows: &[(Uuid, &Self)]) -> sqlx::Result<()> {
        control_list::insert(conn, of, rows).await
    }

    async fn end(conn: &mut Conn, of: &VersionOf<'_>, keys: &[String], until: NaiveDate) -> sqlx::Result<()> {
        control_list::end(conn, of, keys, until).await
    }
}

impl EditionRow for ProgrammeRow {
    const SUBJECT: EditionSubject = EditionSubject::Programmes;

    fn key(&self) -> &str {
        self.key.as_str()
    }

    async fn open(conn: &mut Conn, list: &ListCode) -> sqlx::Result<Vec<Self>> {
        programmes::open(conn, list).await
    }

    async fn insert(conn: &mut Conn, of: &VersionOf<'_>, rows: &[(Uuid, &Self)]) -> sqlx::Result<()> {
        programmes::insert(conn, of, rows).await
    }

    async fn end(conn: &mut Conn, of: &VersionOf<'_>, keys: &[String], until: NaiveDate) -> sqlx::Result<()> {
        programmes::end(conn, of, keys, until).await
    }
}
