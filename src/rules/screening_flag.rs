//! A flag on a license or an application whose party has a hit. It changes neither of them.

use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where a flag stands.
    Status { Raised, Withdrawn }
}

vocabulary! {
    /// What can happen to a flag.
    Action { Raise, Withdraw }
}

/// The life cycle of a flag.
#[derive(Clone, Copy, Debug)]
pub struct ScreeningFlagCycle;

impl LifeCycle for ScreeningFlagCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "screening_flag";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Raise -> Raised, RunClock;
        [Raised] - Withdraw -> Withdrawn, RunClock;
        [Withdrawn] - Raise -> Raised, RunClock;
    };
}
