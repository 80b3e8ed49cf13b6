//! Consignees: who stands between the exporter and the end user in a transaction.

use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where a consignee stands on file.
    Status { Registered }
}

vocabulary! {
    /// What can happen to a consignee's entry.
    Action { Register }
}

vocabulary! {
    /// What a party other than the end user does in a transaction.
    ConsigneeRole {
        /// Receives the goods in the destination (15 CFR 748.5(e), the ultimate consignee).
        Consignee,
        /// Takes possession of the goods on their way: a forwarder, an agent, a bank (15 CFR 748.5(d)).
        IntermediateConsignee,
        /// Has bought the goods for delivery to another (15 CFR 748.5(c)).
        Purchaser,
        /// Arranges the transaction for others (22 CFR 129.2).
        Broker,
    }
}

/// The life cycle of a consignee's entry. What was screened stands: a correction is another entry.
#[derive(Clone, Copy, Debug)]
pub struct ConsigneeCycle;

impl LifeCycle for ConsigneeCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "consignee";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Register -> Registered, FileApplication;
    };
}
