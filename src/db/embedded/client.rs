//! The client's side: start the cluster or join it, hold the lease, and see to it that a supervisor is there.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use tokio::process::Child;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::account::Account;
use super::cluster::{self, Answer};
use super::error::EmbeddedError;
use super::layout::{Hold, Layout, Lock};
use super::{Options, binaries, supervisor};

/// An earlier server may be shutting down, or another process fetching or starting one.
const TURN: Duration = Duration::from_mins(6);
/// How long a server may give no answer at all; one that recovers answers, and is waited for.
const SILENCE: Duration = Duration::from_secs(30);
/// How long a recovery may take, and then, for one that dies each time on the way, no longer.
const RECOVERY: Duration = Duration::from_mins(10);
const POLL: Duration = Duration::from_millis(15);
const CHECK_UP: Duration = Duration::from_secs(1);
/// A supervisor that has not noticed by then that it is alone is not.
const NOTICE: Duration = Duration::from_secs(1);
const SHUTDOWN: Duration = Duration::from_mins(6);

/// The running database. While it lives, the server does; dropping it gives the lease back.
#[derive(Debug)]
pub struct Embedded {
    keeper: Arc<Keeper>,
    watch: JoinHandle<()>,
    lease: Option<Lock>,
    service: Option<Lock>,
}

/// Starts the cluster of `options.data_dir`, or joins it, making it first if there is none.
pub async fn start(options: &Options) -> Result<Embedded, EmbeddedError> {
    let layout = Layout::create(&options.data_dir)?;
    let service = if options.exclusive { Some(claim_service(&layout)?) } else { None };
    let lease = Lock::wait(&layout.lease_lock(), Hold::Shared, TURN).await?;
    let keeper = Arc::new(Keeper { layout, options: options.clone() });
    keeper.bring_up().await?;
    let watch = tokio::spawn(Arc::clone(&keeper).watch());
    Ok(Embedded { keeper, watch, lease: Some(lease), service })
}

fn claim_service(layout: &Layout) -> Result<Lock, EmbeddedError> {
    Lock::attempt(&layout.service_lock(), Hold::Exclusive)?
        .ok_or_else(|| EmbeddedError::InUse { dir: layout.root().to_owned() })
}

impl Embedded {
    /// How to connect to the registry's database.
    pub fn connect_options(&self) -> PgConnectOptions {
        cluster::connect_options(&self.keeper.layout, cluster::NAME)
    }

    /// The data directory, resolved.
    pub fn data_dir(&self) -> &Path {
        self.keeper.layout.root()
    }

    /// Gives the lease back, and waits for the server's shutdown if nobody else uses it. Close pools before.
    ///
    /// The first process of a container must wait so: when it exits, all others are killed.
    pub async fn stop(mut self) -> Result<(), EmbeddedError> {
        self.watch.abort();
        let keeper = Arc::clone(&self.keeper);
        keeper.adopt_orphan().await?;
        self.service = None;
        self.lease = None;
        if keeper.options.linger.is_zero() { keeper.wait_for_shutdown().await } else { Ok(()) }
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

#[derive(Debug)]
struct Keeper {
    layout: Layout,
    options: Options,
}

impl Keeper {
    /// Makes sure that a supervisor runs and its server answers.
    async fn bring_up(&self) -> Result<(), EmbeddedError> {
        if self.supervised()?
            && let Answer::Ready = self.ask().await?
        {
            return Ok(());
        }
        let _turn = Lock::wait(&self.layout.start_lock(), Hold::Exclusive, TURN).await?;
        let account = Account::for_cluster(&self.layout.pgdata())?;
        self.layout.make_socket_dir(&account)?;
        let binaries = binaries::find(&self.options, &account, &self.layout.pgdata()).await?;
        cluster::init(&self.layout, &account, &binaries.dir, self.options.durable).await?;
        self.wait_until_ready(&binaries.dir).await
    }

    async fn wait_until_ready(&self, bin_dir: &Path) -> Result<(), EmbeddedError> {
        let started = Instant::now();
        let mut deadline = started + SILENCE;
        let mut spawned = None;
        loop {
            if self.supervised()? {
                match self.ask().await? {
                    Answer::Ready => return Ok(()),
                    Answer::NotYet => deadline = (Instant::now() + SILENCE).min(started + RECOVERY),
                    Answer::Silence => {}
                }
            } else {
                // The last one may have been ending, having seen nobody; then it takes another.
                let ended = match spawned.as_mut().map(Child::try_wait) {
                    None => true,
                    Some(state) => state.map_err(EmbeddedError::io(&self.options.supervisor))?.is_some(),
                };
                if ended {
                    spawned = Some(self.spawn_supervisor(bin_dir)?);
                }
            }
            if Instant::now() >= deadline {
                return Err(self.not_ready(started.elapsed()));
            }
            sleep(POLL).await;
        }
    }

    /// Asks the server, and takes only the present supervisor's for ready: one that a killed supervisor left behind
    /// is about to be replaced.
    async fn ask(&self) -> Result<Answer, EmbeddedError> {
        let supervisor = supervisor::incumbent(&self.layout);
        let asked = cluster::ask(&self.layout, self.options.durable, supervisor);
        match timeout(SILENCE, asked).await {
            Err(_elapsed) => Ok(Answer::Silence),
            Ok(Err(EmbeddedError::Sql(error))) => Ok(cluster::excuse(error)?),
            Ok(answer) => answer,
        }
    }

    fn spawn_supervisor(&self, bin_dir: &Path) -> Result<Child, EmbeddedError> {
        let Options { supervisor, durable, linger, .. } = &self.options;
        supervisor::spawn(supervisor, &self.layout, bin_dir, *durable, *linger)
    }

    fn supervised(&self) -> Result<bool, EmbeddedError> {
        Ok(Lock::attempt(&self.layout.supervisor_lock(), Hold::Shared)?.is_none())
    }

    fn not_ready(&self, waited: Duration) -> EmbeddedError {
        const LINES: usize = 12;
        let log = self.layout.log();
        let bytes = std::fs::read(&log).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let mut last: Vec<&str> = text.lines().rev().take(LINES).collect();
        last.reverse();
        EmbeddedError::NotReady { seconds: waited.as_secs(), log, tail: last.join("\n") }
    }

    /// Replaces a supervisor that was killed.
    async fn watch(self: Arc<Self>) {
        loop {
            sleep(CHECK_UP).await;
            match self.supervised() {
                Ok(true) => {}
                Ok(false) => {
                    tracing::warn!("the supervisor of PostgreSQL is gone; starting another");
                    if let Err(error) = self.bring_up().await {
                        tracing::error!(%error, "PostgreSQL could not be brought up");
                    }
                }
                Err(error) => tracing::error!(%error, "the supervisor's lock cannot be read"),
            }
        }
    }

    /// If the supervisor is gone and its server is not, puts another in charge, which will shut it down.
    async fn adopt_orphan(&self) -> Result<(), EmbeddedError> {
        let running = Lock::attempt(&self.layout.server_lock(), Hold::Shared)?.is_none();
        if running && !self.supervised()? { self.bring_up().await } else { Ok(()) }
    }

    async fn wait_for_shutdown(&self) -> Result<(), EmbeddedError> {
        let released = Instant::now();
        while self.supervised()? {
            let waited = released.elapsed();
            let shared = Lock::attempt(&self.layout.lease_lock(), Hold::Shared)?.is_some();
            if shared && waited > NOTICE {
                return Ok(());
            }
            if waited > SHUTDOWN {
                let (dir, seconds) = (self.layout.root().to_owned(), SHUTDOWN.as_secs());
                return Err(EmbeddedError::StillRunning { dir, seconds });
            }
            sleep(POLL).await;
        }
        Ok(())
    }
}
