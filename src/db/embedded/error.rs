//! What can go wrong with the embedded database; each message says what the reader can do about it.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// Why the embedded database could not be started, joined or stopped.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// The process runs under a uid that the machine does not know; `initdb` refuses such a user.
    #[error(
        "user id {uid} has no entry in the user database, and PostgreSQL refuses to run without one; set \
         DATABASE_URL to a server of your own, or run as a known user"
    )]
    UnknownUser {
        /// The effective uid of this process.
        uid: u32,
    },
    /// Root found neither of the accounts that may run Postgres in its place.
    #[error(
        "PostgreSQL refuses to run as root, and neither the account `postgres` nor `nobody` exists to run it; \
         create one, run as another user, or set DATABASE_URL"
    )]
    NoServiceAccount,
    /// Neither `$XDG_DATA_HOME` nor a home directory is known.
    #[error("no home directory to keep the data in; name one with --data-dir, or set DATABASE_URL")]
    NoHome,
    /// The data directory, or the cluster in it, is another user's.
    #[error(
        "the database in {} belongs to user id {owner}, and this process runs as {uid}; run as its owner, or \
         choose another data directory",
        .dir.display()
    )]
    ForeignOwner {
        /// The directory.
        dir: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Who asks.
        uid: u32,
    },
    /// The account that runs Postgres cannot get to a directory that it needs.
    #[error(
        "the account `{account}`, which runs PostgreSQL, cannot reach {}: {} is closed to it; choose \
         another place, or open that directory (chmod o+x)",
        .path.display(), .blocked_by.display()
    )]
    Unreachable {
        /// What it needs.
        path: PathBuf,
        /// The directory on the way that refuses it.
        blocked_by: PathBuf,
        /// The account.
        account: String,
    },
    /// Another serving process holds the data directory.
    #[error(
        "another export-license-registry service uses the data directory {}; stop it first, or give this one \
         a data directory of its own",
        .dir.display()
    )]
    InUse {
        /// The data directory.
        dir: PathBuf,
    },
    /// No usable Postgres on this machine, and none could be fetched.
    #[error(
        "no PostgreSQL {wanted} found, and it could not be fetched ({fetch}); install it with `{install}`, or \
         name its programs' directory in POSTGRES_BIN, or set DATABASE_URL to a running server"
    )]
    NoBinaries {
        /// The major version asked for.
        wanted: String,
        /// Why fetching failed.
        fetch: String,
        /// The command that installs it here.
        install: &'static str,
    },
    /// `POSTGRES_BIN` names a directory that does not serve.
    #[error("POSTGRES_BIN names {}, which does not serve: {reason}", .dir.display())]
    BadOverride {
        /// What the variable names.
        dir: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A program of the Postgres distribution failed.
    #[error("{program} failed ({status}): {output}")]
    Program {
        /// The program.
        program: PathBuf,
        /// How it ended.
        status: ExitStatus,
        /// What it wrote.
        output: String,
    },
    /// Postgres did not accept connections in time.
    #[error("PostgreSQL did not become ready within {seconds} s; the end of {} says:\n{tail}", .log.display())]
    NotReady {
        /// How long was waited.
        seconds: u64,
        /// The server's log.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// Something else answers on our socket.
    #[error("the server on {} keeps its data in {found}, not in our directory; refusing to use it", .socket.display())]
    WrongServer {
        /// The socket's directory.
        socket: PathBuf,
        /// The data directory it reported.
        found: String,
    },
    /// The running cluster was started for tests, and this caller needs its data to survive.
    #[error("the database in {} runs with fsync off; stop its users, and start again", .dir.display())]
    NotDurable {
        /// The data directory.
        dir: PathBuf,
    },
    /// A directory that must be private is not.
    #[error("{} exists, but is not a directory that is private to its owner; remove it, and start again", .path.display())]
    NotPrivate {
        /// The directory.
        path: PathBuf,
    },
    /// Postgres was asked to stop, and still runs.
    #[error("PostgreSQL in {} had not stopped after {seconds} s", .dir.display())]
    StillRunning {
        /// The data directory.
        dir: PathBuf,
        /// How long was waited.
        seconds: u64,
    },
    /// Another process has been starting, or stopping, this cluster for too long.
    #[error("waited {seconds} s for another process to finish with {}", .path.display())]
    LockTimeout {
        /// The lock's file.
        path: PathBuf,
        /// How long was waited.
        seconds: u64,
    },
    /// A file operation failed.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The server refused a statement of the start-up.
    #[error("the embedded database refused a statement: {0}")]
    Sql(#[from] sqlx::Error),
}

impl EmbeddedError {
    /// Attaches the path to an I/O error, for use with `map_err`.
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}
