//! A measure over a large register: preview, execution and lifting, each beside its floor, and what readers and the
//! memory of the service feel of them.
//!
//! `cargo bench --bench measures -- --licenses 1000000 --touched 100000 --rounds 3`
//!
//! It makes a cluster of its own in `/tmp`, with durability on, loads licenses, and runs the service as a process of
//! its own. `docs/benchmarks.md` says what is measured and how to read it.

#![expect(clippy::print_stdout, reason = "the table is the result")]

#[path = "../common/mod.rs"]
mod common;
mod floor;
mod policy;
mod readers;
mod report;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use export_license_registry::db::embedded::{self, Embedded, Options};
use export_license_registry::db::{self, Isolation, MIGRATOR, Pool};
use export_license_registry::enforcement::store::reached;
use export_license_registry::rules::scope::{Groups, Scope};
use export_license_registry::rules::values::Country;
use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;
use sqlx::{ConnectOptions as _, PgPool};
use tokio::time::sleep;

use common::asked::asked;
use common::data::{self, Cases, Plan};
use common::service::{PROGRAM, Scratch, Service};
use floor::Floor;
use policy::{Carried, Office};
use readers::{Latencies, Readers};

/// How many previews, and as many bare queries, a round takes.
const PREVIEWS: usize = 3;
/// How long the readers of a round have the service to themselves.
const IDLE: Duration = Duration::from_secs(10);

/// Measures over a register, and the same rows written by plain SQL.
#[derive(clap::Parser)]
struct Settings {
    /// How many licenses the register has.
    #[arg(long, default_value_t = 1_000_000)]
    licenses: i64,
    /// How many of them a measure touches: a 200th to a half of them all.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(i64).range(1..))]
    touched: i64,
    /// How many measures are carried out and lifted.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(i64).range(1..))]
    rounds: i64,
    /// How many reads a second are made beside the last one.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
}

impl Settings {
    /// `None` where the program was not asked to measure.
    fn read() -> anyhow::Result<Option<Self>> {
        let Some(settings) = asked::<Self>() else { return Ok(None) };
        let Self { licenses, touched, .. } = settings;
        ensure!(
            licenses % touched == 0 && (2..=200).contains(&(licenses / touched)),
            "--touched must divide --licenses into 2 to 200 parts"
        );
        Ok(Some(settings))
    }

    /// How many parts the register has: each goes to a destination of its own.
    fn parts(&self) -> i64 {
        self.licenses / self.touched
    }
}

/// What one round measured.
#[derive(Default)]
struct Round {
    preview: Vec<Duration>,
    query: Vec<Duration>,
    execution: Duration,
    execution_floor: Duration,
    lifting: Duration,
    lifting_floor: Duration,
    /// The same with readers beside them.
    execution_read: Duration,
    lifting_read: Duration,
    idle: Latencies,
    executing: Latencies,
    lifted: Latencies,
    /// Beside the floor of the execution: one transaction of plain SQL, without the service.
    floor_beside: Latencies,
}

/// Resident memory of the service in kilobytes.
#[derive(Clone, Copy, Default)]
struct Memory {
    before: u64,
    peak: u64,
    after: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let Some(settings) = Settings::read()? else {
        println!("benchmarks are run by `cargo bench`");
        return Ok(());
    };
    let scratch = Scratch::new()?;
    let options = Options { supervisor: PathBuf::from(PROGRAM), ..Options::new(scratch.0.join("data")) };
    let cluster = embedded::start(&options).await?;
    let measured = measure(&settings, &cluster).await;
    cluster.stop().await?;
    println!("{}", measured?);
    Ok(())
}

async fn measure(settings: &Settings, cluster: &Embedded) -> anyhow::Result<String> {
    let pool = PgPoolOptions::new().max_connections(4).connect_lazy_with(cluster.connect_options());
    MIGRATOR.run(&pool).await?;
    let version: String = sqlx::query_scalar("show server_version").fetch_one(&pool).await?;
    let service = Service::start(cluster.connect_options().to_url_lossy().as_str(), 10).await?;
    let countries: Vec<String> = Country::all().map(|(country, _)| country.to_string()).collect();
    let parts = usize::try_from(settings.parts())?;
    let destinations: Vec<&str> = countries.iter().take(parts).map(String::as_str).collect();
    let plan = Plan { applications: 0, licenses: settings.licenses, destinations: &destinations };
    let cases = data::make(&pool, service.address, plan).await?;
    let office = db::pool(cluster.connect_options(), 1);
    let bench = Bench {
        settings,
        pool: &pool,
        office: &office,
        service: &service,
        cases: &cases,
        destinations: &destinations,
    };
    let mut memory = Memory { before: bench.settled().await, ..Memory::default() };
    let mut rounds = Vec::new();
    for number in 0..settings.rounds {
        rounds.push(bench.round(number, &mut memory).await?);
    }
    memory.after = bench.settled().await;
    pool.close().await;
    service.stop().await?;
    report::table(settings, &version, &rounds, memory)
}

/// Everything a round needs.
struct Bench<'b> {
    settings: &'b Settings,
    pool: &'b PgPool,
    /// As the service asks.
    office: &'b Pool,
    service: &'b Service,
    cases: &'b Cases,
    destinations: &'b [&'b str],
}

impl Bench<'_> {
    /// Resident memory when nothing is asked of the service; 0 where the system does not tell.
    async fn settled(&self) -> u64 {
        sleep(Duration::from_secs(2)).await;
        self.service.memory().unwrap_or_default()
    }

    /// The licenses to one destination, of goods that they all have.
    fn scope(&self, part: i64) -> anyhow::Result<Value> {
        let destination = self.destinations.get(usize::try_from(part)?).context("a destination")?;
        Ok(
            json!({ "all": [{ "destinations": [destination] }, { "controlCodes": ["ML", "5A002", "6A003"] }] }),
        )
    }

    /// Each round has a part of the register for the service, and the next one for the floor.
    async fn round(&self, number: i64, memory: &mut Memory) -> anyhow::Result<Round> {
        let parts = self.settings.parts();
        let (ours, other) = (2 * number % parts, (2 * number + 1) % parts);
        let say = |what: &str| eprintln!("round {} of {}: {what}", number + 1, self.settings.rounds);
        let mut office = Office::open(self.service.address, &self.cases.people).await?;
        let mut floor = Floor::open(self.pool, self.settings, ours, other).await?;
        let mut round = Round::default();

        say("previews");
        let scope = self.scope(ours)?;
        let measure = office.drafted(&scope).await?;
        let mut digest = String::new();
        for _ in 0..PREVIEWS {
            let begun = Instant::now();
            let preview = self.watched(memory, office.previewed(&measure)).await?;
            round.preview.push(begun.elapsed());
            ensure!(preview.licenses == self.settings.touched, "the preview shows {}", preview.licenses);
            digest = preview.digest;
            round.query.push(self.query(&scope).await?);
        }
        office.approved(&measure, &digest).await?;

        say("execution");
        floor.settle().await?;
        let executed = self.watched(memory, office.executed(&measure, &digest)).await?;
        round.execution = self.whole(&executed)?;
        round.execution_floor = floor.frozen(&executed.operation).await?;
        say("lifting");
        floor.settle().await?;
        let lifted = self.watched(memory, office.lifted(&measure)).await?;
        round.lifting = self.whole(&lifted)?;
        round.lifting_floor = floor.lifted(&lifted.operation).await?;

        say("readers");
        let measure = office.drafted(&scope).await?;
        let digest = office.previewed(&measure).await?.digest;
        office.approved(&measure, &digest).await?;
        let readers = Readers {
            address: self.service.address,
            token: &self.cases.people.officer,
            licenses: self.settings.licenses,
            rate: self.settings.rate,
        };
        floor.settle().await?;
        let idle = async {
            sleep(IDLE).await;
            anyhow::Ok(())
        };
        round.idle = readers.beside(idle).await?.1;
        let execution = self.watched(memory, office.executed(&measure, &digest));
        let (executed, executing) = readers.beside(execution).await?;
        (round.execution_read, round.executing) = (self.whole(&executed)?, executing);
        round.floor_beside = floor.frozen_beside(&executed.operation, &readers).await?;
        let lifting = self.watched(memory, office.lifted(&measure));
        let (lifted, reading) = readers.beside(lifting).await?;
        (round.lifting_read, round.lifted) = (self.whole(&lifted)?, reading);
        Ok(round)
    }

    /// How long an act took, which must have been carried out on every license.
    fn whole(&self, carried: &Carried) -> anyhow::Result<Duration> {
        ensure!(carried.done == self.settings.touched, "it was carried out on {} licenses", carried.done);
        Ok(carried.took)
    }

    /// The query of a preview by itself.
    async fn query(&self, scope: &Value) -> anyhow::Result<Duration> {
        let scope: Scope = serde_json::from_value(scope.clone())?;
        let act = data::act();
        let mut connection = self.office.office(Isolation::RecordsMuch).await?;
        let begun = Instant::now();
        let found = reached::licenses(&mut connection, &act, &scope, &Groups::new(), None).await?;
        let took = begun.elapsed();
        ensure!(
            i64::try_from(found.ids.len())? == self.settings.touched,
            "the query finds {}",
            found.ids.len()
        );
        Ok(took)
    }

    /// Does something and notes the most memory the service had meanwhile.
    async fn watched<T>(&self, memory: &mut Memory, work: impl Future<Output = T>) -> T {
        let watch = async {
            loop {
                memory.peak = memory.peak.max(self.service.memory().unwrap_or_default());
                sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::select! {
            done = work => done,
            () = watch => unreachable!("the watch has no end"),
        }
    }
}
