//! The supervisor: a process of its own that owns the server as its child.
//!
//! Properties: a server that dies is started again while anyone holds the lease; when nobody does, however they went,
//! the server is shut down cleanly and the supervisor ends. No signal but SIGKILL ends it earlier, so that a service
//! told to stop together with it still has its database to finish on.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep, timeout};

use super::account::Account;
use super::cluster;
use super::error::EmbeddedError;
use super::layout::{Hold, Layout, Lock};
use super::strays;

/// The name of the subcommand that runs [`supervise`].
pub const SUBCOMMAND: &str = "supervise-postgres";

const TICK: Duration = Duration::from_millis(100);
/// Longer than any probe of the lock by a client.
const CLAIM: Duration = Duration::from_millis(200);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
const STEADY: Duration = Duration::from_secs(10);
const FAST_SHUTDOWN: Duration = Duration::from_mins(5);
const IMMEDIATE_SHUTDOWN: Duration = Duration::from_secs(10);
const LOG_LIMIT: u64 = 16 * 1024 * 1024;

/// What the supervisor is told on its command line.
#[derive(Debug, Clone, clap::Args)]
pub struct Supervise {
    /// The data directory.
    #[arg(long)]
    data_dir: PathBuf,
    /// The directory of the Postgres programs.
    #[arg(long)]
    bin_dir: PathBuf,
    /// Run without fsync: for tests.
    #[arg(long)]
    disposable: bool,
    /// How long to keep the server up after its last user left, in milliseconds.
    #[arg(long, default_value_t = 0)]
    linger: u64,
}

/// Starts a supervisor in a process group of its own, where the terminal's interrupt does not reach it.
pub(super) fn spawn(
    program: &Path,
    layout: &Layout,
    bin_dir: &Path,
    durable: bool,
    linger: Duration,
) -> Result<Child, EmbeddedError> {
    let mut command = Command::new(program);
    command.arg(SUBCOMMAND).arg("--data-dir").arg(layout.root()).arg("--bin-dir").arg(bin_dir);
    command.arg("--linger").arg(linger.as_millis().to_string());
    if !durable {
        command.arg("--disposable");
    }
    command.process_group(0).current_dir("/").stdin(Stdio::null()).stdout(Stdio::null());
    command.stderr(open_log(layout)?).spawn().map_err(EmbeddedError::io(program))
}

/// The process id of the latest supervisor, which its lock's file tells.
pub(super) fn incumbent(layout: &Layout) -> Option<u32> {
    std::fs::read_to_string(layout.supervisor_lock()).ok()?.trim().parse().ok()
}

/// Writes our process id over that of our predecessor, in the same width: the file is at no time empty, and no full
/// disk can refuse it.
fn sign(layout: &Layout) -> Result<(), EmbeddedError> {
    let path = layout.supervisor_lock();
    OpenOptions::new()
        .write(true)
        .open(&path)
        .and_then(|mut file| file.write_all(format!("{:10}\n", std::process::id()).as_bytes()))
        .map_err(EmbeddedError::io(&path))
}

/// Runs the supervisor until nobody uses the cluster. A second one for the same directory ends at once.
pub async fn supervise(told: &Supervise) -> Result<(), EmbeddedError> {
    let layout = Layout::open(&told.data_dir)?;
    let _sole = match Lock::wait(&layout.supervisor_lock(), Hold::Exclusive, CLAIM).await {
        Err(EmbeddedError::LockTimeout { .. }) => return Ok(()),
        claimed => claimed?,
    };
    sign(&layout)?;
    let _deaf = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()].map(signal);
    let account = Account::for_cluster(&layout.pgdata())?;
    let supervisor = Supervisor { told, layout, account, linger: Duration::from_millis(told.linger) };
    supervisor.run().await
}

struct Supervisor<'told> {
    told: &'told Supervise,
    layout: Layout,
    account: Account,
    linger: Duration,
}

enum Event {
    Died(ExitStatus),
    /// Nobody uses the cluster, and while the lease is held nobody can begin to.
    Vacant(Lock),
}

impl Supervisor<'_> {
    async fn run(&self) -> Result<(), EmbeddedError> {
        let mut pause = FIRST_PAUSE;
        loop {
            let mut server = self.start().await?;
            let started = Instant::now();
            match self.watch(&mut server).await {
                Ok(Event::Died(status)) => tracing::warn!(%status, "the server died; starting it again"),
                Ok(Event::Vacant(lease)) => {
                    stop(&mut server).await;
                    drop(lease);
                    return Ok(());
                }
                // The data directory may have been taken away.
                Err(error) => {
                    stop(&mut server).await;
                    return Err(error);
                }
            }
            if let Some(_lease) = Lock::attempt(&self.layout.lease_lock(), Hold::Exclusive)? {
                return Ok(());
            }
            pause = if started.elapsed() > STEADY { FIRST_PAUSE } else { LONGEST_PAUSE.min(pause * 2) };
            sleep(pause).await;
        }
    }

    /// Starts the server, once no process of an earlier one is left.
    async fn start(&self) -> Result<Child, EmbeddedError> {
        let sole = self.clear_strays().await?;
        // Nobody of this cluster lives, so the process id in it is stale; in a container it may well be alive
        // again as something else, which would keep the server from starting.
        let stale = self.layout.pgdata().join("postmaster.pid");
        if let Err(error) = std::fs::remove_file(&stale)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(EmbeddedError::io(&stale)(error));
        }
        let socket_dir = self.layout.make_socket_dir(&self.account)?;
        let mut command = cluster::postmaster(
            &self.layout,
            &self.account,
            &self.told.bin_dir,
            &socket_dir,
            !self.told.disposable,
        );
        command.stdin(sole).stdout(open_log(&self.layout)?).stderr(open_log(&self.layout)?);
        command.spawn().map_err(EmbeddedError::io(&self.told.bin_dir.join("postgres")))
    }

    /// Waits until the server's own lock is free, and makes those who hold it leave.
    ///
    /// The server and its children hold it as their standard input, so when it is free there are none left.
    async fn clear_strays(&self) -> Result<Lock, EmbeddedError> {
        let name = self.layout.cluster_name();
        let path = self.layout.server_lock();
        let stages = [
            (None, Duration::from_millis(500)),
            (Some(Signal::SIGINT), Duration::from_secs(3)),
            (Some(Signal::SIGQUIT), Duration::from_secs(2)),
            (Some(Signal::SIGKILL), Duration::from_secs(10)),
        ];
        for (how, patience) in stages {
            if let Some(how) = how {
                let count = strays::signal(&name, how);
                tracing::warn!(count, signal = %how, "removing what an earlier server left running");
            }
            if let Ok(sole) = Lock::wait(&path, Hold::Exclusive, patience).await {
                return Ok(sole);
            }
        }
        Lock::wait(&path, Hold::Exclusive, Duration::ZERO).await
    }

    async fn watch(&self, server: &mut Child) -> Result<Event, EmbeddedError> {
        let mut vacant_since = None;
        let mut looked_at_log = Instant::now();
        loop {
            if let Ok(died) = timeout(TICK, server.wait()).await {
                return died.map(Event::Died).map_err(EmbeddedError::io(&self.told.bin_dir));
            }
            match Lock::attempt(&self.layout.lease_lock(), Hold::Exclusive)? {
                None => vacant_since = None,
                Some(lease) => {
                    let since = *vacant_since.get_or_insert_with(Instant::now);
                    if since.elapsed() >= self.linger {
                        return Ok(Event::Vacant(lease));
                    }
                }
            }
            if looked_at_log.elapsed() > Duration::from_mins(1) {
                looked_at_log = Instant::now();
                bound_log(&self.layout);
            }
        }
    }
}

/// Shuts the server down cleanly; harder only if it will not.
async fn stop(server: &mut Child) {
    let stages = [
        (Signal::SIGINT, FAST_SHUTDOWN),
        (Signal::SIGQUIT, IMMEDIATE_SHUTDOWN),
        (Signal::SIGKILL, IMMEDIATE_SHUTDOWN),
    ];
    for (how, patience) in stages {
        let Some(pid) = server.id().and_then(|id| i32::try_from(id).ok()) else {
            return;
        };
        if let Err(error) = kill(Pid::from_raw(pid), how) {
            tracing::warn!(%error, signal = %how, "PostgreSQL could not be signalled");
        }
        if timeout(patience, server.wait()).await.is_ok() {
            return;
        }
    }
}

/// Opens the log for appending, so that several may write, and it can be cut while they do.
fn open_log(layout: &Layout) -> Result<std::fs::File, EmbeddedError> {
    bound_log(layout);
    let path = layout.log();
    OpenOptions::new().append(true).create(true).mode(0o600).open(&path).map_err(EmbeddedError::io(&path))
}

/// Keeps the log from filling the disk: past its limit it becomes the previous one, and begins anew.
fn bound_log(layout: &Layout) {
    let log = layout.log();
    let too_long = std::fs::metadata(&log).is_ok_and(|metadata| metadata.len() > LOG_LIMIT);
    if !too_long {
        return;
    }
    // The server keeps its file open, so the file is copied and emptied instead of renamed.
    let cut = std::fs::copy(&log, log.with_extension("log.1"))
        .and_then(|_| OpenOptions::new().write(true).open(&log))
        .and_then(|file| file.set_len(0));
    if let Err(error) = cut {
        tracing::warn!(%error, "the log could not be cut");
    }
}
