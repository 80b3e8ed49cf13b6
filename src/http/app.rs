//! What every request shares: the pool, the clock, identifiers and the configured terms.

use std::sync::Arc;

use crate::db::Pool;
use tokio::sync::Notify;

use super::oidc::Oidc;
use crate::act::Policy;
use crate::clock::Clock;
use crate::ids::Ids;

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
    /// The identity provider whose access tokens are taken, where there is one.
    pub oidc: Option<Arc<Oidc>>,
    /// Wakes the worker when an operation is put on file.
    pub wake: Arc<Notify>,
}
