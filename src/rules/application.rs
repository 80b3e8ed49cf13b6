//! Applications for marketing, export and brokering licenses.
//!
//! "Held" is not a status: a freeze of issuing never stops filing, and is derived from what is in force.

use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where an application stands.
    Status {
        Draft, Submitted, Returned, InReview, InformationRequested, Referred, Granted, GrantedInPart, Refused,
        Withdrawn, Lapsed,
    }
}

vocabulary! {
    /// What can happen to an application.
    Action {
        Open, Revise, Submit, Return, TakeUp, RequestInformation, SupplyInformation, Refer, ConcludeReferral,
        /// Puts conditions to the reviewers, whose positions are then given anew.
        ProposeConditions,
        Grant, GrantInPart, Refuse,
        /// Back to review after a refusal, by an objection or an override.
        Reopen,
        Withdraw, Lapse,
    }
}

vocabulary! {
    /// What is applied for, and what a license permits.
    Kind {
        /// To promote, demonstrate and negotiate abroad (Defense Export Control Law s. 14).
        Marketing,
        /// To deliver goods, know-how or services abroad.
        Export,
        /// To broker between third countries.
        Brokering,
    }
}

vocabulary! {
    /// Why it is applied for. A renewal and an amendment are applications in their own right.
    Purpose { New, Renewal, Amendment }
}

vocabulary! {
    /// Who records a position on an application.
    Body { Defense, ForeignAffairs, Economy, Committee }
}

vocabulary! {
    /// What a position says.
    Stance { Support, SupportWithConditions, Oppose }
}

vocabulary! {
    /// What a refused application is reopened by.
    ReopeningSource { Objection, Override }
}

vocabulary! {
    /// What a decision does with the application.
    Outcome { Grant, GrantInPart, Refuse }
}

impl Outcome {
    /// The step of the application's life cycle that this outcome takes.
    pub fn action(self) -> Action {
        match self {
            Self::Grant => Action::Grant,
            Self::GrantInPart => Action::GrantInPart,
            Self::Refuse => Action::Refuse,
        }
    }
}

impl Status {
    /// Whether the application still waits for an end.
    pub fn is_open(self) -> bool {
        match self {
            Self::Draft
            | Self::Submitted
            | Self::Returned
            | Self::InReview
            | Self::InformationRequested
            | Self::Referred => true,
            Self::Granted | Self::GrantedInPart | Self::Refused | Self::Withdrawn | Self::Lapsed => false,
        }
    }
}

/// Whether a person may sign a decision after a reopening: not who signed before, unless it rests on an override.
pub fn may_sign_anew(person: &str, signed_before: &[String], under_override: bool) -> bool {
    under_override || signed_before.iter().all(|other| other != person)
}

/// The life cycle of an application.
#[derive(Clone, Copy, Debug)]
pub struct ApplicationCycle;

impl LifeCycle for ApplicationCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "application";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Open -> Draft, FileApplication;
        [Draft] - Revise -> Draft, FileApplication;
        [Returned] - Revise -> Returned, FileApplication;
        [Draft, Returned] - Submit -> Submitted, FileApplication;
        [Submitted] - Return -> Returned, HandleApplication;
        [Submitted] - TakeUp -> InReview, HandleApplication;
        [InReview] - RequestInformation -> InformationRequested, HandleApplication;
        [InformationRequested] - SupplyInformation -> InReview, FileApplication;
        [InReview] - Refer -> Referred, HandleApplication;
        [Referred] - ConcludeReferral -> InReview, HandleApplication;
        [InReview] - ProposeConditions -> InReview, HandleApplication;
        [InformationRequested] - ProposeConditions -> InformationRequested, HandleApplication;
        [Referred] - ProposeConditions -> Referred, HandleApplication;
        [InReview] - Grant -> Granted, Countersign;
        [InReview] - GrantInPart -> GrantedInPart, Countersign;
        [InReview] - Refuse -> Refused, Countersign;
        [Refused] - Reopen -> InReview, DecideObjection;
        [Draft, Submitted, Returned, InReview, InformationRequested, Referred] - Withdraw -> Withdrawn, FileApplication;
        [Draft, Submitted, Returned, InReview, InformationRequested, Referred] - Lapse -> Lapsed, RunClock;
    };
}
