//! The limits as they are set, and as the system permits.

use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::config::LimitsConfig;
use crate::http::limits::Terms;
use crate::http::limits::bucket::Rate;
use crate::http::server::Keeping;

/// Files that are open beside the connections of clients: those to the database, and a margin.
const OTHER_FILES: u64 = 600;

/// How many requests are taken of whom.
pub(super) fn terms(config: &LimitsConfig) -> Terms {
    Terms {
        token: Rate::per_second(config.rate_per_second, config.rate_burst),
        address: Rate::per_second(config.public_rate_per_second, config.public_rate_burst),
        trusted_proxies: config.trusted_proxies.into(),
        body_time: Duration::from_secs(config.body_seconds),
    }
}

/// How connections are kept, and for how long after a stop: as many as are asked for and as the system lets the process
/// have open.
pub(super) fn keeping(config: &LimitsConfig, drain: Duration) -> Keeping {
    let asked = u64::from(config.max_connections);
    let connections = files().map_or(asked, |files| asked.min(files.saturating_sub(OTHER_FILES).max(1)));
    if connections < asked {
        tracing::warn!(connections, "the limit of open files keeps MAX_CONNECTIONS from being reached");
    }
    Keeping {
        connections: usize::try_from(connections).unwrap_or(usize::MAX),
        head: Duration::from_secs(config.header_seconds),
        rest: Duration::from_secs(config.idle_seconds),
        drain,
    }
}

/// How many files the process may have open, after asking for as many as it can get.
fn files() -> Option<u64> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
    match setrlimit(Resource::RLIMIT_NOFILE, hard, hard) {
        Ok(()) => Some(hard),
        Err(_) => Some(soft),
    }
}
