//! The worker: carries operations out, a batch a transaction, and goes on after any fault where it stopped.

use std::time::Duration;

use chrono::Days;
use tokio::sync::watch;

use super::store::enact as store;
use super::{carry_out, demand, enact};
use crate::act::Actor;
use crate::clock::rest;
use crate::db::Isolation;
use crate::history::{self, Step};
use crate::http::{App, Problem};
use crate::ids::OperationId;
use crate::meters;
use crate::operations;
use crate::rules::measure::{Action, MeasureCycle};

/// How long the worker rests when nothing is due and nobody wakes it.
const REST: Duration = Duration::from_secs(2);
/// How long one batch may take before the worker is taken for dead.
const PATIENCE: Duration = Duration::from_mins(2);

/// Works until told to stop; a batch that was begun is finished first.
pub async fn run(app: App, mut stopped: watch::Receiver<bool>) {
    loop {
        app.beats.worker.beats(PATIENCE);
        match work(&app).await {
            Ok(true) if *stopped.borrow() => return,
            Ok(true) => continue,
            Ok(false) => {}
            Err(problem) => tracing::warn!(cause = problem.cause(), "the worker will try again"),
        }
        tokio::select! {
            () = app.wake.notified() => {}
            goes_on = rest(REST, &mut stopped) => if !goes_on { return },
        }
    }
}

/// Carries out everything that is due now.
pub async fn work_off(app: &App) -> Result<(), Problem> {
    while work(app).await? {}
    Ok(())
}

/// Does the next thing that is due: what the clock owes measures, an accepted declaration to be held against what is
/// frozen for want of one, or a batch. Whether there was one.
async fn work(app: &App) -> Result<bool, Problem> {
    Ok(lapse(app).await?
        || announce(app).await?
        || pass_deadline(app).await?
        || take_up_arrival(app).await?
        || next_batch(app).await?)
}

/// Lapses a measure whose last day has passed.
async fn lapse(app: &App) -> Result<bool, Problem> {
    let act = app.act(Actor::clock(), None);
    let mut tx = app.pool.office(Isolation::Records).await?;
    let Some(due) = store::lapsing(&mut tx, act.today()).await? else { return Ok(false) };
    let reasons = format!("Its last day was {}, and it was not extended.", due.last_day);
    enact::end(&mut tx, &act, due.id, Action::Lapse, &reasons).await?;
    tx.commit().await?;
    Ok(true)
}

/// Gives notice that a measure will lapse unless it is extended.
async fn announce(app: &App) -> Result<bool, Problem> {
    let act = app.act(Actor::clock(), None);
    let ahead = Days::new(act.policy.lapse_notice_days.into());
    let by = act.today().checked_add_days(ahead).unwrap_or(act.today());
    let mut tx = app.pool.office(Isolation::Records).await?;
    let Some(due) = store::unannounced(&mut tx, by).await? else { return Ok(false) };
    let subject = history::load::<MeasureCycle>(&mut tx, &act, due.id.0).await?;
    let reasons =
        format!("Its last day is {}: it lapses after that day unless it is extended.", due.last_day);
    let step = Step::new(Action::GiveNotice)
        .because(None, &reasons)
        .with(serde_json::json!({ "lastDay": due.last_day }));
    history::take(&mut tx, &act, &subject, step).await?;
    store::set_notice(&mut tx, &due).await?;
    tx.commit().await?;
    Ok(true)
}

/// Freezes what stays without a declaration after the last day on which a measure awaited it.
async fn pass_deadline(app: &App) -> Result<bool, Problem> {
    let act = app.act(Actor::clock(), None);
    let mut tx = app.pool.office(Isolation::Records).await?;
    let Some(deadline) = demand::next_over(&mut tx, &act).await? else { return Ok(false) };
    demand::pass(&mut tx, &act, deadline).await?;
    tx.commit().await?;
    Ok(true)
}

/// Thaws what an accepted declaration covers and measures held for want of it.
async fn take_up_arrival(app: &App) -> Result<bool, Problem> {
    let act = app.act(Actor::clock(), None);
    let mut tx = app.pool.office(Isolation::Records).await?;
    let Some(arrival) = demand::next_arrival(&mut tx).await? else { return Ok(false) };
    demand::take_up(&mut tx, &act, &arrival).await?;
    tx.commit().await?;
    Ok(true)
}

/// Carries the next batch out. A fault is noted on the operation, which is tried again.
async fn next_batch(app: &App) -> Result<bool, Problem> {
    let mut tx = app.pool.office(Isolation::Records).await?;
    let Some(batch) = operations::claim(&mut tx, app.clock.now()).await? else { return Ok(false) };
    let act = app.act(batch.actor.clone(), Some(batch.request));
    let carried = carry_out::carry_out(&mut tx, &act, &batch).await;
    let done = match carried {
        Ok(skipped) => {
            operations::finish(&mut tx, &batch, &skipped, act.at).await?;
            tx.commit().await.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    meters::batch(done.is_ok());
    if let Err(problem) = done {
        tracing::warn!(operation = %batch.operation, cause = problem.cause(), "a batch failed and is tried again");
        note_fault(app, batch.operation).await?;
    }
    Ok(true)
}

async fn note_fault(app: &App, operation: OperationId) -> Result<(), Problem> {
    let mut tx = app.pool.office(Isolation::Records).await?;
    operations::note_fault(&mut tx, operation, app.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}
