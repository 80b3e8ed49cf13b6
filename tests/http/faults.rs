//! Faults: the database gone and back, connections cut, and no secret in any log or answer.

use std::cell::Cell;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use export_license_registry::db;
use export_license_registry::http::App;
use export_license_registry::rules::authority::Role;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tracing_subscriber::filter::dynamic_filter_fn;

use crate::support::case::Case;
use crate::support::database::TestDatabase;
use crate::support::link::Link;
use crate::support::registry::{Registry, id};

/// How long an answer may take while the database is away.
const SOON: Duration = Duration::from_secs(2);

#[tokio::test]
async fn while_the_database_is_away_answers_are_503_and_come_back_without_a_restart() {
    let database = TestDatabase::create().await;
    let mut link = Link::open(&database);
    let pool = db::pool(database.connect_options().socket(link.directory()), 4);
    let registry = Registry::over(database, pool).await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let reference = case.license(&license).await["reference"].as_str().unwrap().to_owned();
    let (officer, public) = (registry.officer().await, registry.public());
    public.get("/health/ready").await.ok();
    for round in 0..2 {
        link.cut().await;
        for _ in 0..3 {
            let unavailable = timeout(SOON, officer.get("/v1/exporters")).await.expect("soon");
            assert_eq!(unavailable.header("retry-after"), "1");
            unavailable.problem(503);
            timeout(SOON, case.freeze(&license, None)).await.expect("soon").problem(503);
            let path = format!("/v1/public/license-verifications/{reference}");
            timeout(SOON, public.get(&path)).await.expect("soon").problem(503);
            timeout(SOON, public.get("/health/ready")).await.expect("soon").problem(503);
            timeout(SOON, public.get("/health/live")).await.expect("soon").ok();
        }
        link.mend();
        public.get("/health/ready").await.ok();
        assert_eq!(
            case.freeze(&license, None).await.ok()["number"],
            round + 1,
            "nothing was stored meanwhile"
        );
    }
    link.cut().await;
    link.mend();
    assert_eq!(case.license(&license).await["status"], "frozen");
}

#[tokio::test]
async fn cut_connections_are_replaced() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let mut aside = sqlx::ConnectOptions::connect(&registry.database().connect_options()).await.unwrap();
    for number in 1..=5 {
        let cut: i64 = sqlx::query_scalar(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity
              where datname = current_database() and pid <> pg_backend_pid()
                and application_name = 'export-license-registry'",
        )
        .fetch_one(&mut aside)
        .await
        .unwrap();
        assert!(cut > 0);
        let reply = timeout(Duration::from_secs(5), case.freeze(&license, None)).await.expect("no hang");
        // Told 503 at worst, and then nothing was stored.
        if reply.status == 503 {
            assert_eq!(case.freeze(&license, None).await.ok()["number"], number);
        } else {
            assert_eq!(reply.ok()["number"], number);
        }
    }
}

#[tokio::test]
async fn a_server_that_accepts_and_says_nothing_is_away_too() {
    let database = TestDatabase::create().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let keep = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = silent.accept().await {
            held.push(stream);
        }
    });
    let registry = Registry::open().await;
    let options =
        sqlx::postgres::PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(port).username("x");
    let shared = registry.app.clone();
    let app = App::new(db::pool(options, 2), shared.clock, shared.ids, shared.policy);
    let router: axum::Router = export_license_registry::api::router(&app);
    let client = registry.officer().await.with_router(router);
    for path in ["/v1/exporters", "/v1/public/license-verifications/EL-2026-000001", "/health/ready"] {
        timeout(SOON, client.get(path)).await.expect("soon").problem(503);
    }
    timeout(SOON, client.get("/health/live")).await.expect("soon").ok();
    keep.abort();
    drop(database);
}

/// The first three decisions are told what a server says whose table of read rows is full.
const STUMBLES: &str = "
    create sequence stumbles;
    create function stumble() returns trigger language plpgsql security definer as $$
    begin
        if nextval('stumbles') <= 3 then
            raise exception 'out of shared memory' using errcode = '53200';
        end if;
        return new;
    end $$;
    create trigger decisions_stumble before insert on decisions for each row execute function stumble()";

#[tokio::test]
async fn a_decision_for_which_the_server_has_no_room_is_run_again() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.supported(&case.marketing()).await;
    sqlx::raw_sql(STUMBLES).execute(registry.pool()).await.unwrap();
    assert_eq!(case.propose(&application).await.ok()["number"], 1);
    let tries: i64 =
        sqlx::query_scalar("select last_value from stumbles").fetch_one(registry.pool()).await.unwrap();
    assert_eq!(tries, 4, "three times without room, then done");
}

#[tokio::test]
async fn a_server_that_never_has_room_is_told_in_the_log() {
    let log = Log::listen();
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.supported(&case.marketing()).await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(STUMBLES.replace("<= 3", "> 0")))
        .execute(registry.pool())
        .await
        .unwrap();
    case.propose(&application).await.problem(503);
    LISTENING.set(false);
    let decisions: i64 =
        sqlx::query_scalar("select count(*) from decisions").fetch_one(registry.pool()).await.unwrap();
    assert_eq!(decisions, 0);
    let log = String::from_utf8_lossy(&log.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned();
    let told =
        |line: &&str| line.contains("export_license_registry") && line.contains("out of shared memory");
    assert_eq!(log.lines().filter(told).count(), 1, "the cause is told once");
}

thread_local! {
    /// Whether the test on this thread keeps what is logged.
    static LISTENING: Cell<bool> = const { Cell::new(false) };
}

/// A log that is kept in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Keeps all that is logged on this thread from now on, at every level. One subscriber for the whole program: what
    /// another test meets first would otherwise never be logged here.
    fn listen() -> Self {
        use tracing_subscriber::Layer as _;
        use tracing_subscriber::layer::SubscriberExt as _;
        static LOG: LazyLock<Log> = LazyLock::new(|| {
            let log = Log::default();
            let written = log.clone();
            let layer = tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(move || written.clone())
                .with_filter(dynamic_filter_fn(|_, _| LISTENING.get()));
            tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))
                .expect("the only subscriber");
            log
        });
        LISTENING.set(true);
        LOG.clone()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_secret_and_no_text_of_a_case_stands_in_a_log_or_an_error() {
    let log = Log::listen();
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let token = registry.token("d.cohen", Role::LicensingOfficer, None, None).await;
    let client = registry.bearer(&token);
    let mut answers = String::new();
    answers += &client.get("/v1/exporters").await.text;
    answers += &client.get("/v1/audit").await.text;
    answers += &client.get("/v1/exporters?colour=red").await.text;
    answers += &client.post("/v1/exporters", &json!({ "name": token.as_str() })).await.text;
    answers += &registry.bearer(&token[..token.len() - 1]).get("/v1/exporters").await.text;
    let issued = registry.administrator().get("/v1/tokens?holder=d.cohen").await.ok();
    let path = format!("/v1/tokens/{}/revocations", id(&issued["items"][0]));
    registry.administrator().because(&path).await.ok();
    answers += &client.get("/v1/exporters").await.text;
    let license = case.marketing_license().await;
    case.lift(&license, 7).await.problem(404);
    sqlx::query("alter table products rename to products_away").execute(registry.pool()).await.unwrap();
    let broken = case.exporter.get("/v1/products").await;
    assert_eq!(broken.status, 500);
    assert!(!broken.text.contains("products_away") && !broken.text.contains("relation"), "{}", broken.text);
    answers += &broken.text;
    LISTENING.set(false);
    let log = String::from_utf8_lossy(&log.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned();
    let secret = token.split('_').nth(2).unwrap();
    for kept in [secret, &secret[..16], token.as_str()] {
        assert!(!log.contains(kept), "a secret stands in the log");
        assert!(!answers.contains(kept), "a secret stands in an answer");
    }
    let ours: Vec<_> = log.lines().filter(|line| line.contains("export_license_registry")).collect();
    assert!(ours.iter().any(|line| line.contains("answered")), "the log was kept");
    assert!(
        ours.iter().all(|line| !line.contains("Our assessment of May")),
        "a text of a case stands in the log"
    );
    assert_eq!(
        ours.iter().filter(|line| line.contains("does not exist")).count(),
        1,
        "a failure is logged once, with its cause"
    );
}
