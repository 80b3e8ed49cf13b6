//! Revocation as due process: notice of intent, the exporter's answer, a hearing where it asks for one, the order by
//! another person.
//!
//! How long the exporter has to answer, and whether the urgent route is open, depends on the ground: French law gives 15
//! days for observations and suspends at once where it is urgent, US law revokes without notice (15 CFR 750.8). Both are
//! configuration.

use chrono::{Days, NaiveDate};

use super::license::{Ground, Status as LicenseStatus};
use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where a revocation proceeding stands.
    Status { Intended, Represented, Waived, Unanswered, Ordered, Dropped }
}

vocabulary! {
    /// What can happen in a revocation proceeding.
    Action { Intend, Represent, Waive, RecordSilence, RecordHearing, Order, Drop }
}

impl Status {
    /// The status at `today`: a term to answer that has passed is a silence, recorded or not.
    #[must_use]
    pub fn on(self, today: NaiveDate, respond_by: NaiveDate) -> Self {
        if self == Self::Intended && respond_by < today { Self::Unanswered } else { self }
    }

    /// Whether the proceeding still waits for its end.
    pub fn is_open(self) -> bool {
        match self {
            Self::Intended | Self::Represented | Self::Waived | Self::Unanswered => true,
            Self::Ordered | Self::Dropped => false,
        }
    }
}

/// What depends on the ground of a revocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeTerms {
    /// Days the exporter has to answer, where the ground has no term of its own.
    pub days: u32,
    /// Days by ground.
    pub days_by_ground: Vec<(Ground, u32)>,
    /// The grounds on which a license may be frozen at once and the exporter heard afterwards.
    pub urgent: Vec<Ground>,
}

impl Default for NoticeTerms {
    fn default() -> Self {
        let patient = [Ground::ConditionBreach, Ground::FalseParticulars];
        let urgent = Ground::ALL.iter().copied().filter(|ground| !patient.contains(ground)).collect();
        Self { days: 15, days_by_ground: Vec::new(), urgent }
    }
}

impl NoticeTerms {
    /// Days the exporter has to answer a notice on this ground.
    pub fn days_on(&self, ground: Ground) -> u32 {
        self.days_by_ground.iter().find(|(own, _)| *own == ground).map_or(self.days, |(_, days)| *days)
    }

    /// The last day on which the exporter may answer a notice given today.
    pub fn respond_by(&self, ground: Ground, today: NaiveDate) -> NaiveDate {
        today.checked_add_days(Days::new(self.days_on(ground).into())).unwrap_or(today)
    }

    /// When the freeze of an urgent proceeding is reviewed at the latest: as long after the answer as there was for it.
    pub fn review_on(&self, ground: Ground, today: NaiveDate) -> NaiveDate {
        let after = self.respond_by(ground, self.respond_by(ground, today));
        after.max(today.succ_opt().unwrap_or(today))
    }

    /// Whether the urgent route is open on this ground.
    pub fn is_urgent(&self, ground: Ground) -> bool {
        self.urgent.contains(&ground)
    }
}

vocabulary! {
    /// Why a proceeding is not ordered, from what is said first.
    Obstacle {
        /// Not in a status from which it can be ordered.
        NotOpen,
        /// Its term to answer still runs.
        NotAnswered,
        /// The exporter answered: someone must read it, so it is ordered singly.
        Represented,
        /// Who orders gave notice.
        SamePerson,
        /// The exporter asked for a hearing and none was held.
        HearingOwed,
        /// The license has ended meanwhile.
        LicenseEnded,
    }
}

impl Obstacle {
    /// The sentence for it, which says what to do.
    pub const fn says(self) -> &'static str {
        match self {
            Self::NotOpen => "The proceeding is not open: there is nothing to order.",
            Self::NotAnswered => "The exporter may still answer: wait for the answer or the end of its term.",
            Self::Represented => {
                "The exporter answered: read the answer and order this proceeding by itself."
            }
            Self::SamePerson => "Who gave notice and who orders must be different persons.",
            Self::HearingOwed => "The exporter asked for a hearing: hold one and record it, then order.",
            Self::LicenseEnded => "The license has ended meanwhile: drop the proceeding.",
        }
    }
}

/// A proceeding that is to be ordered.
#[derive(Clone, Copy, Debug)]
pub struct OrderFacts {
    /// Where it stands today.
    pub status: Status,
    /// Whether it is ordered with others, unread.
    pub in_bulk: bool,
    /// Whether who orders is who gave notice.
    pub same_person: bool,
    /// Whether the exporter asked for a hearing and none was held.
    pub hearing_owed: bool,
    /// Where the license stands today.
    pub license: LicenseStatus,
}

/// What stands against the order, if anything does.
pub fn obstacle(facts: &OrderFacts) -> Option<Obstacle> {
    match facts.status {
        Status::Ordered | Status::Dropped => return Some(Obstacle::NotOpen),
        Status::Intended => return Some(Obstacle::NotAnswered),
        Status::Represented if facts.in_bulk => return Some(Obstacle::Represented),
        Status::Represented | Status::Waived | Status::Unanswered => {}
    }
    if facts.same_person {
        Some(Obstacle::SamePerson)
    } else if facts.hearing_owed {
        Some(Obstacle::HearingOwed)
    } else if !facts.license.is_in_force() {
        Some(Obstacle::LicenseEnded)
    } else {
        None
    }
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
        [Intended] - RecordSilence -> Unanswered, RunClock;
        [Represented, Waived, Unanswered] - Order -> Ordered, OrderRevocation;
        [Intended, Represented, Waived, Unanswered] - Drop -> Dropped, OrderRevocation;
        [Intended] - RecordHearing -> Intended, RecordHearing;
        [Represented] - RecordHearing -> Represented, RecordHearing;
        [Waived] - RecordHearing -> Waived, RecordHearing;
        [Unanswered] - RecordHearing -> Unanswered, RecordHearing;
    };
}
