//! `sample-year`: fills an empty register with a year in the size of 2021.

use std::io::{IsTerminal as _, stderr};
use std::time::Instant;

use anyhow::Context as _;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::database::Database;
use crate::clock::Clock;
use crate::config::DatabaseConfig;
use crate::db::Isolation;
use crate::http::Problem;
use crate::sample_year::{self, Plan, Progress};
use crate::statistics::{self, Statistics};

/// Which year, and how much of it.
#[derive(Clone, Debug, Args)]
pub(super) struct SampleYearArgs {
    /// The year.
    #[arg(long, default_value_t = 2021)]
    year: i32,
    /// Where chance begins; the same seed gives the same register to the byte.
    #[arg(long, default_value_t = 2021)]
    seed: u64,
    /// The size, against that of 2021: from 0.001 to 100.
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
}

/// Fills the register and tells what the year came to.
pub(super) async fn fill(database: &DatabaseConfig, args: SampleYearArgs) -> anyhow::Result<()> {
    let plan = Plan::new(args.year, args.scale)
        .context("the scale must be from 0.001 to 100, and the year from 1991 to 9000")?;
    let database = Database::open(database, false).await?;
    let done = run(&database, plan, args.seed).await;
    database.analyze().await;
    database.close().await?;
    done
}

async fn run(database: &Database, plan: Plan, seed: u64) -> anyhow::Result<()> {
    let mut meter = Meter::new(plan.units());
    let done = sample_year::fill(&database.pool, plan, seed, |progress| meter.tell(progress)).await;
    meter.end();
    let done = done.map_err(told)?;
    let seconds = meter.begun.elapsed().as_secs_f64();
    let now = Clock::System.now();
    let statistics =
        statistics::of_year(&mut *database.pool.office(Isolation::Reads).await?, Some(plan.year), now).await;
    print(&statistics.map_err(told)?);
    tell!("\n{} acts in {seconds:.1} s ({:.0} a second)", done.acts, rate(done.acts, seconds));
    tell!("Data: {}", database.place());
    Ok(())
}

fn told(problem: Problem) -> anyhow::Error {
    anyhow::anyhow!(problem.detail)
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn rate(acts: u64, seconds: f64) -> f64 {
    acts as f64 / seconds.max(0.001)
}

/// The figures of the year, by kind where they have one.
fn print(statistics: &Statistics) {
    tell!("{}", statistics.year);
    for figure in &statistics.figures {
        let value = figure.value.map_or_else(|| "-".to_owned(), |value| value.to_string());
        let mut kinds: Vec<(&str, i64)> = Vec::new();
        for cell in &figure.by {
            let Some(kind) = cell.kind.as_deref() else { continue };
            match kinds.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, sum)) => *sum += cell.value,
                None => kinds.push((kind, cell.value)),
            }
        }
        let kinds: Vec<_> = kinds.into_iter().map(|(kind, value)| format!("{kind} {value}")).collect();
        tell!("{:<32}{value:>9}  {}", figure.name, kinds.join(", "));
    }
}

/// A bar on a terminal, and plain lines elsewhere.
struct Meter {
    begun: Instant,
    told: Instant,
    bar: Option<ProgressBar>,
    whole: u64,
}

impl Meter {
    fn new(whole: u64) -> Self {
        let bar = stderr().is_terminal().then(|| {
            let style = "{bar:40} {pos}/{len} on file, {msg}, {elapsed} gone, {eta} to go";
            let style = ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::with_draw_target(Some(whole), ProgressDrawTarget::stderr_with_hz(4))
                .with_style(style)
        });
        let now = Instant::now();
        Self { begun: now, told: now, bar, whole }
    }

    fn tell(&mut self, progress: Progress) {
        let pause = if self.bar.is_some() { 0.25 } else { 5.0 };
        if self.told.elapsed().as_secs_f64() < pause {
            return;
        }
        self.told = Instant::now();
        let rate = rate(progress.acts, self.begun.elapsed().as_secs_f64());
        match &self.bar {
            Some(bar) => {
                bar.set_message(format!("{rate:.0} acts a second"));
                bar.set_position(progress.units);
            }
            None => eprintln!("{} of {} on file, {rate:.0} acts a second", progress.units, self.whole),
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
