//! Verdicts: what the gate answers, with every check, its legal basis and the facts it read.
//!
//! A [`Verdict`] borrows from the facts and allocates nothing, so that a million licenses can be judged; what is
//! kept on file is its [`RecordedVerdict`]. The worst outcome of any check is the outcome of the whole.

use std::collections::BTreeMap;

use arrayvec::ArrayVec;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::vocabulary;

vocabulary! {
    /// What a check says, from the best to the worst.
    Outcome {
        /// The check does not concern this act.
        NotApplicable,
        /// Nothing stands against it.
        Pass,
        /// To be decided with written reasons for the departure.
        Refer,
        /// Cannot be granted until something is cured.
        Hold,
        /// Cannot be granted.
        Refuse,
    }
}

vocabulary! {
    /// The checks of the gate, in the order they are reported.
    Rule {
        Stage, ExporterRegistered, ProductsOwned, ProductsClassified, Quantities, Term, MarketingCover,
        DeclarationAccepted, DeclarationVersion, DeclarationMatches, DeclarationUnused, EndUserBreach, ArmsEmbargo, CyberEndUse,
        MeasureFreeze, MeasureRefusal, MeasureRequirements,
        PositionsRecorded, ConditionsSeen, LikeRefusal, OpenReview, Screening, Predecessor, LicenseFreezable, FourEyes,
    }
}

impl Rule {
    /// The law or the practice the check rests on.
    pub const fn basis(self) -> &'static str {
        match self {
            Self::Stage => "Defense Export Control Law 5767-2007, s. 6",
            Self::ExporterRegistered => "Defense Export Control Law 5767-2007, ss. 3 and 4",
            Self::ProductsOwned | Self::ProductsClassified => {
                "Defense Export Control Regulations (registration of products)"
            }
            Self::Quantities | Self::Term => "Defense Export Control Law 5767-2007, s. 8",
            Self::MarketingCover => "Defense Export Control Law 5767-2007, s. 14",
            Self::DeclarationAccepted | Self::DeclarationVersion => {
                "End-user declaration of December 2021; OSCE Best Practice Guide on end-use controls"
            }
            Self::DeclarationMatches | Self::DeclarationUnused => {
                "OSCE Best Practice Guide on end-use controls"
            }
            Self::ArmsEmbargo => {
                "Charter of the United Nations, Art. 41; Defense Export Control Law 5767-2007, s. 1"
            }
            Self::CyberEndUse | Self::EndUserBreach => "End-user declaration of December 2021",
            Self::MeasureFreeze | Self::MeasureRefusal | Self::MeasureRequirements | Self::OpenReview => {
                "Defense Export Control Law 5767-2007, ss. 8 and 9"
            }
            Self::PositionsRecorded | Self::ConditionsSeen => {
                "Defense Export Control Law 5767-2007, s. 1 (security and foreign relations considerations)"
            }
            Self::LikeRefusal => "Common Position 2008/944/CFSP, Art. 4",
            Self::Screening => {
                "Defense Export Control Law 5767-2007, s. 1 (foreign relations and international obligations)"
            }
            Self::Predecessor => "Defense Export Control Regulations (renewal and amendment of licenses)",
            Self::LicenseFreezable => "Defense Export Control Law 5767-2007, s. 9",
            Self::FourEyes => "OWASP ASVS 5.0, V2.3.5 (multi-user approval)",
        }
    }
}

/// The number of checks in a verdict.
pub const CHECKS: usize = Rule::ALL.len();

/// One fact a check read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fact<'f> {
    /// Not on file.
    Missing,
    /// A reference, a name or a status.
    Text(&'f str),
    /// A day.
    Date(NaiveDate),
    /// A quantity.
    Number(Decimal),
    /// A count or a version.
    Count(i64),
    /// Yes or no.
    Flag(bool),
}

impl<'f> From<&'f str> for Fact<'f> {
    fn from(text: &'f str) -> Self {
        Self::Text(text)
    }
}

impl From<NaiveDate> for Fact<'_> {
    fn from(date: NaiveDate) -> Self {
        Self::Date(date)
    }
}

impl From<Decimal> for Fact<'_> {
    fn from(number: Decimal) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Fact<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<i32> for Fact<'_> {
    fn from(count: i32) -> Self {
        Self::Count(count.into())
    }
}

impl<'f, T: Into<Fact<'f>>> From<Option<T>> for Fact<'f> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}

impl Fact<'_> {
    fn to_json(self) -> serde_json::Value {
        match self {
            Self::Missing => serde_json::Value::Null,
            Self::Text(text) => text.into(),
            Self::Date(date) => date.to_string().into(),
            Self::Number(number) => number.normalize().to_string().into(),
            Self::Count(count) => count.into(),
            Self::Flag(flag) => flag.into(),
        }
    }
}

/// The facts of one check, by name; at most six are kept.
pub type Facts<'f> = ArrayVec<(&'static str, Fact<'f>), 6>;

/// One check of the gate.
#[derive(Clone, Debug)]
pub struct Check<'f> {
    /// Which check.
    pub rule: Rule,
    /// What it says of the act.
    pub outcome: Outcome,
    /// The sentence for it.
    pub says: &'static str,
    /// What it read.
    pub facts: Facts<'f>,
}

impl<'f> Check<'f> {
    /// A check with no facts yet.
    pub fn new(rule: Rule, outcome: Outcome, says: &'static str) -> Self {
        Self { rule, outcome, says, facts: Facts::new() }
    }

    /// Adds a fact that was read.
    #[must_use]
    pub fn read(mut self, name: &'static str, fact: impl Into<Fact<'f>>) -> Self {
        // A seventh fact is left out rather than failing the check; no check reads so many.
        let _ = self.facts.try_push((name, fact.into()));
        self
    }
}

/// What the gate answers.
#[derive(Clone, Debug)]
pub struct Verdict<'f> {
    /// Every check, in the order of [`Rule`].
    pub checks: [Check<'f>; CHECKS],
}

impl Verdict<'_> {
    /// The worst outcome of any check.
    pub fn outcome(&self) -> Outcome {
        self.checks.iter().map(|check| check.outcome).max().unwrap_or(Outcome::Refuse)
    }

    /// The verdict as it is kept on file.
    pub fn record(&self) -> RecordedVerdict {
        RecordedVerdict {
            outcome: self.outcome(),
            case: None,
            checks: self
                .checks
                .iter()
                .map(|check| RecordedCheck {
                    rule: check.rule,
                    outcome: check.outcome,
                    basis: check.rule.basis().to_owned(),
                    says: check.says.to_owned(),
                    facts: check
                        .facts
                        .iter()
                        .map(|(name, fact)| ((*name).to_owned(), fact.to_json()))
                        .collect(),
                })
                .collect(),
        }
    }
}

/// A verdict on file: every check with its outcome, legal basis, sentence and facts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordedVerdict {
    /// The worst outcome of any check.
    pub outcome: Outcome,
    /// Every check that was made.
    pub checks: Vec<RecordedCheck>,
    /// The facts it rests on, as `replay` records them: in the audit log alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    pub case: Option<serde_json::Value>,
}

/// One check of a verdict on file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordedCheck {
    /// Which check.
    pub rule: Rule,
    /// What it said.
    pub outcome: Outcome,
    /// The law or practice it rests on.
    pub basis: String,
    /// The sentence for it.
    pub says: String,
    /// What it read, by name.
    pub facts: BTreeMap<String, serde_json::Value>,
}

impl RecordedVerdict {
    /// The verdict without the facts it rests on, for the files that its parties read.
    #[must_use]
    pub fn bare(&self) -> Self {
        Self { outcome: self.outcome, checks: self.checks.clone(), case: None }
    }

    /// Whether the act may go on: nothing stands against it, or the gate refers and the departure is reasoned.
    pub fn lets_through(&self, departs: bool) -> bool {
        match self.outcome {
            Outcome::NotApplicable | Outcome::Pass => true,
            Outcome::Refer => departs,
            Outcome::Hold | Outcome::Refuse => false,
        }
    }

    /// The checks that stand against the act, the worst first.
    pub fn objections(&self) -> Vec<&RecordedCheck> {
        let mut against: Vec<_> = self.checks.iter().filter(|check| check.outcome > Outcome::Pass).collect();
        against.sort_by_key(|check| std::cmp::Reverse(check.outcome));
        against
    }
}
