//! Reviews: a question with an owner and a due date, evidence, and findings with a proposal.
//!
//! A review that is open on an end user or a product holds every grant and thaw that concerns it: see the gate.

use chrono::NaiveDate;

use super::authority::{Permission, Role};
use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where a review stands.
    Status { Open, InEvidence, Concluded }
}

vocabulary! {
    /// What can happen to a review.
    Action { Open, EnterEvidence, Extend, Conclude }
}

vocabulary! {
    /// What kind of evidence an entry is.
    EvidenceKind { Document, Statement, SiteVisit, TechnicalAnalysis, OpenSource, GovernmentReport }
}

vocabulary! {
    /// What a concluded review proposes. Whether it is done is decided elsewhere.
    Proposal { LiftMeasure, ExtendMeasure, AmendMeasure, RevokeLicenses, NoFurtherAction }
}

/// The latest due date, in days from the day it is set: five years.
const LATEST_DAYS: i64 = 1827;

/// Whether a review may be due on this day, set on `today`.
pub fn may_be_due(today: NaiveDate, due_on: NaiveDate) -> bool {
    (1..=LATEST_DAYS).contains(&(due_on - today).num_days())
}

/// Whether a person of this role may answer for a review.
pub fn may_own(role: Role) -> bool {
    Permission::WorkOnReview.allows(role)
}

/// Whether a person may conclude a review: its owner, or the head of the agency.
pub fn may_conclude(role: Role, is_owner: bool) -> bool {
    is_owner || role == Role::HeadOfAgency
}

impl Status {
    /// Whether the review still waits for its conclusion.
    pub fn is_open(self) -> bool {
        match self {
            Self::Open | Self::InEvidence => true,
            Self::Concluded => false,
        }
    }

    /// Whether the review is past its due date without a conclusion.
    pub fn is_overdue(self, today: NaiveDate, due_on: NaiveDate) -> bool {
        self.is_open() && due_on < today
    }
}

/// The life cycle of a review.
#[derive(Clone, Copy, Debug)]
pub struct ReviewCycle;

impl LifeCycle for ReviewCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "review";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Open -> Open, OpenReview;
        [Open, InEvidence] - EnterEvidence -> InEvidence, WorkOnReview;
        [Open] - Extend -> Open, ExtendReview;
        [InEvidence] - Extend -> InEvidence, ExtendReview;
        [InEvidence] - Conclude -> Concluded, WorkOnReview;
    };
}
