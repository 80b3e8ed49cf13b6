//! Imports of existing license lists: taken whole, and withdrawn whole while nothing refers to them.

use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where an import stands.
    Status { Completed, Withdrawn }
}

vocabulary! {
    /// What can happen to an import.
    Action { Complete, Withdraw }
}

/// The life cycle of an import.
#[derive(Clone, Copy, Debug)]
pub struct ImportCycle;

impl LifeCycle for ImportCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "import";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Complete -> Completed, ImportLicenses;
        [Completed] - Withdraw -> Withdrawn, ImportLicenses;
    };
}
