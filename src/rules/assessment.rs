//! Situational assessments of countries: drafted, put to both ministries, approved by another person.
//!
//! The text that was put to the ministries is the text that is approved: taking it back to change it begins a new
//! round of positions. Dissent stays on record, and going on in spite of it takes written reasons.

use chrono::NaiveDate;

use super::application::Stance;
use super::authority::Ministry;
use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where an assessment stands.
    Status { Draft, InConsultation, Agreed, Dissented, Approved, Superseded }
}

vocabulary! {
    /// What can happen to an assessment.
    Action {
        Draft, Revise,
        /// Put to the ministries.
        Consult,
        /// Taken back to be revised: a new round begins.
        Recall,
        /// The last position needed, and none opposes.
        Agree,
        /// The last position needed, and one opposes.
        Dissent,
        Approve,
        /// Replaced by the approval of another for the same country and class.
        Supersede,
    }
}

vocabulary! {
    /// What an assessment considers.
    Consideration {
        Security, ForeignPolicy, InternationalResolutions, Stability, TerrorismAndOrganizedCrime, ControlRegimes,
        ClassifiedTechnology, HumanRights,
    }
}

vocabulary! {
    /// How much a consideration weighs against export.
    Level { Low, Medium, High }
}

/// The ministries that are consulted.
pub const CONSULTED: &[Ministry] = &[Ministry::Defense, Ministry::ForeignAffairs];

/// The first year that a score may be for.
const FIRST_SCORES: i32 = 1900;

/// The longest an assessment is relied on, in days: five years.
const LONGEST_DAYS: i64 = 1827;

/// The step that the positions of a round lead to; none while one is missing.
pub fn concluded_by(positions: &[(Ministry, Stance)]) -> Option<Action> {
    let stances: Option<Vec<Stance>> = CONSULTED
        .iter()
        .map(|ministry| positions.iter().find(|(given, _)| given == ministry).map(|(_, stance)| *stance))
        .collect();
    let opposed = stances?.contains(&Stance::Oppose);
    Some(if opposed { Action::Dissent } else { Action::Agree })
}

/// What stands against the dates of an assessment drafted on `today`: the field, and what it must be.
pub fn wrong_date(
    today: NaiveDate,
    review_on: NaiveDate,
    valid_until: NaiveDate,
) -> Option<(&'static str, &'static str)> {
    if review_on <= today {
        Some(("/reviewOn", "must be after today"))
    } else if valid_until < review_on {
        Some(("/validUntil", "must not be before the day of the review"))
    } else if (valid_until - today).num_days() > LONGEST_DAYS {
        Some(("/validUntil", "must be at most five years ahead"))
    } else {
        None
    }
}

/// Whether an assessment that is relied on until this day may be approved on `today`.
pub fn may_be_approved(today: NaiveDate, valid_until: NaiveDate) -> bool {
    today <= valid_until
}

/// Whether a score of this year may be attached in the year `now`.
pub fn may_be_scored(now: i32, year: i32) -> bool {
    (FIRST_SCORES..=now).contains(&year)
}

/// What stands against an approval: the field, and what it must be. Approving a dissented assessment, and only that,
/// states the reasons for going on in spite of the dissent.
pub fn wrong_departure(status: Option<Status>, departs: bool) -> Option<(&'static str, &'static str)> {
    match (status, departs) {
        (Some(Status::Agreed), true) => {
            Some(("/departure", "there is no dissent to depart from: leave the field out"))
        }
        (Some(Status::Dissented), false) => {
            Some(("/departure", "must give the reasons for going on in spite of the dissent"))
        }
        (
            Some(
                Status::Draft
                | Status::InConsultation
                | Status::Agreed
                | Status::Dissented
                | Status::Approved
                | Status::Superseded,
            )
            | None,
            true | false,
        ) => None,
    }
}

impl Status {
    /// Whether the assessment is relied on at `today`.
    pub fn in_force(self, today: NaiveDate, valid_until: NaiveDate) -> bool {
        self == Self::Approved && today <= valid_until
    }
}

/// The life cycle of an assessment.
#[derive(Clone, Copy, Debug)]
pub struct AssessmentCycle;

impl LifeCycle for AssessmentCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "assessment";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Draft -> Draft, DraftAssessment;
        [Draft] - Revise -> Draft, DraftAssessment;
        [Draft] - Consult -> InConsultation, DraftAssessment;
        [InConsultation, Agreed, Dissented] - Recall -> Draft, DraftAssessment;
        [InConsultation] - Agree -> Agreed, TakePositionOnAssessment;
        [InConsultation] - Dissent -> Dissented, TakePositionOnAssessment;
        [Agreed, Dissented] - Approve -> Approved, ApproveAssessment;
        [Approved] - Supersede -> Superseded, ApproveAssessment;
    };
}
