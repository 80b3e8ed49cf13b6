//! The audit log at a size: how fast entries become leaves, how long a proof and a whole examination take, and what the
//! log costs whoever writes.
//!
//! `cargo bench --bench log -- --entries 1000000 --seconds 10`
//!
//! It makes a cluster of its own in `/tmp`, with durability on. `docs/benchmarks.md` says how to read it.

#![expect(clippy::print_stdout, reason = "the table is the result")]

#[path = "common/mod.rs"]
mod common;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, ensure};
use common::asked::asked;
use common::service::{PROGRAM, Scratch};
use export_license_registry::act::Policy;
use export_license_registry::clock::Clock;
use export_license_registry::db::embedded::{self, Embedded, Options};
use export_license_registry::db::{self, Isolation, MIGRATOR};
use export_license_registry::evidence::{self, Round, Sequencer};
use export_license_registry::examination::{Against, examine};
use export_license_registry::http::{App, Problem};
use export_license_registry::ids::Ids;
use export_license_registry::tlog::inclusion_path;
use futures_util::future::try_join_all;
use rand::RngExt as _;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

/// How many entries on one resource.
const OF_ONE: i64 = 5;
/// How many proofs are made.
const PROOFS: usize = 1000;
/// How many write at once.
const WRITERS: usize = 8;

/// The audit log at a size, and what it costs whoever writes.
#[derive(clap::Parser)]
struct Settings {
    /// How many entries the log has.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(i64).range(1000..))]
    entries: i64,
    /// How long each kind of writing is measured, in seconds.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
}

/// What is written.
#[derive(Clone, Copy)]
enum Write {
    /// A row is changed: the floor.
    Bare,
    /// The same, with an entry in its transaction.
    Entered,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> anyhow::Result<()> {
    let Some(settings) = asked::<Settings>() else {
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

#[expect(clippy::needless_pass_by_value, reason = "what map_err wants")]
fn problem(problem: Problem) -> anyhow::Error {
    anyhow!("{} {}", problem.detail, problem.cause())
}

async fn measure(settings: &Settings, cluster: &Embedded) -> anyhow::Result<String> {
    let pool = PgPoolOptions::new().max_connections(10).connect_lazy_with(cluster.connect_options());
    MIGRATOR.run(&pool).await?;
    let service = db::pool(cluster.connect_options(), 4);
    let app = App::new(service, Clock::System, Arc::new(Ids::random()), Arc::new(Policy::default()));
    let before = memory();
    sqlx::query("create table bench_rows (id integer primary key, changes integer not null)")
        .execute(&pool)
        .await?;
    sqlx::query("insert into bench_rows select n, 0 from generate_series(0, 9999) n").execute(&pool).await?;
    eprintln!("writers");
    let bare = write(&pool, settings, Write::Bare, None).await?;
    let alone = write(&pool, settings, Write::Entered, None).await?;
    eprintln!("{} entries", settings.entries);
    fill(&pool, settings.entries).await?;
    let mut sequencer = Sequencer::default();
    let begun = Instant::now();
    let leaves = drain(&app, &mut sequencer).await?;
    let taken = begun.elapsed();
    eprintln!("proofs");
    let proofs = proofs(&app).await?;
    eprintln!("the examination");
    let examined = examination(&app).await?;
    let peak = memory();
    eprintln!("writers beside the sequencer");
    let beside = write(&pool, settings, Write::Entered, Some((&app, &mut sequencer))).await?;
    let behind = behind(&app, &mut sequencer).await?;
    pool.close().await;
    let at = |percent: usize| {
        proofs.get(proofs.len() * percent / 100).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    };
    #[expect(clippy::cast_precision_loss, reason = "a count of entries")]
    let rate = leaves as f64 / taken.as_secs_f64();
    Ok(format!(
        "{} entries in the log\n\n| what | measured | goal |\n|---|--:|--:|\n\
         | entries taken into the log, 1/s | {rate:.0} | 500 |\n\
         | proof of inclusion, p50 and p99, ms | {:.2}, {:.2} | 10 |\n\
         | examination of all of it, s | {:.1} | 60 |\n\
         | durable writes without the log: the floor, 1/s | {bare:.0} | – |\n\
         | the same with an entry, 1/s and times the floor | {alone:.0}, {:.2} | – |\n\
         | the same while the entries are taken into the log | {beside:.0}, {:.2} | 500 or 0.5 |\n\
         | how far the log was behind at the end of that, s | {:.2} | 5 |\n\n\
         Resident memory: {before} MB at the start, {peak} MB after the examination.",
        leaves,
        at(50),
        at(99),
        examined.as_secs_f64(),
        alone / bare,
        beside / bare,
        behind.as_secs_f64(),
    ))
}

/// Resident memory of this process in megabytes; 0 where the system does not tell.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or_default() / 1024
}

/// Entries as many acts would have written them, a few on each resource.
async fn fill(pool: &PgPool, entries: i64) -> anyhow::Result<()> {
    sqlx::query(
        "insert into audit_entries (id, at, actor_id, actor_role, request_id, act, subject_kind, subject_id, particulars)
         select gen_random_uuid(), now(), '00000000-0000-7000-8000-000000000002', 'licensing_officer', gen_random_uuid(),
                'bench.act', 'bench', ('00000000-0000-4000-8000-' || lpad(to_hex(n / $2), 12, '0'))::uuid,
                jsonb_build_object('from', 'a', 'to', 'b', 'reasons', 'Some reasons of a usual length, in one sentence.', 'n', n)
           from generate_series(1::bigint, $1) n",
    )
    .bind(entries)
    .bind(OF_ONE)
    .execute(pool)
    .await?;
    sqlx::query("vacuum analyze audit_entries").execute(pool).await?;
    Ok(())
}

async fn drain(app: &App, sequencer: &mut Sequencer) -> anyhow::Result<usize> {
    let mut leaves = 0;
    loop {
        match sequencer.round(app).await.map_err(problem)? {
            Round::Took(count) => leaves += count,
            Round::Idle => return Ok(leaves),
            Round::Elsewhere => tokio::time::sleep(Duration::from_millis(1)).await,
        }
    }
}

/// How long proofs take, the shortest first: a transaction each, as a request has it.
async fn proofs(app: &App) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(PROOFS);
    for _ in 0..PROOFS {
        let begun = Instant::now();
        let mut tx = app.pool.office(Isolation::Reads).await?;
        let size = evidence::size(&mut tx).await.map_err(problem)?;
        let index = rand::rng().random_range(0..size);
        let path = inclusion_path(index, size).context("a path")?;
        let proof = evidence::prove(&mut tx, &path).await.map_err(problem)?;
        ensure!(proof.len() == path.len(), "a whole proof");
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(times)
}

async fn examination(app: &App) -> anyhow::Result<Duration> {
    let mut tx = app.pool.office(Isolation::RecordsMuch).await?;
    let size = evidence::size(&mut tx).await.map_err(problem)?;
    let head = evidence::head(&mut tx, size).await.map_err(problem)?;
    let begun = Instant::now();
    let report = examine(&mut tx, vec![Against::head("the benchmark", head)]).await.map_err(problem)?;
    let took = begun.elapsed();
    ensure!(report.entries == size && report.checkpoints == 1, "all of it was examined");
    Ok(took)
}

/// Writes a row a transaction, by several at once, and gives how many a second; beside the sequencer, where there is one.
async fn write(
    pool: &PgPool,
    settings: &Settings,
    what: Write,
    beside: Option<(&App, &mut Sequencer)>,
) -> anyhow::Result<f64> {
    let (written, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let begun = Instant::now();
    let writers = (0..WRITERS).map(|_| async {
        while begun.elapsed() < Duration::from_secs(settings.seconds) {
            write_one(pool, what).await?;
            written.fetch_add(1, Ordering::Relaxed);
        }
        anyhow::Ok(())
    });
    let sequencing = async {
        if let Some((app, sequencer)) = beside {
            while !over.load(Ordering::Relaxed) {
                // As the service does: a rest after less than a full batch.
                if !matches!(sequencer.round(app).await.map_err(problem)?, Round::Took(1000..)) {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
        anyhow::Ok(())
    };
    let writing = async {
        let done = try_join_all(writers).await;
        over.store(true, Ordering::Relaxed);
        done
    };
    let (done, sequenced) = tokio::join!(writing, sequencing);
    done?;
    sequenced?;
    #[expect(clippy::cast_precision_loss, reason = "a count of writes")]
    Ok(written.into_inner() as f64 / settings.seconds as f64)
}

async fn write_one(pool: &PgPool, what: Write) -> anyhow::Result<()> {
    let statement = match what {
        Write::Bare => "update bench_rows set changes = changes + 1 where id = $1",
        Write::Entered => {
            "with changed as (update bench_rows set changes = changes + 1 where id = $1)
             insert into audit_entries (id, at, actor_id, actor_role, request_id, act, subject_kind, subject_id, particulars)
             values (gen_random_uuid(), now(), '00000000-0000-7000-8000-000000000002', 'licensing_officer',
                     gen_random_uuid(), 'bench.act', 'bench', gen_random_uuid(),
                     '{\"reasons\": \"Some reasons of a usual length, in one sentence.\"}')"
        }
    };
    let row: i32 = rand::rng().random_range(0..10_000);
    sqlx::query(statement).bind(row).execute(pool).await?;
    Ok(())
}

/// How long it takes to take what is left.
async fn behind(app: &App, sequencer: &mut Sequencer) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    drain(app, sequencer).await?;
    Ok(begun.elapsed())
}
