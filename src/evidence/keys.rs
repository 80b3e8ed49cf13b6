//! The private key of the log: a file outside the database, which only the service's account can read.
//!
//! The file holds the key of now, and after a rotation under it the one before: a line each, 32 bytes in base64. The
//! first checkpoint after a rotation is signed by both, so that whoever trusts the old key learns the new one.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::ids::Ids;
use crate::tlog::{Note, Signer, VerifierKey};

/// Why the key cannot be had. The key itself is in none of it.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("the key file {path} of the audit log cannot be used: {error}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Others than its owner can read the file.
    #[error("the key file {0} of the audit log is open to others: chmod 600 it, and rotate the key")]
    Open(PathBuf),
    /// The key was replaced, and the new one has signed nothing that it is known by.
    #[error(
        "the key that the last rotation made has signed no checkpoint yet: let the service run until it has"
    )]
    Unused,
    /// The file holds something else.
    #[error("the key file {0} of the audit log holds no key")]
    Malformed(PathBuf),
}

/// Where the keys are.
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: PathBuf,
    origin: String,
}

impl KeyFile {
    /// The keys in a file, which sign by the name of the log.
    pub fn new(path: PathBuf, origin: String) -> Self {
        Self { path, origin }
    }

    /// Makes a key where there is no file yet.
    pub fn ensure(&self, ids: &Ids) -> Result<(), KeyError> {
        if self.path.try_exists().map_err(|error| self.fails(error))? {
            return Ok(());
        }
        match self.write(&self.path, &[ids.bytes()]) {
            // Another service has made it meanwhile.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            written => written.map_err(|error| self.fails(error)),
        }
    }

    /// Makes a new key, under which the one before stays. Gives the new public key. A key that a rotation made must have
    /// signed `last`, the last note published, before another follows it: a chain of keys holds by what two signed together.
    pub fn rotate(&self, ids: &Ids, last: Option<&Note>) -> Result<VerifierKey, KeyError> {
        let before = self.seeds()?;
        if let [newest, _before] = self.signers()?.as_slice()
            && last.is_none_or(|note| newest.key().verified(note).is_none())
        {
            return Err(KeyError::Unused);
        }
        let seeds: Vec<[u8; 32]> = [ids.bytes()].into_iter().chain(before.first().copied()).collect();
        let new = self.path.with_extension("new");
        self.write(&new, &seeds)
            .and_then(|()| fs::rename(&new, &self.path))
            .map_err(|error| self.fails(error))?;
        self.signers()?
            .first()
            .map(|signer| signer.key().clone())
            .ok_or_else(|| KeyError::Malformed(self.path.clone()))
    }

    /// The key of now, and after a rotation the one before.
    pub fn signers(&self) -> Result<Vec<Signer>, KeyError> {
        let malformed = |_| KeyError::Malformed(self.path.clone());
        self.seeds()?.iter().map(|seed| Signer::of_log(&self.origin, seed).map_err(malformed)).collect()
    }

    fn seeds(&self) -> Result<Vec<[u8; 32]>, KeyError> {
        let open =
            fs::metadata(&self.path).map_err(|error| self.fails(error))?.permissions().mode() & 0o077 != 0;
        if open {
            return Err(KeyError::Open(self.path.clone()));
        }
        let text = fs::read_to_string(&self.path).map_err(|error| self.fails(error))?;
        let seed = |line: &str| STANDARD.decode(line.trim()).ok()?.try_into().ok();
        let seeds: Option<Vec<[u8; 32]>> = text.lines().map(seed).collect();
        seeds.filter(|seeds| !seeds.is_empty()).ok_or_else(|| KeyError::Malformed(self.path.clone()))
    }

    fn write(&self, path: &Path, seeds: &[[u8; 32]]) -> io::Result<()> {
        make_directory(&self.path)?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        for seed in seeds {
            writeln!(file, "{}", STANDARD.encode(seed))?;
        }
        file.sync_all()
    }

    fn fails(&self, error: io::Error) -> KeyError {
        KeyError::File { path: self.path.clone(), error }
    }
}

/// Makes the directory of a file, closed to others, where it is not there.
pub(super) fn make_directory(of: &Path) -> io::Result<()> {
    match of.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => fs::DirBuilder::new().recursive(true).mode(0o700).create(parent),
        None => Ok(()),
    }
}
