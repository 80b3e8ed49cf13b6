//! End users: who will use the goods.

use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where an end user stands on file.
    Status { Registered }
}

vocabulary! {
    /// What can happen to an end user's entry.
    Action { Register, Correct }
}

vocabulary! {
    /// What kind of body the end user is.
    EndUserKind {
        Government, ArmedForces, LawEnforcement, IntelligenceAgency, StateOwnedCompany, PrivateCompany,
        InternationalOrganization, Individual,
    }
}

impl EndUserKind {
    /// Whether the end user acts for its state: the only kind that cyber and intelligence systems may go to.
    pub fn is_government(self) -> bool {
        match self {
            Self::Government | Self::ArmedForces | Self::LawEnforcement | Self::IntelligenceAgency => true,
            Self::StateOwnedCompany
            | Self::PrivateCompany
            | Self::InternationalOrganization
            | Self::Individual => false,
        }
    }
}

/// The life cycle of an end user's entry.
#[derive(Clone, Copy, Debug)]
pub struct EndUserCycle;

impl LifeCycle for EndUserCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "end_user";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Register -> Registered, RegisterEndUser;
        [Registered] - Correct -> Registered, RegisterEndUser;
    };
}
