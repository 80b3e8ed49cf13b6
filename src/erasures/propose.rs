//! Proposing an erasure: what it would take is counted, and nothing is taken yet.

use chrono::NaiveDate;

use super::model::NewErasure;
use super::store;
use crate::act::Act;
use crate::db::Conn;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::ErasureId;
use crate::rules::erasure::{Action, ErasureCycle, Kind, is_open, term_end};
use crate::rules::values::Prose;
use uuid::Uuid;

/// How many files are named that still need the data.
const NAMED: usize = 5;

/// The term of a person's data, which has ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended {
    /// The last day on which anything on file needed the data.
    pub(super) needed_until: NaiveDate,
    /// The term, in years.
    pub(super) years: u32,
    /// Its last day.
    pub(super) on: NaiveDate,
}

/// Puts an erasure on file as proposed.
pub async fn propose(conn: &mut Conn, act: &Act, new: &NewErasure) -> Result<ErasureId, Problem> {
    let ended = due(conn, act, new.kind, new.subject_id).await?;
    nameless(conn, new.kind, new.subject_id, &new.reasons).await?;
    let found = store::finds(conn, new.kind, new.subject_id).await?;
    let id: ErasureId = act.new_id();
    let reference = history::new_reference(conn, act, "ER").await?;
    store::insert(conn, act, id, &reference, new, ended, found).await?;
    let step = Step::new(Action::Propose)
        .because(None, new.reasons.as_str())
        .with(serde_json::json!({ "kind": new.kind, "subjectId": new.subject_id }));
    history::take(conn, act, &Subject::<ErasureCycle>::new(id, None), step).await?;
    Ok(id)
}

/// Nothing on file needs the data any more, and the term after that has ended. 409 and 422 where it is not so.
pub(super) async fn due(conn: &mut Conn, act: &Act, kind: Kind, subject: Uuid) -> Result<Ended, Problem> {
    if !store::names_someone(conn, kind, subject).await? {
        return Err(Problem::field("/subjectId", "is not on file, or names no natural person"));
    }
    let files = store::files(conn, kind, subject).await?;
    let open: Vec<String> = files
        .iter()
        .filter(|file| file.open)
        .map(|file| format!("{} {}", file.kind.replace('_', " "), file.reference))
        .take(NAMED)
        .collect();
    if !open.is_empty() {
        return Err(Problem::conflict(format!("The data is still needed, by {}.", open.join(", "))));
    }
    let needed_until = files.iter().filter_map(|file| file.needed_until).max();
    let needed_until = needed_until.ok_or_else(|| Problem::internal(&"a person is in no file"))?;
    let years = act.policy.retention.years(kind);
    let on = term_end(needed_until, years);
    if is_open(act.today(), on) {
        Ok(Ended { needed_until, years, on })
    } else {
        Err(Problem::rule(format!(
            "The data was or is needed until {needed_until}, and is kept for {years} years after that: the term ends on {on}."
        )))
    }
}

/// The reasons of an erasure stay on file: they do not name whom it takes.
pub(super) async fn nameless(
    conn: &mut Conn,
    kind: Kind,
    subject: Uuid,
    reasons: &Prose,
) -> Result<(), Problem> {
    if store::is_named_in(conn, kind, subject, reasons.as_str()).await? {
        return Err(Problem::field("/reasons", "must not name the person: they stay on file"));
    }
    Ok(())
}
