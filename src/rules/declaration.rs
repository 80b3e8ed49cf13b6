//! End-user declarations: signed by the acquiring state, verified by the agency, used for one transaction.

use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where a declaration stands.
    Status { Lodged, InVerification, Accepted, Rejected, Expired, Superseded, BreachSuspected, BreachConfirmed }
}

vocabulary! {
    /// What can happen to a declaration.
    Action { Lodge, BeginVerification, Accept, Reject, Expire, Supersede, SuspectBreach, ConfirmBreach, ClearSuspicion }
}

vocabulary! {
    /// The use the acquiring state binds itself to.
    StatedEnd {
        /// Prevention or investigation of terrorist acts.
        CounterTerrorism,
        /// Prevention or investigation of crimes punishable by at least six years under the buyer's law.
        SeriousCrime,
        NationalDefense, BorderProtection, PublicSafety, CivilUse,
    }
}

impl StatedEnd {
    /// Whether cyber and intelligence systems may serve this end (the declaration of December 2021).
    pub fn is_lawful_for_cyber(self) -> bool {
        match self {
            Self::CounterTerrorism | Self::SeriousCrime => true,
            Self::NationalDefense | Self::BorderProtection | Self::PublicSafety | Self::CivilUse => false,
        }
    }
}

/// The life cycle of a declaration.
#[derive(Clone, Copy, Debug)]
pub struct DeclarationCycle;

impl LifeCycle for DeclarationCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "declaration";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Lodge -> Lodged, LodgeDeclaration;
        [Lodged] - BeginVerification -> InVerification, VerifyDeclaration;
        [InVerification] - Accept -> Accepted, VerifyDeclaration;
        [InVerification] - Reject -> Rejected, VerifyDeclaration;
        [Accepted] - Expire -> Expired, RunClock;
        [Accepted] - Supersede -> Superseded, VerifyDeclaration;
        [Accepted] - SuspectBreach -> BreachSuspected, VerifyDeclaration;
        [BreachSuspected] - ConfirmBreach -> BreachConfirmed, ConfirmBreach;
        [BreachSuspected] - ClearSuspicion -> Accepted, ConfirmBreach;
    };
}
