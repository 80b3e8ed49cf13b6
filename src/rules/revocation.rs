//! Revocation as due process: notice of intent, the exporter's answer, the order by another person.

use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where a revocation proceeding stands.
    Status { Intended, Represented, Waived, Unanswered, Ordered, Dropped }
}

vocabulary! {
    /// What can happen in a revocation proceeding.
    Action { Intend, Represent, Waive, RecordSilence, Order, Drop }
}

/// The life cycle of a revocation proceeding.
#[derive(Clone, Copy, Debug)]
pub struct RevocationCycle;

impl LifeCycle for RevocationCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "revocation";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Intend -> Intended, IntendRevocation;
        [Intended] - Represent -> Represented, AnswerRevocation;
        [Intended] - Waive -> Waived, AnswerRevocation;
        [Intended] - RecordSilence -> Unanswered, IntendRevocation;
        [Represented, Waived, Unanswered] - Order -> Ordered, OrderRevocation;
        [Intended, Represented, Waived, Unanswered] - Drop -> Dropped, OrderRevocation;
    };
}
