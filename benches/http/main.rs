//! The service over HTTP, each kind of request beside its floor: the same SQL by `pgbench` on the same server.
//!
//! `cargo bench --bench http -- --licenses 1000000 --seconds 10 --connections 8 --rounds 3`
//!
//! It makes a cluster of its own in `/tmp`, with durability on, loads licenses, and runs the service as a process of
//! its own. `docs/benchmarks.md` says what is measured and how to read it.

#![expect(clippy::print_stdout, reason = "the table is the result")]

#[path = "../common/mod.rs"]
mod common;
mod floor;
mod report;
mod scenario;
mod wire;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use export_license_registry::db::MIGRATOR;
use export_license_registry::db::embedded::{self, Embedded, Options};
use sqlx::postgres::PgPoolOptions;
use sqlx::{ConnectOptions as _, PgPool};
use tokio::time::sleep;

use common::asked::asked;
use common::data::{self, Plan};
use common::load::{self, Client, Measured};
use common::service::{PROGRAM, Scratch, Service};
use floor::{Floor, Recording, Script};
use report::Row;
use scenario::{APPLICATIONS, Scenario, Work, deep_cursor};
use wire::{Log, Trip};

/// The size of a page where the caller names none.
const PAGE: i64 = 50;
const DEEP: i64 = 5_000;

/// Asks the service by HTTP, and its statements by `pgbench`, in turns.
#[derive(clap::Parser)]
struct Settings {
    /// How many licenses the register has.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(i64).range(200..))]
    licenses: i64,
    /// How long each request is measured in a round, in seconds.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// How many connections the load has, and the service as many to the database.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    connections: u16,
    /// How often service and floor take turns.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Only the requests whose name begins like this, such as `license: freeze`.
    #[arg(long, default_value = "")]
    only: String,
}

impl Settings {
    /// The page that stands for page 5,000: itself where there are so many, else the last full one.
    fn deep_page(&self) -> i64 {
        DEEP.min(self.licenses / PAGE - 1)
    }

    fn time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let Some(settings) = asked::<Settings>() else {
        println!("benchmarks are run by `cargo bench`");
        return Ok(());
    };
    let scratch = Scratch::new()?;
    let options = Options { supervisor: PathBuf::from(PROGRAM), ..Options::new(scratch.0.join("data")) };
    let cluster = embedded::start(&options).await?;
    let measured = measure(&settings, &scratch.0, &cluster).await;
    cluster.stop().await?;
    println!("{}", measured?);
    Ok(())
}

async fn measure(settings: &Settings, scratch: &Path, cluster: &Embedded) -> anyhow::Result<String> {
    let pool = PgPoolOptions::new().max_connections(4).connect_lazy_with(cluster.connect_options());
    MIGRATOR.run(&pool).await?;
    let version: String = sqlx::query_scalar("show server_version").fetch_one(&pool).await?;
    let socket_dir: String = sqlx::query_scalar("show unix_socket_directories").fetch_one(&pool).await?;
    let socket_dir = PathBuf::from(socket_dir);
    let url = cluster.connect_options().to_url_lossy().to_string();
    let service = Service::start(&url, settings.connections.into()).await?;
    let at_start = service.memory();
    let applications = APPLICATIONS * usize::from(settings.connections);
    let plan = Plan { applications, licenses: settings.licenses, destinations: data::DESTINATIONS };
    let cases = data::make(&pool, service.address, plan).await?;
    let deep = deep_cursor(settings, service.address, &cases.people.officer).await?;
    let scenario = Scenario { settings, cases: &cases, deep };

    let log = wire::listen(scratch, socket_dir.join(".s.PGSQL.5432"))?;
    let through =
        format!("postgres://registry@localhost/registry?host={}&sslmode=disable", scratch.display());
    let watched = Service::start(&through, 1).await?;
    let program = floor::find();
    if program.is_none() {
        println!("pgbench is not installed: no floors are measured\n");
    }
    let mut rows = Vec::new();
    let bare = scenario.bare_freeze();
    for work in Work::ALL.into_iter().filter(|work| work.name(settings).starts_with(&settings.only)) {
        let recordings = record(&scenario, work, &watched, &log).await?;
        let (pick, subject) = scenario.pick(work);
        let script = floor::script(&pick, &subject, work.rules(), &recordings)?;
        let [recording, _] = &recordings;
        let pings = recording.trips.iter().filter(|trip| matches!(trip, Trip::Ping)).count();
        let statements = recording.trips.len() - pings;
        let mut row =
            Row { work, service: Vec::new(), floor: Vec::new(), bare: Vec::new(), statements, pings };
        for round in 1..=settings.rounds {
            eprintln!("{}, round {round} of {}", work.name(settings), settings.rounds);
            tidy(&pool).await?;
            row.service.push(drive(&scenario, work, service.address).await?);
            let Some(program) = &program else { continue };
            tidy(&pool).await?;
            match under(settings, program, &socket_dir, scratch, &script).await {
                Ok(rate) => row.floor.push(rate),
                Err(error) => eprintln!("no floor: {error}"),
            }
            if work == Work::Freeze {
                guard_tables(&pool, "disable").await?;
                let rate = under(settings, program, &socket_dir, scratch, &bare).await;
                guard_tables(&pool, "enable").await?;
                row.bare.push(rate?);
            }
        }
        rows.push(row);
    }
    pool.close().await;
    watched.stop().await?;
    sleep(Duration::from_secs(2)).await;
    let at_rest = service.memory();
    service.stop().await?;
    report::table(settings, &version, &rows, [at_start, at_rest])
}

/// Sends back what the end of a run left open, and lets the planner see what the runs before put on file.
async fn tidy(pool: &PgPool) -> anyhow::Result<()> {
    let send_back =
        "update decisions set status = 'sent_back', sent_back_by = decided_by, sent_back_at = decided_at,
                                          sent_back_reasons = 'The run ended.' where status = 'proposed'";
    for sql in [
        send_back,
        "analyze history, audit_entries, license_freezes, applications, decisions, decision_lines",
    ] {
        sqlx::query(sql).execute(pool).await?;
    }
    Ok(())
}

/// Switches the keys and triggers of the bare act's tables. For the tables and not in each transaction by
/// `session_replication_role`: every change of that throws the plans of its connection away, and the bare act took
/// twice as long.
async fn guard_tables(pool: &PgPool, switch: &str) -> anyhow::Result<()> {
    for table in ["licenses", "license_freezes"] {
        let sql = format!("alter table {table} {switch} trigger all");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(pool).await?;
    }
    Ok(())
}

async fn drive(scenario: &Scenario<'_>, work: Work, address: SocketAddr) -> anyhow::Result<Measured> {
    let settings = scenario.settings;
    let unit = async |client: &mut Client, connection: usize| {
        scenario.unit(work, client, scenario.key(work, connection)).await
    };
    load::run(address, settings.connections.into(), settings.time(), unit).await
}

async fn under(
    settings: &Settings,
    program: &Path,
    socket_dir: &Path,
    scratch: &Path,
    script: &Script,
) -> anyhow::Result<f64> {
    let (connections, time) = (usize::from(settings.connections), settings.time());
    Floor { program, socket_dir, scratch, connections, time }.run(script).await
}

/// Records one unit of work on two resources, with every statement prepared before.
async fn record(
    scenario: &Scenario<'_>,
    work: Work,
    watched: &Service,
    log: &Log,
) -> anyhow::Result<[Recording; 2]> {
    let mut client = Client::connect(watched.address).await?;
    let first = *work.keys(scenario.settings).start();
    let mut before: Option<Recording> = None;
    for key in first..first + 32 {
        // What follows an answer, as a connection given back to its pool, belongs to its request.
        sleep(Duration::from_millis(100)).await;
        log.take();
        if let Some(refusal) = scenario.unit(work, &mut client, key).await? {
            anyhow::bail!("a request was not done: {refusal}");
        }
        sleep(Duration::from_millis(100)).await;
        let now = Recording { trips: log.take(), subject: scenario.subject(work, key) };
        // Until two in a row are alike: all is prepared, and what the service does beside requests was in neither.
        match before.replace(now.clone()) {
            Some(before) if key > first + 2 && before.is_like(&now) => return Ok([before, now]),
            Some(_) | None => {}
        }
    }
    anyhow::bail!("no two recordings of one request are alike")
}
