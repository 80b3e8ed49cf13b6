//! Overrides: a departure from what the rules say, signed by the minister in person.
//!
//! An override departs from a verdict without changing it: the verdict is recorded as it is, and the checks that the
//! override names do not stop the act. Which checks can be named is decided here. What protects the truth of the file,
//! a third party or an obligation of the state can not.

use chrono::NaiveDate;

use super::application::Status as ApplicationStatus;
use super::lifecycle::{Edge, LifeCycle, edges};
use super::verdict::{Outcome, RecordedCheck, RecordedVerdict, Rule};
use super::vocabulary;

vocabulary! {
    /// Where an override stands.
    Status { Proposed, OpinionRecorded, InEffect, Expired, Rescinded }
}

vocabulary! {
    /// What can happen to an override.
    Action {
        Propose, RecordOpinion, RecordDissent, Sign,
        /// A license comes to rest on it.
        Use,
        Expire, Rescind,
    }
}

vocabulary! {
    /// What a legal opinion finds.
    OpinionFinding { Favorable, Unfavorable }
}

impl Status {
    /// The status at `today`: one that was not used in its term has expired, recorded or not.
    #[must_use]
    pub fn on(self, today: NaiveDate, valid_until: NaiveDate, used: bool) -> Self {
        match self {
            Self::Proposed | Self::OpinionRecorded | Self::InEffect if valid_until < today && !used => {
                Self::Expired
            }
            Self::Proposed | Self::OpinionRecorded | Self::InEffect | Self::Expired | Self::Rescinded => self,
        }
    }
}

impl Rule {
    /// Whether an override may depart from the check at all.
    ///
    /// It may where the check guards the agency's own course (advice, precedent, a review, the order of the two
    /// licenses), where a measure instructs a refusal, which is decided case by case, or where the form of a declaration
    /// is at issue. It may not where the file would say what is not so (stage, quantities, term, ownership, classification,
    /// what was declared and where it was used), where another proceeding must cure it (the register, a breach of the end
    /// user, a hit on a list, a predecessor, the state of the license), where a measure freezes or requires something, which is amended or
    /// lifted so that no license is active under it, where an obligation of the state stands (an embargo, the lawful ends
    /// of cyber systems), or where one person would sign twice.
    pub const fn is_overridable(self) -> bool {
        match self {
            Self::MarketingCover
            | Self::DeclarationAccepted
            | Self::DeclarationVersion
            | Self::PositionsRecorded
            | Self::ConditionsSeen
            | Self::LikeRefusal
            | Self::OpenReview
            | Self::MeasureRefusal => true,
            Self::Stage
            | Self::ExporterRegistered
            | Self::ProductsOwned
            | Self::ProductsClassified
            | Self::Quantities
            | Self::Term
            | Self::DeclarationMatches
            | Self::DeclarationUnused
            | Self::EndUserBreach
            | Self::ArmsEmbargo
            | Self::CyberEndUse
            | Self::MeasureFreeze
            | Self::MeasureRequirements
            | Self::Screening
            | Self::Predecessor
            | Self::LicenseFreezable
            | Self::FourEyes => false,
        }
    }
}

impl RecordedCheck {
    /// Whether an override that names `overridden` takes this check out of the way.
    fn yields_to(&self, overridden: &[Rule]) -> bool {
        // The one refusal of this check is a confirmed breach, which no override departs from.
        let breached = self.rule == Rule::DeclarationAccepted && self.outcome == Outcome::Refuse;
        overridden.contains(&self.rule) && self.rule.is_overridable() && !breached
    }
}

impl RecordedVerdict {
    /// Whether the act may go on under an override: the checks that it names do not stop it, the others do as ever.
    pub fn lets_through_under(&self, departs: bool, overridden: &[Rule]) -> bool {
        let left = self.checks.iter().filter(|check| !check.yields_to(overridden));
        let outcome = left.map(|check| check.outcome).max().unwrap_or(Outcome::Refuse);
        Self { outcome, checks: Vec::new(), case: None }.lets_through(departs)
    }
}

/// Whether an override can be proposed for an application that stands here.
pub fn concerns(status: ApplicationStatus) -> bool {
    match status {
        ApplicationStatus::InReview | ApplicationStatus::Refused => true,
        ApplicationStatus::Draft
        | ApplicationStatus::Submitted
        | ApplicationStatus::Returned
        | ApplicationStatus::InformationRequested
        | ApplicationStatus::Referred
        | ApplicationStatus::Granted
        | ApplicationStatus::GrantedInPart
        | ApplicationStatus::Withdrawn
        | ApplicationStatus::Lapsed => false,
    }
}

/// The life cycle of an override.
#[derive(Clone, Copy, Debug)]
pub struct OverrideCycle;

impl LifeCycle for OverrideCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "override";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Propose -> Proposed, ProposeOverride;
        [Proposed] - RecordOpinion -> OpinionRecorded, RecordLegalOpinion;
        [OpinionRecorded] - Sign -> InEffect, SignOverride;
        [Proposed] - RecordDissent -> Proposed, RecordDissent;
        [OpinionRecorded] - RecordDissent -> OpinionRecorded, RecordDissent;
        [InEffect] - RecordDissent -> InEffect, RecordDissent;
        [InEffect] - Use -> InEffect, Countersign;
        [Proposed, OpinionRecorded, InEffect] - Expire -> Expired, RunClock;
        [Proposed, OpinionRecorded, InEffect] - Rescind -> Rescinded, SignOverride;
    };
}
