//! The office: the people of the agency and of the exporters, and the transactions their acts go into.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Semaphore;

use crate::act::{Act, Actor, Policy};
use crate::clock::Clock;
use crate::db::{Conn, Isolation, Pool, Tx};
use crate::http::{App, Problem};
use crate::ids::{ExporterId, Ids};
use crate::page::CursorKey;
use crate::rules::authority::{Ministry, Role};
use crate::sweeper;
use crate::tokens::{self, NewToken};

/// How many acts share a transaction.
const BATCH: u32 = 200;

/// The people of the agency.
pub(super) struct Staff {
    pub(super) officers: Vec<Actor>,
    pub(super) classifiers: Vec<Actor>,
    pub(super) defense: Vec<Actor>,
    pub(super) foreign: Vec<Actor>,
    pub(super) committee: Actor,
    pub(super) head: Actor,
    pub(super) countersigners: Vec<Actor>,
    pub(super) customs: Actor,
}

/// Where acts are done.
pub(super) struct Office {
    pool: Pool,
    tx: Option<Tx>,
    in_batch: u32,
    /// Acts done so far.
    pub(super) acts: u64,
    pub(super) ids: Arc<Ids>,
    pub(super) policy: Arc<Policy>,
}

impl Office {
    pub(super) fn new(pool: Pool, seed: u64) -> Self {
        // The terms of the sample year are the default ones, so that no setting changes what comes out.
        let (ids, policy) = (Arc::new(Ids::seeded(seed)), Arc::new(Policy::default()));
        Self { pool, tx: None, in_batch: 0, acts: 0, ids, policy }
    }

    /// An act of its own, in the transaction that is open: what the API would be given.
    pub(super) fn act(&mut self, actor: &Actor, at: DateTime<Utc>) -> Act {
        self.acts += 1;
        self.in_batch += 1;
        let (ids, policy) = (self.ids.clone(), self.policy.clone());
        Act { actor: actor.clone(), at, request: ids.next(at), ids, policy }
    }

    /// The connection to act on.
    pub(super) async fn conn(&mut self) -> Result<&mut Conn, Problem> {
        if self.tx.is_none() {
            self.tx = Some(self.pool.office(Isolation::Records).await?);
        }
        match self.tx.as_mut() {
            Some(tx) => Ok(&mut *tx),
            None => Err(Problem::unavailable()),
        }
    }

    /// Commits where enough has been done since the last time; never in the middle of a task.
    pub(super) async fn rest(&mut self) -> Result<(), Problem> {
        if self.in_batch < BATCH { Ok(()) } else { self.commit().await }
    }

    /// Commits what has been done.
    pub(super) async fn commit(&mut self) -> Result<(), Problem> {
        self.in_batch = 0;
        match self.tx.take() {
            Some(tx) => Ok(tx.commit().await?),
            None => Ok(()),
        }
    }

    /// Lets the clock do what it owes.
    pub(super) async fn sweep(&mut self, at: DateTime<Utc>) -> Result<(), Problem> {
        self.commit().await?;
        let (pool, clock) = (self.pool.clone(), Clock::set_to(at));
        let app = App {
            pool,
            clock,
            ids: self.ids.clone(),
            policy: self.policy.clone(),
            // The sweeper gives no lists.
            cursors: CursorKey::new(self.ids.bytes()),
            exports: Arc::new(Semaphore::new(0)),
            oidc: None,
            wake: Arc::default(),
        };
        self.acts += sweeper::sweep(&app).await?;
        Ok(())
    }

    /// Enters a person.
    pub(super) async fn person(
        &mut self,
        at: DateTime<Utc>,
        handle: &str,
        role: Role,
        ministry: Option<Ministry>,
        exporter: Option<ExporterId>,
    ) -> Result<Actor, Problem> {
        let act = self.act(&Actor::command_line(), at);
        let new = NewToken::new(handle, role, "sample year", at + TimeDelta::days(1))?;
        let new = NewToken { ministry, exporter_id: exporter, ..new };
        let person = tokens::store::person(self.conn().await?, &act, &new).await?;
        Ok(Actor { person, handle: handle.to_owned(), role, ministry, exporter, token: None })
    }

    async fn staff_of(
        &mut self,
        at: DateTime<Utc>,
        handles: &[&str],
        role: Role,
        ministry: Option<Ministry>,
    ) -> Result<Vec<Actor>, Problem> {
        let mut people = Vec::new();
        for handle in handles {
            people.push(self.person(at, handle, role, ministry, None).await?);
        }
        Ok(people)
    }

    /// Enters the people of the agency.
    pub(super) async fn hire(&mut self, at: DateTime<Utc>) -> Result<Staff, Problem> {
        let (defense, foreign) = (Some(Ministry::Defense), Some(Ministry::ForeignAffairs));
        let officers = ["officer.1", "officer.2", "officer.3", "officer.4"];
        Ok(Staff {
            officers: self.staff_of(at, &officers, Role::LicensingOfficer, None).await?,
            classifiers: self.staff_of(at, &["classifier.1", "classifier.2"], Role::Classifier, None).await?,
            defense: self.staff_of(at, &["defense.1", "defense.2"], Role::Reviewer, defense).await?,
            foreign: self.staff_of(at, &["foreign.1", "foreign.2"], Role::Reviewer, foreign).await?,
            committee: self.person(at, "committee.1", Role::Committee, None, None).await?,
            head: self.person(at, "head.of.agency", Role::HeadOfAgency, None, None).await?,
            countersigners: self.staff_of(at, &["signer.1", "signer.2"], Role::Countersigner, None).await?,
            customs: self.person(at, "customs.1", Role::Customs, None, None).await?,
        })
    }
}
