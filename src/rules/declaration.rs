//! End-user declarations: signed by the acquiring state, verified by the agency, used for one transaction.

use chrono::NaiveDate;

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

impl Status {
    /// The status on `today`: an accepted declaration whose last day has passed has expired, recorded or not.
    #[must_use]
    pub fn on(self, today: NaiveDate, valid_until: NaiveDate) -> Self {
        if self == Self::Accepted && valid_until < today { Self::Expired } else { self }
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
        [Accepted, Expired] - SuspectBreach -> BreachSuspected, VerifyDeclaration;
        [BreachSuspected] - ConfirmBreach -> BreachConfirmed, ConfirmBreach;
        [BreachSuspected] - ClearSuspicion -> Accepted, ConfirmBreach;
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_accepted_declaration_expires_and_only_after_its_last_day() {
        let last = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        let next = last.succ_opt().unwrap();
        for status in Status::ALL.iter().copied() {
            assert_eq!(status.on(last, last), status);
            let after = if status == Status::Accepted { Status::Expired } else { status };
            assert_eq!(status.on(next, last), after);
        }
    }
}
