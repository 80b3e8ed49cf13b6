//! The check of restricted parties: no one is called clear who was not compared with every list as it is today.
//!
//! A hit that nobody has decided on holds, and so does whatever was not compared; a confirmed hit refers, since a foreign
//! listing decides nothing by itself. It answers for a thaw and a reinstatement as well: each lets goods go to the party
//! again.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Facts, not_applicable};
use crate::rules::screening_hit::PartyKind;
use crate::rules::verdict::{Check, Outcome, Rule};

/// How the parties of a case were screened.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ScreeningFacts {
    /// Whether permissions need lists to be kept.
    pub required: bool,
    /// The lists that are kept.
    pub lists: Vec<ListFacts>,
    /// The parties of the case.
    pub parties: Vec<PartyFacts>,
}

/// A list that is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListFacts {
    /// What the agency calls it.
    pub code: String,
    /// The edition in force, if it has one.
    pub edition: Option<i32>,
    /// The last day on which that edition clears anyone.
    pub current_until: Option<NaiveDate>,
}

/// A party of the case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PartyFacts {
    /// What kind of party it is.
    pub kind: PartyKind,
    /// Human reference.
    pub reference: String,
    /// Whether it was compared, as it is, with all lists as they are.
    pub screened: bool,
    /// A hit that nobody has decided on.
    pub undecided: Option<String>,
    /// A confirmed hit.
    pub confirmed: Option<String>,
}

// Should an exporter come to read it, the sentence says no more than it may know.
const NOT_CLEARED: &str = "The parties are not cleared by screening.";

pub(super) fn screening(facts: &Facts) -> Check<'_> {
    let rule = Rule::Screening;
    let screening = &facts.screening;
    let lists = i32::try_from(screening.lists.len()).ok();
    if screening.lists.is_empty() {
        let says = "No list of restricted parties is kept.";
        return if screening.required {
            Check::new(rule, Outcome::Hold, says).read("lists", lists)
        } else {
            not_applicable(rule, says)
        };
    }
    let is_current = |list: &&ListFacts| {
        list.edition.is_some() && list.current_until.is_some_and(|until| until >= facts.today)
    };
    if let Some(list) = screening.lists.iter().find(|list| !is_current(list)) {
        return Check::new(rule, Outcome::Hold, NOT_CLEARED)
            .read("list", list.code.as_str())
            .read("edition", list.edition)
            .read("currentUntil", list.current_until);
    }
    parties(screening).read("lists", lists)
}

fn parties(screening: &ScreeningFacts) -> Check<'_> {
    let against = |outcome| Check::new(Rule::Screening, outcome, NOT_CLEARED);
    let parties = || screening.parties.iter();
    if let Some(party) = parties().find(|party| !party.screened) {
        return against(Outcome::Hold).read("party", party.reference.as_str()).read("screened", false);
    }
    if let Some(party) = parties().find(|party| party.undecided.is_some()) {
        return against(Outcome::Hold)
            .read("party", party.reference.as_str())
            .read("undecided", party.undecided.as_deref());
    }
    if let Some(party) = parties().find(|party| party.confirmed.is_some()) {
        return against(Outcome::Refer)
            .read("party", party.reference.as_str())
            .read("confirmed", party.confirmed.as_deref());
    }
    match screening.parties.first() {
        Some(party) => Check::new(Rule::Screening, Outcome::Pass, "The parties are cleared by screening.")
            .read("party", party.reference.as_str()),
        // Only an imported license names no party: its return is for a person to decide, with reasons.
        None => against(Outcome::Refer).read("party", None::<&str>),
    }
}
