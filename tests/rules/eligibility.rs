//! Eligibility: what is told of a case before it is filed holds for every case that it can become.

use export_license_registry::rules::application::{Kind, Purpose};
use export_license_registry::rules::disclosure::Disclosure;
use export_license_registry::rules::eligibility::{AsThingsStand, Audience, Finding, Prospect, Requirement};
use export_license_registry::rules::end_user::EndUserKind;
use export_license_registry::rules::exemption::{Exempt, Reaching};
use export_license_registry::rules::gate::{Facts, judge};
use export_license_registry::rules::measure::Effect;
use export_license_registry::rules::product::{ProductClass, Status as ProductStatus};
use export_license_registry::rules::verdict::{Outcome, Rule};

use crate::case::{DIMENSIONS, ago, ahead, check, clean, contexts, embargo, export, measure, review};

/// What is known of a case before it is filed: with its declaration and its amounts or without them.
fn prospect(real: &Facts, declared: bool, amounts: bool) -> Prospect {
    let mut facts = real.clone();
    facts.stage = None;
    facts.filed_on = None;
    facts.positions.clear();
    facts.conditions.clear();
    facts.conditions_seen = None;
    facts.term = None;
    facts.signatures = None;
    if !declared {
        facts.declaration = None;
        facts.lines.iter_mut().for_each(|line| line.declared = None);
    }
    if !amounts {
        for line in &mut facts.lines {
            (line.applied, line.granted, line.applied_value, line.granted_value) = (None, None, None, None);
        }
    }
    Prospect { facts, product_on_file: true, end_user_on_file: true }
}

fn staff(prospect: &Prospect) -> Finding {
    prospect.finding(Audience::Staff)
}

/// Every case of one fact that is otherwise, in every context, and of two in those of a new application. What is granted of
/// each line is no fact of the case: it is asked about whole.
fn each_case(mut visit: impl FnMut(&Facts, &str)) {
    let dimensions: Vec<_> =
        DIMENSIONS.iter().filter(|dimension| !["granted", "value"].contains(&dimension.name)).collect();
    for (kind, purpose, class) in contexts() {
        let base = clean(kind, purpose, class);
        for (at, one) in dimensions.iter().enumerate() {
            let others = if purpose == Purpose::New { dimensions.len() } else { 1 };
            for other in dimensions.iter().skip(at).take(others) {
                for change_one in one.values {
                    for change_other in other.values {
                        let mut facts = base.clone();
                        change_one(&mut facts);
                        change_other(&mut facts);
                        visit(&facts, &format!("{} and {}, {kind} {purpose} {class}", one.name, other.name));
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_completed_is_never_worse_than_what_is_known() {
    each_case(|real, told| {
        for (declared, amounts) in [(true, true), (false, true), (true, false), (false, false)] {
            let prospect = prospect(real, declared, amounts);
            let completed = prospect.completed();
            for (now, best) in judge(&prospect.facts).checks.iter().zip(&judge(&completed).checks) {
                // A check that concerns the case in the end may not concern what is known of it yet, and the other way.
                let concerns =
                    now.outcome != Outcome::NotApplicable && best.outcome != Outcome::NotApplicable;
                assert!(!concerns || best.outcome <= now.outcome, "{} {told}", now.rule);
            }
        }
    });
}

/// The property of the room: what it says passes does pass in the filed case, and what it says stands against a grant does.
#[test]
fn what_is_told_of_a_check_is_what_the_gate_says_of_the_filed_case() {
    let mut told = 0;
    each_case(|real, case| {
        // Filed on the day that it is asked about: an application filed before may keep an older template.
        let real = &Facts { filed_on: Some(real.today), ..real.clone() };
        for (declared, amounts) in [(true, true), (false, true), (true, false)] {
            // Where amounts or a declaration need not be stated, a case that states them is another.
            let another =
                (!amounts && real.kind == Kind::Marketing) || (!declared && real.kind != Kind::Export);
            if another {
                continue;
            }
            let finding = staff(&prospect(real, declared, amounts));
            for rule in &finding.passed {
                assert_eq!(check(real, *rule), Outcome::Pass, "{rule} {case}");
            }
            for hindrance in &finding.hindrances {
                let rule = hindrance.rule.expect("staff are told which");
                assert!(hindrance.outcome <= check(real, rule), "{rule} {case}");
                told += 1;
            }
        }
    });
    assert!(told > 10_000, "{told}");
}

#[test]
fn what_only_a_filed_case_can_have_is_to_come_and_never_passed() {
    for (kind, purpose, class) in contexts() {
        let finding = staff(&prospect(&clean(kind, purpose, class), false, false));
        let to_come: Vec<Rule> = finding.to_come.iter().map(|check| check.rule).collect();
        for rule in [Rule::Stage, Rule::Term, Rule::PositionsRecorded, Rule::ConditionsSeen, Rule::FourEyes] {
            assert!(to_come.contains(&rule), "{rule} {kind} {purpose} {class}");
        }
        assert_eq!(to_come.contains(&Rule::Quantities), kind != Kind::Marketing);
        for rule in [Rule::DeclarationAccepted, Rule::DeclarationMatches, Rule::DeclarationUnused] {
            assert_eq!(to_come.contains(&rule), kind == Kind::Export, "{rule} {kind}");
        }
        let cyber = class == ProductClass::CyberIntelligence && kind == Kind::Export;
        assert_eq!(to_come.contains(&Rule::CyberEndUse), cyber, "{kind} {class}");
        assert_eq!(finding.as_things_stand, AsThingsStand::Granted, "{kind} {purpose} {class}");
        assert!(finding.passed.iter().all(|rule| !to_come.contains(rule)));
    }
}

#[test]
fn the_worst_that_stands_against_it_decides() {
    let standing = |change: &dyn Fn(&mut Facts)| {
        let mut facts = export();
        change(&mut facts);
        let finding = staff(&prospect(&facts, false, true));
        let first = finding.hindrances.first().and_then(|hindrance| hindrance.rule);
        (finding.as_things_stand, first)
    };
    assert_eq!(standing(&|_| ()), (AsThingsStand::Granted, None));
    let freeze = |facts: &mut Facts| facts.measures = vec![measure(Effect::FreezeIssuing)];
    assert_eq!(standing(&freeze), (AsThingsStand::Held, Some(Rule::MeasureFreeze)));
    let refuse =
        |facts: &mut Facts| facts.measures = vec![measure(Effect::RefuseNew), measure(Effect::FreezeIssuing)];
    assert_eq!(standing(&refuse), (AsThingsStand::Refused, Some(Rule::MeasureRefusal)));
    let embargoed = |facts: &mut Facts| {
        facts.embargo = Some(embargo(export_license_registry::rules::gate::EmbargoScope::NonGovernmental));
    };
    assert_eq!(standing(&embargoed), (AsThingsStand::Referred, Some(Rule::ArmsEmbargo)));
    let committee = |facts: &mut Facts| facts.measures = vec![measure(Effect::RequireCommittee)];
    assert_eq!(standing(&committee), (AsThingsStand::Granted, None), "the committee is still to be heard");
    let exempt = |facts: &mut Facts| {
        for line in &mut facts.lines {
            (line.covered_by, line.exempt_by) = (None, Some("XM-2026-000001".to_owned()));
        }
        facts.exemption_conditions = vec!["Return after the trials.".to_owned()];
    };
    assert_eq!(standing(&exempt), (AsThingsStand::Exempt, None));
    let uncovered = |facts: &mut Facts| facts.lines.iter_mut().for_each(|line| line.covered_by = None);
    assert_eq!(standing(&uncovered), (AsThingsStand::Refused, Some(Rule::MarketingCover)));
    let free = |facts: &mut Facts| {
        embargoed(facts);
        facts.lines.iter_mut().for_each(|line| line.status = ProductStatus::NotControlled);
    };
    assert_eq!(standing(&free), (AsThingsStand::NoLicenseNeeded, None));
}

#[test]
fn a_measure_is_told_with_its_last_day() {
    let mut facts = export();
    facts.measures = vec![measure(Effect::FreezeIssuing)];
    let until =
        |facts: &Facts| staff(&prospect(facts, false, true)).hindrances.first().and_then(|first| first.until);
    assert_eq!(until(&facts), Some(ahead(170)));
    facts.measures.iter_mut().for_each(|measure| measure.ends_on = Some(ahead(9)));
    assert_eq!(until(&facts), Some(ahead(9)));
    facts.measures.iter_mut().for_each(|measure| measure.ends_on = Some(ahead(900)));
    assert_eq!(until(&facts), Some(ahead(170)), "unextended it lapses before");
}

#[test]
fn an_exporter_is_told_nothing_that_is_the_agencys_own() {
    each_case(|real, case| {
        let prospect = prospect(real, true, true);
        let told = prospect.finding(Audience::Exporter);
        let named =
            told.hindrances.iter().filter_map(|hindrance| hindrance.rule).chain(told.passed.iter().copied());
        for rule in named {
            assert_eq!(rule.disclosure(), Disclosure::Whole, "{rule} {case}");
        }
        for hindrance in told.hindrances.iter().filter(|hindrance| hindrance.rule.is_none()) {
            assert!(hindrance.facts.is_empty() && hindrance.basis.is_none() && hindrance.until.is_none());
        }
    });
    // A refusal of another's case is told alike whether there is one or not.
    let mut facts = export();
    let before = prospect(&facts, true, true).finding(Audience::Exporter);
    facts.like_refusal = Some(export_license_registry::rules::gate::LikeRefusal {
        reference: "AE-2024-000001".to_owned(),
        refused_on: ago(400),
    });
    assert_eq!(prospect(&facts, true, true).finding(Audience::Exporter), before);
    assert_eq!(staff(&prospect(&facts, true, true)).as_things_stand, AsThingsStand::Referred);
    // That the case is held by what is under review is told, and nothing of the review.
    facts.open_review = Some(review(ahead(30)));
    let held = prospect(&facts, true, true).finding(Audience::Exporter);
    assert_eq!(held.as_things_stand, AsThingsStand::Held);
    assert_eq!(held.hindrances.len(), 1);
    assert!(held.hindrances.iter().all(|hindrance| hindrance.rule.is_none()));
}

#[test]
fn what_is_only_described_is_told_as_it_would_stand_on_file() {
    for (kind, purpose, class) in contexts().into_iter().filter(|(_, purpose, _)| *purpose == Purpose::New) {
        let mut described = prospect(&clean(kind, purpose, class), false, true);
        for line in &mut described.facts.lines {
            (line.owned, line.status, line.pinned, line.current) =
                (false, ProductStatus::Submitted, None, None);
        }
        described.product_on_file = false;
        let finding = staff(&described);
        assert_eq!(finding.as_things_stand, AsThingsStand::Granted, "{kind} {class}");
        let to_come: Vec<Rule> = finding.to_come.iter().map(|check| check.rule).collect();
        assert!(to_come.contains(&Rule::ProductsOwned) && to_come.contains(&Rule::ProductsClassified));
    }
    // What a case says of its own product on file is no promise.
    let mut facts = export();
    for line in &mut facts.lines {
        (line.status, line.pinned, line.current, line.class) = (ProductStatus::Submitted, None, None, None);
    }
    facts.end_user.iter_mut().for_each(|end_user| end_user.kind = EndUserKind::PrivateCompany);
    let finding = staff(&prospect(&facts, false, true));
    assert_eq!(finding.as_things_stand, AsThingsStand::Held);
    let against: Vec<_> = finding.hindrances.iter().filter_map(|hindrance| hindrance.rule).collect();
    assert_eq!(against, [Rule::ProductsClassified], "whether it is a cyber system is not known yet");
}

#[test]
fn what_has_to_be_brought_is_told_with_its_basis() {
    let needed = |prospect: &Prospect| -> Vec<Requirement> {
        let needed = staff(prospect).needed;
        assert!(
            needed
                .iter()
                .all(|need| need.says == need.document.says() && need.basis == need.document.rule().basis())
        );
        needed.iter().map(|need| need.document).collect()
    };
    assert_eq!(needed(&prospect(&export(), true, true)), []);
    assert_eq!(
        needed(&prospect(&export(), false, false)),
        [Requirement::Amounts, Requirement::EndUserDeclaration]
    );
    let mut facts = clean(Kind::Export, Purpose::New, ProductClass::CyberIntelligence);
    facts.lines.iter_mut().for_each(|line| line.covered_by = None);
    assert_eq!(
        needed(&prospect(&facts, false, true)),
        [Requirement::MarketingLicense, Requirement::EndUserDeclaration, Requirement::StatedEnds]
    );
    let described =
        Prospect { product_on_file: false, end_user_on_file: false, ..prospect(&export(), true, true) };
    assert_eq!(
        needed(&described),
        [Requirement::ProductRegistration, Requirement::Classification, Requirement::EndUserEntry]
    );
    // A marketing application states what it can.
    let marketing = clean(Kind::Marketing, Purpose::New, ProductClass::Military);
    assert_eq!(needed(&prospect(&marketing, false, false)), []);
    // A declaration that is out of date is replaced.
    let mut stale = export();
    stale.declaration.iter_mut().for_each(|declaration| declaration.valid_until = ago(1));
    stale.exporter = None;
    assert_eq!(
        needed(&prospect(&stale, true, true)),
        [Requirement::ExporterRegistration, Requirement::EndUserDeclaration]
    );
}

#[test]
fn a_line_relies_on_the_first_exemption_whose_conditions_are_stated() {
    let conditions = ["report", "return"].map(str::to_owned);
    let [report, back] = conditions.each_ref().map(std::slice::from_ref);
    let reaching = [
        Reaching { reference: "first", conditions: report, lines: &[1, 2] },
        Reaching { reference: "second", conditions: back, lines: &[1, 3] },
        Reaching { reference: "third", conditions: &[], lines: &[3] },
    ];
    for (stated, relied_on, required) in [
        (&[][..], ["first", "first", "third"], report),
        (report, ["first", "first", "third"], report),
        (&conditions[..], ["first", "first", "second"], &conditions[..]),
    ] {
        let exempt = Exempt::of(&[1, 2, 3, 4], &reaching, stated);
        assert_eq!([1, 2, 3].map(|line| exempt.lines[&line].as_str()), relied_on, "{stated:?}");
        assert_eq!(exempt.conditions, required, "{stated:?}");
        assert!(!exempt.lines.contains_key(&4), "nothing reaches it");
    }
    let exempt = Exempt::of(&[1, 2], &reaching, back);
    assert_eq!([1, 2].map(|line| exempt.lines[&line].as_str()), ["second", "first"]);
    assert_eq!(exempt.conditions, ["return", "report"]);
    assert_eq!(Exempt::of(&[], &reaching, back), Exempt::default());
}
