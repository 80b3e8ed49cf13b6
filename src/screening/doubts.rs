//! The day of an edition, and what speaks against believing the edition: its day, its files, what it takes away.

use chrono::NaiveDate;

use super::editions::{Given, InForce};
use super::read::Reading;
use super::store::editions as store;
use super::store::lists;
use crate::act::Act;
use crate::db::Conn;
use crate::http::Problem;
use crate::ids::ScreeningListId;
use crate::rules::edition::{Difference, Edition, believable};
use crate::rules::screening::edition::Marks;
use crate::rules::screening::entry::Entry;

/// The day of an edition. `again` is the edition in force, where it is of the same files: a later day confirms it.
pub(super) fn day_of(
    act: &Act,
    again: Option<&InForce>,
    given: &Given,
    reading: &Reading,
) -> Result<Option<NaiveDate>, Problem> {
    let in_force = again.and_then(|again| again.as_of);
    let Some(sent) = given.as_of else {
        return Ok(in_force.or(reading.published));
    };
    if sent > act.today() {
        return Err(Problem::field("/asOf", "must be today or before"));
    }
    let stated = reading.published.filter(|stated| *stated != sent);
    match (stated, again, in_force) {
        (_, Some(_), Some(day)) if sent < day => Err(Problem::field(
            "/asOf",
            format!("is {sent}, and these files are the edition in force, which is of {day}"),
        )),
        (_, Some(_), Some(_) | None) | (None, None, _) => Ok(Some(sent)),
        (Some(stated), None, _) => {
            Err(Problem::field("/asOf", format!("is {sent}, and the file says that it is of {stated}")))
        }
    }
}

/// What speaks against the day of an edition.
pub(super) fn of_day(act: &Act, before: Option<&InForce>, as_of: Option<NaiveDate>) -> Vec<String> {
    let in_force = before.and_then(|before| before.as_of);
    let told = match (as_of, in_force) {
        (Some(day), Some(in_force)) if day < in_force => {
            Some(format!("It is of {day}, and the edition in force is of {in_force}."))
        }
        (None, Some(in_force)) => {
            Some(format!("It is of no day that is known, and the edition in force is of {in_force}."))
        }
        (Some(_), Some(_)) | (_, None) => None,
    };
    let ahead = as_of
        .filter(|day| *day > act.today())
        .map(|day| format!("It says that it is of {day}, a day to come."));
    told.into_iter().chain(ahead).collect()
}

/// Whether it is of the files of an earlier edition than the one in force.
pub(super) async fn played_back(
    conn: &mut Conn,
    list: ScreeningListId,
    before: Option<&InForce>,
    sha256: &[u8; 32],
) -> Result<Option<String>, Problem> {
    if before.is_none_or(|before| before.sha256 == sha256) {
        return Ok(None);
    }
    let number = store::number_of(conn, list, sha256).await?;
    Ok(number.map(|number| format!("This was edition {number}, and a later one is in force.")))
}

/// What speaks against an edition by what it takes away: entries, or names and numbers of those that stay.
pub(super) async fn lost(
    conn: &mut Conn,
    list: ScreeningListId,
    (older, newer): (&Edition, &Edition),
    changes: &Difference,
    reading: &Reading,
) -> Result<Vec<String>, Problem> {
    let share = u8::try_from(lists::most_removed(conn, list).await?).unwrap_or(0);
    let before = store::marks(conn, list, &changes.removed).await?;
    let stays = |entry: &&Entry| changes.added.binary_search(&entry.source_id).is_err();
    let now = Marks::of(reading.entries.iter().filter(stays));
    let gone = believable(older, newer, share).err();
    Ok(gone.into_iter().chain(before.thinned(now, share)).map(|doubt| format!("{doubt}.")).collect())
}
