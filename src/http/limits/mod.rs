//! Limits: how much one caller may ask, and how many may wait for the database.
//!
//! Properties kept: a token and an address are held to a rate each, in bounded memory; who guesses tokens is refused
//! before the database is asked; no queue grows: when as many wait for connections as may, the next is told 503 at
//! once.

mod address;
pub mod bucket;
pub mod head;
mod visit;

use std::net::IpAddr;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use self::bucket::{Buckets, Rate};
pub use self::visit::Visit;
use super::problem::Problem;
use super::route::Lane;
use crate::db::Pool;
use crate::meters;

/// How many requests may be under way for each connection of a pool. One that holds a connection takes milliseconds, so
/// as many are through in a fraction of the time that a request waits for a connection.
const REQUESTS_A_CONNECTION: usize = 16;
/// At most so many addresses, and tokens, are kept apart.
const KEYS: usize = 65_536;
/// How much longer than other bodies a large one may take to arrive.
const LARGE_BODY: u32 = 10;

/// The hash of a token's secret: what a token is known by, for whoever does not have the secret must not use up its rate.
pub type TokenKey = [u8; 32];

/// The limits that can be set.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// What a token is held to; none: nothing.
    pub token: Option<Rate>,
    /// What an address is held to that shows no working token.
    pub address: Option<Rate>,
    /// How many proxies stand before the service and note whom they speak for.
    pub trusted_proxies: usize,
    /// How long a body may take to arrive.
    pub body_time: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            token: Rate::per_second(200, 1000),
            address: Rate::per_second(100, 1000),
            trusted_proxies: 0,
            body_time: Duration::from_secs(10),
        }
    }
}

/// The limits of one service.
#[derive(Debug)]
pub struct Limits {
    terms: Terms,
    tokens: Option<Buckets<TokenKey>>,
    addresses: Option<Buckets<IpAddr>>,
    main: Semaphore,
    aside: Semaphore,
}

impl Limits {
    /// The limits of a service with these pools.
    pub fn new(terms: Terms, pool: &Pool, aside: &Pool) -> Self {
        Self {
            terms,
            tokens: terms.token.map(|rate| Buckets::new(rate, KEYS)),
            addresses: terms.address.map(|rate| Buckets::new(rate, KEYS)),
            main: turns(pool),
            aside: turns(aside),
        }
    }

    /// A turn at the database: held while a request may want a connection, and never while its body is awaited. 503 at
    /// once where as many hold one as may.
    pub fn turn(&self, lane: Lane) -> Result<Option<SemaphorePermit<'_>>, Problem> {
        let turns = match lane {
            Lane::Main => &self.main,
            Lane::Aside => &self.aside,
            Lane::Free => return Ok(None),
        };
        turns.try_acquire().map(Some).map_err(|_| {
            meters::turned_away();
            Problem::unavailable().because("as many requests as may wait for the database were waiting")
        })
    }

    /// How long a body may take to arrive.
    pub fn body_time(&self, is_large: bool) -> Duration {
        if is_large { self.terms.body_time * LARGE_BODY } else { self.terms.body_time }
    }
}

fn turns(pool: &Pool) -> Semaphore {
    let connections = usize::try_from(pool.most()).unwrap_or(1);
    Semaphore::new(connections.saturating_mul(REQUESTS_A_CONNECTION).min(Semaphore::MAX_PERMITS))
}
