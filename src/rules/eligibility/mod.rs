//! Eligibility: what the gate can say of a case before it is filed.
//!
//! The case is judged twice: on what is known of it now, and as it would be once everything that only a filed case can have
//! had come in good order ([`Prospect::completed`]). A worse fact never makes an outcome better, so what the second verdict
//! finds stands whatever comes; what the first alone finds is still to come, and is never told as passed. What both say
//! alike is what the gate will say of the filed case as long as the facts stay as they are.

mod complete;
mod needed;

pub use needed::{Needed, Requirement};

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::application::Kind;
use super::disclosure::Disclosure;
use super::gate::{Facts, LineFacts, MeasureFacts, judge};
use super::product::{ProductClass, Status as ProductStatus};
use super::verdict::{Outcome, RecordedCheck, RecordedVerdict, Rule};
use super::vocabulary;

vocabulary! {
    /// What would become of the case as things stand.
    AsThingsStand {
        /// Nothing that can be told now stands against a grant.
        Granted,
        /// Nothing does, and an exemption makes a marketing license unnecessary.
        Exempt,
        /// The product is on no control list.
        NoLicenseNeeded,
        /// It can be granted with written reasons for a departure.
        Referred,
        /// It cannot be granted until something is cured or ends.
        Held,
        /// It cannot be granted.
        Refused,
    }
}

impl AsThingsStand {
    /// The same as a sentence.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Granted => "Nothing that can be told now stands against it.",
            Self::Exempt => {
                "Nothing that can be told now stands against it, and an exemption does without a marketing license."
            }
            Self::NoLicenseNeeded => "The product was found to be on no control list: it needs no license.",
            Self::Referred => "It can be granted only with written reasons for a departure.",
            Self::Held => "It cannot be granted until what holds it is cured or ends.",
            Self::Refused => "It cannot be granted.",
        }
    }
}

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The agency.
    Staff,
    /// The exporter whose case it would be.
    Exporter,
}

/// A case that is asked about before it is filed.
#[derive(Clone, Debug)]
pub struct Prospect {
    /// What the gate is told of it now.
    pub facts: Facts,
    /// Whether its product is on file, or only described.
    pub product_on_file: bool,
    /// Whether its end user is on file, or only described; true where none is named.
    pub end_user_on_file: bool,
}

/// What stands against the case.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hindrance {
    /// The check that found it; absent where the reasons are not disclosed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// What the check says: refer, hold or refuse.
    pub outcome: Outcome,
    /// The sentence for it.
    pub says: String,
    /// The law or practice it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// The measure in force that stands against it, by human reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure: Option<String>,
    /// The last day of that measure as things stand; it can be extended before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// What the check read, by name.
    pub facts: BTreeMap<String, serde_json::Value>,
}

/// A check that only a filed case can pass.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ToCome {
    /// Which check.
    pub rule: Rule,
    /// The law or practice it rests on.
    pub basis: String,
}

/// What is told of a case that is not filed.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What would become of it.
    pub as_things_stand: AsThingsStand,
    /// The same as a sentence.
    pub says: &'static str,
    /// What stands against it, the worst first.
    pub hindrances: Vec<Hindrance>,
    /// The checks that are still to come.
    pub to_come: Vec<ToCome>,
    /// The checks that it passes already.
    pub passed: Vec<Rule>,
    /// What has to be brought.
    pub needed: Vec<Needed>,
}

/// What both verdicts together say of one check.
enum Says {
    /// It does not concern the case, or no one is told of it.
    Nothing,
    Passed,
    ToCome,
    Against,
}

impl Prospect {
    /// What is told of the case.
    pub fn finding(&self, audience: Audience) -> Finding {
        let completed = self.completed();
        let (now, best) = (judge(&self.facts).record(), judge(&completed).record());
        let needed = needed::needed(self, &best);
        if self.is_not_controlled() {
            return Finding::of(AsThingsStand::NoLicenseNeeded);
        }
        let mut finding = Finding { needed, ..Finding::of(AsThingsStand::Granted) };
        for (now, best) in now.checks.iter().zip(&best.checks) {
            match self.both_say(now, best, audience) {
                Says::Nothing => {}
                Says::Passed => finding.passed.push(best.rule),
                Says::ToCome => {
                    finding.to_come.push(ToCome { rule: best.rule, basis: best.basis.clone() });
                }
                Says::Against => finding.hindrances.push(self.hindrance(best, audience)),
            }
        }
        finding.hindrances.sort_by_key(|hindrance| std::cmp::Reverse(hindrance.outcome));
        let worst = finding.hindrances.first().map(|hindrance| hindrance.outcome);
        finding.as_things_stand = self.standing(worst);
        finding.says = finding.as_things_stand.says();
        finding
    }

    /// The verdict on what is known now, for the file.
    pub fn verdict(&self) -> RecordedVerdict {
        super::replay::record(&self.facts)
    }

    fn both_say(&self, now: &RecordedCheck, best: &RecordedCheck, audience: Audience) -> Says {
        let disclosure = match audience {
            Audience::Staff => Disclosure::Whole,
            Audience::Exporter => best.rule.disclosure(),
        };
        match (best.outcome, disclosure) {
            (Outcome::NotApplicable, _) => Says::Nothing,
            // Told alike whatever it finds, so that what is not told cannot be guessed.
            (_, Disclosure::Nothing) => Says::ToCome,
            (_, _) if self.waits(best.rule) => Says::ToCome,
            // An end user that is only described has no name to compare.
            (Outcome::Pass, _) if best.rule == Rule::Screening && !self.end_user_on_file => Says::ToCome,
            (Outcome::Pass, Disclosure::Sentence) => Says::Nothing,
            (Outcome::Pass, Disclosure::Whole) if now.outcome == Outcome::Pass => Says::Passed,
            (Outcome::Pass, Disclosure::Whole) => Says::ToCome,
            (Outcome::Refer | Outcome::Hold | Outcome::Refuse, _) => Says::Against,
        }
    }

    /// Whether a check waits for what no one has brought: a declaration, where the case names none, or the class of a product.
    fn waits(&self, rule: Rule) -> bool {
        let asks_for_declaration = matches!(
            rule,
            Rule::DeclarationAccepted
                | Rule::DeclarationVersion
                | Rule::DeclarationMatches
                | Rule::DeclarationUnused
        );
        let asks_for_class = rule == Rule::CyberEndUse;
        (asks_for_declaration && self.facts.declaration.is_none())
            || (asks_for_class && self.facts.lines.iter().any(|line| line.class.is_none()))
    }

    fn hindrance(&self, check: &RecordedCheck, audience: Audience) -> Hindrance {
        if audience == Audience::Exporter && check.rule.disclosure() != Disclosure::Whole {
            return Hindrance {
                rule: None,
                outcome: check.outcome,
                says: "For reasons that are not disclosed.".to_owned(),
                basis: None,
                measure: None,
                until: None,
                facts: BTreeMap::new(),
            };
        }
        let named = check.facts.get("measure").and_then(serde_json::Value::as_str);
        let measure = self.facts.measures.iter().find(|measure| Some(measure.reference.as_str()) == named);
        Hindrance {
            rule: Some(check.rule),
            outcome: check.outcome,
            says: check.says.clone(),
            basis: Some(check.basis.clone()),
            measure: measure.map(|measure| measure.reference.clone()),
            until: measure.map(MeasureFacts::last_day),
            facts: check.facts.clone(),
        }
    }

    fn is_not_controlled(&self) -> bool {
        let mut lines = self.facts.lines.iter();
        !self.facts.lines.is_empty() && lines.all(|line| line.status == ProductStatus::NotControlled)
    }

    fn standing(&self, worst: Option<Outcome>) -> AsThingsStand {
        // Where a marketing license covers a line, no exemption is relied on for it.
        let exempt = |line: &LineFacts| line.covered_by.is_none() && line.exempt_by.is_some();
        match worst {
            Some(Outcome::Refuse) => AsThingsStand::Refused,
            Some(Outcome::Hold) => AsThingsStand::Held,
            Some(Outcome::Refer) => AsThingsStand::Referred,
            Some(Outcome::Pass | Outcome::NotApplicable) | None => {
                if self.facts.kind != Kind::Brokering && self.facts.lines.iter().any(exempt) {
                    AsThingsStand::Exempt
                } else {
                    AsThingsStand::Granted
                }
            }
        }
    }
}

impl Finding {
    const fn of(as_things_stand: AsThingsStand) -> Self {
        Self {
            as_things_stand,
            says: as_things_stand.says(),
            hindrances: Vec::new(),
            to_come: Vec::new(),
            passed: Vec::new(),
            needed: Vec::new(),
        }
    }
}

/// The strictest class of the goods, which selects the template; none where the class of any is not known.
pub fn strictest_class(facts: &Facts) -> Option<ProductClass> {
    facts.lines.iter().map(|line| line.class).reduce(|a, b| a.zip(b).map(|(a, b)| a.max(b))).flatten()
}
