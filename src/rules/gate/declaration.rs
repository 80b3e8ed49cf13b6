//! The checks of the end-user declaration. They concern export applications, and the unfreezing and reinstatement of
//! export licenses.

use super::{Act, DeclarationFacts, Facts, not_applicable};
use crate::rules::application::Kind;
use crate::rules::declaration::Status;
use crate::rules::template::{Status as TemplateStatus, TransitionRule};
use crate::rules::verdict::{Check, Outcome, Rule};

/// The declaration to look at, or what the check says where there is none to look at.
fn declared(facts: &Facts) -> Result<&DeclarationFacts, (Outcome, &'static str)> {
    if facts.kind != Kind::Export {
        return Err((Outcome::NotApplicable, "A declaration is asked for before export."));
    }
    match (&facts.declaration, facts.act) {
        (Some(declaration), _) => Ok(declaration),
        (None, Act::Unfreeze | Act::Reinstate) => {
            Err((Outcome::NotApplicable, "The license on file rests on no declaration."))
        }
        (None, Act::Grant) => Err((Outcome::Hold, "The application names no declaration.")),
    }
}

/// The answer of a check that found no declaration to look at.
fn without<'f>(rule: Rule, (outcome, says): (Outcome, &'static str)) -> Check<'f> {
    Check::new(rule, outcome, says).read("declaration", None::<&str>)
}

pub(super) fn accepted(facts: &Facts) -> Check<'_> {
    let rule = Rule::DeclarationAccepted;
    let declaration = match declared(facts) {
        Ok(declaration) => declaration,
        Err(absent) => return without(rule, absent),
    };
    let in_term = declaration.valid_until >= facts.today;
    let (outcome, says) = match declaration.status {
        Status::Accepted if in_term => (Outcome::Pass, "The declaration is accepted and unexpired."),
        Status::Accepted | Status::Expired => (Outcome::Hold, "The declaration has expired."),
        Status::Lodged | Status::InVerification => (Outcome::Hold, "The declaration is not yet verified."),
        Status::Rejected => (Outcome::Hold, "The declaration was rejected."),
        Status::Superseded => (Outcome::Hold, "The declaration was superseded by a new one."),
        Status::BreachSuspected => (Outcome::Hold, "A breach of the declaration is suspected."),
        Status::BreachConfirmed => (Outcome::Refuse, "A breach of the declaration is confirmed."),
    };
    // A used declaration expires with its goods delivered; only a breach stands against a license on file.
    let spent = matches!(declaration.status, Status::Accepted | Status::Expired | Status::Superseded);
    let outcome = if facts.act.concerns_license() && spent { Outcome::Pass } else { outcome };
    Check::new(rule, outcome, says)
        .read("declaration", declaration.reference.as_str())
        .read("status", declaration.status.name())
        .read("validUntil", declaration.valid_until)
}

pub(super) fn version(facts: &Facts) -> Check<'_> {
    let rule = Rule::DeclarationVersion;
    let declaration = match declared(facts) {
        Ok(declaration) if facts.act == Act::Grant => declaration,
        Ok(_) => return not_applicable(rule, "The version was checked when the license was granted."),
        Err(absent) => return without(rule, absent),
    };
    // Not known while the class of any line is not on file.
    let strictest =
        facts.lines.iter().map(|line| line.class).reduce(|a, b| a.zip(b).map(|(a, b)| a.max(b))).flatten();
    let (outcome, says) = if strictest == Some(declaration.class) {
        template_outcome(facts, declaration)
    } else {
        (Outcome::Hold, "The declaration is not on the template of the strictest product class applied for.")
    };
    let successor = declaration.successor.as_ref();
    Check::new(rule, outcome, says)
        .read("declarationClass", declaration.class.name())
        .read("strictestClass", strictest.map(crate::rules::product::ProductClass::name))
        .read("templateVersion", declaration.template_version)
        .read("templateStatus", declaration.template_status.name())
        .read("successorInForceFrom", successor.map(|successor| successor.in_force_from))
        .read("transitionUntil", successor.and_then(|successor| successor.transition_until))
}

fn template_outcome(facts: &Facts, declaration: &DeclarationFacts) -> (Outcome, &'static str) {
    match (declaration.template_status, &declaration.successor) {
        (TemplateStatus::InForce, _) => {
            (Outcome::Pass, "The declaration is on the template version in force.")
        }
        (TemplateStatus::Superseded, Some(successor)) => {
            let filed_before = facts.filed_on.is_some_and(|filed| filed < successor.in_force_from);
            let until = successor.transition_until.is_some_and(|until| facts.today <= until);
            match successor.rule {
                TransitionRule::KeepFiled if filed_before => (
                    Outcome::Pass,
                    "The application was filed before the new template version came into force.",
                ),
                TransitionRule::UntilDate if until => {
                    (Outcome::Pass, "The template version before is accepted until the transition ends.")
                }
                TransitionRule::None | TransitionRule::KeepFiled | TransitionRule::UntilDate => {
                    (Outcome::Hold, "A declaration on the template version in force is needed.")
                }
            }
        }
        (TemplateStatus::Superseded, None) => {
            (Outcome::Hold, "The template was superseded and no version is in force.")
        }
        (TemplateStatus::Draft | TemplateStatus::Agreed | TemplateStatus::Withdrawn, _) => {
            (Outcome::Hold, "The template of the declaration is not in force.")
        }
    }
}

pub(super) fn matches(facts: &Facts) -> Check<'_> {
    let rule = Rule::DeclarationMatches;
    let declaration = match declared(facts) {
        Ok(declaration) if facts.act == Act::Grant => declaration,
        Ok(_) => return not_applicable(rule, "The particulars were checked when the license was granted."),
        Err(absent) => return without(rule, absent),
    };
    let end_user = facts.end_user.as_ref().map(|end_user| end_user.reference.as_str());
    let beyond = facts.lines.iter().find(|line| match (line.granted, line.declared) {
        (Some(granted), Some(declared)) => granted > declared,
        (None, _) | (_, None) => true,
    });
    let (outcome, says) = if facts.destination != Some(declaration.state) {
        (Outcome::Refuse, "The declaration was not signed by the acquiring state.")
    } else if end_user != Some(declaration.end_user.as_str()) {
        (Outcome::Refuse, "The declaration names another end user.")
    } else if beyond.is_some() || facts.lines.is_empty() {
        (Outcome::Refuse, "A product or quantity goes beyond what was declared.")
    } else {
        (Outcome::Pass, "State, end user, products and quantities match the declaration.")
    };
    Check::new(rule, outcome, says)
        .read("state", declaration.state_text())
        .read("declaredEndUser", declaration.end_user.as_str())
        .read("endUser", end_user)
        .read("product", beyond.map(|line| line.product.as_str()))
        .read("granted", beyond.and_then(|line| line.granted))
        .read("declared", beyond.and_then(|line| line.declared))
}

impl DeclarationFacts {
    fn state_text(&self) -> &str {
        self.state.as_str()
    }
}

pub(super) fn unused(facts: &Facts) -> Check<'_> {
    let rule = Rule::DeclarationUnused;
    let declaration = match declared(facts) {
        Ok(declaration) if facts.act == Act::Grant => declaration,
        Ok(_) => return not_applicable(rule, "The declaration serves this license."),
        Err(absent) => return without(rule, absent),
    };
    let (outcome, says) = match (&declaration.used_by, declaration.framework) {
        (None, _) => (Outcome::Pass, "The declaration has served no other application."),
        (Some(_), true) => {
            (Outcome::Pass, "The declaration is a framework and serves more than one transaction.")
        }
        (Some(_), false) => (Outcome::Refuse, "The declaration has already served another application."),
    };
    Check::new(rule, outcome, says)
        .read("declaration", declaration.reference.as_str())
        .read("usedBy", declaration.used_by.as_deref())
        .read("framework", declaration.framework)
}

/// A breach concerns every permission for the end user, whichever declaration it is of.
pub(super) fn end_user_breach(facts: &Facts) -> Check<'_> {
    let rule = Rule::EndUserBreach;
    let Some(breach) = &facts.breach else {
        let says = "No breach of a declaration of the end user is suspected or confirmed.";
        return Check::new(rule, Outcome::Pass, says);
    };
    let (outcome, says) = if breach.confirmed {
        (Outcome::Refuse, "A breach of a declaration of the end user is confirmed.")
    } else {
        (Outcome::Hold, "A breach of a declaration of the end user is suspected.")
    };
    Check::new(rule, outcome, says)
        .read("declaration", breach.declaration.as_str())
        .read("confirmed", breach.confirmed)
}
