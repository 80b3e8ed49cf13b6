//! Objections: to whom they are open, until when, and what a decision on one does (Defense Export Control Law
//! 5767-2007, s. 10).
//!
//! The date decides admissibility: what is lodged in its term is admissible, and what is late needs an excuse, on which a
//! person decides. An act is objected to once.

use chrono::{Days, NaiveDate};

use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where an objection stands.
    Status { Lodged, Admissible, Late, Upheld, Varied, Dismissed, Remitted, Withdrawn }
}

vocabulary! {
    /// What can happen to an objection.
    Action {
        Lodge,
        /// Found admissible: by its date, or because its lateness is excused.
        Admit,
        /// Found late, without an excuse that holds.
        FindLate,
        /// The act objected to does not hold until the objection is decided.
        Stay,
        Uphold, Vary, Dismiss,
        /// Sent back to be decided anew.
        Remit,
        Withdraw,
    }
}

vocabulary! {
    /// The kinds of acts that can be objected to.
    Against {
        /// The refusal of an application.
        Refusal,
        /// What a grant in part left out, or its conditions.
        GrantInPart,
        /// An ordered revocation.
        Revocation,
        /// A freeze, whole or in part.
        Freeze,
    }
}

vocabulary! {
    /// What a decision does with the objection.
    Outcome { Upheld, Varied, Dismissed, Remitted }
}

vocabulary! {
    /// What a decision did to the act objected to.
    Consequence {
        /// The act stands, or there is nothing left of it to change.
        Unchanged,
        /// The application is back in review and decided anew by others.
        Reopened,
        /// The license is active again.
        Reinstated,
        /// The license is in force again, and frozen by another act.
        ReinstatedFrozen,
        /// The freeze is lifted.
        FreezeLifted,
        /// The stay is over and the license revoked again.
        RevokedAgain,
    }
}

impl Outcome {
    /// The step of the objection's life cycle that this outcome takes.
    pub fn action(self) -> Action {
        match self {
            Self::Upheld => Action::Uphold,
            Self::Varied => Action::Vary,
            Self::Dismissed => Action::Dismiss,
            Self::Remitted => Action::Remit,
        }
    }
}

/// The days within which acts can be objected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectionTerms {
    /// Days, where the kind of act has no term of its own.
    pub days: u32,
    /// Days by kind of act.
    pub days_by_act: Vec<(Against, u32)>,
}

impl Default for ObjectionTerms {
    fn default() -> Self {
        Self { days: 45, days_by_act: Vec::new() }
    }
}

impl ObjectionTerms {
    /// The last day on which an act of `contested_on` can be objected to.
    pub fn ends(&self, against: Against, contested_on: NaiveDate) -> NaiveDate {
        let own = self.days_by_act.iter().find(|(act, _)| *act == against);
        let days = own.map_or(self.days, |(_, days)| *days);
        contested_on.checked_add_days(Days::new(days.into())).unwrap_or(contested_on)
    }
}

/// What the date says of an objection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admissibility {
    /// In its term: admissible, whatever the excuse.
    OnTime,
    /// Late with an excuse: a person decides.
    Excused,
    /// Late without one: not taken.
    Late,
}

/// What the date says of an objection lodged on a day.
pub fn admissibility(lodged_on: NaiveDate, term_ends: NaiveDate, has_excuse: bool) -> Admissibility {
    if lodged_on <= term_ends {
        Admissibility::OnTime
    } else if has_excuse {
        Admissibility::Excused
    } else {
        Admissibility::Late
    }
}

/// What is done to the act objected to when the objection is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// The act stands; one that was stayed is done again.
    Stands,
    /// The application is reopened.
    Reopen,
    /// The license is reinstated.
    Reinstate,
    /// The license is reinstated, with further conditions.
    ReinstateOnConditions,
    /// The freeze is lifted.
    Lift,
    /// What is varied is put on record; the license granted in part stands.
    Record,
}

/// What an outcome does to an act, or why it is not open against such an act and what is.
pub fn remedy(against: Against, outcome: Outcome) -> Result<Remedy, &'static str> {
    match (against, outcome) {
        (Against::Refusal, Outcome::Upheld | Outcome::Remitted) => Ok(Remedy::Reopen),
        (Against::Refusal, Outcome::Varied) => {
            Err("A refusal grants nothing that could be varied: uphold, remit or dismiss.")
        }
        (Against::GrantInPart, Outcome::Varied) => Ok(Remedy::Record),
        (Against::GrantInPart, Outcome::Upheld | Outcome::Remitted) => Err(
            "A grant is final and its license stands: vary, saying what an amendment may bring, or dismiss.",
        ),
        (Against::Revocation, Outcome::Upheld) => Ok(Remedy::Reinstate),
        (Against::Revocation, Outcome::Varied) => Ok(Remedy::ReinstateOnConditions),
        (Against::Revocation, Outcome::Remitted) => {
            Err("A proceeding that was ordered is not taken up again: uphold, vary or dismiss.")
        }
        (Against::Freeze, Outcome::Upheld) => Ok(Remedy::Lift),
        (Against::Freeze, Outcome::Varied | Outcome::Remitted) => {
            Err("A freeze holds or is lifted: uphold or dismiss.")
        }
        (
            Against::Refusal | Against::GrantInPart | Against::Revocation | Against::Freeze,
            Outcome::Dismissed,
        ) => Ok(Remedy::Stands),
    }
}

/// Whether an act can be stayed, or why not.
pub fn stay(against: Against) -> Result<(), &'static str> {
    match against {
        Against::Revocation => Ok(()),
        Against::Refusal | Against::GrantInPart => {
            Err("A decision on an application is not stayed: without it there is no license either.")
        }
        Against::Freeze => {
            Err("A freeze is not stayed: it is itself for a time only. Decide on the objection.")
        }
    }
}

/// Whether a person may decide on an objection: not who decided, countersigned, proposed or ordered the act.
pub fn may_decide(person: &str, took_part: &[String]) -> bool {
    took_part.iter().all(|other| other != person)
}

/// The life cycle of an objection.
#[derive(Clone, Copy, Debug)]
pub struct ObjectionCycle;

impl LifeCycle for ObjectionCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "objection";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Lodge -> Lodged, LodgeObjection;
        [Lodged] - Admit -> Admissible, DecideObjection;
        [Lodged] - FindLate -> Late, DecideObjection;
        [Lodged] - Stay -> Lodged, DecideObjection;
        [Admissible] - Stay -> Admissible, DecideObjection;
        [Admissible] - Uphold -> Upheld, DecideObjection;
        [Admissible] - Vary -> Varied, DecideObjection;
        [Admissible] - Dismiss -> Dismissed, DecideObjection;
        [Admissible] - Remit -> Remitted, DecideObjection;
        [Lodged, Admissible] - Withdraw -> Withdrawn, LodgeObjection;
    };
}
