//! What every request shares: the pool, the clock, identifiers and the configured terms.

use std::sync::Arc;

use tokio::sync::{Notify, Semaphore};

use super::oidc::Oidc;
use crate::act::Policy;
use crate::clock::Clock;
use crate::db::Pool;
use crate::ids::Ids;
use crate::page::CursorKey;

/// How many exports a service with this many connections gives at once: the others are for those who wait.
pub fn exports_at_once(connections: u32) -> usize {
    usize::try_from(connections / 3).unwrap_or(1).clamp(1, 8)
}

/// The shared state of the service. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct App {
    /// Connections.
    pub pool: Pool,
    /// The time.
    pub clock: Clock,
    /// Identifiers and secrets.
    pub ids: Arc<Ids>,
    /// The configured terms.
    pub policy: Arc<Policy>,
    /// What cursors are signed with.
    pub cursors: CursorKey,
    /// How many further exports may be given at once: each holds a connection while it is read.
    pub exports: Arc<Semaphore>,
    /// The identity provider whose access tokens are taken, where there is one.
    pub oidc: Option<Arc<Oidc>>,
    /// Wakes the worker when an operation is put on file.
    pub wake: Arc<Notify>,
}
