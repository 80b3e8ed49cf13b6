//! What was erased: each value that is gone from an entry against the erasure that says so in the log, and what is left of
//! a step against what the erasure left.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::report::Report;
use super::store::steps as store;
use crate::db::Conn;
use crate::evidence::{Erased, ErasedEntry, Recorded, digest};
use crate::http::Problem;

/// The step of an erasure that lets others lose something.
const CARRY_OUT: &str = "erasure.carry_out";

/// What an entry lost.
#[derive(Debug)]
struct Lost {
    index: u64,
    subject: Option<Uuid>,
    particulars: bool,
    verdict: bool,
    erasure: Option<Uuid>,
}

/// What an erasure says of an entry, and where.
#[derive(Debug)]
struct Named {
    index: u64,
    subject: Option<Uuid>,
    erasure: Uuid,
    entry: ErasedEntry,
}

/// All of it, as the log is walked through.
#[derive(Debug, Default)]
pub(super) struct Erasures {
    lost: BTreeMap<Uuid, Lost>,
    named: BTreeMap<Uuid, Vec<Named>>,
    carried_out: BTreeSet<Uuid>,
}

impl Erasures {
    /// Notes an entry: what it lost, and what it says that others did. `had_verdict` is what its leaf says.
    pub(super) fn note(&mut self, index: u64, entry: &Recorded, had_verdict: bool) {
        let (particulars, verdict) = (entry.salt.is_none(), had_verdict && entry.verdict_salt.is_none());
        if particulars || verdict || entry.erasure_id.is_some() {
            let (subject, erasure) = (entry.subject_id, entry.erasure_id);
            self.lost.insert(entry.id, Lost { index, subject, particulars, verdict, erasure });
        }
        if entry.outcome != "done" {
            return;
        }
        if entry.act == CARRY_OUT {
            self.carried_out.extend(entry.subject_id);
        }
        let says = entry.particulars.as_ref().and_then(|says| Erased::read(&entry.act, says));
        for (erasure, named) in says.into_iter().flat_map(|says| {
            let erasure = says.erasure;
            says.entries.into_iter().map(move |named| (erasure, named))
        }) {
            let subject = entry.subject_id;
            self.named.entry(named.id).or_default().push(Named { index, subject, erasure, entry: named });
        }
    }

    /// Holds what is gone against what erasures say.
    pub(super) async fn compare(self, conn: &mut Conn, report: &mut Report) -> Result<(), Problem> {
        for (id, lost) in &self.lost {
            if !self.is_accounted_for(*id, lost) {
                let says = format!("what entry {id} recorded is gone, and no erasure says so");
                report.finds(Some(lost.index), says);
            }
        }
        let kept = self.named.iter().filter(|(id, _)| !self.lost.contains_key(id));
        for named in kept.flat_map(|(_, named)| named) {
            let says = format!("entry {} was erased, and is what it was or gone", named.entry.id);
            report.finds(Some(named.index), says);
        }
        self.compare_steps(conn, report).await
    }

    /// Whether erasures that were carried out say of an entry, after it and on its subject, what it lost.
    fn is_accounted_for(&self, id: Uuid, lost: &Lost) -> bool {
        let named: Vec<&Named> = self.named.get(&id).into_iter().flatten().collect();
        let sound = named.iter().all(|named| {
            named.index > lost.index
                && named.subject == lost.subject
                && self.carried_out.contains(&named.erasure)
        });
        let says = |lost: fn(&ErasedEntry) -> bool| named.iter().any(|named| lost(&named.entry));
        sound
            && (lost.particulars, lost.verdict)
                == (says(|entry| entry.particulars), says(|entry| entry.verdict))
            && named.last().map(|named| named.erasure) == lost.erasure
    }

    /// What is left of each step whose entry lost its particulars is what the last erasure of it left.
    async fn compare_steps(&self, conn: &mut Conn, report: &mut Report) -> Result<(), Problem> {
        let steps: BTreeMap<Uuid, &Named> = self
            .named
            .iter()
            .filter_map(|(id, named)| Some((*id, named.last().filter(|named| named.entry.step.is_some())?)))
            .collect();
        let gone = |id: &Uuid| self.lost.get(id).is_some_and(|lost| lost.particulars);
        let entries: Vec<Uuid> = steps.keys().copied().filter(gone).collect();
        for (id, left) in store::left_of(conn, &entries).await? {
            let left = digest(&left).map_err(|error| Problem::internal(&error))?;
            if steps.get(&id).is_some_and(|named| named.entry.step.as_ref() != Some(&left)) {
                let index = self.lost.get(&id).map(|lost| lost.index);
                report.finds(index, format!("the step of entry {id} is not what its erasure left of it"));
            }
        }
        Ok(())
    }
}
