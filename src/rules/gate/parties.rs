//! The checks of the parties and the goods: exporter, products, destination and end user.

use super::{ConsigneeFacts, EmbargoScope, Facts, LineFacts, not_applicable};
use crate::rules::product::{ProductClass, Status as ProductStatus};
use crate::rules::verdict::{Check, Outcome, Rule};
use crate::rules::{declaration::StatedEnd, exporter::Status as ExporterStatus};

pub(super) fn exporter_registered(facts: &Facts) -> Check<'_> {
    let Some(exporter) = &facts.exporter else {
        // Only an imported license names no exporter: its return is for a person to decide, with reasons.
        let outcome = if facts.act.concerns_license() { Outcome::Refer } else { Outcome::Refuse };
        return Check::new(Rule::ExporterRegistered, outcome, "No exporter is on file.")
            .read("exporter", None::<&str>);
    };
    let in_term = exporter.registered_until.is_some_and(|until| until >= facts.today);
    let (outcome, says) = match exporter.status {
        ExporterStatus::Registered if in_term => (Outcome::Pass, "The exporter is registered and in term."),
        ExporterStatus::Suspended if in_term => (Outcome::Hold, "The exporter is suspended."),
        ExporterStatus::Registered | ExporterStatus::Suspended => {
            (Outcome::Refuse, "The term of the exporter's registration has ended.")
        }
        ExporterStatus::Applied => (Outcome::Hold, "The exporter's registration is not yet decided."),
        ExporterStatus::Refused
        | ExporterStatus::Removed
        | ExporterStatus::Lapsed
        | ExporterStatus::Surrendered => (Outcome::Refuse, "The exporter is not on the register."),
    };
    Check::new(Rule::ExporterRegistered, outcome, says)
        .read("exporter", exporter.reference.as_str())
        .read("status", exporter.status.name())
        .read("registeredUntil", exporter.registered_until)
}

/// The first line for which `wrong` holds.
fn first_line(facts: &Facts, wrong: impl Fn(&LineFacts) -> bool) -> Option<&LineFacts> {
    facts.lines.iter().find(|line| wrong(line))
}

pub(super) fn products_owned(facts: &Facts) -> Check<'_> {
    let rule = Rule::ProductsOwned;
    if facts.act.concerns_license() {
        return not_applicable(rule, "The products were checked when the license was granted.");
    }
    if facts.lines.is_empty() {
        return Check::new(rule, Outcome::Refuse, "The application names no product.").read("lines", 0);
    }
    match first_line(facts, |line| !line.owned) {
        Some(line) => Check::new(rule, Outcome::Refuse, "A product is not registered to the exporter.")
            .read("product", line.product.as_str()),
        None => Check::new(rule, Outcome::Pass, "Every product is registered to the exporter.")
            .read("lines", i32::try_from(facts.lines.len()).ok()),
    }
}

pub(super) fn products_classified(facts: &Facts) -> Check<'_> {
    let rule = Rule::ProductsClassified;
    if facts.act.concerns_license() {
        return not_applicable(rule, "A license keeps the classification it was granted on.");
    }
    let about = |line: &LineFacts| match line.status {
        ProductStatus::NotControlled => {
            (Outcome::Refuse, "A product needs no license: it is not controlled.")
        }
        ProductStatus::Retired => (Outcome::Refuse, "A product is retired."),
        ProductStatus::Submitted | ProductStatus::Returned => {
            (Outcome::Hold, "A product is not yet classified.")
        }
        ProductStatus::Classified => match (line.pinned, line.current, line.class) {
            (Some(pinned), Some(current), Some(_)) if pinned == current => {
                (Outcome::Pass, "Every product is classified, in its current version.")
            }
            (Some(_), Some(_), Some(_)) => {
                (Outcome::Hold, "A product was classified anew since the application was filed.")
            }
            _ => (Outcome::Hold, "A product's classification is not on file."),
        },
    };
    let Some(line) = facts.lines.iter().max_by_key(|line| about(line).0) else {
        return Check::new(rule, Outcome::Refuse, "The application names no product.").read("lines", 0);
    };
    let (outcome, says) = about(line);
    Check::new(rule, outcome, says)
        .read("product", line.product.as_str())
        .read("status", line.status.name())
        .read("pinnedVersion", line.pinned)
        .read("currentVersion", line.current)
}

/// The embargo is on the destination. A consignee elsewhere under an embargo is told to whoever decides, and decides nothing.
pub(super) fn arms_embargo(facts: &Facts) -> Check<'_> {
    let check = embargo_on_destination(facts);
    let under = |consignee: &&ConsigneeFacts| consignee.embargo.is_some();
    match facts.consignees.iter().find(under) {
        Some(consignee) => check
            .read("consignee", consignee.reference.as_str())
            .read("consigneeEmbargo", consignee.embargo.as_ref().map(|embargo| embargo.citation.as_str())),
        None => check,
    }
}

fn embargo_on_destination(facts: &Facts) -> Check<'_> {
    let rule = Rule::ArmsEmbargo;
    let Some(destination) = &facts.destination else {
        let says = "No single destination is on file to check for an embargo.";
        return Check::new(rule, Outcome::Refer, says).read("destination", None::<&str>);
    };
    let Some(embargo) = &facts.embargo else {
        return Check::new(
            rule,
            Outcome::Pass,
            "No United Nations arms embargo is in force on the destination.",
        )
        .read("destination", destination.as_str());
    };
    // The government of another country is not the government of the destination.
    let government = facts
        .end_user
        .as_ref()
        .map(|end_user| end_user.kind.is_government() && end_user.country == *destination);
    let (outcome, says) = match (embargo.scope, government) {
        (EmbargoScope::Territory, _) => {
            (Outcome::Refuse, "A United Nations arms embargo is in force on the destination.")
        }
        (EmbargoScope::NonGovernmental, Some(true)) => {
            (Outcome::Refer, "An arms embargo covers all but the government of the destination.")
        }
        (EmbargoScope::NonGovernmental, Some(false) | None) => (
            Outcome::Refuse,
            "An arms embargo covers all but the government, and the end user is not known to be it.",
        ),
    };
    Check::new(rule, outcome, says)
        .read("destination", destination.as_str())
        .read("scope", embargo.scope.name())
        .read("citation", embargo.citation.as_str())
        .read("endUserIsTheGovernment", government)
}

pub(super) fn cyber_end_use(facts: &Facts) -> Check<'_> {
    let rule = Rule::CyberEndUse;
    if facts.act.concerns_license() {
        return not_applicable(rule, "The end use was checked when the license was granted.");
    }
    // A line whose class is not on file may be a cyber system: it is treated as one.
    let Some(line) =
        first_line(facts, |line| line.class.is_none_or(|class| class == ProductClass::CyberIntelligence))
    else {
        return not_applicable(rule, "No line is a cyber or intelligence system.");
    };
    let kind = facts.end_user.as_ref().map(|end_user| end_user.kind);
    let ends = facts.declaration.as_ref().map(|declaration| declaration.stated_ends.as_slice());
    let lawful =
        ends.map(|ends| !ends.is_empty() && ends.iter().copied().all(StatedEnd::is_lawful_for_cyber));
    let needs_ends = facts.kind == crate::rules::application::Kind::Export;
    let (outcome, says) = match (kind.map(|kind| kind.is_government()), lawful) {
        (None, _) => (Outcome::Hold, "A cyber or intelligence system needs a named end user."),
        (Some(false), _) => {
            (Outcome::Refuse, "A cyber or intelligence system may go to a government end user only.")
        }
        (Some(true), Some(true)) => {
            (Outcome::Pass, "The end user is a government body and the stated ends are lawful.")
        }
        (Some(true), Some(false)) => {
            (Outcome::Refuse, "The stated ends go beyond terrorism and serious crime.")
        }
        (Some(true), None) if needs_ends => (Outcome::Hold, "The end use is not stated in a declaration."),
        (Some(true), None) => {
            (Outcome::Pass, "The end user is a government body; the ends are stated before export.")
        }
    };
    Check::new(rule, outcome, says)
        .read("product", line.product.as_str())
        .read("endUserKind", kind.map(crate::rules::end_user::EndUserKind::name))
        .read("lawfulEnds", lawful)
}
