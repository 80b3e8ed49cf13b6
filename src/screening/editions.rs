//! Taking an edition of a list: whole, in one transaction, or not at all.
//!
//! What speaks against believing an edition is told and refuses it: that too many entries are gone, that it is older than
//! the one in force, or that it was taken before. A doubted edition takes two persons: one proposes it with reasons, and the
//! head of the agency, who is another, takes it from the same files. One that cannot be read is taken by no one.
//!
//! The day of an edition is the one that its file states, or else the one that is sent. The files of the edition in force
//! with a later day say that its publisher has nothing newer: they are an edition that changes nothing.

use axum::body::Bytes;
use chrono::NaiveDate;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::doubts;
use super::read::{self, File, Limits, Reading};
use super::store::editions::{self as store, Proposal};
use super::store::lists;
use crate::act::Act;
use crate::db::Conn;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::ScreeningListId;
use crate::rules::edition::{Difference, Edition, difference};
use crate::rules::screening::edition::edition;
use crate::rules::screening_list::{Action, ScreeningListCycle};
use crate::rules::values::Prose;

/// An edition as it is given.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Its files, by name.
    pub files: Vec<(String, Bytes)>,
    /// The day that its publisher gives it.
    pub as_of: Option<NaiveDate>,
    /// The encoding of files that are not in Unicode.
    pub encoding: Option<String>,
    /// Why it is proposed or taken in spite of doubts.
    pub reasons: Option<Prose>,
}

/// What came of an edition that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is in force, with this number.
    New(i32),
    /// It was in force already.
    Before(i32),
}

/// An edition on file, as the next one is held against it.
pub(super) struct InForce {
    pub(super) number: i32,
    pub(super) sha256: Vec<u8>,
    pub(super) as_of: Option<NaiveDate>,
}

/// What is kept of an edition besides its entries.
pub(super) struct Facts {
    pub(super) id: Uuid,
    pub(super) number: i32,
    pub(super) sha256: [u8; 32],
    pub(super) as_of: Option<NaiveDate>,
    pub(super) doubts: Vec<String>,
}

/// Finds and locks the list that an edition is given for.
pub async fn begin_taking(
    conn: &mut Conn,
    act: &Act,
    id: ScreeningListId,
    action: Action,
) -> Result<Subject<ScreeningListCycle>, Problem> {
    let subject = history::load::<ScreeningListCycle>(conn, act, id.0).await?;
    history::open(&subject, action)?;
    Ok(subject)
}

/// Reads the files of an edition, on a thread that no request waits for.
pub async fn reading(given: &Given) -> Result<Reading, Problem> {
    let (files, encoding) = (given.files.clone(), given.encoding.clone());
    let read = tokio::task::spawn_blocking(move || {
        let files: Vec<File<'_>> = files.iter().map(|(name, bytes)| File { name, bytes }).collect();
        read::read(&files, encoding.as_deref(), &Limits::default())
    });
    let read = read.await.map_err(|error| Problem::internal(&error))?;
    read.map_err(|refusal| Problem::field("/file", refusal.to_string()))
}

/// An edition held against the one in force.
struct Held {
    before: Option<InForce>,
    newer: Edition,
    changes: Difference,
    facts: Facts,
}

/// Holds an edition against the one in force; none where these files are in force already.
async fn hold(
    conn: &mut Conn,
    act: &Act,
    list: ScreeningListId,
    given: &Given,
    reading: &Reading,
) -> Result<Held, Problem> {
    let (before, sha256) = (store::in_force(conn, list).await?, digest(&given.files));
    let as_of =
        doubts::day_of(act, before.as_ref().filter(|before| before.sha256 == sha256), given, reading)?;
    let (older, newer) = (store::digests(conn, list).await?, edition(reading.entries.iter()));
    let changes = difference(&older, &newer);
    let mut doubts = doubts::of_day(act, before.as_ref(), as_of);
    doubts.extend(doubts::played_back(conn, list, before.as_ref(), &sha256).await?);
    doubts.extend(doubts::lost(conn, list, (&older, &newer), &changes, reading).await?);
    let number = before.as_ref().map_or(1, |before| before.number + 1);
    let facts = Facts { id: act.new_id(), number, sha256, as_of, doubts };
    Ok(Held { before, newer, changes, facts })
}

impl Held {
    /// The number of the edition in force, where it is of the same files and of the same day.
    fn in_force(&self) -> Option<i32> {
        let Facts { sha256, as_of, .. } = &self.facts;
        let before = self.before.as_ref().filter(|before| before.sha256 == sha256 && before.as_of == *as_of);
        before.map(|before| before.number)
    }
}

/// Proposes that an edition be taken in spite of what speaks against it, for another person to take.
pub(super) async fn propose(
    conn: &mut Conn,
    act: &Act,
    subject: &Subject<ScreeningListCycle>,
    given: &Given,
    reading: &Reading,
) -> Result<(), Problem> {
    let held = hold(conn, act, ScreeningListId(subject.id), given, reading).await?;
    if held.in_force().is_some() || held.facts.doubts.is_empty() {
        return Err(Problem::conflict(NO_DOUBT));
    }
    let reasons = given.reasons.as_ref().ok_or_else(|| Problem::field("/reasons", "is missing"))?;
    let step = Step::new(Action::ProposeDoubtedEdition).because(None, reasons.as_str()).with(details(
        &held.facts,
        reading,
        &held.changes,
    ));
    history::take(conn, act, subject, step).await?;
    Ok(())
}

/// Takes an edition. `action` says whether it may be one that there is reason to doubt.
pub async fn take(
    conn: &mut Conn,
    act: &Act,
    subject: &Subject<ScreeningListCycle>,
    action: Action,
    given: &Given,
    reading: &Reading,
) -> Result<Taken, Problem> {
    let list = ScreeningListId(subject.id);
    let held = hold(conn, act, list, given, reading).await?;
    if let Some(number) = held.in_force() {
        return Ok(Taken::Before(number));
    }
    let Held { newer, changes, facts, .. } = held;
    let proposal = proposed(conn, act, list, action, given, &facts).await?;
    store::insert(conn, act, list, &facts, reading, &changes, proposal.as_ref()).await?;
    store::end_entries(conn, list, facts.number, &changes).await?;
    store::insert_entries(conn, act, list, facts.number, &reading.entries, &newer, &changes).await?;
    let mut step = Step::new(action).with(details(&facts, reading, &changes));
    step.reasons = given.reasons.as_ref().map(Prose::as_str);
    history::take(conn, act, subject, step).await?;
    // Last, so that nobody waits for the row of the epoch while the entries are written.
    lists::begin_epoch(conn).await?;
    Ok(Taken::New(facts.number))
}

const NO_DOUBT: &str = "Nothing speaks against this edition: take it as any other.";

/// The proposal that a doubted edition is taken on, of another person; a refusal where there is none, or where there is no
/// doubt that it speaks to.
async fn proposed(
    conn: &mut Conn,
    act: &Act,
    list: ScreeningListId,
    action: Action,
    given: &Given,
    facts: &Facts,
) -> Result<Option<Proposal>, Problem> {
    let insists = action == Action::TakeDoubtedEdition;
    match (insists, facts.doubts.as_slice()) {
        (false, []) if given.reasons.is_some() => {
            Err(Problem::field("/reasons", "are for an edition that there is reason to doubt"))
        }
        (false, []) => Ok(None),
        (false, doubts) => Err(Problem::rule(format!("{} The edition in force stays.", doubts.join(" ")))),
        (true, []) => Err(Problem::conflict(NO_DOUBT)),
        (true, _) => match store::proposal(conn, list, &facts.sha256).await? {
            None => Err(Problem::conflict(
                "Nobody has proposed these files since the edition in force was taken: propose them, and another takes them.",
            )),
            Some(proposal) if proposal.by == act.actor.person => {
                Err(Problem::rule("Who proposed the edition and who takes it must be different persons."))
            }
            Some(proposal) => Ok(Some(proposal)),
        },
    }
}

/// The digest of a file; of several, that of the lines `digest  name` in the order of their names.
fn digest(files: &[(String, Bytes)]) -> [u8; 32] {
    if let [(_, bytes)] = files {
        return Sha256::digest(bytes).into();
    }
    let mut lines: Vec<String> = files
        .iter()
        .map(|(name, bytes)| format!("{}  {name}\n", hex::encode(Sha256::digest(bytes))))
        .collect();
    lines.sort_by(|one, other| one.get(64..).cmp(&other.get(64..)));
    Sha256::digest(lines.concat()).into()
}

fn details(facts: &Facts, reading: &Reading, changes: &Difference) -> serde_json::Value {
    json!({
        "edition": facts.number, "sha256": hex::encode(facts.sha256), "form": reading.form, "asOf": facts.as_of,
        "entries": reading.entries.len(), "added": changes.added.len(), "changed": changes.changed.len(),
        "removed": changes.removed.len(), "doubts": facts.doubts,
    })
}
