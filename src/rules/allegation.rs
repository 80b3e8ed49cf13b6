//! Allegations of misuse: received, assessed, and dismissed or substantiated by another person.
//!
//! An allegation that is substantiated opens a review; it decides nothing about a license by itself.

use chrono::{Datelike as _, NaiveDate};

use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where an allegation stands.
    Status { Received, Assessed, Dismissed, Substantiated }
}

vocabulary! {
    /// What can happen to an allegation.
    Action { Receive, Assess, Dismiss, Substantiate }
}

vocabulary! {
    /// What kind of source an allegation came from.
    SourceKind { Media, CivilSociety, AffectedPerson, Government, InternationalBody, Whistleblower, AgencyFinding }
}

vocabulary! {
    /// How credible an allegation was found.
    Credibility { Low, Medium, High }
}

/// The first year that an allegation may have been received in.
const FIRST_YEAR: i32 = 1990;

/// Whether an allegation that is entered on `today` may have been received on this day.
pub fn may_be_received(today: NaiveDate, received_on: NaiveDate) -> bool {
    received_on <= today && received_on.year() >= FIRST_YEAR
}

/// The life cycle of an allegation.
#[derive(Clone, Copy, Debug)]
pub struct AllegationCycle;

impl LifeCycle for AllegationCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "allegation";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Receive -> Received, ReceiveAllegation;
        [Received] - Assess -> Assessed, AssessAllegation;
        [Assessed] - Dismiss -> Dismissed, DecideAllegation;
        [Assessed] - Substantiate -> Substantiated, DecideAllegation;
    };
}
