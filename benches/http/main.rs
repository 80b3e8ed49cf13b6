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
mod wire;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use export_license_registry::db::MIGRATOR;
use export_license_registry::db::embedded::{self, Embedded, Options};
use rand::RngExt as _;
use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;
use sqlx::{ConnectOptions as _, PgPool};
use tokio::time::sleep;

use common::asked::asked;
use common::data::{self, Cases, Plan, license_id, reference};
use common::load::{self, Client, Measured, request};
use common::median;
use common::service::{PROGRAM, Scratch, Service};
use floor::{Floor, Recording, Rule, Script};
use wire::{Log, Trip};

/// The size of a page where the caller names none.
const PAGE: i64 = 50;
const DEEP: i64 = 5_000;
/// How many applications each connection has to itself, so that decisions do not wait for one another.
const APPLICATIONS: usize = 16;

/// A request that changes something has a key of its own.
const KEYED: [Rule; 2] = [
    Rule::Put("from recognized(", 3, ":nonce::text || '-{}-' || :serial::text"),
    Rule::Put("insert into idempotent_answers", 2, ":nonce::text || '-{}-' || :serial::text"),
];
/// Who acts in the bare act: the command line.
const CLERK: &str = "00000000-0000-7000-8000-000000000002";

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

/// What is asked of the service, again and again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    Verify,
    Get,
    FirstPage,
    DeepPage,
    Freeze,
    FreezeAndLift,
    Decide,
}

impl Work {
    const ALL: [Self; 7] = [
        Self::Verify,
        Self::Get,
        Self::FirstPage,
        Self::DeepPage,
        Self::Freeze,
        Self::FreezeAndLift,
        Self::Decide,
    ];

    fn name(self, settings: &Settings) -> String {
        match self {
            Self::Verify => "verification by number".to_owned(),
            Self::Get => "license by id".to_owned(),
            Self::FirstPage => "licenses, page 1".to_owned(),
            Self::DeepPage => format!("licenses, page {}", settings.deep_page()),
            Self::Freeze => "license: freeze".to_owned(),
            Self::FreezeAndLift => "license: freeze, then lift".to_owned(),
            Self::Decide => "decision: propose, then send back".to_owned(),
        }
    }

    /// The least share of the floor that is asked for.
    fn target(self) -> Option<f64> {
        match self {
            Self::Verify => Some(0.3),
            Self::Freeze | Self::FreezeAndLift | Self::Decide => Some(0.5),
            Self::Get | Self::FirstPage | Self::DeepPage => None,
        }
    }

    /// The numbers of the resources it works on. Those that are frozen and stay so are not those that are thawed, and not
    /// those of the bare act, which leaves versions that no step led to.
    fn keys(self, settings: &Settings) -> std::ops::RangeInclusive<i64> {
        match self {
            Self::Freeze => settings.licenses / 2 + 1..=settings.licenses,
            Self::FreezeAndLift => settings.licenses / 4 + 1..=settings.licenses / 2,
            Self::Verify | Self::Get | Self::FirstPage | Self::DeepPage | Self::Decide => {
                1..=settings.licenses
            }
        }
    }

    /// What the requests compute from what they read.
    fn rules(self) -> &'static [Rule] {
        const LICENSE: &[Rule] = &[
            KEYED[0],
            KEYED[1],
            Rule::Keep("from licenses\n", "s{}_"),
            Rule::Keep("max(number)", ""),
            Rule::Put("insert into history", 2, ":s{}_version::integer + 1"),
            Rule::Put("insert into history", 4, ":s{}_version::integer"),
            Rule::Put("insert into history", 5, ":s{}_status"),
            Rule::PutWhere(
                "insert into history",
                6,
                "freeze",
                "case :s{}_status::text when 'frozen' then 'freeze_further' else 'freeze' end",
            ),
            Rule::PutWhere(
                "insert into history",
                6,
                "unfreeze",
                "case :s1_status::text when 'frozen' then 'lift_freeze' else 'unfreeze' end",
            ),
            Rule::PutWhere("insert into history", 7, "active", ":s1_status"),
            Rule::Put("insert into history", 14, ":s{}_owner"),
            Rule::Put("insert into license_freezes", 3, ":number"),
            Rule::Put("insert into license_freezes", 12, ":s{}_version::integer + 1"),
            Rule::Put("update license_freezes", 2, ":number"),
            Rule::Put("update license_freezes", 5, ":s{}_version::integer + 1"),
        ];
        const DECISION: &[Rule] = &[
            KEYED[0],
            KEYED[1],
            Rule::Keep("insert into decisions", ""),
            Rule::Put("from decisions d", 3, ":number"),
            Rule::Tidy(
                "from applications\n",
                "with tidy as (update decisions set status = 'sent_back', sent_back_by = decided_by, sent_back_at = now(),
                                                    sent_back_reasons = 'The script is run again.'
                                where application_id = {} and countersigned_at is null and sent_back_at is null) ",
            ),
        ];
        match self {
            Self::Verify | Self::Get | Self::FirstPage | Self::DeepPage => &[],
            Self::Freeze | Self::FreezeAndLift => LICENSE,
            Self::Decide => DECISION,
        }
    }
}

/// What all requests of one run share.
struct Scenario<'s> {
    settings: &'s Settings,
    cases: &'s Cases,
    /// The cursor of the deep page.
    deep: String,
}

impl Scenario<'_> {
    /// The resource of one unit of work, as it stands among the parameters of its statements.
    fn subject(&self, work: Work, key: i64) -> String {
        match work {
            Work::Verify => reference(key),
            Work::Decide => self.application(key).to_owned(),
            Work::Get | Work::FirstPage | Work::DeepPage | Work::Freeze | Work::FreezeAndLift => {
                license_id(key)
            }
        }
    }

    fn application(&self, key: i64) -> &str {
        let at = usize::try_from(key).unwrap_or_default() % self.cases.applications.len();
        self.cases.applications.get(at).map_or("", String::as_str)
    }

    /// A resource for the next unit of work on a connection.
    fn key(&self, work: Work, connection: usize) -> i64 {
        if work == Work::Decide {
            let at = connection * APPLICATIONS + rand::rng().random_range(0..APPLICATIONS);
            return i64::try_from(at).unwrap_or_default();
        }
        rand::rng().random_range(work.keys(self.settings))
    }

    /// The same for `pgbench`: what picks a resource, and the expression for it.
    fn pick(&self, work: Work) -> (String, String) {
        let keys = work.keys(self.settings);
        let pick = format!("\\set n random({}, {})", keys.start(), keys.end());
        let id = Self::license_picked();
        match work {
            Work::Verify => (pick, "'HL-2021-' || to_char(:n::bigint, 'FM9000000')".to_owned()),
            Work::Get | Work::Freeze | Work::FreezeAndLift => (pick, id),
            Work::FirstPage | Work::DeepPage => (String::new(), id),
            Work::Decide => {
                let pick = format!("\\set n :client_id * {APPLICATIONS} + random(1, {APPLICATIONS})");
                let all = self.cases.applications.join(",");
                (pick, format!("('{{{all}}}'::uuid[])[:n::integer]"))
            }
        }
    }

    /// The license that was picked, for `pgbench`.
    fn license_picked() -> String {
        format!("'{}' || lpad(to_hex(:n::bigint), 12, '0')", data::LICENSE_PREFIX)
    }

    /// The bare act, on as many licenses as one in four, which no other work changes.
    fn bare_freeze(&self) -> Script {
        let pick = format!("\\set n random(1, {})", self.settings.licenses / 4);
        floor::bare_freeze(&pick, &Self::license_picked(), CLERK)
    }

    /// One unit of work; false where an answer is not a success.
    async fn unit(&self, work: Work, client: &mut Client, key: i64) -> anyhow::Result<bool> {
        let people = &self.cases.people;
        let (officer, head) = (Some(people.officer.as_str()), Some(people.head.as_str()));
        let get = |path: &str, token| request("GET", path, token, None);
        let read = match work {
            Work::Verify => get(&format!("/v1/public/license-verifications/{}", reference(key)), None),
            Work::Get => get(&format!("/v1/licenses/{}", license_id(key)), officer),
            Work::FirstPage => get("/v1/licenses", officer),
            Work::DeepPage => get(&format!("/v1/licenses?cursor={}", self.deep), officer),
            Work::Freeze | Work::FreezeAndLift => {
                let path = format!("/v1/licenses/{}/freezes", license_id(key));
                let freeze = json!({ "ground": "foreign_relations", "reasons": "Under review.", "reviewOn": self.cases.until });
                let freeze = request("POST", &path, officer, Some(&freeze));
                if work == Work::Freeze {
                    freeze
                } else {
                    let Some(number) = number(client, &freeze).await? else { return Ok(false) };
                    let lift = json!({ "reasons": "Reviewed." });
                    request("POST", &format!("{path}/{number}/liftings"), officer, Some(&lift))
                }
            }
            Work::Decide => {
                let path = format!("/v1/applications/{}/decisions", self.application(key));
                let grant =
                    json!({ "outcome": "grant", "validUntil": self.cases.until, "reasons": "In order." });
                let propose = request("POST", &path, head, Some(&grant));
                let Some(number) = number(client, &propose).await? else { return Ok(false) };
                let back = json!({ "reasons": "Look again." });
                request("POST", &format!("{path}/{number}/returns"), Some(&people.countersigner), Some(&back))
            }
        };
        // A first half that is done is not left without its second: the next one on this resource would be refused.
        let tries = if matches!(work, Work::FreezeAndLift | Work::Decide) { 20 } else { 1 };
        for _ in 0..tries {
            if (200..300).contains(&client.send(&read).await?.status) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Walks to the deep page, for a cursor cannot be made but by the service.
async fn deep_cursor(settings: &Settings, address: SocketAddr, token: &str) -> anyhow::Result<String> {
    let mut client = Client::connect(address).await?;
    let mut cursor = String::new();
    for _ in 1..settings.deep_page() {
        let after = if cursor.is_empty() { String::new() } else { format!("?cursor={cursor}") };
        let reply = client.send(&request("GET", &format!("/v1/licenses{after}"), Some(token), None)).await?;
        let page: Value = serde_json::from_slice(reply.body)?;
        page.get("next").and_then(Value::as_str).context("a further page")?.clone_into(&mut cursor);
    }
    Ok(cursor)
}

/// Sends a request and reads the number of what it made.
async fn number(client: &mut Client, request: &[u8]) -> anyhow::Result<Option<i64>> {
    let reply = client.send(request).await?;
    if !(200..300).contains(&reply.status) {
        return Ok(None);
    }
    let made: Value = serde_json::from_slice(reply.body)?;
    Ok(made.get("number").and_then(Value::as_i64))
}

/// What is known of one kind of work at the end.
struct Row {
    work: Work,
    service: Vec<Measured>,
    floor: Vec<f64>,
    /// The bare act, where it was measured.
    bare: Vec<f64>,
    statements: usize,
    pings: usize,
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
                row.bare.push(under(settings, program, &socket_dir, scratch, &bare).await?);
            }
        }
        rows.push(row);
    }
    pool.close().await;
    watched.stop().await?;
    sleep(Duration::from_secs(2)).await;
    let at_rest = service.memory();
    service.stop().await?;
    report(settings, &version, &rows, [at_start, at_rest])
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
        ensure!(scenario.unit(work, &mut client, key).await?, "a request was not answered with success");
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

fn report(
    settings: &Settings,
    version: &str,
    rows: &[Row],
    memory: [Option<u64>; 2],
) -> anyhow::Result<String> {
    let mut text = String::new();
    let cores = std::thread::available_parallelism()?;
    writeln!(
        text,
        "{cores} cores, PostgreSQL {version}, {} licenses, {} connections, {} rounds of {} s, medians.\n",
        settings.licenses, settings.connections, settings.rounds, settings.seconds
    )?;
    writeln!(
        text,
        "| request | service, 1/s | p50, ms | p99, ms | floor, 1/s | ratio | target | round trips | pings | errors |"
    )?;
    writeln!(text, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")?;
    let rate = |row: &Row| median(row.service.iter().map(|one| one.per_second).collect()).unwrap_or_default();
    for row in rows {
        let millis = |pick: fn(&Measured) -> Duration| {
            median(row.service.iter().map(|one| pick(one).as_secs_f64() * 1000.0).collect())
                .unwrap_or_default()
        };
        let service = rate(row);
        let floor = median(row.floor.clone());
        let shown = |value: Option<f64>, digits: usize| {
            value.map_or("–".to_owned(), |value| format!("{value:.digits$}"))
        };
        let errors: usize = row.service.iter().map(|one| one.errors).sum();
        writeln!(
            text,
            "| {} | {service:.0} | {:.2} | {:.2} | {} | {} | {} | {} | {} | {errors} |",
            row.work.name(settings),
            millis(|one| one.p50),
            millis(|one| one.p99),
            shown(floor, 0),
            shown(floor.map(|floor| service / floor), 2),
            shown(row.work.target(), 1),
            row.statements,
            row.pings,
        )?;
    }
    let of = |work: Work| rows.iter().find(|row| row.work == work).map(rate);
    if let (Some(first), Some(deep)) = (of(Work::FirstPage), of(Work::DeepPage)) {
        let page = settings.deep_page();
        writeln!(text, "\nPage 1 over page {page}: {:.2} (target: at most 2).", first / deep)?;
    }
    for row in rows {
        let (service, floor) = (rate(row), median(row.floor.clone()).unwrap_or_default());
        if let Some(bare) = median(row.bare.clone()) {
            writeln!(
                text,
                "\nThe cost of trust: {} takes {:.2} times the bare act ({bare:.0} a second), and its statements alone {:.2} times (target: at most 2).",
                row.work.name(settings),
                bare / service,
                bare / floor
            )?;
        }
    }
    match memory {
        [Some(start), Some(rest)] => {
            writeln!(
                text,
                "Resident memory: {start} kB after the start, {rest} kB at rest after the load (target: under 60 MB)."
            )?;
        }
        _ => writeln!(text, "Resident memory is not told by this system (no /proc).")?,
    }
    Ok(text)
}
