//! What a caller may choose about the embedded database, and where its data lies by default.

use std::path::PathBuf;
use std::time::Duration;

use nix::unistd::{Uid, User};

use super::error::EmbeddedError;

const PROJECT: &str = "export-license-registry";

/// How to start, or join, the embedded database.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// The executable to run as supervisor; it must have the subcommand [`super::supervisor::SUBCOMMAND`].
    pub supervisor: PathBuf,
    /// The directory of the Postgres programs to use, whatever else is installed. By default from `POSTGRES_BIN`.
    pub postgres_bin: Option<PathBuf>,
    /// Whether a Postgres installed on this machine will do.
    pub system_binaries: bool,
    /// Where a fetched Postgres is kept.
    pub cache_dir: PathBuf,
    /// Whether committed data must survive a power cut. Only tests say no.
    pub durable: bool,
    /// Whether this process serves, and no other may on the same data.
    pub exclusive: bool,
    /// How long the server stays up after its last user left. Tests, being many short processes, say a few seconds.
    pub linger: Duration,
}

impl Options {
    /// The defaults, for a process that shares the data directory with a service and with other commands.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        let data_dir = data_dir.into();
        Self {
            supervisor: std::env::current_exe().unwrap_or_else(|_| PathBuf::from(PROJECT)),
            postgres_bin: std::env::var_os("POSTGRES_BIN").filter(|dir| !dir.is_empty()).map(PathBuf::from),
            system_binaries: true,
            cache_dir: default_cache_dir().unwrap_or_else(|| data_dir.join("cache")),
            durable: true,
            exclusive: false,
            linger: Duration::ZERO,
            data_dir,
        }
    }
}

/// Where the data lies if nobody says otherwise: with the system's for root, with the user's own for a user.
pub fn default_data_dir() -> Result<PathBuf, EmbeddedError> {
    if Uid::effective().is_root() {
        return Ok(PathBuf::from("/var/lib").join(PROJECT));
    }
    user_dir("XDG_DATA_HOME", ".local/share").ok_or(EmbeddedError::NoHome)
}

/// For root not in its home, which is closed to the account that runs the server.
fn default_cache_dir() -> Option<PathBuf> {
    if Uid::effective().is_root() {
        return Some(PathBuf::from("/var/cache").join(PROJECT));
    }
    user_dir("XDG_CACHE_HOME", ".cache")
}

fn user_dir(variable: &str, within_home: &str) -> Option<PathBuf> {
    let absolute = |value: std::ffi::OsString| Some(PathBuf::from(value)).filter(|path| path.is_absolute());
    std::env::var_os(variable)
        .and_then(absolute)
        .or_else(|| Some(home()?.join(within_home)))
        .map(|base| base.join(PROJECT))
}

fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute()).or_else(|| {
        let user = User::from_uid(Uid::effective()).ok().flatten()?;
        Some(user.dir)
    })
}
