//! The requests that are being worked on: of several of one person and key at once one goes through, the others wait for it.
//!
//! Kept in this process, so it spares work and decides nothing: of two that two services work on at once, the table's key
//! lets the first answer in, and the other one's transaction is rolled back and its answer looked up.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Asked, Key};
use crate::ids::PersonId;

type Named = (PersonId, Key);

/// What is being worked on.
#[derive(Debug, Default)]
pub struct InFlight(Mutex<HashSet<Named>>);

impl InFlight {
    /// Takes a request up, until what is given is dropped; none where another with its key is being worked on.
    pub fn take_up(self: &Arc<Self>, asked: &Asked) -> Option<TakenUp> {
        let named = (asked.person, asked.key.clone());
        self.held(|requests| requests.insert(named.clone())).then(|| TakenUp { all: Arc::clone(self), named })
    }

    /// A panic of another holder left the set whole.
    fn held<T>(&self, work: impl FnOnce(&mut HashSet<Named>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A request that was taken up.
#[derive(Debug)]
pub struct TakenUp {
    all: Arc<InFlight>,
    named: Named,
}

impl Drop for TakenUp {
    fn drop(&mut self) {
        self.all.held(|requests| requests.remove(&self.named));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::idempotency::Ticket;

    fn asked(person: u128, key: &str, body: &str) -> Asked {
        let (person, key) = (PersonId(uuid::Uuid::from_u128(person)), Key(key.to_owned()));
        Ticket { person, key, seal: None }.asks("POST", "/v1/exporters", body.as_bytes())
    }

    #[test]
    fn one_request_of_a_person_and_key_is_worked_on_at_a_time() {
        let all = Arc::new(InFlight::default());
        let first = all.take_up(&asked(1, "k", "{}")).unwrap();
        assert!(all.take_up(&asked(1, "k", "{}")).is_none());
        assert!(all.take_up(&asked(1, "k", "[]")).is_none(), "whatever it asks");
        let (_other_key, _other_person) =
            (all.take_up(&asked(1, "l", "{}")).unwrap(), all.take_up(&asked(2, "k", "{}")).unwrap());
        drop(first);
        assert!(all.take_up(&asked(1, "k", "{}")).is_some());
    }
}
