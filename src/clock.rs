//! The clock: the one place where time is read.
//!
//! Time is read once per request and passed on as a value, so that an act has one instant and a test or a sample year
//! can set it. No SQL statement reads the server's clock. What works beside the requests rests here between two rounds.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, SubsecRound as _, Utc};
use tokio::sync::watch;

/// Where the time comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A time that is set by hand.
    Set(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// A clock that stands at `at` until it is set again.
    pub fn set_to(at: DateTime<Utc>) -> Self {
        Self::Set(Arc::new(Mutex::new(at)))
    }

    /// The time now, in UTC, to the microsecond, which is what the database keeps.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
            Self::System => Utc::now().trunc_subsecs(6),
            Self::Set(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Sets a clock that is set by hand; the machine's clock stays as it is.
    pub fn set(&self, to: DateTime<Utc>) {
        if let Self::Set(at) = self {
            *at.lock().unwrap_or_else(PoisonError::into_inner) = to;
        }
    }
}

/// Rests for a while, or until told to stop; whether to go on.
pub async fn rest(time: Duration, stopped: &mut watch::Receiver<bool>) -> bool {
    tokio::select! {
        () = tokio::time::sleep(time) => true,
        // An error means that the sender is gone, which also means stop.
        _ = stopped.wait_for(|stop| *stop) => false,
    }
}
