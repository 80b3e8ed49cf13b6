//! The gate's checks of policy: every effect of a measure in force against every act, purpose and kind.

use export_license_registry::rules::application::{Body, Kind, Purpose, Stance};
use export_license_registry::rules::gate::{Act, Facts, MeasureFacts, PositionFacts, TemplateFacts, judge};
use export_license_registry::rules::measure::Effect;
use export_license_registry::rules::product::ProductClass;
use export_license_registry::rules::verdict::{Outcome, Rule};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::case::{DIMENSIONS, ago, ahead, check, clean, export, measure, outcome};

const CHECKS: [Rule; 3] = [Rule::MeasureFreeze, Rule::MeasureRefusal, Rule::MeasureRequirements];

/// A measure in force whose requirement, where its effect has one, is not met.
fn unmet(effect: Effect) -> MeasureFacts {
    let template = TemplateFacts { class: ProductClass::Military, version: 4 };
    MeasureFacts {
        template: (effect == Effect::RequireDeclaration).then_some(template),
        condition: (effect == Effect::AddCondition).then(|| "Report each use.".to_owned()),
        ..measure(effect)
    }
}

/// What the three checks say of one effect whose requirement is not met.
fn expected(effect: Effect, act: Act, purpose: Purpose, kind: Kind) -> [Outcome; 3] {
    let grants = act == Act::Grant;
    // What was issued before comes back unless it is frozen: each revocation has a proceeding of its own.
    let freezes = effect == Effect::FreezeExisting
        || (grants && matches!(effect, Effect::FreezeIssuing | Effect::RevokeExisting));
    // An amendment permits what was not permitted before.
    let refuses =
        effect == if purpose == Purpose::Renewal { Effect::RefuseRenewal } else { Effect::RefuseNew };
    let requires = matches!(effect, Effect::RequireCommittee | Effect::AddCondition)
        || (effect == Effect::RequireDeclaration && kind == Kind::Export);
    let told = |found, outcome| if found { outcome } else { Outcome::Pass };
    let of_grants = |outcome| if grants { outcome } else { Outcome::NotApplicable };
    [
        told(freezes, Outcome::Hold),
        of_grants(told(refuses, Outcome::Refuse)),
        of_grants(told(requires, Outcome::Hold)),
    ]
}

#[test]
fn every_effect_act_purpose_and_kind() {
    for &effect in Effect::ALL {
        for &act in Act::ALL {
            for &purpose in Purpose::ALL {
                for &kind in Kind::ALL {
                    let mut facts = clean(kind, purpose, ProductClass::Military);
                    facts.act = act;
                    facts.measures = vec![unmet(effect)];
                    let told = CHECKS.map(|rule| check(&facts, rule));
                    let expected = expected(effect, act, purpose, kind);
                    assert_eq!(told, expected, "{effect}: {act} {purpose} {kind}");
                    let recorded = judge(&facts).record();
                    for found in recorded.checks.iter().filter(|found| CHECKS.contains(&found.rule)) {
                        let stands = found.outcome > Outcome::Pass;
                        assert_eq!(stands, found.facts.contains_key("clause"), "{found:?}");
                        if stands {
                            assert_eq!(found.facts.get("measure"), Some(&"ME-2026-000001".into()));
                            assert_eq!(found.facts.get("effect"), Some(&effect.name().into()));
                            assert_eq!(found.facts.get("clause"), Some(&"/all/0/destinations".into()));
                            assert_eq!(found.facts.get("inForceSince"), Some(&ago(10).to_string().into()));
                            assert_eq!(found.facts.get("reviewOn"), Some(&ahead(170).to_string().into()));
                        }
                    }
                }
            }
        }
    }
}

/// One measure that stands against the act is found wherever it stands, and the worst of several wins.
#[test]
fn every_pair_of_effects_in_either_order() {
    for &one in Effect::ALL {
        for &two in Effect::ALL {
            for &act in Act::ALL {
                for &purpose in Purpose::ALL {
                    let mut facts = clean(Kind::Export, purpose, ProductClass::Military);
                    facts.act = act;
                    facts.measures = vec![unmet(one), unmet(two)];
                    let told = CHECKS.map(|rule| check(&facts, rule));
                    let alone = [one, two].map(|effect| expected(effect, act, purpose, Kind::Export));
                    let worst: Vec<Outcome> =
                        alone[0].iter().zip(alone[1]).map(|(one, two)| (*one).max(two)).collect();
                    assert_eq!(told.as_slice(), worst, "{one} and {two}: {act} {purpose}");
                }
            }
        }
    }
}

#[test]
fn a_declaration_meets_the_template_version_of_its_class_or_a_newer_one() {
    for &class in ProductClass::ALL {
        for version in [2, 3, 4] {
            for declared in ProductClass::ALL.iter().copied().map(Some).chain([None]) {
                let mut facts = export();
                let template = Some(TemplateFacts { class, version });
                facts.measures = vec![MeasureFacts { template, ..measure(Effect::RequireDeclaration) }];
                match declared {
                    None => facts.declaration = None,
                    Some(declared) => facts.declaration.iter_mut().for_each(|on_file| {
                        (on_file.class, on_file.template_version) = (declared, 3);
                    }),
                }
                // A template is for the goods whose strictest class it is of.
                let concerned = class == ProductClass::Military;
                let met = !concerned || (declared == Some(class) && version <= 3);
                let expected = if met { Outcome::Pass } else { Outcome::Hold };
                let told = check(&facts, Rule::MeasureRequirements);
                assert_eq!(told, expected, "version {version} of {class}, declared {declared:?}");
            }
        }
    }
    let mut facts = export();
    facts.measures = vec![measure(Effect::RequireDeclaration)];
    let told = check(&facts, Rule::MeasureRequirements);
    assert_eq!(told, Outcome::Hold, "a template that is not on file is signed by no one");
}

#[test]
fn the_committee_is_heard_whatever_it_says_and_no_one_else_will_do() {
    for &body in Body::ALL {
        for &stance in Stance::ALL {
            let mut facts = export();
            facts.measures = vec![measure(Effect::RequireCommittee)];
            facts.positions = vec![PositionFacts { body, stance }];
            let expected = if body == Body::Committee { Outcome::Pass } else { Outcome::Hold };
            assert_eq!(check(&facts, Rule::MeasureRequirements), expected, "{body} {stance}");
        }
    }
}

#[test]
fn each_condition_required_is_stated_word_for_word() {
    let (one, two) = ("Report each use.".to_owned(), "No re-export.".to_owned());
    let conditions =
        [vec![], vec![one.clone()], vec![two.clone()], vec![two.clone(), one.clone()], vec!["report".into()]];
    for stated in conditions {
        let mut facts = export();
        let required = |condition: &String| MeasureFacts {
            condition: Some(condition.clone()),
            ..measure(Effect::AddCondition)
        };
        facts.measures = vec![required(&one), required(&two)];
        facts.conditions.clone_from(&stated);
        let missing = [&one, &two].into_iter().find(|condition| !stated.contains(condition));
        let expected = if missing.is_none() { Outcome::Pass } else { Outcome::Hold };
        assert_eq!(check(&facts, Rule::MeasureRequirements), expected, "{stated:?}");
        let recorded = judge(&facts).record();
        let found =
            recorded.checks.iter().find(|found| found.rule == Rule::MeasureRequirements).expect("a check");
        let told = missing.map(|condition| condition.as_str().into());
        assert_eq!(found.facts.get("required"), told.as_ref(), "{stated:?}");
    }
    let mut facts = export();
    facts.measures = vec![measure(Effect::AddCondition)];
    assert_eq!(
        check(&facts, Rule::MeasureRequirements),
        Outcome::Hold,
        "a condition that is not on file is not stated"
    );
}

/// A measure with or without what its effect requires.
fn any_measure() -> impl Strategy<Value = MeasureFacts> {
    let template = proptest::option::of((select(ProductClass::ALL), 2..5));
    let condition =
        proptest::option::of(select(vec!["Report each use.".to_owned(), "No re-export.".to_owned()]));
    (select(Effect::ALL), template, condition).prop_map(|(effect, template, condition)| MeasureFacts {
        template: template.map(|(class, version)| TemplateFacts { class, version }),
        condition,
        ..measure(effect)
    })
}

/// A random case with some measures in force.
fn any_case() -> impl Strategy<Value = Facts> {
    let context = (select(Kind::ALL), select(Purpose::ALL), select(ProductClass::ALL), select(Act::ALL));
    let values = proptest::collection::vec(proptest::option::of(any::<Index>()), DIMENSIONS.len());
    let conditions = proptest::collection::vec(Just("Report each use.".to_owned()), 0..2);
    let measures = proptest::collection::vec(any_measure(), 0..4);
    (context, values, conditions, measures).prop_map(
        |((kind, purpose, class, act), values, conditions, measures)| {
            let mut facts = clean(kind, purpose, class);
            for (dimension, value) in DIMENSIONS.iter().zip(values) {
                if let Some(value) = value {
                    value.get(dimension.values)(&mut facts);
                }
            }
            Facts { act, conditions, measures, ..facts }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Whatever else is so, a further measure makes no check better and no act possible.
    #[test]
    fn a_further_measure_never_betters_an_outcome(facts in any_case(), further in any_measure(), at in any::<Index>()) {
        let mut with = facts.clone();
        with.measures.insert(at.index(facts.measures.len() + 1), further);
        for &rule in Rule::ALL {
            let (before, after) = (check(&facts, rule), check(&with, rule));
            prop_assert!(after >= before, "{} was {} and is {}", rule, before, after);
            prop_assert!(after == before || CHECKS.contains(&rule), "{} reads no measure", rule);
        }
        prop_assert!(outcome(&with) >= outcome(&facts));
    }

    /// The order in which measures came into force decides nothing.
    #[test]
    fn the_order_of_measures_decides_nothing(facts in any_case()) {
        let mut turned = facts.clone();
        turned.measures.reverse();
        for &rule in Rule::ALL {
            prop_assert_eq!(check(&turned, rule), check(&facts, rule), "{}", rule);
        }
    }
}
