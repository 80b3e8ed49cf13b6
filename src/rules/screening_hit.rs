//! A hit: a party of the register that may be an entry of a list, and the work on it.
//!
//! A hit is cleared or confirmed with reasons. A confirmation takes two persons, and so does a clearing from a score on; the
//! database keeps the two apart. A clearing holds until either side says something else. What the clock does, it does to
//! the safe side: it opens and reopens, and closes a hit only where its entry has left the list and nobody confirmed it.

use chrono::NaiveDate;

use super::authority::{Permission, Role};
use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where the work on a hit stands.
    Status {
        Open, ClearingProposed, ConfirmationProposed, Cleared, Confirmed,
        /// Its entry has left the list.
        Obsolete,
    }
}

vocabulary! {
    /// What can happen to a hit.
    Action {
        Find, FindAgain,
        /// Found anew after either side changed.
        Update,
        /// Either side changed: what was decided or proposed on it no longer holds.
        Reopen,
        LoseEntry,
        Assign, Clear, ProposeClearing, ProposeConfirmation, AgreeToClearing, Confirm, SendBack, Reconsider,
    }
}

vocabulary! {
    /// What kind of party is screened.
    PartyKind { Exporter, EndUser, Consignee }
}

/// The life cycle of a hit.
#[derive(Clone, Copy, Debug)]
pub struct ScreeningHitCycle;

impl LifeCycle for ScreeningHitCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "screening_hit";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Find -> Open, RunClock;
        [Obsolete] - FindAgain -> Open, RunClock;
        [Open] - Update -> Open, RunClock;
        [Confirmed] - Update -> Confirmed, RunClock;
        [Cleared, ClearingProposed, ConfirmationProposed] - Reopen -> Open, RunClock;
        [Open, ClearingProposed, ConfirmationProposed, Cleared] - LoseEntry -> Obsolete, RunClock;
        [Open] - Assign -> Open, DecideHit;
        [Open] - Clear -> Cleared, WorkOnHits;
        [Open] - ProposeClearing -> ClearingProposed, WorkOnHits;
        [Open] - ProposeConfirmation -> ConfirmationProposed, WorkOnHits;
        [ClearingProposed] - AgreeToClearing -> Cleared, DecideHit;
        [ConfirmationProposed] - Confirm -> Confirmed, DecideHit;
        [ClearingProposed, ConfirmationProposed] - SendBack -> Open, DecideHit;
        [Cleared, Confirmed] - Reconsider -> Open, DecideHit;
    };
}

impl Status {
    /// Whether nobody has decided on the hit yet.
    pub fn is_undecided(self) -> bool {
        match self {
            Self::Open | Self::ClearingProposed | Self::ConfirmationProposed => true,
            Self::Cleared | Self::Confirmed | Self::Obsolete => false,
        }
    }

    /// Whether the hit is past the day by which it was to be decided on.
    pub fn is_overdue(self, today: NaiveDate, due_on: Option<NaiveDate>) -> bool {
        self.is_undecided() && due_on.is_some_and(|due_on| due_on < today)
    }

    /// Whether what the hit touches carries a flag.
    pub fn flags(self) -> bool {
        self.is_undecided() || self == Self::Confirmed
    }
}

/// Whether someone in this role may be given a hit to work on.
pub fn may_work_on(role: Role) -> bool {
    Permission::WorkOnHits.allows(role)
}

/// What the clock does where a party is found on an entry again: nothing where neither side has changed since.
pub fn found_again(status: Status, sides_changed: bool) -> Option<Action> {
    match (status, sides_changed) {
        (Status::Obsolete, _) => Some(Action::FindAgain),
        (Status::Open | Status::Confirmed, true) => Some(Action::Update),
        (Status::Cleared | Status::ClearingProposed | Status::ConfirmationProposed, true) => {
            Some(Action::Reopen)
        }
        (
            Status::Open
            | Status::Confirmed
            | Status::Cleared
            | Status::ClearingProposed
            | Status::ConfirmationProposed,
            false,
        ) => None,
    }
}
