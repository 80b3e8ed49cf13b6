//! Codes proposed for a product, with the passages that matched.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::model::CodeProposal;
use super::store::proposals as store;
use crate::db::Conn;
use crate::ids::ControlListEntryId;
use crate::rules::proposal::{pieces, ranked};

/// The entries in force on a day that are nearest to a product, the nearest first.
pub async fn propose_codes(
    conn: &mut Conn,
    name: &str,
    description: &str,
    on: NaiveDate,
) -> sqlx::Result<Vec<CodeProposal>> {
    let entries = u32::try_from(store::in_force(conn, on).await?).unwrap_or(u32::MAX);
    let shared = store::shared(conn, (name, description), on).await?;
    let ranked = ranked(&shared, entries);
    if ranked.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = ranked.iter().map(|one| one.entry).collect();
    let words: BTreeSet<String> = shared.into_iter().map(|one| one.word).collect();
    let words: Vec<String> = words.into_iter().collect();
    let found = store::passages(conn, &ids, &words).await?;
    let mut found: BTreeMap<Uuid, store::Nearest> = found.into_iter().map(|one| (one.id, one)).collect();
    let proposals = ranked.into_iter().filter_map(|one| {
        found.remove(&one.entry).map(|entry| CodeProposal {
            entry_id: ControlListEntryId(one.entry),
            list: entry.list,
            code: entry.code,
            title: entry.title,
            score: one.score,
            reasons: entry.reasons,
            technology_tags: entry.technology_tags,
            passage: pieces(&entry.passage),
        })
    });
    Ok(proposals.collect())
}
