//! Exemptions: export without a marketing license, for what a scope reaches and while the exemption is in force.
//!
//! The property kept: of several exemptions that reach a line, one whose conditions the decision does not state never
//! stands in the way of another whose conditions it does.

use std::collections::HashMap;

use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where an exemption stands.
    Status { InForce, Ended }
}

vocabulary! {
    /// What can happen to an exemption.
    Action { Grant, End }
}

/// The life cycle of an exemption.
#[derive(Clone, Copy, Debug)]
pub struct ExemptionCycle;

impl LifeCycle for ExemptionCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "exemption";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Grant -> InForce, GrantExemption;
        [InForce] - End -> Ended, GrantExemption;
    };
}

/// An exemption that stands, and the lines of a case that it reaches.
#[derive(Clone, Copy, Debug)]
pub struct Reaching<'e> {
    /// Its human reference.
    pub reference: &'e str,
    /// What a license granted on it must state.
    pub conditions: &'e [String],
    /// The lines.
    pub lines: &'e [i32],
}

/// The lines that need no marketing license, each under which exemption, and the conditions that those require.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exempt {
    /// The human reference of the exemption, by line.
    pub lines: HashMap<i32, String>,
    /// What a license granted on them must state, each once.
    pub conditions: Vec<String>,
}

impl Exempt {
    /// What each of these lines relies on, which no marketing license covers: the first exemption that reaches it and
    /// whose conditions are all among those `stated`; the first that reaches it where there is none.
    #[must_use]
    pub fn of(uncovered: &[i32], reaching: &[Reaching<'_>], stated: &[String]) -> Self {
        let mut exempt = Self::default();
        for line in uncovered {
            let mut candidates = reaching.iter().filter(|exemption| exemption.lines.contains(line));
            let is_met =
                |exemption: &&Reaching<'_>| exemption.conditions.iter().all(|of| stated.contains(of));
            let Some(chosen) = candidates.clone().find(is_met).or_else(|| candidates.next()) else {
                continue;
            };
            exempt.lines.insert(*line, chosen.reference.to_owned());
            for condition in chosen.conditions {
                if !exempt.conditions.contains(condition) {
                    exempt.conditions.push(condition.clone());
                }
            }
        }
        exempt
    }
}
