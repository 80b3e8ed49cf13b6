//! Where everything lies in the data directory, and the locks that arrange its sharing.
//!
//! ```text
//! <data directory>/
//!   postgres/       the cluster (PGDATA), private to the account that runs it
//!   socket/         the Unix socket, in a private directory (elsewhere when the path would be too long)
//!   postgres.log    what the server and its supervisor have to say; the previous one is postgres.log.1
//!   lease.lock      held shared by every process that uses the cluster, exclusively by a supervisor that stops it
//!   service.lock    held exclusively by the one serving process
//!   start.lock      held exclusively while a process starts the cluster
//!   supervisor.lock held exclusively by the supervisor
//!   server.lock     held exclusively by the server and its children
//! ```
//!
//! All are `flock`s: the kernel drops them when their holder dies, however it dies.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use nix::unistd::AccessFlags;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::account::Account;
use super::error::EmbeddedError;

/// A Unix socket's path is limited to 104 bytes on some systems; this leaves room for `/.s.PGSQL.5432.lock`.
const LONGEST_SOCKET_DIR: usize = 80;
const LOCK_POLL: Duration = Duration::from_millis(15);

/// The paths of one data directory.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    root: PathBuf,
}

impl Layout {
    /// Creates the data directory if it is absent, and resolves it.
    pub(super) fn create(data_dir: &Path) -> Result<Self, EmbeddedError> {
        // Root's directory lets the account through to the cluster, but shows it nothing else.
        let mode = if nix::unistd::Uid::effective().is_root() { 0o711 } else { 0o700 };
        make_parents(data_dir)?;
        make_dir(data_dir, mode)?;
        let layout = Self::open(data_dir)?;
        if nix::unistd::access(&layout.root, AccessFlags::W_OK | AccessFlags::X_OK).is_ok() {
            return Ok(layout);
        }
        let owner = std::fs::metadata(&layout.root).map_err(EmbeddedError::io(&layout.root))?.uid();
        Err(EmbeddedError::ForeignOwner { dir: layout.root, owner, uid: nix::unistd::geteuid().as_raw() })
    }

    /// Resolves an existing data directory.
    pub(super) fn open(data_dir: &Path) -> Result<Self, EmbeddedError> {
        let root = data_dir.canonicalize().map_err(EmbeddedError::io(data_dir))?;
        Ok(Self { root })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn pgdata(&self) -> PathBuf {
        self.root.join("postgres")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root.join("postgres.log")
    }

    pub(super) fn lease_lock(&self) -> PathBuf {
        self.root.join("lease.lock")
    }

    pub(super) fn service_lock(&self) -> PathBuf {
        self.root.join("service.lock")
    }

    pub(super) fn start_lock(&self) -> PathBuf {
        self.root.join("start.lock")
    }

    pub(super) fn supervisor_lock(&self) -> PathBuf {
        self.root.join("supervisor.lock")
    }

    pub(super) fn server_lock(&self) -> PathBuf {
        self.root.join("server.lock")
    }

    /// The cluster's name, by which its processes are told from those of any other cluster.
    pub(super) fn cluster_name(&self) -> String {
        let digest = Sha256::digest(self.root.as_os_str().as_encoded_bytes());
        let mut name = hex::encode(digest);
        name.truncate(16);
        format!("registry-{name}")
    }

    /// The socket's directory. Within the data directory where that is short enough: there nobody else can have
    /// put something in its place, and private temporary directories do not hide it.
    pub(super) fn socket_dir(&self) -> PathBuf {
        let within = self.root.join("socket");
        if within.as_os_str().len() <= LONGEST_SOCKET_DIR {
            return within;
        }
        PathBuf::from(format!("/tmp/{}-{}", self.cluster_name(), nix::unistd::Uid::effective()))
    }

    /// Creates the socket's directory, or checks that the existing one is the account's alone.
    ///
    /// The server trusts whoever reaches its socket, so this directory is what keeps others out.
    pub(super) fn make_socket_dir(&self, account: &Account) -> Result<PathBuf, EmbeddedError> {
        let path = self.socket_dir();
        if make_dir(&path, 0o700)? {
            account.own(&path)?;
        }
        let metadata = path.symlink_metadata().map_err(EmbeddedError::io(&path))?;
        // A start that was cut short before the change of owner leaves root's directory behind.
        if account.steps_down() && metadata.uid() == 0 && metadata.is_dir() {
            account.own(&path)?;
            return Ok(path);
        }
        let private =
            metadata.is_dir() && metadata.mode() & 0o777 == 0o700 && metadata.uid() == account.uid();
        if private { Ok(path) } else { Err(EmbeddedError::NotPrivate { path }) }
    }
}

/// Makes a directory; false if something of that name exists.
pub(super) fn make_dir(path: &Path, mode: u32) -> Result<bool, EmbeddedError> {
    match DirBuilder::new().mode(mode).create(path) {
        // Once more, for the umask may have taken bits away.
        Ok(()) => std::fs::set_permissions(path, Permissions::from_mode(mode))
            .map(|()| true)
            .map_err(EmbeddedError::io(path)),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(EmbeddedError::io(path)(error)),
    }
}

/// Makes the directories above `path`, open to the account that runs the server whatever the umask.
pub(super) fn make_parents(path: &Path) -> Result<(), EmbeddedError> {
    let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty() && !parent.exists())
    else {
        return Ok(());
    };
    make_parents(parent)?;
    make_dir(parent, 0o755).map(drop)
}

/// How a lock is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    Shared,
    Exclusive,
}

/// A held lock; dropping it, or dying, releases it.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

/// Hands the lock to a child process, which with its own children holds it from then on.
impl From<Lock> for Stdio {
    fn from(lock: Lock) -> Self {
        lock.file.into()
    }
}

impl Lock {
    /// Takes the lock if it is free.
    pub(super) fn attempt(path: &Path, hold: Hold) -> Result<Option<Self>, EmbeddedError> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(EmbeddedError::io(path))?;
        let locked = match hold {
            Hold::Shared => file.try_lock_shared(),
            Hold::Exclusive => file.try_lock(),
        };
        match locked {
            Ok(()) => Ok(Some(Self { file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(EmbeddedError::io(path)(error)),
        }
    }

    /// Takes the lock, waiting for its holder until `patience` runs out.
    pub(super) async fn wait(path: &Path, hold: Hold, patience: Duration) -> Result<Self, EmbeddedError> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(lock) = Self::attempt(path, hold)? {
                return Ok(lock);
            }
            if Instant::now() >= deadline {
                return Err(EmbeddedError::LockTimeout {
                    path: path.to_owned(),
                    seconds: patience.as_secs(),
                });
            }
            tokio::time::sleep(LOCK_POLL).await;
        }
    }
}
