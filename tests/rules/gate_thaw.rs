//! The gate at the lifting of a freeze and at a reinstatement: what stands against the return of a license, and what was
//! settled at its grant.

use export_license_registry::rules::application::{Kind, Purpose};
use export_license_registry::rules::end_user::EndUserKind;
use export_license_registry::rules::gate::{Act, EmbargoScope, ExporterFacts, Facts, TermFacts};
use export_license_registry::rules::product::ProductClass;
use export_license_registry::rules::verdict::{Outcome, Rule};
use export_license_registry::rules::{declaration, exporter, license};

use crate::case::{self, ago, ahead, check, clean, embargo, outcome, review};

/// What the gate is told about a frozen license: as `licenses::change` gathers it.
fn frozen(kind: Kind) -> Facts {
    Facts {
        act: Act::Unfreeze,
        stage: None,
        filed_on: None,
        lines: Vec::new(),
        required_positions: Vec::new(),
        positions: Vec::new(),
        measures: Vec::new(),
        conditions: Vec::new(),
        exemption_conditions: Vec::new(),
        conditions_seen: None,
        term: None,
        signatures: None,
        license: Some(license::Status::Frozen),
        ..clean(kind, Purpose::New, ProductClass::Military)
    }
}

#[test]
fn a_frozen_license_with_nothing_against_it_thaws() {
    for &kind in Kind::ALL {
        assert_eq!(outcome(&frozen(kind)), Outcome::Pass, "{kind}");
    }
}

#[test]
fn every_license_status() {
    for status in license::Status::ALL.iter().copied().map(Some).chain([None]) {
        let mut facts = frozen(Kind::Export);
        facts.license = status;
        let in_force = matches!(status, Some(license::Status::Active | license::Status::Frozen));
        let expected = if in_force { Outcome::Pass } else { Outcome::Refuse };
        assert_eq!(check(&facts, Rule::LicenseFreezable), expected, "{status:?}");
    }
}

#[test]
fn every_exporter_declaration_embargo_and_end_user() {
    let exporters: Vec<Option<exporter::Status>> =
        exporter::Status::ALL.iter().copied().map(Some).chain([None]).collect();
    let declarations: Vec<Option<declaration::Status>> =
        declaration::Status::ALL.iter().copied().map(Some).chain([None]).collect();
    let embargoes: Vec<Option<EmbargoScope>> =
        EmbargoScope::ALL.iter().copied().map(Some).chain([None]).collect();
    for &exporter in &exporters {
        for &declaration in &declarations {
            for &scope in &embargoes {
                for &user in EndUserKind::ALL {
                    let mut facts = frozen(Kind::Export);
                    facts.exporter = exporter.map(|status| ExporterFacts {
                        reference: "EX-2026-000001".to_owned(),
                        status,
                        registered_until: Some(ahead(1)),
                    });
                    facts.declaration = declaration.map(|status| {
                        let mut declaration = case::declaration(ProductClass::Military);
                        declaration.status = status;
                        declaration
                    });
                    facts.embargo = scope.map(embargo);
                    facts.end_user.iter_mut().for_each(|end_user| end_user.kind = user);

                    let by_exporter = match exporter {
                        Some(exporter::Status::Registered) => Outcome::Pass,
                        // An imported license without an exporter is for a person to decide, with reasons.
                        None => Outcome::Refer,
                        Some(exporter::Status::Applied | exporter::Status::Suspended) => Outcome::Hold,
                        Some(_) => Outcome::Refuse,
                    };
                    let by_declaration = match declaration {
                        None => Outcome::NotApplicable,
                        // Spent with the goods delivered, not breached.
                        Some(
                            declaration::Status::Accepted
                            | declaration::Status::Expired
                            | declaration::Status::Superseded,
                        ) => Outcome::Pass,
                        Some(declaration::Status::BreachConfirmed) => Outcome::Refuse,
                        Some(_) => Outcome::Hold,
                    };
                    let by_embargo = match (scope, user.is_government()) {
                        (None, _) => Outcome::Pass,
                        (Some(EmbargoScope::NonGovernmental), true) => Outcome::Refer,
                        (Some(_), _) => Outcome::Refuse,
                    };
                    let told = || format!("{exporter:?} {declaration:?} {scope:?} {user}");
                    assert_eq!(check(&facts, Rule::ExporterRegistered), by_exporter, "{}", told());
                    assert_eq!(check(&facts, Rule::DeclarationAccepted), by_declaration, "{}", told());
                    assert_eq!(check(&facts, Rule::ArmsEmbargo), by_embargo, "{}", told());
                    let worst = by_exporter.max(by_declaration).max(by_embargo).max(Outcome::Pass);
                    assert_eq!(outcome(&facts), worst, "{}", told());
                }
            }
        }
    }
}

#[test]
fn what_was_settled_at_the_grant_is_not_asked_again() {
    for &kind in Kind::ALL {
        let facts = frozen(kind);
        for &rule in Rule::ALL {
            let asked = matches!(
                rule,
                Rule::ExporterRegistered
                    | Rule::ArmsEmbargo
                    | Rule::LicenseFreezable
                    | Rule::OpenReview
                    | Rule::Screening
                    | Rule::EndUserBreach
                    | Rule::MeasureFreeze
            ) || (rule == Rule::DeclarationAccepted && kind == Kind::Export);
            let expected = if asked { Outcome::Pass } else { Outcome::NotApplicable };
            assert_eq!(check(&facts, rule), expected, "{kind} {rule}");
        }
    }
}

/// What the gate is told about a revoked license: as `licenses::reinstate` gathers it.
fn revoked(kind: Kind) -> Facts {
    Facts {
        act: Act::Reinstate,
        license: Some(license::Status::Revoked),
        term: Some(TermFacts { valid_until: case::today(), longest_days: 1_000 }),
        ..frozen(kind)
    }
}

#[test]
fn a_revoked_license_in_term_is_reinstated_and_no_other() {
    for &kind in Kind::ALL {
        assert_eq!(outcome(&revoked(kind)), Outcome::Pass, "{kind}");
        for status in license::Status::ALL.iter().copied().map(Some).chain([None]) {
            let mut facts = revoked(kind);
            facts.license = status;
            let expected =
                if status == Some(license::Status::Revoked) { Outcome::Pass } else { Outcome::Refuse };
            assert_eq!(check(&facts, Rule::LicenseFreezable), expected, "{status:?}");
        }
        let mut ended = revoked(kind);
        ended.term = Some(TermFacts { valid_until: case::ago(1), longest_days: 1_000 });
        assert_eq!(check(&ended, Rule::LicenseFreezable), Outcome::Refuse, "past its term");
        ended.term = None;
        assert_eq!(check(&ended, Rule::LicenseFreezable), Outcome::Refuse, "a missing fact never passes");
    }
}

/// But for the license itself, a reinstatement is asked what a thaw is asked.
#[test]
fn a_reinstatement_is_checked_as_a_thaw() {
    for &kind in Kind::ALL {
        for dimension in case::DIMENSIONS {
            for change in dimension.values {
                let (mut thaw, mut back) = (frozen(kind), revoked(kind));
                change(&mut thaw);
                change(&mut back);
                for &rule in Rule::ALL.iter().filter(|rule| **rule != Rule::LicenseFreezable) {
                    assert_eq!(check(&thaw, rule), check(&back, rule), "{kind} {} {rule}", dimension.name);
                }
            }
        }
    }
}

/// Facts recorded before there were reinstatements read back.
#[test]
fn older_facts_read_back() {
    let json = serde_json::to_value(frozen(Kind::Export)).expect("it is JSON");
    assert_eq!(json.pointer("/act"), Some(&"unfreeze".into()));
    serde_json::from_value::<Facts>(json).expect("it reads back");
}
#[test]
fn what_is_under_review_is_not_thawed() {
    for &kind in Kind::ALL {
        for due_on in [ahead(30), ago(30)] {
            let mut facts = frozen(kind);
            facts.open_review = Some(review(due_on));
            assert_eq!(check(&facts, Rule::OpenReview), Outcome::Hold, "{kind} due on {due_on}");
            assert_eq!(outcome(&facts), Outcome::Hold);
            let verdict = export_license_registry::rules::gate::judge(&facts).record();
            assert!(!verdict.lets_through(true), "no departure opens it");
        }
    }
}
