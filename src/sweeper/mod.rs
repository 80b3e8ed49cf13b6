//! The sweeper: records what time has done.
//!
//! Expiry and lapse are derived at every read; the sweeper writes them into the histories, in small transactions, so
//! that the acts are counted and a crash loses nothing. It takes the same steps as everyone, as the clock.

mod store;

use std::time::Duration;

use tokio::sync::watch;

use crate::act::{Act, Actor};
use crate::clock::rest;
use crate::db::{Isolation, Pool};
use crate::history::{self, OnFile, Step};
use crate::http::{App, Problem, idempotency};
use crate::revocations;
use crate::rules::application::{Action as ApplicationAction, ApplicationCycle};
use crate::rules::declaration::DeclarationCycle;
use crate::rules::exporter::ExporterCycle;
use crate::rules::license::LicenseCycle;
use crate::rules::overrides::OverrideCycle;

/// How long one run may take before it is taken for dead.
const PATIENCE: Duration = Duration::from_mins(5);

/// Sweeps at every interval until told to stop.
pub async fn run(app: App, every: Duration, mut stopped: watch::Receiver<bool>) {
    loop {
        app.beats.sweeper.beats(every + PATIENCE);
        match sweep(&app).await {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "recorded what time has done"),
            Err(problem) => tracing::warn!(cause = problem.cause(), "the sweeper will try again"),
        }
        if !rest(every, &mut stopped).await {
            return;
        }
    }
}

/// Records every term that has ended by now, and forgets answers that are too old. Gives how many terms it recorded.
pub async fn sweep(app: &App) -> Result<u64, Problem> {
    let act = app.act(Actor::clock(), None);
    forget(&app.pool, &act).await?;
    Ok(terms::<LicenseCycle>(&app.pool, &act, store::LICENSES).await?
        + terms::<DeclarationCycle>(&app.pool, &act, store::DECLARATIONS).await?
        + terms::<ExporterCycle>(&app.pool, &act, store::EXPORTERS).await?
        + terms::<OverrideCycle>(&app.pool, &act, store::OVERRIDES).await?
        + silences(&app.pool, &act).await?
        + lapses(&app.pool, &act).await?)
}

/// Records the ended terms of one life cycle, a batch a transaction.
async fn terms<C: OnFile>(pool: &Pool, act: &Act, due: &'static str) -> Result<u64, Problem> {
    let mut swept = 0;
    loop {
        let mut tx = pool.office(Isolation::Records).await?;
        let batch = store::due(&mut tx, due, act.today()).await?;
        for id in &batch {
            // Loading takes the step that the clock owes.
            history::load::<C>(&mut tx, act, *id).await?;
            swept += 1;
        }
        tx.commit().await?;
        if batch.len() < store::BATCH {
            return Ok(swept);
        }
    }
}

/// Records the silence of exporters whose term to answer a notice has passed: thousands of them where a measure gave
/// notice to thousands, so a batch is one step of many.
async fn silences(pool: &Pool, act: &Act) -> Result<u64, Problem> {
    let mut swept = 0;
    loop {
        let mut tx = pool.office(Isolation::Records).await?;
        let batch = store::due(&mut tx, store::REVOCATIONS, act.today()).await?;
        swept += u64::try_from(revocations::record_silences(&mut tx, act, &batch).await?).unwrap_or_default();
        tx.commit().await?;
        if batch.len() < store::BATCH {
            return Ok(swept);
        }
    }
}

/// Records the lapse of applications that have waited for their exporter too long.
async fn lapses(pool: &Pool, act: &Act) -> Result<u64, Problem> {
    let mut swept = 0;
    loop {
        let mut tx = pool.office(Isolation::Records).await?;
        let batch =
            store::waiting_since(&mut tx, act.at - chrono::TimeDelta::days(act.policy.lapse_days.into()))
                .await?;
        for id in &batch {
            let subject = history::load::<ApplicationCycle>(&mut tx, act, *id).await?;
            history::take(&mut tx, act, &subject, Step::new(ApplicationAction::Lapse)).await?;
            swept += 1;
        }
        tx.commit().await?;
        if batch.len() < store::BATCH {
            return Ok(swept);
        }
    }
}

/// Removes the answers that no one will ask for again.
async fn forget(pool: &Pool, act: &Act) -> Result<(), Problem> {
    let before = act.at - chrono::TimeDelta::days(idempotency::KEPT_DAYS);
    loop {
        let mut tx = pool.office(Isolation::Records).await?;
        let batch = idempotency::forget(&mut tx, before).await?;
        tx.commit().await?;
        if batch < i64::from(idempotency::BATCH) {
            return Ok(());
        }
    }
}
