//! Verdicts on file, judged again.

use super::model::{Replay, ReplayFilter, Summary};
use super::store::{self, Recorded};
use crate::db::Conn;
use crate::http::Problem;
use crate::page::{Listed as _, Page, Paging};
use crate::rules::replay::{self, Replayed};
use crate::rules::verdict::RecordedVerdict;
use serde::Deserialize as _;
use uuid::Uuid;

impl Replay {
    /// Judges what is on file again, where it was not erased. A verdict that cannot be read differs from any.
    fn of(row: Recorded) -> Self {
        let recorded = row.verdict.as_ref().and_then(|verdict| RecordedVerdict::deserialize(verdict).ok());
        let again = recorded.as_ref().map(|recorded| replay::replay(recorded, row.case.as_ref()));
        let unjudged = if row.verdict.is_some() { Replayed::Unreadable } else { Replayed::FactsErased };
        let (replayed, becomes, differences) = again
            .map_or((unjudged, None, Vec::new()), |again| (again.replayed, again.outcome, again.differences));
        Self {
            id: row.id,
            at: row.at,
            act: row.act,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            replayed,
            recorded: recorded.map(|recorded| recorded.outcome),
            becomes,
            differences,
        }
    }
}

/// One page of verdicts, judged again.
pub(super) async fn page(
    conn: &mut Conn,
    filter: ReplayFilter,
    paging: Paging,
) -> sqlx::Result<Page<Replay>> {
    Ok(store::verdicts(conn, filter, paging).await?.map(Replay::of))
}

/// The verdict of one audit entry, judged again. 404 where the entry holds none.
pub(super) async fn one(conn: &mut Conn, id: Uuid) -> Result<Replay, Problem> {
    store::verdict(conn, id).await?.map(Replay::of).ok_or_else(Problem::not_found)
}

/// The next verdicts, oldest first, judged again; and after which to go on.
pub async fn chunk(
    conn: &mut Conn,
    filter: ReplayFilter,
    after: Option<Uuid>,
) -> sqlx::Result<(Vec<Replay>, Option<Uuid>)> {
    let page = page(conn, filter, Paging::oldest(after)).await?;
    let last = page.items.last().map(|replay| replay.key());
    Ok((page.items, last))
}

/// Counts replays.
pub fn summarize(summary: &mut Summary, replays: &[Replay]) {
    for replay in replays {
        summary.verdicts += 1;
        match replay.replayed {
            Replayed::Agrees => summary.agree += 1,
            Replayed::Differs => summary.differ += 1,
            Replayed::NoFacts => summary.no_facts += 1,
            Replayed::FactsErased => summary.erased += 1,
            Replayed::Unreadable => summary.unreadable += 1,
        }
    }
}
