//! The cluster itself: how it is made, how its server is run, and how one asks it whether it is ours.
//!
//! Property: whether committed data survives a power cut is decided here, on the command line, where no statement
//! and no configuration file overrides it.
//!
//! Clients are not asked for a password (`--auth=trust`): the server listens on nothing but a socket in a directory
//! of mode 0700 that belongs to the account running it, so whoever reaches the socket could read the files as well.

use std::path::Path;
use std::process::Stdio;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::process::Command;

use super::account::Account;
use super::error::EmbeddedError;
use super::layout::{Layout, make_dir};

/// The superuser, and the name of the database.
pub(super) const NAME: &str = "registry";
const PORT: u16 = 5432;

/// Settings for a machine of two cores and up. Three differ from the defaults for a reason other than size: `jit` costs
/// short queries more than it gives; a decision reads many tables and indexes in a serializable transaction, and
/// eight at once used up the default's table of what such transactions have read; and shared memory through System V,
/// because the usual place of the POSIX kind, `/dev/shm`, holds 64 MB in a container and parallel queries overflow it.
const SETTINGS: &[&str] = &[
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=100",
    "max_pred_locks_per_transaction=512",
    "shared_buffers=128MB",
    "max_wal_size=1GB",
    "checkpoint_timeout=5min",
    "random_page_cost=1.1",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_destination=stderr",
    "logging_collector=off",
    "log_checkpoints=off",
    "log_line_prefix=%m [%p] ",
    #[cfg(target_os = "linux")]
    "dynamic_shared_memory_type=sysv",
];

const DURABLE: &[&str] = &["fsync=on", "synchronous_commit=on", "full_page_writes=on"];
const DISPOSABLE: &[&str] = &["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// Makes the cluster if there is none.
///
/// It is made beside its place and moved there when complete, so a death on the way leaves no half of one.
pub(super) async fn init(
    layout: &Layout,
    account: &Account,
    bin_dir: &Path,
    durable: bool,
) -> Result<(), EmbeddedError> {
    let pgdata = layout.pgdata();
    account.check_reach(&pgdata)?;
    if pgdata.join("PG_VERSION").is_file() {
        return Ok(());
    }
    sweep_unfinished(layout);
    let unfinished = layout.root().join(format!("unfinished-{}", std::process::id()));
    make_dir(&unfinished, 0o700)?;
    account.own(&unfinished)?;
    let initdb = bin_dir.join("initdb");
    let mut command = account.command(&initdb);
    command.args([
        "-U",
        NAME,
        "--auth=trust",
        "-E",
        "UTF8",
        "--no-locale",
        "--data-checksums",
        "--no-instructions",
    ]);
    if !durable {
        command.arg("--no-sync");
    }
    let output = command
        .arg("-D")
        .arg(&unfinished)
        .stdin(Stdio::null())
        .output()
        .await
        .map_err(EmbeddedError::io(&initdb))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(EmbeddedError::Program { program: initdb, status: output.status, output: said });
    }
    std::fs::rename(&unfinished, &pgdata).map_err(EmbeddedError::io(&pgdata))?;
    if durable {
        let root = std::fs::File::open(layout.root()).map_err(EmbeddedError::io(layout.root()))?;
        root.sync_all().map_err(EmbeddedError::io(layout.root()))?;
    }
    Ok(())
}

fn sweep_unfinished(layout: &Layout) {
    let entries = std::fs::read_dir(layout.root()).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("unfinished-")) {
        if let Err(error) = std::fs::remove_dir_all(entry.path()) {
            tracing::warn!(%error, "cannot remove {}", entry.path().display());
        }
    }
}

/// The command that runs the server.
pub(super) fn postmaster(
    layout: &Layout,
    account: &Account,
    bin_dir: &Path,
    socket_dir: &Path,
    durable: bool,
) -> Command {
    let mut command = account.command(&bin_dir.join("postgres"));
    command.arg("-D").arg(layout.pgdata()).args(["-p", &PORT.to_string()]);
    command.arg("-k").arg(socket_dir);
    command.arg("-c").arg(format!("cluster_name={}", layout.cluster_name()));
    command.arg("-c").arg(format!("registry.supervisor={}", std::process::id()));
    for setting in SETTINGS.iter().chain(if durable { DURABLE } else { DISPOSABLE }) {
        command.args(["-c", setting]);
    }
    command
}

/// How clients reach the database called `name`.
pub(super) fn connect_options(layout: &Layout, name: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(layout.socket_dir())
        .port(PORT)
        .username(NAME)
        .password("")
        .database(name)
        // A Unix socket has no TLS, whatever PGSSLMODE may say.
        .ssl_mode(PgSslMode::Disable)
}

/// What a server that may not be up says to a connection.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    /// It is up, and has the registry's database.
    Ready,
    /// It is starting, recovering, shutting down or full, which all pass by themselves.
    NotYet,
    Silence,
}

/// Asks the server whether it is ours, owned by this supervisor, and ready; creates the registry's database if need be.
pub(super) async fn ask(
    layout: &Layout,
    durable: bool,
    supervisor: Option<u32>,
) -> Result<Answer, EmbeddedError> {
    let mut connection = connect_options(layout, "postgres").connect().await?;
    let owner = check_ours(&mut connection, layout, durable).await?;
    if owner.is_none() || owner != supervisor {
        return Ok(Answer::Silence);
    }
    create_database(&mut connection).await?;
    connection.close().await?;
    Ok(Answer::Ready)
}

/// Tells the failures that are to be expected of a server that comes up or goes down from those that are not.
pub(super) fn excuse(error: sqlx::Error) -> Result<Answer, sqlx::Error> {
    if matches!(error, sqlx::Error::Io(_)) {
        return Ok(Answer::Silence);
    }
    let code = error.as_database_error().and_then(|refusal| refusal.code());
    match code.as_deref() {
        // The last three: another client is creating the database.
        Some("57P01" | "57P02" | "57P03" | "53300" | "42P04" | "23505" | "55006") => Ok(Answer::NotYet),
        _ => Err(error),
    }
}

/// Checks that the server behind the connection is the one of this data directory, and as durable as asked for; says
/// which supervisor owns it.
async fn check_ours(
    connection: &mut PgConnection,
    layout: &Layout,
    durable: bool,
) -> Result<Option<u32>, EmbeddedError> {
    let (found, fsync, owner): (String, String, Option<String>) = sqlx::query_as(
        "SELECT current_setting('data_directory'), current_setting('fsync'),
                current_setting('registry.supervisor', true)",
    )
    .fetch_one(connection)
    .await?;
    if Path::new(&found) != layout.pgdata() {
        return Err(EmbeddedError::WrongServer { socket: layout.socket_dir(), found });
    }
    if durable && fsync != "on" {
        return Err(EmbeddedError::NotDurable { dir: layout.root().to_owned() });
    }
    Ok(owner.and_then(|owner| owner.parse().ok()))
}

/// Creates the registry's database if it is absent.
async fn create_database(connection: &mut PgConnection) -> Result<(), EmbeddedError> {
    let exists: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'registry')")
            .fetch_one(&mut *connection)
            .await?;
    if !exists {
        sqlx::query("CREATE DATABASE registry").execute(connection).await?;
    }
    Ok(())
}
