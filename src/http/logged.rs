//! How the log of entries stands, as whatever feeds it tells: the door asks before it lets a change in.
//!
//! The property kept: what cannot be shown to have happened does not happen. Where entries have not reached the log and
//! its checkpoints for too long, or the log is not the one that was published, changes are refused; reading goes on.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::tlog::Signer;

/// After how long readiness tells that the log is behind.
const TOLD_AFTER: Duration = Duration::from_mins(2);
/// After how long changes stop, where nothing else is set.
const LIMIT: Duration = Duration::from_mins(15);

/// How far something has come: all that was to do until then is done.
#[derive(Debug, Default)]
pub struct Lag(Mutex<Option<Instant>>);

impl Lag {
    /// Nothing is left to do now. The first time, it begins.
    pub fn none_left(&self) {
        self.done_until(Instant::now());
    }

    /// All that was to do until then is done.
    pub fn done_until(&self, then: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(then);
    }

    /// How far behind it is; zero where it does not run in this process.
    pub fn lasts(&self) -> Duration {
        let since = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}

/// How the log stands.
#[derive(Debug)]
pub struct Logged {
    /// Of the sequencer, which takes entries into the log.
    pub sequenced: Lag,
    /// Of the checkpoints, which say how far it has come.
    pub checkpointed: Lag,
    /// Why the log is not the one that was published.
    broken: OnceLock<&'static str>,
    limit: Duration,
    /// The key of the log, where it is kept in this process.
    signer: Mutex<Option<Arc<Signer>>>,
}

impl Default for Logged {
    fn default() -> Self {
        Self::stopping_after(LIMIT)
    }
}

impl Logged {
    /// The same with another limit.
    pub fn stopping_after(limit: Duration) -> Self {
        Self {
            sequenced: Lag::default(),
            checkpointed: Lag::default(),
            broken: OnceLock::new(),
            limit,
            signer: Mutex::default(),
        }
    }

    /// The log signs with this key from now on.
    pub fn signs_with(&self, signer: Signer) {
        *self.signer.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(signer));
    }

    /// The key that the log signs with; none where no checkpoints are made in this process.
    pub fn signer(&self) -> Option<Arc<Signer>> {
        self.signer.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The log is not the one that was published: until someone has looked into it, and the service was started anew.
    pub fn breaks(&self, why: &'static str) {
        let _ = self.broken.set(why);
    }

    /// Whether the log is the one that was published, as far as is known.
    pub fn is_whole(&self) -> bool {
        self.broken.get().is_none()
    }

    /// Why no change is taken.
    pub fn stops(&self) -> Option<&'static str> {
        let behind = |lag: &Lag, says| (lag.lasts() > self.limit).then_some(says);
        self.broken
            .get()
            .copied()
            .or_else(|| {
                behind(&self.sequenced, "Entries have not been taken into the audit log for too long.")
            })
            .or_else(|| behind(&self.checkpointed, "The audit log has had no checkpoint for too long."))
    }

    /// What readiness tells: the part, and how it is.
    pub(super) fn missing(&self) -> impl Iterator<Item = (&'static str, String)> + use<'_> {
        let told_after = TOLD_AFTER.min(self.limit);
        let late = move |check, lag: &Lag| {
            let lasts = lag.lasts();
            (lasts > told_after).then(|| (check, format!("behind for {} s", lasts.as_secs())))
        };
        let broken = self.broken.get().map(|why| ("log", (*why).to_owned()));
        broken
            .into_iter()
            .chain(late("sequencer", &self.sequenced))
            .chain(late("checkpoints", &self.checkpointed))
    }
}
