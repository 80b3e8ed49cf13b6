//! Which Postgres to run: the one named, the newest one installed, or one fetched.
//!
//! Property: an existing cluster is only ever opened by its own major version, and a new one gets 15 or newer.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::account::Account;
use super::error::EmbeddedError;
use super::{Options, fetch};

/// The oldest major version that the migrations are written for.
const OLDEST: u32 = 15;

/// Where packages put Postgres: directories in `.0` whose name begins with `.1` hold the programs in `.2`.
const PLACES: &[(&str, &str, &str)] = &[
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// A directory with the programs of one Postgres.
#[derive(Debug, Clone)]
pub(super) struct Binaries {
    pub(super) dir: PathBuf,
    version: Version,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    major: u32,
    minor: u32,
}

/// Which major versions will do.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    Exactly(u32),
    AtLeast(u32),
}

impl Wanted {
    /// Read off the cluster, if there is one.
    fn by(pgdata: &Path) -> Self {
        std::fs::read_to_string(pgdata.join("PG_VERSION"))
            .ok()
            .and_then(|version| version.trim().parse().ok())
            .map_or(Self::AtLeast(OLDEST), Self::Exactly)
    }

    fn accepts(self, major: u32) -> bool {
        match self {
            Self::Exactly(wanted) => major == wanted,
            Self::AtLeast(wanted) => major >= wanted,
        }
    }

    fn describe(self) -> String {
        match self {
            Self::Exactly(major) => format!("{major} (the version that made this data directory)"),
            Self::AtLeast(major) => format!("{major} or newer"),
        }
    }
}

/// Finds the programs for the cluster in `pgdata`, fetching them if need be.
pub(super) async fn find(
    options: &Options,
    account: &Account,
    pgdata: &Path,
) -> Result<Binaries, EmbeddedError> {
    let wanted = Wanted::by(pgdata);
    if let Some(dir) = &options.postgres_bin {
        return named(dir, account, wanted).await;
    }
    if options.system_binaries
        && let Some(found) = newest(installed(), account, wanted).await
    {
        return Ok(found);
    }
    let cached = fetch::cached(&options.cache_dir);
    if let Some(found) = newest(cached, account, wanted).await {
        return Ok(found);
    }
    let missing = |fetch: String| EmbeddedError::NoBinaries {
        wanted: wanted.describe(),
        fetch,
        install: install_command(),
    };
    if !wanted.accepts(fetch::MAJOR) {
        return Err(missing(format!("only version {} is offered", fetch::MAJOR)));
    }
    let dir = fetch::fetch(&options.cache_dir).await.map_err(|error| missing(error.to_string()))?;
    inspect(&dir, account).await.map_err(missing)
}

async fn named(dir: &Path, account: &Account, wanted: Wanted) -> Result<Binaries, EmbeddedError> {
    let bad = |reason: String| EmbeddedError::BadOverride { dir: dir.to_owned(), reason };
    let found = inspect(dir, account).await.map_err(bad)?;
    if wanted.accepts(found.version.major) {
        Ok(found)
    } else {
        Err(bad(format!("it is version {}, and needed is {}", found.version.major, wanted.describe())))
    }
}

async fn newest(
    candidates: impl IntoIterator<Item = PathBuf>,
    account: &Account,
    wanted: Wanted,
) -> Option<Binaries> {
    let mut best: Option<Binaries> = None;
    for dir in candidates {
        match inspect(&dir, account).await {
            Ok(found) if wanted.accepts(found.version.major) => {
                if best.as_ref().is_none_or(|best| best.version < found.version) {
                    best = Some(found);
                }
            }
            Ok(_) => {}
            Err(reason) => tracing::debug!(dir = %dir.display(), reason, "passing over a PostgreSQL"),
        }
    }
    best
}

/// Every directory that may hold an installed Postgres, once.
fn installed() -> BTreeSet<PathBuf> {
    let packaged = PLACES.iter().flat_map(|(parent, prefix, within)| {
        std::fs::read_dir(parent)
            .into_iter()
            .flatten()
            .flatten()
            .filter(move |entry| entry.file_name().to_string_lossy().starts_with(prefix))
            .map(move |entry| entry.path().join(within))
    });
    let path = std::env::var_os("PATH").unwrap_or_default();
    packaged
        .chain(std::env::split_paths(&path))
        // The programs find their libraries from where they truly are.
        .filter_map(|dir| dir.join("postgres").canonicalize().ok()?.parent().map(Path::to_owned))
        .collect()
}

/// Whether the programs are there, can be reached by the account, and run.
async fn inspect(dir: &Path, account: &Account) -> Result<Binaries, String> {
    let postgres = dir.join("postgres");
    for program in [&postgres, &dir.join("initdb")] {
        if !program.is_file() {
            return Err(format!("{} is missing", program.display()));
        }
        account.check_reach(program).map_err(|error| error.to_string())?;
    }
    let output = account
        .command(&postgres)
        .arg("--version")
        .output()
        .await
        .map_err(|error| format!("{} does not run: {error}", postgres.display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = parse_version(&text).ok_or_else(|| {
        format!(
            "{} --version says {:?} {:?}",
            postgres.display(),
            text,
            String::from_utf8_lossy(&output.stderr)
        )
    })?;
    Ok(Binaries { dir: dir.to_owned(), version })
}

/// Reads `postgres (PostgreSQL) 15.18 (packager's note)`. A preview such as `19beta1` is not taken for a version.
fn parse_version(text: &str) -> Option<Version> {
    let number = text.trim().strip_prefix("postgres (PostgreSQL) ")?.split_whitespace().next()?;
    let (major, minor) = number.split_once('.')?;
    Some(Version { major: major.parse().ok()?, minor: minor.parse().ok()? })
}

/// The one command that installs Postgres on this machine.
fn install_command() -> &'static str {
    const MANAGERS: &[(&str, &str)] = &[
        ("/usr/bin/apt-get", "apt-get install -y postgresql"),
        ("/usr/bin/dnf", "dnf install -y postgresql-server postgresql-contrib"),
        ("/sbin/apk", "apk add postgresql17 postgresql17-contrib"),
        ("/usr/bin/zypper", "zypper install -y postgresql-server postgresql-contrib"),
        ("/usr/bin/pacman", "pacman -S --noconfirm postgresql"),
    ];
    MANAGERS
        .iter()
        .find(|(manager, _)| Path::new(manager).exists())
        .map_or("brew install postgresql@17", |(_, command)| command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_previews_passed_over() {
        let read = |text| parse_version(text).map(|version| (version.major, version.minor));
        assert_eq!(read("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some((15, 18)));
        assert_eq!(read("postgres (PostgreSQL) 17.10\n"), Some((17, 10)));
        assert_eq!(read("postgres (PostgreSQL) 19beta1\n"), None);
        assert_eq!(read("cockroach 25.1"), None);
    }

    #[test]
    fn an_existing_cluster_fixes_the_major_version() {
        assert!(Wanted::Exactly(15).accepts(15));
        assert!(!Wanted::Exactly(15).accepts(17));
        assert!(Wanted::AtLeast(15).accepts(17));
        assert!(!Wanted::AtLeast(15).accepts(14));
    }
}
