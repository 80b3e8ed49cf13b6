//! The lists in memory: one matcher that all requests of the process share.
//!
//! It is made by the room of screening, of the editions that one epoch of the register has in force; whoever asks names the
//! epoch that its own transaction sees, so that no answer is of other editions than it says.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use uuid::Uuid;

use crate::rules::edition::EntryDigest;
use crate::rules::screening::Matcher;

/// A list in memory.
#[derive(Clone, Debug)]
pub struct ReadyList {
    /// Which list.
    pub id: Uuid,
    /// What the agency calls it.
    pub code: String,
    /// The edition.
    pub edition: i32,
    /// The score from which an entry is a hit, in thousandths.
    pub hit_from: i16,
    /// The last day on which the edition clears anyone.
    pub current_until: NaiveDate,
}

/// An entry in memory: what it says is in the database.
#[derive(Clone, Debug)]
pub struct ReadyEntry {
    /// Its list, by its place.
    pub list: u16,
    /// What the list calls it.
    pub key: Box<str>,
    /// The digest of all that it says.
    pub digest: EntryDigest,
}

/// The editions in force at an epoch, ready to be matched.
#[derive(Debug)]
pub struct Ready {
    /// The epoch.
    pub epoch: i64,
    /// The lists that have an edition.
    pub lists: Vec<ReadyList>,
    /// The entries, in the order that hits tell them by.
    pub entries: Vec<ReadyEntry>,
    /// Their names.
    pub matcher: Matcher,
}

/// What is ready, and the turn of who makes it.
#[derive(Debug, Default)]
pub struct Matchers {
    ready: Mutex<Option<Arc<Ready>>>,
    /// Held by who makes the next one: two at a time would take twice the memory.
    pub turn: tokio::sync::Mutex<()>,
}

impl Matchers {
    /// What is ready of this epoch.
    pub fn of(&self, epoch: i64) -> Option<Arc<Ready>> {
        let ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        ready.as_ref().filter(|ready| ready.epoch == epoch).cloned()
    }

    /// Keeps what was made, unless something newer is there.
    pub fn keep(&self, made: &Arc<Ready>) {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if ready.as_ref().is_none_or(|ready| ready.epoch < made.epoch) {
            *ready = Some(Arc::clone(made));
        }
    }
}
