//! What every request shares: the pools, the clock, identifiers, the configured terms and the limits.

use std::sync::Arc;

use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

use super::beats::Beats;
use super::idempotency::InFlight;
use super::limits::{Limits, Terms};
use super::logged::Logged;
use super::matchers::Matchers;
use super::oidc::Oidc;
use super::readiness::Looks;
use super::route::Lane;
use super::viewed::Viewed;
use crate::act::{Act, Actor, Policy};
use crate::clock::Clock;
use crate::config::Contact;
use crate::db::Pool;
use crate::ids::Ids;
use crate::page::CursorKey;

/// How many exports a service with this many connections gives at once: the others are for those who wait.
fn exports_at_once(connections: u32) -> usize {
    usize::try_from(connections / 3).unwrap_or(1).clamp(1, 8)
}

/// The shared state of the service. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct App {
    /// Connections.
    pub pool: Pool,
    /// A few connections aside, for what must be answered also where all others are at work.
    pub aside: Pool,
    /// The time.
    pub clock: Clock,
    /// Identifiers and secrets.
    pub ids: Arc<Ids>,
    /// The configured terms.
    pub policy: Arc<Policy>,
    /// What cursors are signed with.
    pub cursors: CursorKey,
    /// How many further exports may be given at once: each holds a connection while it is read.
    pub exports: Arc<Semaphore>,
    /// The identity provider whose access tokens are taken, where there is one.
    pub oidc: Option<Arc<Oidc>>,
    /// Wakes the worker when an operation is put on file.
    pub wake: Arc<Notify>,
    /// The requests to be done once that are being worked on.
    pub in_flight: Arc<InFlight>,
    /// How much a caller may ask, and how many may wait.
    pub limits: Arc<Limits>,
    /// When what runs beside the requests was last heard of.
    pub beats: Arc<Beats>,
    /// The reads of files that wait to be written.
    pub viewed: Arc<Viewed>,
    /// How the log of entries stands.
    pub log: Arc<Logged>,
    /// Whom the API document names.
    pub contact: Arc<Contact>,
    /// The looks taken at what the service needs.
    pub looks: Arc<Looks>,
    /// The lists of restricted parties in memory.
    pub matchers: Arc<Matchers>,
}

impl App {
    /// A service on this pool, with the usual limits and connections aside of its own.
    pub fn new(pool: Pool, clock: Clock, ids: Arc<Ids>, policy: Arc<Policy>) -> Self {
        let aside = pool.aside();
        let limits = Arc::new(Limits::new(Terms::default(), &pool, &aside));
        let exports = Arc::new(Semaphore::new(exports_at_once(pool.most())));
        let cursors = CursorKey::new(ids.bytes());
        Self {
            pool,
            aside,
            clock,
            ids,
            policy,
            cursors,
            exports,
            oidc: None,
            wake: Arc::default(),
            in_flight: Arc::default(),
            limits,
            beats: Arc::default(),
            viewed: Arc::default(),
            log: Arc::default(),
            contact: Arc::default(),
            looks: Arc::default(),
            matchers: Arc::default(),
        }
    }

    /// The same with other limits.
    #[must_use]
    pub fn limited(self, terms: Terms) -> Self {
        let limits = Arc::new(Limits::new(terms, &self.pool, &self.aside));
        Self { limits, ..self }
    }

    /// The same with another key for cursors than one of its own, so that several services take each other's.
    #[must_use]
    pub fn signing(self, cursors: CursorKey) -> Self {
        Self { cursors, ..self }
    }

    /// The same with an identity provider whose tokens it takes.
    #[must_use]
    pub fn trusting(self, oidc: Option<Arc<Oidc>>) -> Self {
        Self { oidc, ..self }
    }

    /// The same with whom the API document names.
    #[must_use]
    pub fn run_by(self, contact: Contact) -> Self {
        Self { contact: Arc::new(contact), ..self }
    }

    /// The same with another log, or with other terms of it.
    #[must_use]
    pub fn logging(self, log: Logged) -> Self {
        Self { log: Arc::new(log), ..self }
    }

    /// An act of someone, now: in this request, or in one of its own.
    pub fn act(&self, actor: Actor, request: Option<Uuid>) -> Act {
        let at = self.clock.now();
        let request = request.unwrap_or_else(|| self.ids.next(at));
        Act { actor, at, request, ids: self.ids.clone(), policy: self.policy.clone(), expects: None }
    }

    /// The same as the routes of a lane see it: those aside have the connections aside.
    pub(super) fn in_lane(&self, lane: Lane) -> Self {
        match lane {
            Lane::Main | Lane::Free => self.clone(),
            Lane::Aside => Self { pool: self.aside.clone(), ..self.clone() },
        }
    }
}
