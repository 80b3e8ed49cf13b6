//! A list of restricted parties that the register keeps: its life cycle and its terms.
//!
//! Scores are in thousandths. What raises the score from which an entry is a hit hides hits, so the terms of a list are
//! the head's to set; an edition that there is reason to doubt is the head's to take, as another proposed it with reasons.

use chrono::{Days, NaiveDate};

use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where a list stands.
    Status { Kept, Ended }
}

vocabulary! {
    /// What can happen to a list.
    Action {
        Keep, ChangeTerms, TakeEdition,
        /// Someone proposes that an edition be taken in spite of what speaks against believing it.
        ProposeDoubtedEdition,
        /// Another takes it.
        TakeDoubtedEdition,
        End,
    }
}

/// The life cycle of a list.
#[derive(Clone, Copy, Debug)]
pub struct ScreeningListCycle;

impl LifeCycle for ScreeningListCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "screening_list";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Keep -> Kept, SetScreeningTerms;
        [Kept] - ChangeTerms -> Kept, SetScreeningTerms;
        [Kept] - TakeEdition -> Kept, LoadScreeningList;
        [Kept] - ProposeDoubtedEdition -> Kept, LoadScreeningList;
        [Kept] - TakeDoubtedEdition -> Kept, TakeDoubtedEdition;
        [Kept] - End -> Ended, SetScreeningTerms;
    };
}

/// The least score, in thousandths, from which an entry may be a hit: below it everything is like everything.
pub const LEAST_HIT: i16 = 500;
/// The highest score, in thousandths.
pub const HIGHEST: i16 = 1000;
/// The longest time that an edition may clear parties, in days.
pub const LONGEST_LIMIT: i32 = 3660;

/// Days within which a hit is to be decided on, where the list says nothing.
pub const DUE_DAYS: i32 = 10;
/// The longest term to decide on a hit, in days.
pub const LONGEST_DUE: i32 = 366;

/// The last day on which an edition clears anyone: counted from the day that its publisher gives it, or from the day it was
/// received.
pub fn current_until(as_of: Option<NaiveDate>, received_on: NaiveDate, limit_days: i32) -> NaiveDate {
    let days = Days::new(u64::try_from(limit_days).unwrap_or_default());
    as_of.unwrap_or(received_on).checked_add_days(days).unwrap_or(NaiveDate::MAX)
}
