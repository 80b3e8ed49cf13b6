//! Exemptions: export without a marketing license, for what a scope reaches and while the exemption is in force.

use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where an exemption stands.
    Status { InForce, Ended }
}

vocabulary! {
    /// What can happen to an exemption.
    Action { Grant, End }
}

/// The life cycle of an exemption.
#[derive(Clone, Copy, Debug)]
pub struct ExemptionCycle;

impl LifeCycle for ExemptionCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "exemption";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Grant -> InForce, GrantExemption;
        [InForce] - End -> Ended, GrantExemption;
    };
}
