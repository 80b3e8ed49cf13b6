//! One party compared with the lists, and what that makes of its hits.

use std::collections::HashMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::store::hits::{self as store, Known};
use crate::act::Act;
use crate::db::Conn;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::http::matchers::{Ready, ReadyEntry, ReadyList};
use crate::ids::ScreeningHitId;
use crate::rules::end_user::EndUserKind;
use crate::rules::screening::entry::Identifier;
use crate::rules::screening::{Facts, Hit, Party, Subject as What};
use crate::rules::screening_hit::{Action, PartyKind, ScreeningHitCycle, found_again};

/// A party of the register: what of it is compared.
#[derive(Debug)]
pub(super) struct PartyRow {
    pub(super) kind: PartyKind,
    pub(super) id: Uuid,
    pub(super) name: String,
    /// Of an end user or a consignee.
    pub(super) body: Option<EndUserKind>,
    pub(super) country: String,
    /// The number of an exporter in its companies register.
    pub(super) number: Option<String>,
}

impl PartyRow {
    fn subject(&self) -> What {
        match self.body {
            Some(EndUserKind::Individual) => What::Person,
            Some(
                EndUserKind::Government
                | EndUserKind::ArmedForces
                | EndUserKind::LawEnforcement
                | EndUserKind::IntelligenceAgency
                | EndUserKind::StateOwnedCompany
                | EndUserKind::PrivateCompany
                | EndUserKind::InternationalOrganization,
            )
            | None => What::Organization,
        }
    }

    fn facts(&self) -> Facts {
        // Which kind of number a list takes a register's for is not known: it may be any.
        let number = self.number.iter().map(|number| Identifier {
            kind: String::new(),
            value: number.clone(),
            country: Some(self.country.clone()),
        });
        Facts::new(&number.collect::<Vec<_>>(), &[], &[&self.country])
    }

    /// The digest of all that is compared.
    pub(super) fn print(&self) -> [u8; 32] {
        let body = self.body.map_or("", EndUserKind::name);
        let number = self.number.as_deref().unwrap_or_default();
        let parts = [self.kind.name(), &self.name, body, &self.country, number];
        let mut hasher = Sha256::new();
        for part in parts {
            // A part is told by its length, so that no two parties are put together to the same text.
            hasher.update(format!("{}\0{part}", part.len()));
        }
        hasher.finalize().into()
    }
}

/// A hit that is one under the terms of its list.
pub(super) struct Found<'r> {
    pub(super) list: &'r ReadyList,
    pub(super) entry: &'r ReadyEntry,
    pub(super) hit: Hit,
}

impl Found<'_> {
    /// The score in thousandths.
    pub(super) fn score(&self) -> i16 {
        thousandths(self.hit.score)
    }
}

/// A number between 0 and 1 in thousandths.
#[expect(clippy::cast_possible_truncation, reason = "it is between 0 and 1000")]
pub(super) fn thousandths(number: f64) -> i16 {
    (number.clamp(0.0, 1.0) * 1000.0).round() as i16
}

/// The hits of whoever is asked about.
pub(super) fn found<'r>(ready: &'r Ready, party: &Party<'_>) -> Vec<Found<'r>> {
    let Some(least) = ready.lists.iter().map(|list| list.hit_from).min() else { return Vec::new() };
    // Scores are compared in thousandths, as they are told: half a thousandth below is not below.
    let hits = ready.matcher.screen(party, (f64::from(least) - 0.5) / 1000.0);
    let placed = hits.into_iter().filter_map(|hit| {
        let entry = ready.entries.get(hit.entry)?;
        Some(Found { list: ready.lists.get(usize::from(entry.list))?, entry, hit })
    });
    placed.filter(|found| found.score() >= found.list.hit_from).collect()
}

/// Compares a party with the lists and moves its hits. The caller holds the party's row.
pub(super) async fn screen(
    conn: &mut Conn,
    act: &Act,
    ready: &Ready,
    row: &PartyRow,
) -> Result<usize, Problem> {
    let party = Party { name: &row.name, subject: row.subject(), facts: row.facts() };
    let found = found(ready, &party);
    let print = row.print();
    if !found.is_empty() {
        let known: HashMap<(Uuid, String), Known> = store::of_party(conn, row.id)
            .await?
            .into_iter()
            .map(|known| ((known.list_id, known.entry_key.clone()), known))
            .collect();
        let names = store::listed_names(conn, &found).await?;
        for (found, name) in found.iter().zip(names) {
            let known = known.get(&(found.list.id, found.entry.key.to_string()));
            record(conn, act, (row, &print), found, &name, known).await?;
        }
    }
    store::mark_screened(conn, act, row.id, ready.epoch, &print).await?;
    Ok(found.len())
}

/// Puts a hit on file, or moves the one that is there.
async fn record(
    conn: &mut Conn,
    act: &Act,
    (row, print): (&PartyRow, &[u8; 32]),
    found: &Found<'_>,
    name: &str,
    known: Option<&Known>,
) -> Result<(), Problem> {
    let Some(known) = known else {
        let id: ScreeningHitId = act.new_id();
        let reference = history::new_reference(conn, act, "SH").await?;
        store::insert(conn, act, (id, &reference), (row, print), found, name).await?;
        let step = Step::new(Action::Find).with(details(found));
        history::take(conn, act, &Subject::<ScreeningHitCycle>::new(id, None), step).await?;
        return Ok(());
    };
    let (party, entry) = (known.party_print != *print, known.entry_digest != found.entry.digest);
    let Some(action) = found_again(known.status, party || entry) else { return Ok(()) };
    store::refresh(conn, known.id, print, found, name).await?;
    let subject = Subject::<ScreeningHitCycle>::on_file(known.id, known.version, known.status, None);
    let reasons = match (party, entry) {
        (true, true) => "The party and the entry changed.",
        (true, false) => "The party changed.",
        (false, true) => "The entry changed.",
        (false, false) => "The entry is on the list again.",
    };
    let step = Step::new(action).because(None, reasons).with(details(found));
    history::take(conn, act, &subject, step).await?;
    Ok(())
}

/// What the history says of a hit: nothing of the party but that it is one.
fn details(found: &Found<'_>) -> Value {
    json!({
        "list": found.list.code, "edition": found.list.edition, "entry": found.entry.key, "score": found.score(),
    })
}

/// Why it is a hit: the words and what stands for them, and what else speaks for or against it.
pub(super) fn reasons(hit: &Hit) -> Value {
    let parts: Vec<Value> = hit
        .parts
        .iter()
        .map(|part| {
            json!({
                "ours": part.ours, "theirs": part.theirs, "how": part.how.to_string(),
                "likeness": thousandths(part.likeness), "weight": thousandths(part.weight),
            })
        })
        .collect();
    json!({ "nameScore": thousandths(hit.name_score), "parts": parts, "evidence": hit.evidence })
}
