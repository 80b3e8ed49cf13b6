//! Replay: a past case judged again, as it was told or as it would have been under another rule.
//!
//! The gate is a function of its facts, and the facts are on file beside each verdict ([`record`]). So a verdict can be
//! recomputed, and equals the recorded one unless the file or the gate has changed since ([`compare`]); and the same facts
//! under a measure or a policy that was not in force tell what would have been different ([`Supposition`]). Kept: what is
//! supposed changes those facts alone that it names; facts that cannot be read are told, never guessed.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::application::Body;
use super::gate::{Facts, LikeRefusal, MeasureFacts, judge};
use super::verdict::{Outcome, RecordedCheck, RecordedVerdict, Rule};
use super::vocabulary;

/// The form in which facts are recorded. A change of [`Facts`] that reads what was recorded before otherwise than it was
/// meant counts it up.
pub const VERSION: u64 = 1;

/// Facts on file, with the form they are written in.
#[derive(Debug, Serialize)]
struct Recorded<'f> {
    version: u64,
    facts: &'f Facts,
}

/// Judges a case, for the file: the verdict, with the facts it rests on.
pub fn record(facts: &Facts) -> RecordedVerdict {
    let case = serde_json::to_value(Recorded { version: VERSION, facts }).ok();
    RecordedVerdict { case, ..judge(facts).record() }
}

vocabulary! {
    /// What came of a replay.
    Replayed {
        /// The verdict recomputed equals the recorded one.
        Agrees,
        /// It does not.
        Differs,
        /// There are no facts on file beside the verdict.
        NoFacts,
        /// The verdict and its facts were erased, for they named a person.
        FactsErased,
        /// The facts on file are of a form that is not known, or are not whole.
        Unreadable,
    }
}

/// Reads facts as they are on file. The error says why they cannot be used.
pub fn read(case: Option<&Value>) -> Result<Facts, Replayed> {
    let case = case.ok_or(Replayed::NoFacts)?;
    let version = case.get("version").and_then(Value::as_u64);
    let facts = case.get("facts").filter(|_| version == Some(VERSION)).ok_or(Replayed::Unreadable)?;
    Facts::deserialize(facts).map_err(|_| Replayed::Unreadable)
}

/// What a check said.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Said {
    /// What it said of the act.
    pub outcome: Outcome,
    /// The sentence for it.
    pub says: String,
    /// What it read, by name.
    pub facts: std::collections::BTreeMap<String, Value>,
}

impl From<&RecordedCheck> for Said {
    fn from(check: &RecordedCheck) -> Self {
        Self { outcome: check.outcome, says: check.says.clone(), facts: check.facts.clone() }
    }
}

/// A check that says something else.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// Which check.
    pub rule: Rule,
    /// What it said; none where it was not made.
    pub was: Option<Said>,
    /// What it says; none where it is not made any more.
    pub becomes: Option<Said>,
}

/// The checks in which two verdicts differ, in the order of [`Rule`].
pub fn compare(was: &RecordedVerdict, becomes: &RecordedVerdict) -> Vec<Difference> {
    let of = |verdict: &RecordedVerdict, rule: Rule| {
        verdict.checks.iter().find(|check| check.rule == rule).map(Said::from)
    };
    let differ = |rule: &Rule| {
        let (was, becomes) = (of(was, *rule), of(becomes, *rule));
        (was != becomes).then_some(Difference { rule: *rule, was, becomes })
    };
    Rule::ALL.iter().filter_map(differ).collect()
}

impl Difference {
    /// Whether the check comes to something else, and did not merely read another fact on the way to the same.
    pub fn decides(&self) -> bool {
        let said = |said: &Option<Said>| said.as_ref().map(|said| (said.outcome, said.says.clone()));
        said(&self.was) != said(&self.becomes)
    }
}

/// A verdict on file, judged again.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// What came of it.
    pub replayed: Replayed,
    /// The outcome of the whole, judged again; none where there is nothing to judge.
    pub outcome: Option<Outcome>,
    /// The checks that say something else.
    pub differences: Vec<Difference>,
}

/// Judges a case on file again and holds the verdict against the recorded one.
pub fn replay(recorded: &RecordedVerdict, case: Option<&Value>) -> Replay {
    match read(case) {
        Err(why) => Replay { replayed: why, outcome: None, differences: Vec::new() },
        Ok(facts) => {
            let again = judge(&facts).record();
            let differences = compare(recorded, &again);
            let agrees = differences.is_empty() && recorded.outcome == again.outcome;
            let replayed = if agrees { Replayed::Agrees } else { Replayed::Differs };
            Replay { replayed, outcome: Some(again.outcome), differences }
        }
    }
}

/// What is supposed of a past case.
#[derive(Clone, Debug, Default)]
pub struct Supposition {
    /// The human reference of a measure whose effects are taken out of the facts: those below stand in their place.
    pub instead_of: Option<String>,
    /// The effects of a measure, as they reach the case.
    pub measures: Vec<MeasureFacts>,
    /// The exemptions, by human reference, that they withdraw.
    pub withdrawn: Vec<String>,
    /// Who must have recorded a position.
    pub required_positions: Option<Vec<Body>>,
    /// The longest term that may be granted, in days.
    pub longest_term_days: Option<i32>,
    /// The like refusal that another look-back period finds: none in it, or the latest.
    pub like_refusal: Option<Option<LikeRefusal>>,
}

impl Supposition {
    /// The facts as they would have been.
    #[must_use]
    pub fn of(&self, facts: &Facts) -> Facts {
        let mut facts = facts.clone();
        if let Some(reference) = &self.instead_of {
            facts.measures.retain(|measure| measure.reference != *reference);
        }
        facts.measures.extend(self.measures.iter().cloned());
        for line in &mut facts.lines {
            let falls = line.exempt_by.as_ref().is_some_and(|exemption| self.withdrawn.contains(exemption));
            line.exempt_by = line.exempt_by.take().filter(|_| !falls);
        }
        if let Some(required) = &self.required_positions
            && !facts.act.concerns_license()
        {
            facts.required_positions.clone_from(required);
        }
        if let (Some(days), Some(term)) = (self.longest_term_days, &mut facts.term) {
            term.longest_days = days;
        }
        if let Some(refusal) = &self.like_refusal
            && !facts.act.concerns_license()
        {
            facts.like_refusal.clone_from(refusal);
        }
        facts
    }

    /// What the gate says of the case as it was, and as it would have been.
    pub fn judge(&self, facts: &Facts) -> (RecordedVerdict, RecordedVerdict) {
        (judge(facts).record(), judge(&self.of(facts)).record())
    }
}

/// The first day of a look-back period before a day.
pub fn looks_back_to(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_sub_days(Days::new(days.into())).unwrap_or(NaiveDate::MIN)
}
