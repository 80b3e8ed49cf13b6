//! The statutory clock of an application: it runs from filing, stops while information is requested and starts
//! again when a returned application is filed anew, or a refused one is reopened.
//!
//! Source of the shape: 15 CFR 750.4 (90 calendar days; returned without action, the clock starts again). The
//! number of days is configuration.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::application::Status;
use super::vocabulary;

vocabulary! {
    /// What has a term that can pass.
    Timed {
        /// The term to decide.
        Application,
        /// The term to answer a notice, after which the clock records silence.
        Revocation,
        /// The day a review is due.
        Review,
        /// The day by which a hit on a list of restricted parties is to be decided on.
        ScreeningHit,
    }
}

/// One step of the application's history, as far as the clock cares.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// When it was taken.
    pub at: DateTime<Utc>,
    /// The status it led to.
    pub to: Status,
}

/// Where the clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// When it began to run.
    pub started_at: DateTime<Utc>,
    /// How long it stood still, in whole seconds.
    pub paused_seconds: i64,
    /// Whether it stands still now.
    pub paused: bool,
    /// The day a decision is due, as far as is known now.
    pub due_on: NaiveDate,
}

/// Reads the clock off a history in order; `None` before filing, after a return and after the end.
pub fn clock(steps: &[Step], now: DateTime<Utc>, days: u32) -> Option<Clock> {
    let mut started: Option<DateTime<Utc>> = None;
    let mut paused = TimeDelta::zero();
    let mut paused_since: Option<DateTime<Utc>> = None;
    let mut before: Option<Status> = None;
    for step in steps {
        if let Some(since) = paused_since.take() {
            paused += (step.at - since).max(TimeDelta::zero());
        }
        match step.to {
            Status::Submitted => {
                started = Some(step.at);
                paused = TimeDelta::zero();
            }
            Status::InformationRequested => paused_since = Some(step.at),
            // Reopened after a refusal.
            Status::InReview if before == Some(Status::Refused) => {
                started = Some(step.at);
                paused = TimeDelta::zero();
            }
            Status::InReview | Status::Referred => {}
            Status::Draft
            | Status::Returned
            | Status::Granted
            | Status::GrantedInPart
            | Status::Refused
            | Status::Withdrawn
            | Status::Lapsed => started = None,
        }
        before = Some(step.to);
    }
    let started_at = started?;
    let waiting = paused_since.map_or(TimeDelta::zero(), |since| (now - since).max(TimeDelta::zero()));
    let total = paused + waiting;
    let due_on = (started_at + total).date_naive().checked_add_days(Days::new(days.into()))?;
    Some(Clock { started_at, paused_seconds: total.num_seconds(), paused: paused_since.is_some(), due_on })
}
