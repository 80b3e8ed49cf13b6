//! The screener: does what is owed, a batch a transaction, and goes on after any fault where it stopped.
//!
//! Owed is the screening of every party that was not compared in the present epoch, the closing of hits whose entry left the
//! list, and the flags of hits that moved. Each is a query over what is on file, so a crash forgets nothing. No epoch ends
//! while a batch is compared.

use std::time::Duration;

use tokio::sync::watch;

use super::store::{hits, lists, parties as store};
use super::{flags, parties, prepare};
use crate::act::Actor;
use crate::clock::rest;
use crate::db::Isolation;
use crate::history::{self, Step, Subject};
use crate::http::{App, Problem};
use crate::rules::screening_hit::{Action, ScreeningHitCycle};

/// How long the screener rests when nothing is owed.
const REST: Duration = Duration::from_secs(1);
/// How long one batch may take before the screener is taken for dead: the lists may have to be made ready first.
const PATIENCE: Duration = Duration::from_mins(3);

/// Works until told to stop; a batch that was begun is finished first.
pub async fn run(app: App, mut stopped: watch::Receiver<bool>) {
    loop {
        app.beats.screener.beats(PATIENCE);
        match work(&app).await {
            Ok(true) if *stopped.borrow() => return,
            Ok(true) => continue,
            Ok(false) => {}
            Err(problem) => tracing::warn!(cause = problem.cause(), "the screener will try again"),
        }
        if !rest(REST, &mut stopped).await {
            return;
        }
    }
}

/// Does everything that is owed now.
pub async fn screen_owed(app: &App) -> Result<(), Problem> {
    while work(app).await? {}
    Ok(())
}

/// Does the next thing that is owed. Whether there was one.
async fn work(app: &App) -> Result<bool, Problem> {
    Ok(compare(app).await? || close(app).await? || flag(app).await?)
}

/// Compares a batch of parties.
async fn compare(app: &App) -> Result<bool, Problem> {
    let ready = {
        let mut tx = app.pool.office(Isolation::Reads).await?;
        if !store::any_owed(&mut tx).await? {
            return Ok(false);
        }
        prepare::ready(&mut tx, &app.matchers).await?
    };
    let act = app.act(Actor::clock(), None);
    let mut tx = app.pool.office(Isolation::Records).await?;
    if !lists::hold_epoch(&mut tx, ready.epoch).await? {
        return Ok(true);
    }
    let batch = store::owed(&mut tx, ready.epoch).await?;
    for party in &batch {
        parties::screen(&mut tx, &act, &ready, party).await?;
    }
    tx.commit().await?;
    // Whoever is held by a decision is left for the next round.
    Ok(!batch.is_empty())
}

/// Closes a batch of hits whose entry has left the list.
async fn close(app: &App) -> Result<bool, Problem> {
    let act = app.act(Actor::clock(), None);
    let mut tx = app.pool.office(Isolation::Records).await?;
    let batch = hits::without_entry(&mut tx).await?;
    for (id, version, status) in &batch {
        let subject = Subject::<ScreeningHitCycle>::on_file(*id, *version, *status, None);
        let step = Step::new(Action::LoseEntry).because(None, "The entry is not on the list any more.");
        history::take(&mut tx, &act, &subject, step).await?;
    }
    tx.commit().await?;
    Ok(!batch.is_empty())
}

/// Brings flags further.
async fn flag(app: &App) -> Result<bool, Problem> {
    let act = app.act(Actor::clock(), None);
    let mut tx = app.pool.office(Isolation::Records).await?;
    let moved = flags::bring_further(&mut tx, &act).await?;
    tx.commit().await?;
    Ok(moved)
}
