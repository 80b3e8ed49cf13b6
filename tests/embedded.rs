//! The embedded database survives what happens to its clients, its supervisor and its server, and keeps its data.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use export_license_registry::db::embedded::{self, Embedded, EmbeddedError, Options};
use nix::sys::signal::{Signal, kill};
use sqlx::postgres::PgPoolOptions;
use sqlx::{ConnectOptions, PgConnection};
use support::scratch::{Scratch, eventually};
use tokio::process::{Child, Command};
use tokio::time::sleep;

async fn connect(embedded: &Embedded) -> PgConnection {
    embedded.connect_options().connect().await.expect("a connection")
}

async fn show(connection: &mut PgConnection, setting: &str) -> String {
    sqlx::query_scalar("SELECT current_setting($1)").bind(setting).fetch_one(connection).await.expect(setting)
}

/// Whether the last shutdown was a clean one, by the server's own account.
fn recovered(scratch: &Scratch) -> bool {
    let log = std::fs::read_to_string(scratch.0.join("data/postgres.log")).expect("a log");
    log.contains("was not properly shut down")
}

/// Not a test: the process that [`hold_elsewhere`] starts, a client that waits to be killed.
#[tokio::test]
#[ignore = "a helper process of the other tests"]
async fn helper_that_holds_the_lease() {
    let Some(data_dir) = std::env::var_os("HOLD_DATA_DIR") else { return };
    let supervisor = PathBuf::from(env!("CARGO_BIN_EXE_export-license-registry"));
    let options = Options { supervisor, durable: false, exclusive: true, ..Options::new(data_dir) };
    let _embedded = embedded::start(&options).await.expect("start");
    let ready = std::env::var_os("HOLD_READY").expect("where to say so");
    std::fs::write(ready, "").expect("say so");
    sleep(Duration::from_mins(1)).await;
}

async fn hold_elsewhere(data_dir: &Path) -> Child {
    let ready = data_dir.with_extension("ready");
    let holder = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "helper_that_holds_the_lease", "--ignored"])
        .env("HOLD_DATA_DIR", data_dir)
        .env("HOLD_READY", &ready)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("start the holder");
    eventually("the holder is ready", async || ready.exists()).await;
    holder
}

#[tokio::test]
async fn a_restart_keeps_the_data() {
    let scratch = Scratch::new("restart");
    let first = embedded::start(&scratch.options()).await.expect("first start");
    let mut connection = connect(&first).await;
    sqlx::query("CREATE TABLE kept AS SELECT 7 AS n").execute(&mut connection).await.expect("write");
    drop(connection);
    first.stop().await.expect("stop");
    assert_eq!(scratch.postmaster(), None, "stop waits until the server is down");

    let second = embedded::start(&scratch.options()).await.expect("second start");
    let n: i32 =
        sqlx::query_scalar("SELECT n FROM kept").fetch_one(&mut connect(&second).await).await.expect("read");
    assert_eq!(n, 7);
    second.stop().await.expect("stop");
    assert!(!recovered(&scratch), "both shutdowns were clean");
}

#[tokio::test]
async fn the_default_is_durable_checked_and_private() {
    let scratch = Scratch::new("settings");
    let embedded = embedded::start(&Options { durable: true, ..scratch.options() }).await.expect("start");
    let mut connection = connect(&embedded).await;
    for setting in ["fsync", "synchronous_commit", "full_page_writes", "data_checksums"] {
        assert_eq!(show(&mut connection, setting).await, "on", "{setting}");
    }
    assert_eq!(show(&mut connection, "listen_addresses").await, "");
    assert_eq!(show(&mut connection, "max_pred_locks_per_transaction").await, "512");
    assert_eq!(show(&mut connection, "server_encoding").await, "UTF8");
    let data_directory = show(&mut connection, "data_directory").await;
    assert_eq!(Path::new(&data_directory), embedded.data_dir().join("postgres"));
    let directories = show(&mut connection, "unix_socket_directories").await;
    let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(directories).expect("the socket's"));
    assert_eq!(mode & 0o777, 0o700);
    drop(connection);
    embedded.stop().await.expect("stop");
}

#[tokio::test]
async fn a_long_path_gets_its_socket_elsewhere() {
    let scratch = Scratch::new("long");
    let options = Options { data_dir: scratch.0.join("d".repeat(90)), ..scratch.options() };
    let embedded = embedded::start(&options).await.expect("start");
    let directories = show(&mut connect(&embedded).await, "unix_socket_directories").await;
    assert!(directories.len() < 85, "{directories}");
    embedded.stop().await.expect("stop");
    std::fs::remove_dir_all(directories).expect("the socket's directory");
}

#[tokio::test]
async fn the_last_one_out_stops_the_server() {
    let scratch = Scratch::new("shared");
    let options = scratch.options();
    let (one, two) = tokio::join!(embedded::start(&options), embedded::start(&options));
    let (one, two) = (one.expect("one"), two.expect("two"));
    let server = scratch.postmaster();
    one.stop().await.expect("the first leaves");
    assert_eq!(scratch.postmaster(), server);
    assert_eq!(show(&mut connect(&two).await, "fsync").await, "off");
    two.stop().await.expect("the last leaves");
    assert_eq!(scratch.postmaster(), None);
    assert!(!recovered(&scratch));
}

#[tokio::test]
async fn a_killed_client_leaves_a_clean_database() {
    let scratch = Scratch::new("client");
    let mut holder = hold_elsewhere(&scratch.options().data_dir).await;
    holder.kill().await.expect("kill");
    scratch.wait_until_down().await;
    let next = embedded::start(&Options { exclusive: true, ..scratch.options() }).await.expect("next start");
    next.stop().await.expect("stop");
    assert!(!recovered(&scratch));
}

#[tokio::test]
async fn one_service_per_data_directory() {
    let scratch = Scratch::new("exclusive");
    let options = Options { exclusive: true, ..scratch.options() };
    let holder = hold_elsewhere(&options.data_dir).await;
    let error = embedded::start(&options).await.expect_err("a second service");
    assert!(matches!(error, EmbeddedError::InUse { .. }), "{error}");
    assert!(error.to_string().contains(&*options.data_dir.to_string_lossy()), "{error}");

    let guest = embedded::start(&scratch.options()).await.expect("another command may join");
    drop(holder);
    guest.stop().await.expect("stop");
    scratch.wait_until_down().await;
}

#[tokio::test]
async fn a_durable_caller_refuses_a_disposable_server() {
    let scratch = Scratch::new("fsync");
    let disposable = embedded::start(&scratch.options()).await.expect("start");
    let error = embedded::start(&Options { durable: true, ..scratch.options() }).await.expect_err("refused");
    assert!(matches!(error, EmbeddedError::NotDurable { .. }), "{error}");
    disposable.stop().await.expect("stop");
}

#[tokio::test]
async fn a_killed_server_comes_back() {
    let scratch = Scratch::new("server");
    let durable = Options { durable: true, ..scratch.options() };
    let embedded = embedded::start(&durable).await.expect("start");
    let pool = PgPoolOptions::new().max_connections(4).connect_lazy_with(embedded.connect_options());
    sqlx::query("CREATE TABLE kept AS SELECT 7 AS n").execute(&pool).await.expect("write");
    for _ in 0..2 {
        let server = scratch.postmaster().expect("a server");
        // A backend that is busy does not notice that its postmaster is gone, and holds its shared memory.
        let busy = tokio::spawn({
            let pool = pool.clone();
            async move { sqlx::query("SELECT count(*) FROM generate_series(1, 1e10)").execute(&pool).await }
        });
        sleep(Duration::from_millis(50)).await;
        kill(server, Signal::SIGKILL).expect("kill");
        eventually("the pool answers again", async || {
            let answer = sqlx::query_scalar("SELECT n FROM kept").fetch_one(&pool).await;
            answer.is_ok_and(|n: i32| n == 7) && scratch.postmaster().is_some_and(|now| now != server)
        })
        .await;
        busy.await.expect("the task").expect_err("its server died");
    }
    pool.close().await;
    embedded.stop().await.expect("stop");
}

#[tokio::test]
async fn a_killed_supervisor_is_replaced() {
    let scratch = Scratch::new("supervisor");
    let embedded = embedded::start(&scratch.options()).await.expect("start");
    let first = scratch.supervisor();
    kill(first, Signal::SIGKILL).expect("kill");
    let orphan = scratch.postmaster();
    eventually("another supervisor has another server", async || {
        scratch.supervisor() != first
            && scratch.postmaster().is_some_and(|server| Some(server) != orphan)
            && embedded.connect_options().connect().await.is_ok()
    })
    .await;

    // Killed just before the end, its server is still shut down cleanly.
    kill(scratch.supervisor(), Signal::SIGKILL).expect("kill");
    sleep(Duration::from_millis(50)).await;
    embedded.stop().await.expect("stop");
    assert_eq!(scratch.postmaster(), None);
    assert!(!recovered(&scratch));
}

#[tokio::test]
async fn a_supervisor_told_to_end_stays_with_its_clients() {
    let scratch = Scratch::new("signal");
    let embedded = embedded::start(&scratch.options()).await.expect("start");
    let supervisor = scratch.supervisor();
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        kill(supervisor, signal).expect("signal");
    }
    sleep(Duration::from_millis(200)).await;
    assert!(kill(supervisor, None).is_ok());
    assert_eq!(show(&mut connect(&embedded).await, "fsync").await, "off");
    embedded.stop().await.expect("stop");
}

#[tokio::test]
async fn without_any_postgres_the_error_says_what_to_do() {
    let scratch = Scratch::new("none");
    let nowhere = Options { postgres_bin: Some(scratch.0.clone()), ..scratch.options() };
    let error = embedded::start(&nowhere).await.expect_err("no programs there").to_string();
    assert!(error.contains("POSTGRES_BIN"), "{error}");

    let future = scratch.0.join("data/postgres");
    std::fs::create_dir_all(&future).expect("a cluster");
    std::fs::write(future.join("PG_VERSION"), "99\n").expect("its version");
    let error = embedded::start(&scratch.options()).await.expect_err("no such version").to_string();
    assert!(error.contains("PostgreSQL 99") && error.contains("DATABASE_URL"), "{error}");
}

#[tokio::test]
#[ignore = "downloads 23 MB"]
async fn a_fetched_postgres_serves() {
    let scratch = Scratch::new("fetch");
    let options = Options { system_binaries: false, cache_dir: scratch.0.join("cache"), ..scratch.options() };
    for _ in 0..2 {
        let started = Instant::now();
        let embedded = embedded::start(&options).await.expect("start");
        eprintln!("started in {:?}", started.elapsed());
        let mut connection = connect(&embedded).await;
        for extension in ["pg_trgm", "btree_gist", "pgcrypto"] {
            let available: bool =
                sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = $1)")
                    .bind(extension)
                    .fetch_one(&mut connection)
                    .await
                    .expect("a list");
            assert!(available, "{extension}");
        }
        drop(connection);
        embedded.stop().await.expect("stop");
    }
}
