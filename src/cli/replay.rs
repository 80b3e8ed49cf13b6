//! `replay`: every verdict on file judged again from its recorded facts; fails where one does not come out as recorded.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::Database;
use crate::config::DatabaseConfig;
use crate::db::Isolation;
use crate::replays::{self, Replay, ReplayFilter, Summary};
use crate::rules::replay::Replayed;

/// What `replay` is told.
#[derive(Debug, clap::Args)]
pub(super) struct ReplayArgs {
    /// Verdicts given on this day or later (UTC).
    #[arg(long)]
    from: Option<NaiveDate>,
    /// Verdicts given on this day or before (UTC).
    #[arg(long)]
    to: Option<NaiveDate>,
}

impl ReplayArgs {
    fn filter(&self) -> ReplayFilter {
        let start = |day: NaiveDate| -> DateTime<Utc> { day.and_time(NaiveTime::MIN).and_utc() };
        ReplayFilter {
            from: self.from.map(start),
            to: self.to.and_then(|day| day.succ_opt()).map(start),
            ..ReplayFilter::default()
        }
    }
}

/// Judges, tells each difference and a summary.
pub(super) async fn replay(config: &DatabaseConfig, args: &ReplayArgs) -> anyhow::Result<()> {
    let database = Database::open(config, false).await?;
    let judged = judge(&database, args).await;
    database.close().await?;
    let summary = judged?;
    tell!(
        "{} verdicts: {} agree, {} differ, {} without facts on file, {} erased, {} with facts that cannot be read",
        summary.verdicts,
        summary.agree,
        summary.differ,
        summary.no_facts,
        summary.erased,
        summary.unreadable
    );
    anyhow::ensure!(
        summary.differ == 0 && summary.unreadable == 0,
        "not every verdict comes out as it is on file"
    );
    Ok(())
}

async fn judge(database: &Database, args: &ReplayArgs) -> anyhow::Result<Summary> {
    let mut tx = database.pool.office(Isolation::Reads).await?;
    let (mut summary, mut after) = (Summary::default(), None);
    loop {
        let (replays, last) = replays::chunk(&mut tx, args.filter(), after).await?;
        replays::summarize(&mut summary, &replays);
        replays.iter().for_each(tell_of);
        if last.is_none() {
            return Ok(summary);
        }
        after = last;
    }
}

/// Tells of a verdict that did not come out as recorded, or could not be judged.
fn tell_of(replay: &Replay) {
    let about = format!("{} {} of {} {}", replay.at, replay.act, replay.subject_kind, replay.subject_id);
    match replay.replayed {
        Replayed::Agrees => {}
        Replayed::FactsErased => tell!("{about}: cannot be replayed, facts erased (entry {})", replay.id),
        Replayed::NoFacts => tell!("{about}: cannot be replayed, no facts on file (entry {})", replay.id),
        Replayed::Unreadable => tell!("{about}: cannot be replayed, unreadable (entry {})", replay.id),
        Replayed::Differs => {
            tell!("{about}: differs (entry {})", replay.id);
            for difference in &replay.differences {
                let said = |said: Option<&crate::rules::replay::Said>| {
                    said.map_or_else(
                        || "not made".to_owned(),
                        |said| format!("{} ({})", said.outcome, said.says),
                    )
                };
                let (was, becomes) = (said(difference.was.as_ref()), said(difference.becomes.as_ref()));
                tell!("    {}: on file {was}; judged again {becomes}", difference.rule);
            }
        }
    }
}
