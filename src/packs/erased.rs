//! What was erased of the entries in a pack: each loss is one that an entry of an erasure names, on the same resource and
//! after it.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use super::checks::Gone;
use crate::evidence::{Erased, ErasedEntry, digest};
use crate::history::HistoryEntry;

/// What is gathered while the entries are read, in the order of the log.
#[derive(Debug, Default)]
pub(super) struct Erasures {
    lost: BTreeMap<Uuid, (Uuid, Gone)>,
    /// By entry, what erasures say of it, of those that it stands before.
    named: BTreeMap<Uuid, Vec<ErasedEntry>>,
}

impl Erasures {
    /// Notes that an entry on a resource lost something.
    pub(super) fn lost(&mut self, entry: Uuid, subject: Uuid, gone: Gone) {
        self.lost.insert(entry, (subject, gone));
    }

    /// Notes what an entry on a resource says that others lost, where it is one of an erasure.
    pub(super) fn says(&mut self, act: &str, subject: Uuid, particulars: Option<&Value>) {
        let says = particulars.and_then(|particulars| Erased::read(act, particulars));
        for named in says.into_iter().flat_map(|says| says.entries) {
            if self.lost.get(&named.id).is_some_and(|(of, _)| *of == subject) {
                self.named.entry(named.id).or_default().push(named);
            }
        }
    }

    /// Whether a step whose entry lost its particulars is what the last erasure left of it.
    pub(super) fn left(&self, entry: Uuid, step: &HistoryEntry) -> bool {
        let left = self.named.get(&entry).and_then(|named| named.last()?.step.as_ref());
        left.is_some_and(|left| digest(&step.recorded()).is_ok_and(|digest| digest == *left))
    }

    /// How many entries lost something. Each loss is one that an erasure names.
    pub(super) fn ended(&self) -> Result<usize, String> {
        for (entry, (_, gone)) in &self.lost {
            let named: Vec<&ErasedEntry> = self.named.get(entry).into_iter().flatten().collect();
            let says = Gone {
                particulars: named.iter().any(|named| named.particulars),
                verdict: named.iter().any(|named| named.verdict),
            };
            if says != *gone {
                return Err(format!("what entry {entry} recorded is gone, and no erasure says so"));
            }
        }
        Ok(self.lost.len())
    }
}
