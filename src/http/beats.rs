//! Beats: signs of life of what runs beside the requests, so that readiness can tell when one has stopped.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The beats of everything that runs beside the requests.
#[derive(Debug, Default)]
pub struct Beats {
    /// Of the worker, which carries operations out.
    pub worker: Beat,
    /// Of the sweeper, which records what time has done.
    pub sweeper: Beat,
    /// Of the screener, which compares parties with the lists.
    pub screener: Beat,
}

/// The beat of one of them.
#[derive(Debug, Default)]
pub struct Beat(Mutex<Option<(Instant, Duration)>>);

impl Beat {
    /// It lives, and is to be heard of again within `next`.
    pub fn beats(&self, next: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), next));
    }

    /// For how long it has been overdue; none where it is not, and where it does not run in this process.
    pub fn overdue(&self) -> Option<Duration> {
        let beat = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, next) = beat?;
        last.elapsed().checked_sub(next)
    }
}
