//! The checks of policy: what the measures in force that reach the case allow.

use super::{Act, Facts, MeasureFacts, not_applicable};
use crate::rules::application::{Body, Kind, Purpose};
use crate::rules::cover::concerns;
use crate::rules::measure::Effect;
use crate::rules::verdict::{Check, Outcome, Rule};

/// A check that found a measure standing against the act.
fn against<'f>(rule: Rule, outcome: Outcome, says: &'static str, measure: &'f MeasureFacts) -> Check<'f> {
    Check::new(rule, outcome, says)
        .read("measure", measure.reference.as_str())
        .read("effect", measure.effect.name())
        .read("clause", measure.clause.as_str())
        .read("inForceSince", measure.since)
        .read("reviewOn", measure.review_on)
}

fn clear<'f>(rule: Rule, facts: &Facts, says: &'static str) -> Check<'f> {
    Check::new(rule, Outcome::Pass, says).read("measures", i32::try_from(facts.measures.len()).ok())
}

/// What the effect freezes of the act. A license that would be frozen or revoked the moment it is issued is not issued,
/// and one that a measure freezes is not thawed. A freeze of issuing leaves what was issued before alone, and so does
/// an instruction to revoke: there each license has a proceeding of its own, which may end in its favor.
fn freezes(effect: Effect, act: Act) -> Option<&'static str> {
    match (effect, act) {
        (Effect::FreezeIssuing, Act::Grant) => {
            Some("A measure in force freezes the issuing of such licenses.")
        }
        (Effect::FreezeExisting, _) => Some("A measure in force freezes such licenses."),
        (Effect::RevokeExisting, Act::Grant) => {
            Some("A measure in force instructs the revocation of such licenses.")
        }
        (
            Effect::FreezeIssuing
            | Effect::RevokeExisting
            | Effect::RefuseNew
            | Effect::RefuseRenewal
            | Effect::RequireDeclaration
            | Effect::RequireCommittee
            | Effect::AddCondition
            | Effect::WithdrawExemption,
            _,
        ) => None,
    }
}

pub(super) fn freeze(facts: &Facts) -> Check<'_> {
    let rule = Rule::MeasureFreeze;
    let standing = facts
        .measures
        .iter()
        .find_map(|measure| freezes(measure.effect, facts.act).map(|says| (measure, says)));
    match standing {
        Some((measure, says)) => against(rule, Outcome::Hold, says, measure),
        None => clear(rule, facts, "No measure in force freezes this."),
    }
}

pub(super) fn refusal(facts: &Facts) -> Check<'_> {
    let rule = Rule::MeasureRefusal;
    if facts.act.concerns_license() {
        return not_applicable(rule, "A refusal by measure concerns applications.");
    }
    // An amendment permits what the license did not: where nothing new is licensed, it is not either.
    let (refused_by, says) = match facts.purpose {
        Purpose::New => (Effect::RefuseNew, "A measure in force refuses new licenses like this."),
        Purpose::Amendment => {
            (Effect::RefuseNew, "A measure in force refuses amendments of licenses like this.")
        }
        Purpose::Renewal => {
            (Effect::RefuseRenewal, "A measure in force refuses the renewal of licenses like this.")
        }
    };
    match facts.measures.iter().find(|measure| measure.effect == refused_by) {
        Some(measure) => against(rule, Outcome::Refuse, says, measure),
        None => clear(rule, facts, "No measure in force refuses this."),
    }
}

/// What a measure requires and the case does not have yet.
fn unmet(facts: &Facts, measure: &MeasureFacts) -> Option<&'static str> {
    match measure.effect {
        Effect::RequireDeclaration => {
            let signed_on = |template: super::TemplateFacts| {
                facts.declaration.as_ref().is_some_and(|declaration| {
                    declaration.class == template.class && declaration.template_version >= template.version
                })
            };
            // A declaration is asked for before export, of the class of the goods.
            let classes = || facts.lines.iter().map(|line| line.class);
            let concerned = facts.kind == Kind::Export
                && measure.template.is_none_or(|template| concerns(template.class, classes()));
            let met = !concerned || measure.template.is_some_and(signed_on);
            (!met).then_some("A measure in force requires a declaration on a newer template version.")
        }
        Effect::RequireCommittee => {
            let heard = facts.positions.iter().any(|position| position.body == Body::Committee);
            (!heard).then_some("A measure in force requires the committee's position.")
        }
        Effect::AddCondition => {
            let stated =
                measure.condition.as_ref().is_some_and(|condition| facts.conditions.contains(condition));
            (!stated).then_some("A measure in force requires a condition that the decision does not state.")
        }
        Effect::FreezeIssuing
        | Effect::FreezeExisting
        | Effect::RevokeExisting
        | Effect::RefuseNew
        | Effect::RefuseRenewal
        | Effect::WithdrawExemption => None,
    }
}

pub(super) fn requirements(facts: &Facts) -> Check<'_> {
    let rule = Rule::MeasureRequirements;
    if facts.act.concerns_license() {
        return not_applicable(rule, "The requirements of a measure are put to its licenses one by one.");
    }
    let missing = facts.measures.iter().find_map(|measure| unmet(facts, measure).map(|says| (measure, says)));
    match missing {
        Some((measure, says)) => {
            against(rule, Outcome::Hold, says, measure).read("required", measure.condition.as_deref())
        }
        None => clear(rule, facts, "What measures in force require is met."),
    }
}
