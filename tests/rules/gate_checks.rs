//! Each check of the gate over the whole domain of the facts it reads, against the sentence of the law it stands for.

use chrono::NaiveDate;
use export_license_registry::rules::application::{Body, Kind, Purpose, Stance, Status};
use export_license_registry::rules::declaration::{self, StatedEnd};
use export_license_registry::rules::end_user::EndUserKind;
use export_license_registry::rules::gate::{
    ConsigneeFacts, EmbargoScope, Facts, LikeRefusal, PositionFacts, PredecessorFacts, Signatures,
    SuccessorFacts, TermFacts, judge,
};
use export_license_registry::rules::product::{ProductClass, Status as ProductStatus};
use export_license_registry::rules::template::{Status as TemplateStatus, TransitionRule};
use export_license_registry::rules::verdict::{Outcome, Rule};
use export_license_registry::rules::{exporter, license};
use rust_decimal::Decimal;

use crate::case::{
    ago, ahead, check, clean, consignee, contexts, country, embargo, export, line, predecessor, review,
    successor, today,
};

#[test]
fn stage_every_status() {
    for status in Status::ALL.iter().copied().map(Some).chain([None]) {
        let mut facts = export();
        facts.stage = status;
        let expected = match status {
            Some(Status::InReview) => Outcome::Pass,
            Some(status) if status.is_open() => Outcome::Hold,
            Some(_) | None => Outcome::Refuse,
        };
        assert_eq!(check(&facts, Rule::Stage), expected, "{status:?}");
    }
}

#[test]
fn exporter_every_status_in_and_out_of_term() {
    for &status in exporter::Status::ALL {
        for until in [Some(ahead(1)), Some(today()), Some(ago(1)), None] {
            let mut facts = export();
            if let Some(exporter) = &mut facts.exporter {
                (exporter.status, exporter.registered_until) = (status, until);
            }
            let in_term = until.is_some_and(|until| until >= today());
            let expected = match (status, in_term) {
                (exporter::Status::Registered, true) => Outcome::Pass,
                (exporter::Status::Suspended, true) | (exporter::Status::Applied, _) => Outcome::Hold,
                _ => Outcome::Refuse,
            };
            assert_eq!(check(&facts, Rule::ExporterRegistered), expected, "{status} until {until:?}");
        }
    }
}

#[test]
fn one_foreign_product_refuses_all() {
    for foreign in 0..3 {
        let mut facts = export();
        facts.lines = vec![line(ProductClass::Military); 3];
        assert_eq!(check(&facts, Rule::ProductsOwned), Outcome::Pass);
        facts.lines.iter_mut().skip(foreign).take(1).for_each(|line| line.owned = false);
        assert_eq!(check(&facts, Rule::ProductsOwned), Outcome::Refuse, "line {foreign}");
    }
}

#[test]
fn product_every_status_and_version() {
    for &status in ProductStatus::ALL {
        for pinned in [None, Some(1), Some(2)] {
            for current in [None, Some(1), Some(2)] {
                for class in ProductClass::ALL.iter().copied().map(Some).chain([None]) {
                    let mut facts = export();
                    let mut changed = line(ProductClass::Military);
                    (changed.status, changed.pinned, changed.current, changed.class) =
                        (status, pinned, current, class);
                    // The line that is amiss is found wherever it stands.
                    for at in 0..=1 {
                        facts.lines = vec![line(ProductClass::Military)];
                        facts.lines.insert(at, changed.clone());
                        let known = pinned.is_some() && class.is_some();
                        let expected = match status {
                            ProductStatus::Classified if known && pinned == current => Outcome::Pass,
                            ProductStatus::Classified
                            | ProductStatus::Submitted
                            | ProductStatus::Returned => Outcome::Hold,
                            ProductStatus::NotControlled | ProductStatus::Retired => Outcome::Refuse,
                        };
                        let told = check(&facts, Rule::ProductsClassified);
                        assert_eq!(told, expected, "{status} {pinned:?} {current:?} {class:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn quantities_and_values_at_and_beyond_their_bounds() {
    let amounts: Vec<Option<Decimal>> = [
        None,
        Some("-1"),
        Some("-0"),
        Some("0"),
        Some("0.000001"),
        Some("10"),
        Some("10.000001"),
        Some("11"),
    ]
    .into_iter()
    .map(|text| text.map(|text| text.parse().expect("a decimal")))
    .collect();
    for &kind in Kind::ALL {
        for &applied in &amounts {
            for &granted in &amounts {
                let may_be_open = kind == Kind::Marketing && applied.is_none() && granted.is_none();
                let within = applied.zip(granted).is_some_and(|(applied, granted)| granted <= applied);
                let positive = granted.is_some_and(|granted| granted > Decimal::ZERO);
                let not_negative =
                    granted.is_some_and(|granted| granted >= Decimal::ZERO && !is_minus(granted));

                let mut facts = clean(kind, Purpose::New, ProductClass::Military);
                facts.lines.iter_mut().skip(1).for_each(|l| (l.applied, l.granted) = (applied, granted));
                let expected =
                    if may_be_open || (within && positive) { Outcome::Pass } else { Outcome::Refuse };
                let told = check(&facts, Rule::Quantities);
                assert_eq!(told, expected, "{kind}: quantity {granted:?} of {applied:?}");

                let mut facts = clean(kind, Purpose::New, ProductClass::Military);
                facts.lines.iter_mut().for_each(|l| (l.applied_value, l.granted_value) = (applied, granted));
                let expected =
                    if may_be_open || (within && not_negative) { Outcome::Pass } else { Outcome::Refuse };
                let told = check(&facts, Rule::Quantities);
                assert_eq!(told, expected, "{kind}: value {granted:?} of {applied:?}");
            }
        }
    }
}

/// Minus zero is refused with the other negative values.
fn is_minus(number: Decimal) -> bool {
    number.is_sign_negative()
}

#[test]
fn term_every_edge() {
    for (valid_until, longest_days, expected) in [
        (today(), 0, Outcome::Pass),
        (ahead(1), 0, Outcome::Refuse),
        (ahead(100), 100, Outcome::Pass),
        (ahead(101), 100, Outcome::Refuse),
        (ago(1), 100, Outcome::Refuse),
        (today(), -1, Outcome::Refuse),
        (NaiveDate::MAX, i32::MAX, Outcome::Pass),
        (NaiveDate::MIN, i32::MAX, Outcome::Refuse),
    ] {
        let mut facts = export();
        facts.term = Some(TermFacts { valid_until, longest_days });
        assert_eq!(check(&facts, Rule::Term), expected, "{valid_until} within {longest_days}");
    }
}

#[test]
fn an_export_needs_every_line_covered() {
    for &kind in Kind::ALL {
        for covered in [[true, true], [true, false], [false, true], [false, false]] {
            let mut facts = clean(kind, Purpose::New, ProductClass::Military);
            for (line, covered) in facts.lines.iter_mut().zip(covered) {
                line.covered_by = covered.then(|| "ML-2026-000001".to_owned());
            }
            let expected = match kind {
                Kind::Marketing | Kind::Brokering => Outcome::NotApplicable,
                Kind::Export if covered == [true, true] => Outcome::Pass,
                Kind::Export => Outcome::Refuse,
            };
            assert_eq!(check(&facts, Rule::MarketingCover), expected, "{kind} {covered:?}");
        }
    }
}

#[test]
fn declaration_every_status_in_and_out_of_term() {
    for &status in declaration::Status::ALL {
        for valid_until in [ahead(1), today(), ago(1)] {
            let mut facts = export();
            facts.declaration.iter_mut().for_each(|d| (d.status, d.valid_until) = (status, valid_until));
            let expected = match status {
                declaration::Status::Accepted if valid_until >= today() => Outcome::Pass,
                declaration::Status::BreachConfirmed => Outcome::Refuse,
                declaration::Status::Accepted
                | declaration::Status::Lodged
                | declaration::Status::InVerification
                | declaration::Status::Rejected
                | declaration::Status::Expired
                | declaration::Status::Superseded
                | declaration::Status::BreachSuspected => Outcome::Hold,
            };
            assert_eq!(check(&facts, Rule::DeclarationAccepted), expected, "{status} until {valid_until}");
        }
    }
}

#[test]
fn no_declaration_is_asked_for_but_before_export() {
    for (kind, purpose, class) in contexts() {
        let mut facts = clean(kind, purpose, class);
        facts.declaration = None;
        for rule in [
            Rule::DeclarationAccepted,
            Rule::DeclarationVersion,
            Rule::DeclarationMatches,
            Rule::DeclarationUnused,
        ] {
            let expected = if kind == Kind::Export { Outcome::Hold } else { Outcome::NotApplicable };
            assert_eq!(check(&facts, rule), expected, "{kind} {rule}");
        }
    }
}

#[test]
fn template_every_status_transition_filing_day_and_last_day() {
    let in_force_from = ago(5);
    let successors = TransitionRule::ALL
        .iter()
        .flat_map(|&rule| {
            [None, Some(ago(1)), Some(today()), Some(ahead(1))]
                .map(|until| Some(SuccessorFacts { transition_until: until, ..successor(rule) }))
        })
        .chain([None])
        .collect::<Vec<_>>();
    for &status in TemplateStatus::ALL {
        for successor in &successors {
            for filed_on in [None, Some(ago(6)), Some(in_force_from), Some(ago(4))] {
                let mut facts = export();
                facts.filed_on = filed_on;
                facts.declaration.iter_mut().for_each(|declaration| {
                    declaration.template_status = status;
                    declaration.successor.clone_from(successor);
                });
                let kept = successor.as_ref().is_some_and(|successor| match successor.rule {
                    TransitionRule::None => false,
                    TransitionRule::KeepFiled => filed_on.is_some_and(|filed| filed < in_force_from),
                    TransitionRule::UntilDate => {
                        successor.transition_until.is_some_and(|until| until >= today())
                    }
                });
                let passes =
                    status == TemplateStatus::InForce || (status == TemplateStatus::Superseded && kept);
                let expected = if passes { Outcome::Pass } else { Outcome::Hold };
                let told = check(&facts, Rule::DeclarationVersion);
                assert_eq!(told, expected, "{status} {successor:?} filed {filed_on:?}");
            }
        }
    }
}

#[test]
fn the_declaration_is_on_the_template_of_the_strictest_class() {
    let classes = || ProductClass::ALL.iter().copied().map(Some).chain([None]);
    for one in classes() {
        for other in classes() {
            for &declared in ProductClass::ALL {
                let mut facts = export();
                for (line, class) in facts.lines.iter_mut().zip([one, other]) {
                    line.class = class;
                }
                facts.declaration.iter_mut().for_each(|declaration| declaration.class = declared);
                let strictest = one.zip(other).map(|(one, other)| one.max(other));
                let expected = if strictest == Some(declared) { Outcome::Pass } else { Outcome::Hold };
                let told = check(&facts, Rule::DeclarationVersion);
                assert_eq!(told, expected, "{one:?} and {other:?} declared {declared}");
            }
        }
    }
}

#[test]
fn a_declaration_matches_state_end_user_and_quantities() {
    let ten = Some(Decimal::TEN);
    for destination in [None, Some(country("GR")), Some(country("TR"))] {
        for end_user in [None, Some("EU-2026-000001"), Some("EU-2026-000002")] {
            for granted in [None, Some(Decimal::ONE), ten, Some(Decimal::from(11))] {
                for declared in [None, ten] {
                    let mut facts = export();
                    facts.destination = destination;
                    match end_user {
                        None => facts.end_user = None,
                        Some(name) => {
                            facts.end_user.iter_mut().for_each(|user| name.clone_into(&mut user.reference));
                        }
                    }
                    facts
                        .lines
                        .iter_mut()
                        .skip(1)
                        .for_each(|line| (line.granted, line.declared) = (granted, declared));
                    let matches = destination == Some(country("GR"))
                        && end_user == Some("EU-2026-000001")
                        && granted.zip(declared).is_some_and(|(granted, declared)| granted <= declared);
                    let expected = if matches { Outcome::Pass } else { Outcome::Refuse };
                    let told = check(&facts, Rule::DeclarationMatches);
                    assert_eq!(told, expected, "{destination:?} {end_user:?} {granted:?} of {declared:?}");
                }
            }
        }
    }
}

#[test]
fn only_a_framework_serves_twice() {
    for used in [false, true] {
        for framework in [false, true] {
            let mut facts = export();
            facts.declaration.iter_mut().for_each(|declaration| {
                declaration.used_by = used.then(|| "AE-2026-000009".to_owned());
                declaration.framework = framework;
            });
            let expected = if used && !framework { Outcome::Refuse } else { Outcome::Pass };
            assert_eq!(
                check(&facts, Rule::DeclarationUnused),
                expected,
                "used {used}, framework {framework}"
            );
        }
    }
}

#[test]
fn embargo_every_scope_and_end_user() {
    let users = EndUserKind::ALL.iter().copied().map(Some).chain([None]);
    for kind in users {
        for lives in ["GR", "TR"] {
            for scope in EmbargoScope::ALL.iter().copied().map(Some).chain([None]) {
                let mut facts = export();
                facts.embargo = scope.map(embargo);
                match (kind, &mut facts.end_user) {
                    (Some(kind), Some(user)) => (user.kind, user.country) = (kind, country(lives)),
                    _ => facts.end_user = None,
                }
                // Only the destination's own government is outside an embargo on all but it.
                let its_government = kind.is_some_and(EndUserKind::is_government) && lives == "GR";
                let expected = match scope {
                    None => Outcome::Pass,
                    Some(EmbargoScope::NonGovernmental) if its_government => Outcome::Refer,
                    Some(EmbargoScope::NonGovernmental | EmbargoScope::Territory) => Outcome::Refuse,
                };
                assert_eq!(check(&facts, Rule::ArmsEmbargo), expected, "{scope:?} {kind:?} of {lives}");
                facts.destination = None;
                assert_eq!(check(&facts, Rule::ArmsEmbargo), Outcome::Refer, "no single destination");
            }
        }
    }
}

/// The embargo is on the destination; one elsewhere is told, whatever the check says, and decides nothing.
#[test]
fn an_embargo_on_a_consignees_country_is_told_and_decides_nothing() {
    for scope in EmbargoScope::ALL.iter().copied().map(Some).chain([None]) {
        for on_consignee in EmbargoScope::ALL {
            let mut facts = export();
            facts.embargo = scope.map(embargo);
            let before = check(&facts, Rule::ArmsEmbargo);
            let under = ConsigneeFacts { embargo: Some(embargo(*on_consignee)), ..consignee() };
            facts.consignees.push(under);
            assert_eq!(check(&facts, Rule::ArmsEmbargo), before, "{scope:?} {on_consignee}");
            let verdict = judge(&facts).record();
            let told = verdict.checks.iter().find(|check| check.rule == Rule::ArmsEmbargo).expect("a check");
            assert_eq!(told.facts["consignee"], "CN-2026-000001");
            assert_eq!(told.facts["consigneeEmbargo"], "S/RES/1 (2000)");
        }
    }
}

#[test]
fn cyber_every_end_user_kind_and_every_set_of_ends() {
    for &kind in EndUserKind::ALL {
        for mask in 0..(1_u32 << StatedEnd::ALL.len()) {
            let ends: Vec<StatedEnd> = StatedEnd::ALL
                .iter()
                .enumerate()
                .filter(|(bit, _)| mask & (1 << bit) != 0)
                .map(|(_, &end)| end)
                .collect();
            let lawful = !ends.is_empty()
                && ends
                    .iter()
                    .all(|end| matches!(end, StatedEnd::CounterTerrorism | StatedEnd::SeriousCrime));
            for &license in Kind::ALL {
                let mut facts = clean(license, Purpose::New, ProductClass::CyberIntelligence);
                facts.end_user.iter_mut().for_each(|user| user.kind = kind);
                facts.declaration.iter_mut().for_each(|d| d.stated_ends.clone_from(&ends));
                let told = check(&facts, Rule::CyberEndUse);
                let expected = if kind.is_government() && lawful { Outcome::Pass } else { Outcome::Refuse };
                assert_eq!(told, expected, "{license}: {kind} for {ends:?}");
            }
        }
        for &license in Kind::ALL {
            let mut facts = clean(license, Purpose::New, ProductClass::CyberIntelligence);
            facts.end_user.iter_mut().for_each(|user| user.kind = kind);
            facts.declaration = None;
            let expected = match (kind.is_government(), license) {
                (false, _) => Outcome::Refuse,
                (true, Kind::Export) => Outcome::Hold,
                (true, Kind::Marketing | Kind::Brokering) => Outcome::Pass,
            };
            assert_eq!(check(&facts, Rule::CyberEndUse), expected, "{license}: {kind}, no declaration");
        }
    }
}

#[test]
fn one_cyber_line_among_others_is_enough() {
    for &one in ProductClass::ALL {
        for &other in ProductClass::ALL {
            let mut facts = export();
            facts.end_user.iter_mut().for_each(|user| user.kind = EndUserKind::Individual);
            facts.lines = vec![line(one), line(other)];
            let cyber = [one, other].contains(&ProductClass::CyberIntelligence);
            let expected = if cyber { Outcome::Refuse } else { Outcome::NotApplicable };
            assert_eq!(check(&facts, Rule::CyberEndUse), expected, "{one} and {other}");
        }
    }
}

/// Every subset of bodies with every stance of each, against every set of required bodies.
#[test]
fn positions_every_subset_and_stance() {
    let stances: Vec<Option<Stance>> = Stance::ALL.iter().copied().map(Some).chain([None]).collect();
    let ways = stances.len().pow(u32::try_from(Body::ALL.len()).expect("few"));
    for way in 0..ways {
        let mut left = way;
        let mut positions = Vec::new();
        for &body in Body::ALL {
            if let Some(stance) = stances.get(left % stances.len()).copied().flatten() {
                positions.push(PositionFacts { body, stance });
            }
            left /= stances.len();
        }
        for mask in 0..(1_u32 << Body::ALL.len()) {
            let required: Vec<Body> = Body::ALL
                .iter()
                .enumerate()
                .filter(|(bit, _)| mask & (1 << bit) != 0)
                .map(|(_, &body)| body)
                .collect();
            let missing = required.iter().any(|body| positions.iter().all(|position| position.body != *body));
            let opposed = positions.iter().any(|position| position.stance == Stance::Oppose);
            let expected = match (missing, opposed) {
                (true, _) => Outcome::Hold,
                (false, true) => Outcome::Refer,
                (false, false) => Outcome::Pass,
            };
            let mut facts = export();
            facts.positions.clone_from(&positions);
            facts.required_positions.clone_from(&required);
            let told = check(&facts, Rule::PositionsRecorded);
            assert_eq!(told, expected, "{positions:?}, required {required:?}");
        }
    }
}

#[test]
fn conditions_and_precedents() {
    for (seen, expected) in [(Some(true), Outcome::Pass), (Some(false), Outcome::Hold), (None, Outcome::Hold)]
    {
        let mut facts = export();
        facts.conditions_seen = seen;
        assert_eq!(check(&facts, Rule::ConditionsSeen), expected, "{seen:?}");
    }
    let mut facts = export();
    assert_eq!(check(&facts, Rule::LikeRefusal), Outcome::Pass);
    facts.like_refusal = Some(LikeRefusal { reference: "AE-2025-000001".to_owned(), refused_on: ago(1) });
    assert_eq!(check(&facts, Rule::LikeRefusal), Outcome::Refer);
}

/// Overdue or not, a review holds until it is concluded; its conclusion is what ends it.
#[test]
fn an_open_review_holds_in_every_context() {
    for (kind, purpose, class) in contexts() {
        let mut facts = clean(kind, purpose, class);
        assert_eq!(check(&facts, Rule::OpenReview), Outcome::Pass);
        for due_on in [ahead(1), today(), ago(1)] {
            facts.open_review = Some(review(due_on));
            assert_eq!(check(&facts, Rule::OpenReview), Outcome::Hold, "{kind} {purpose} {class} {due_on}");
            let verdict = judge(&facts).record();
            assert!(!verdict.lets_through(true), "no departure opens it");
            let told = verdict.checks.iter().find(|check| check.rule == Rule::OpenReview).expect("a check");
            assert_eq!(told.facts.get("review"), Some(&"RW-2026-000001".into()));
            assert_eq!(told.facts.get("dueOn"), Some(&due_on.to_string().into()));
        }
    }
}

/// Facts recorded before reviews were kept have no review.
#[test]
fn facts_of_before_reviews_read_back() {
    let mut recorded = serde_json::to_value(export()).expect("it is JSON");
    let members = recorded.as_object_mut().expect("an object");
    assert!(members.remove("open_review").is_some());
    let facts: Facts = serde_json::from_value(recorded).expect("it reads back");
    assert_eq!(check(&facts, Rule::OpenReview), Outcome::Pass);
}

#[test]
fn predecessor_every_status_purpose_and_case() {
    use license::Status as L;
    for &purpose in Purpose::ALL {
        for same_case in [true, false] {
            for &status in L::ALL {
                let mut facts = clean(Kind::Export, purpose, ProductClass::Military);
                facts.predecessor = Some(PredecessorFacts { same_case, ..predecessor(status) });
                let expected = match (purpose, same_case, status) {
                    (Purpose::New, _, _) => Outcome::NotApplicable,
                    (_, true, L::Active) | (Purpose::Renewal, true, L::Expired | L::Exhausted) => {
                        Outcome::Pass
                    }
                    (_, true, L::Frozen) => Outcome::Hold,
                    _ => Outcome::Refuse,
                };
                let told = check(&facts, Rule::Predecessor);
                assert_eq!(told, expected, "{purpose} of a license {status}, same case: {same_case}");
            }
        }
        let mut facts = clean(Kind::Export, purpose, ProductClass::Military);
        facts.predecessor = None;
        let expected = if purpose == Purpose::New { Outcome::NotApplicable } else { Outcome::Refuse };
        assert_eq!(check(&facts, Rule::Predecessor), expected, "{purpose} of nothing");
    }
}

#[test]
fn four_eyes_every_pair_of_signatures() {
    for decider in ["a", "b"] {
        for countersigner in [None, Some("a"), Some("b"), Some("A")] {
            let mut facts = export();
            facts.signatures = Some(Signatures {
                decider: decider.to_owned(),
                countersigner: countersigner.map(str::to_owned),
            });
            let expected = match countersigner {
                None => Outcome::NotApplicable,
                Some(second) if second == decider => Outcome::Refuse,
                Some(_) => Outcome::Pass,
            };
            assert_eq!(check(&facts, Rule::FourEyes), expected, "{decider} and {countersigner:?}");
        }
    }
    let mut facts = export();
    facts.signatures = None;
    assert_eq!(check(&facts, Rule::FourEyes), Outcome::Refuse);
}

#[test]
fn a_grant_is_no_act_on_a_license() {
    for status in license::Status::ALL.iter().copied().map(Some).chain([None]) {
        let mut facts = export();
        facts.license = status;
        assert_eq!(check(&facts, Rule::LicenseFreezable), Outcome::NotApplicable, "{status:?}");
    }
}
