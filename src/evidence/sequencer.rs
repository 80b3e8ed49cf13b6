//! The sequencer: takes entries into the log in the order in which they were committed.
//!
//! It keeps the snapshot up to which every entry is in the log, and asks for what was committed since: entries of
//! transactions that were open then or began later. So writers wait for nothing, and an entry whose transaction took
//! long is not missed. The snapshot is kept in memory only; without one, the first round looks through all entries, also
//! after a restore.
//!
//! One service at a time does this, whoever holds the lock of the round. Entries are looked for anew when another has
//! been at work, and an index is taken once (`audit_leaves_pk`), so that nothing is lost or doubled by a death or by
//! another.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use uuid::Uuid;

use super::append::append;
use super::store::sequence as store;
use crate::clock::rest;
use crate::db::{Conn, Isolation};
use crate::http::{App, Problem};
use crate::meters;

/// How long the sequencer rests when little or nothing is new: so a commit of its own is for many entries.
const REST: Duration = Duration::from_secs(1);
/// How long the last entries may take after the sequencer was told to stop. What is left is taken at the next start.
const LAST: Duration = Duration::from_secs(5);
/// How many entries are taken in one transaction.
const BATCH: usize = 1000;
/// How many are held in memory: verdicts with their facts are large.
const AT_ONCE: usize = 200;
/// How many are noted to be taken, at most.
const NOTED: i64 = 100_000;

/// What a round did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// Nothing is left to take.
    Idle,
    /// It took this many entries, and there may be more.
    Took(usize),
    /// Another service is at it.
    Elsewhere,
}

/// What the sequencer knows from one round to the next.
#[derive(Debug, Default)]
pub struct Sequencer {
    /// Every entry that was visible in this snapshot is in the log.
    seen: Option<String>,
    /// The same of this one, once all that is noted has been taken, which was made after this instant.
    noted_by: Option<(String, Instant)>,
    taken_until: Option<Instant>,
    /// Entries to be taken, in order.
    noted: VecDeque<Uuid>,
    /// The size of the tree when they were noted, and of what was taken of them since.
    size: u64,
}

/// Works until told to stop, and takes what has come by then.
pub async fn run(app: App, mut stopped: watch::Receiver<bool>) {
    let mut sequencer = Sequencer::default();
    app.log.sequenced.none_left();
    loop {
        let round = sequencer.round(&app).await;
        if let Some(until) = sequencer.taken_until() {
            app.log.sequenced.done_until(until);
        }
        match round {
            Ok(Round::Took(BATCH..)) if !*stopped.borrow() => continue,
            Ok(Round::Took(_) | Round::Idle | Round::Elsewhere) => {}
            Err(problem) => tracing::warn!(cause = problem.cause(), "the sequencer will try again"),
        }
        if !rest(REST, &mut stopped).await {
            break;
        }
    }
    let last = async { while let Ok(Round::Took(_)) = sequencer.round(&app).await {} };
    if tokio::time::timeout(LAST, last).await.is_err() {
        tracing::warn!("entries are left for the audit log, which are taken at the next start");
    }
}

impl Sequencer {
    /// Takes one batch of entries into the log. After a fault it begins anew.
    pub async fn round(&mut self, app: &App) -> Result<Round, Problem> {
        let done = self.batch(app).await;
        if done.is_err() {
            *self = Self::default();
        }
        done
    }

    /// Every entry that was committed before this instant is in the log; none before the first one is known to be.
    pub fn taken_until(&self) -> Option<Instant> {
        self.taken_until
    }

    async fn batch(&mut self, app: &App) -> Result<Round, Problem> {
        let begun = Instant::now();
        let mut tx = app.pool.office(Isolation::RecordsMuch).await?;
        let Some(stand) = store::begin(&mut tx).await? else { return Ok(Round::Elsewhere) };
        if self.noted.is_empty() || self.size != stand.size {
            self.note(&mut tx, stand, begun).await?;
        }
        let batch: Vec<Uuid> = self.noted.iter().take(BATCH).copied().collect();
        if batch.is_empty() {
            // Ended here and now, the transaction gives the lock back at once.
            tx.commit().await?;
            self.settle();
            meters::log_entries(self.size);
            return Ok(Round::Idle);
        }
        let (mut size, mut taken) = (self.size, 0);
        for part in batch.chunks(AT_ONCE) {
            let entries = store::entries(&mut tx, part).await?;
            append(&mut tx, size, &entries).await?;
            size += u64::try_from(entries.len()).unwrap_or_default();
            taken += entries.len();
        }
        tx.commit().await?;
        self.noted.drain(..batch.len());
        self.size = size;
        if self.noted.is_empty() {
            self.settle();
        }
        Ok(Round::Took(taken))
    }

    /// Notes what is to be taken.
    async fn note(&mut self, conn: &mut Conn, stand: store::Stand, begun: Instant) -> Result<(), Problem> {
        let noted = match &self.seen {
            Some(seen) => store::committed_since(conn, seen, NOTED).await?,
            None => store::not_in_the_log(conn, NOTED).await?,
        };
        // Of as many as are noted at most, others may be left.
        let all = i64::try_from(noted.len()).is_ok_and(|count| count < NOTED);
        self.noted_by = all.then_some((stand.snapshot, begun));
        self.noted = noted.into();
        self.size = stand.size;
        Ok(())
    }

    /// All that was noted is in the log.
    fn settle(&mut self) {
        if let Some((snapshot, before)) = self.noted_by.take() {
            self.seen = Some(snapshot);
            self.taken_until = Some(before);
        }
    }
}
