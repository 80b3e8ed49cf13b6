//! Who runs Postgres: the user who runs us, or, since Postgres refuses root, an account that root steps down to.
//!
//! Property: everything that Postgres must reach is checked to be reachable by that account before it starts, so a
//! closed directory is named instead of surfacing as an obscure failure of `initdb`.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::unistd::{Gid, Uid, User};
use tokio::process::Command;

use super::error::EmbeddedError;

/// The account that runs Postgres.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    uid: Uid,
    gid: Gid,
    name: String,
    /// Whether we are root, and must step down to it.
    step_down: bool,
}

impl Account {
    /// The account for the cluster in `pgdata`: an existing cluster's owner, else the default for this process.
    pub(super) fn for_cluster(pgdata: &Path) -> Result<Self, EmbeddedError> {
        let us = Uid::effective();
        let owner = match std::fs::metadata(pgdata) {
            Ok(metadata) => Some(Uid::from_raw(metadata.uid())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(EmbeddedError::io(pgdata)(error)),
        };
        if us.is_root() {
            return Self::for_root(owner.filter(|uid| !uid.is_root()));
        }
        if let Some(owner) = owner.filter(|owner| *owner != us) {
            let (owner, uid) = (owner.as_raw(), us.as_raw());
            return Err(EmbeddedError::ForeignOwner { dir: pgdata.to_owned(), owner, uid });
        }
        let user = look_up(User::from_uid(us)).ok_or(EmbeddedError::UnknownUser { uid: us.as_raw() })?;
        Ok(Self { uid: us, gid: Gid::effective(), name: user.name, step_down: false })
    }

    fn for_root(owner: Option<Uid>) -> Result<Self, EmbeddedError> {
        let user = match owner {
            Some(uid) => {
                look_up(User::from_uid(uid)).ok_or(EmbeddedError::UnknownUser { uid: uid.as_raw() })?
            }
            None => ["postgres", "nobody"]
                .into_iter()
                .find_map(|name| look_up(User::from_name(name)))
                .ok_or(EmbeddedError::NoServiceAccount)?,
        };
        Ok(Self { uid: user.uid, gid: user.gid, name: user.name, step_down: true })
    }

    /// The uid, for comparison with a file's or a process's owner.
    pub(super) fn uid(&self) -> u32 {
        self.uid.as_raw()
    }

    /// Whether files must be given to the account before it can use them.
    pub(super) fn steps_down(&self) -> bool {
        self.step_down
    }

    /// A command that runs `program` as this account, with a bare environment: nothing of the caller's locale or
    /// `PG…` variables may change what Postgres does. Stepping down drops root's supplementary groups too.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").env("TZ", "UTC").current_dir("/");
        if self.step_down {
            command.uid(self.uid.as_raw()).gid(self.gid.as_raw());
        }
        command
    }

    /// Gives `path` to the account.
    pub(super) fn own(&self, path: &Path) -> Result<(), EmbeddedError> {
        if !self.step_down {
            return Ok(());
        }
        std::os::unix::fs::chown(path, Some(self.uid.as_raw()), Some(self.gid.as_raw()))
            .map_err(EmbeddedError::io(path))
    }

    /// Checks that the account may pass through every directory above `path`.
    pub(super) fn check_reach(&self, path: &Path) -> Result<(), EmbeddedError> {
        if !self.step_down {
            return Ok(());
        }
        match path.ancestors().skip(1).find(|directory| !self.may_enter(directory)) {
            None => Ok(()),
            Some(blocked) => Err(EmbeddedError::Unreachable {
                path: path.to_owned(),
                blocked_by: PathBuf::from(blocked),
                account: self.name.clone(),
            }),
        }
    }

    fn may_enter(&self, directory: &Path) -> bool {
        std::fs::metadata(directory).is_ok_and(|metadata| {
            let execute = if metadata.uid() == self.uid.as_raw() {
                0o100
            } else if metadata.gid() == self.gid.as_raw() {
                0o010
            } else {
                0o001
            };
            metadata.mode() & execute != 0
        })
    }
}

fn look_up(found: nix::Result<Option<User>>) -> Option<User> {
    found.ok().flatten()
}
