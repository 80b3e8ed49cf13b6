//! The checks of the case itself: stage, quantities, term, cover, positions, precedents and signatures.

use super::{Act, Facts, LineFacts, not_applicable};
use crate::rules::application::{Kind, Purpose, Stance, Status};
use crate::rules::license::Status as LicenseStatus;
use crate::rules::verdict::{Check, Outcome, Rule};

pub(super) fn stage(facts: &Facts) -> Check<'_> {
    let rule = Rule::Stage;
    if facts.act.concerns_license() {
        return not_applicable(rule, "The act concerns a license.");
    }
    let (outcome, says) = match facts.stage {
        Some(Status::InReview) => (Outcome::Pass, "The application is in review."),
        Some(Status::InformationRequested) => {
            (Outcome::Hold, "The clock is paused: information was requested.")
        }
        Some(Status::Referred) => (Outcome::Hold, "The application is before the committee."),
        Some(Status::Draft | Status::Submitted | Status::Returned) => {
            (Outcome::Hold, "The application has not been taken up for review.")
        }
        Some(
            Status::Granted | Status::GrantedInPart | Status::Refused | Status::Withdrawn | Status::Lapsed,
        )
        | None => (Outcome::Refuse, "The application is not open."),
    };
    Check::new(rule, outcome, says).read("status", facts.stage.map(Status::name))
}

/// Whether a line's quantity and value may be granted: positive, and not above what was applied for.
fn line_in_bounds(line: &LineFacts, needs_amounts: bool) -> bool {
    let quantity = match (line.applied, line.granted) {
        (Some(applied), Some(granted)) => {
            granted.is_sign_positive() && !granted.is_zero() && granted <= applied
        }
        (None, None) => !needs_amounts,
        (None, Some(_)) | (Some(_), None) => false,
    };
    let value = match (line.applied_value, line.granted_value) {
        (Some(applied), Some(granted)) => !granted.is_sign_negative() && granted <= applied,
        (None, None) => !needs_amounts,
        (None, Some(_)) | (Some(_), None) => false,
    };
    quantity && value
}

pub(super) fn quantities(facts: &Facts) -> Check<'_> {
    let rule = Rule::Quantities;
    if facts.act.concerns_license() {
        return not_applicable(rule, "The quantities were checked when the license was granted.");
    }
    if facts.lines.is_empty() {
        return Check::new(rule, Outcome::Refuse, "The decision names no line.").read("lines", 0);
    }
    // A marketing license permits offers, not deliveries: it may leave quantities open.
    let needs_amounts = facts.kind != Kind::Marketing;
    match facts.lines.iter().find(|line| !line_in_bounds(line, needs_amounts)) {
        Some(line) => {
            let says = "A quantity or value is missing, not positive, or above what was applied for.";
            Check::new(rule, Outcome::Refuse, says)
                .read("product", line.product.as_str())
                .read("applied", line.applied)
                .read("granted", line.granted)
                .read("appliedValue", line.applied_value)
                .read("grantedValue", line.granted_value)
        }
        None => Check::new(rule, Outcome::Pass, "Quantities and values are within what was applied for.")
            .read("lines", i32::try_from(facts.lines.len()).ok()),
    }
}

pub(super) fn term(facts: &Facts) -> Check<'_> {
    let rule = Rule::Term;
    if facts.act.concerns_license() {
        return not_applicable(rule, "The term stays as it is.");
    }
    let Some(term) = facts.term else {
        return Check::new(rule, Outcome::Refuse, "No term is stated.").read("validUntil", None::<&str>);
    };
    let days = (term.valid_until - facts.today).num_days();
    let (outcome, says) = if days < 0 {
        (Outcome::Refuse, "The term would end before it begins.")
    } else if days > i64::from(term.longest_days) {
        (Outcome::Refuse, "The term is longer than may be granted.")
    } else {
        (Outcome::Pass, "The term may be granted.")
    };
    Check::new(rule, outcome, says)
        .read("validUntil", term.valid_until)
        .read("longestDays", term.longest_days)
}

pub(super) fn marketing_cover(facts: &Facts) -> Check<'_> {
    let rule = Rule::MarketingCover;
    if facts.act.concerns_license() || facts.kind != Kind::Export {
        return not_applicable(rule, "Only an export application needs a marketing license.");
    }
    let Some(first) = facts.lines.first() else {
        return Check::new(rule, Outcome::Refuse, "The application names no product.").read("lines", 0);
    };
    let uncovered = |line: &&LineFacts| line.covered_by.is_none() && line.exempt_by.is_none();
    if let Some(line) = facts.lines.iter().find(uncovered) {
        let says = "No valid marketing license covers a product for this destination and end user, and no exemption.";
        return Check::new(rule, Outcome::Refuse, says).read("product", line.product.as_str());
    }
    let exempt = facts.lines.iter().find_map(|line| line.exempt_by.as_deref());
    let unstated = facts.exemption_conditions.iter().find(|condition| !facts.conditions.contains(condition));
    let (outcome, says) = match (exempt, unstated) {
        (None, _) => (Outcome::Pass, "Every product is covered by a valid marketing license."),
        (Some(_), Some(_)) => {
            (Outcome::Hold, "The exemption requires a condition that the decision does not state.")
        }
        (Some(_), None) => (
            Outcome::Pass,
            "Every product is covered by a valid marketing license or needs none under an exemption.",
        ),
    };
    Check::new(rule, outcome, says)
        .read("marketingLicense", first.covered_by.as_deref())
        .read("exemption", exempt)
        .read("unstated", unstated.map(String::as_str))
}

pub(super) fn positions_recorded(facts: &Facts) -> Check<'_> {
    let rule = Rule::PositionsRecorded;
    if facts.act.concerns_license() {
        return not_applicable(rule, "Positions are asked for on applications.");
    }
    let recorded = |body| facts.positions.iter().any(|position| position.body == body);
    if let Some(body) = facts.required_positions.iter().copied().find(|body| !recorded(*body)) {
        return Check::new(rule, Outcome::Hold, "A required position is not recorded.")
            .read("missing", body.name());
    }
    if let Some(dissent) = facts.positions.iter().find(|position| position.stance == Stance::Oppose) {
        return Check::new(rule, Outcome::Refer, "A position opposes the application.")
            .read("opposing", dissent.body.name());
    }
    Check::new(rule, Outcome::Pass, "The required positions are recorded and none opposes.")
        .read("positions", i32::try_from(facts.positions.len()).ok())
}

pub(super) fn conditions_seen(facts: &Facts) -> Check<'_> {
    let rule = Rule::ConditionsSeen;
    if facts.act.concerns_license() {
        return not_applicable(rule, "The conditions stay as they are.");
    }
    let (outcome, says) = match facts.conditions_seen {
        Some(true) => (Outcome::Pass, "The conditions are the ones the reviewers saw."),
        Some(false) | None => {
            (Outcome::Hold, "The conditions were changed after the positions: back to the reviewers.")
        }
    };
    Check::new(rule, outcome, says).read("conditionsSeen", facts.conditions_seen)
}

pub(super) fn like_refusal(facts: &Facts) -> Check<'_> {
    let rule = Rule::LikeRefusal;
    if facts.act.concerns_license() {
        return not_applicable(rule, "Precedents are asked for on applications.");
    }
    match &facts.like_refusal {
        Some(refusal) => {
            Check::new(rule, Outcome::Refer, "A like transaction was refused within the look-back period.")
                .read("refused", refusal.reference.as_str())
                .read("refusedOn", refusal.refused_on)
        }
        None => {
            Check::new(rule, Outcome::Pass, "No like transaction was refused within the look-back period.")
        }
    }
}

pub(super) fn predecessor(facts: &Facts) -> Check<'_> {
    let rule = Rule::Predecessor;
    if facts.act.concerns_license() || facts.purpose == Purpose::New {
        return not_applicable(rule, "Nothing is renewed or amended.");
    }
    let Some(license) = &facts.predecessor else {
        let says = "The license to be renewed or amended is not named.";
        return Check::new(rule, Outcome::Refuse, says).read("license", None::<&str>);
    };
    let (outcome, says) = match (license.same_case, license.status) {
        (false, _) => (Outcome::Refuse, "The license is not of the same exporter, kind and destination."),
        (true, LicenseStatus::Active) => (Outcome::Pass, "The license is active."),
        (true, LicenseStatus::Frozen) => (Outcome::Hold, "The license is frozen."),
        (true, LicenseStatus::Expired | LicenseStatus::Exhausted) if facts.purpose == Purpose::Renewal => {
            (Outcome::Pass, "The license has run out and may be renewed.")
        }
        (true, LicenseStatus::Expired | LicenseStatus::Exhausted) => {
            (Outcome::Refuse, "A license that has run out cannot be amended.")
        }
        (
            true,
            LicenseStatus::Revoked
            | LicenseStatus::Annulled
            | LicenseStatus::Surrendered
            | LicenseStatus::Superseded,
        ) => (Outcome::Refuse, "The license was ended and cannot be renewed or amended."),
    };
    Check::new(rule, outcome, says)
        .read("license", license.reference.as_str())
        .read("status", license.status.name())
        .read("sameCase", license.same_case)
}

pub(super) fn license_freezable(facts: &Facts) -> Check<'_> {
    match facts.act {
        Act::Grant => not_applicable(Rule::LicenseFreezable, "The act concerns an application."),
        Act::Unfreeze => license_in_force(facts),
        Act::Reinstate => license_revoked_in_term(facts),
    }
}

fn license_in_force(facts: &Facts) -> Check<'_> {
    let (outcome, says) = if facts.license.is_some_and(LicenseStatus::is_in_force) {
        (Outcome::Pass, "The license is in force.")
    } else {
        (Outcome::Refuse, "The license has ended: there is nothing to thaw.")
    };
    Check::new(Rule::LicenseFreezable, outcome, says).read("status", facts.license.map(LicenseStatus::name))
}

fn license_revoked_in_term(facts: &Facts) -> Check<'_> {
    let until = facts.term.map(|term| term.valid_until);
    let (outcome, says) = if facts.license != Some(LicenseStatus::Revoked) {
        (Outcome::Refuse, "The license is not revoked: there is nothing to reinstate.")
    } else if until.is_some_and(|until| until >= facts.today) {
        (Outcome::Pass, "The license is revoked and its term still runs.")
    } else {
        (Outcome::Refuse, "The term of the license has ended.")
    };
    Check::new(Rule::LicenseFreezable, outcome, says)
        .read("status", facts.license.map(LicenseStatus::name))
        .read("validUntil", until)
}

pub(super) fn four_eyes(facts: &Facts) -> Check<'_> {
    let rule = Rule::FourEyes;
    match facts.act {
        Act::Grant => {}
        Act::Unfreeze => return not_applicable(rule, "A freeze is lifted by one signature."),
        Act::Reinstate => {
            return not_applicable(rule, "A reinstatement is signed in what it rests on.");
        }
    }
    let Some(signatures) = &facts.signatures else {
        return Check::new(rule, Outcome::Refuse, "No one has signed.").read("decider", None::<&str>);
    };
    let check = match &signatures.countersigner {
        None => not_applicable(rule, "The decision is proposed; another person is to countersign it."),
        Some(second) if *second == signatures.decider => {
            Check::new(rule, Outcome::Refuse, "Decider and countersigner are the same person.")
        }
        Some(_) => Check::new(rule, Outcome::Pass, "Decider and countersigner differ."),
    };
    check
        .read("decider", signatures.decider.as_str())
        .read("countersigner", signatures.countersigner.as_deref())
}
