//! The named properties of the gate, over all pairs of facts and over random combinations of all of them.

use std::fmt::Debug;

use export_license_registry::rules::application::{Kind, Purpose};
use export_license_registry::rules::gate::{Facts, judge};
use export_license_registry::rules::product::ProductClass;
use export_license_registry::rules::verdict::{CHECKS, Outcome, RecordedVerdict, Rule};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::case::{DIMENSIONS, check, clean, contexts, export, outcome};

/// Whether a head of agency may grant on it.
fn may_be_granted(outcome: Outcome) -> bool {
    outcome <= Outcome::Refer
}

#[test]
fn a_clean_case_passes_in_every_context() {
    for (kind, purpose, class) in contexts() {
        assert_eq!(outcome(&clean(kind, purpose, class)), Outcome::Pass, "{kind} {purpose} {class}");
    }
}

/// For every pair of facts and every context: a worse value of the one, whatever the other, never gives a better
/// outcome. So no number of worse facts turns a refusal into a grant.
#[test]
fn a_worse_fact_never_gives_a_better_outcome() {
    for (kind, purpose, class) in contexts() {
        let base = clean(kind, purpose, class);
        for (at, one) in DIMENSIONS.iter().enumerate() {
            for other in DIMENSIONS.iter().skip(at + 1) {
                let grid: Vec<Vec<Outcome>> = one
                    .values
                    .iter()
                    .map(|change_one| {
                        let outcome_with = |change_other: &fn(&mut Facts)| {
                            let mut facts = base.clone();
                            change_one(&mut facts);
                            change_other(&mut facts);
                            outcome(&facts)
                        };
                        other.values.iter().map(outcome_with).collect()
                    })
                    .collect();
                let told = || format!("{} and {}, {kind} {purpose} {class}: {grid:?}", one.name, other.name);
                assert!(grid.iter().all(|row| row.is_sorted()), "{}", told());
                let columns =
                    (0..other.values.len()).map(|column| grid.iter().filter_map(move |r| r.get(column)));
                assert!(columns.into_iter().all(Iterator::is_sorted), "{}", told());
            }
        }
    }
}

/// A fact answers for its own checks and for no other.
#[test]
fn a_fact_moves_only_the_checks_that_read_it() {
    for (kind, purpose, class) in contexts() {
        let base = clean(kind, purpose, class);
        for dimension in DIMENSIONS {
            for (at, change) in dimension.values.iter().enumerate() {
                let mut facts = base.clone();
                change(&mut facts);
                for &rule in Rule::ALL {
                    let moved = check(&facts, rule) != check(&base, rule);
                    assert!(
                        !moved || dimension.read_by.contains(&rule),
                        "{} {at} moved {rule}",
                        dimension.name
                    );
                }
            }
        }
    }
}

/// Each dimension can stop a grant by itself in some context: none of them is idle.
#[test]
fn every_fact_can_stop_a_grant() {
    for dimension in DIMENSIONS {
        let stops = contexts().into_iter().any(|(kind, purpose, class)| {
            let mut facts = clean(kind, purpose, class);
            dimension.values.last().expect("a value")(&mut facts);
            outcome(&facts) > Outcome::Pass
        });
        assert!(stops, "{}", dimension.name);
    }
}

/// A fact that speaks for the grant, taken away, and the checks that then cannot pass.
type Removal = (&'static str, fn(&mut Facts), &'static [Rule]);

const REMOVALS: &[Removal] = &[
    ("stage", |f| f.stage = None, &[Rule::Stage]),
    ("exporter", |f| f.exporter = None, &[Rule::ExporterRegistered]),
    (
        "term of registration",
        |f| f.exporter.iter_mut().for_each(|e| e.registered_until = None),
        &[Rule::ExporterRegistered],
    ),
    ("destination", |f| f.destination = None, &[Rule::ArmsEmbargo, Rule::DeclarationMatches]),
    ("end user", |f| f.end_user = None, &[Rule::DeclarationMatches]),
    (
        "lines",
        |f| f.lines.clear(),
        &[
            Rule::ProductsOwned,
            Rule::ProductsClassified,
            Rule::Quantities,
            Rule::MarketingCover,
            Rule::DeclarationVersion,
            Rule::DeclarationMatches,
        ],
    ),
    ("one class", |f| first(f, |l| l.class = None), &[Rule::ProductsClassified, Rule::DeclarationVersion]),
    ("pinned version", |f| first(f, |l| l.pinned = None), &[Rule::ProductsClassified]),
    ("current version", |f| first(f, |l| l.current = None), &[Rule::ProductsClassified]),
    ("quantity applied for", |f| first(f, |l| l.applied = None), &[Rule::Quantities]),
    ("quantity granted", |f| first(f, |l| l.granted = None), &[Rule::Quantities, Rule::DeclarationMatches]),
    ("value applied for", |f| first(f, |l| l.applied_value = None), &[Rule::Quantities]),
    ("value granted", |f| first(f, |l| l.granted_value = None), &[Rule::Quantities]),
    ("quantity declared", |f| first(f, |l| l.declared = None), &[Rule::DeclarationMatches]),
    ("cover", |f| first(f, |l| l.covered_by = None), &[Rule::MarketingCover]),
    (
        "declaration",
        |f| f.declaration = None,
        &[
            Rule::DeclarationAccepted,
            Rule::DeclarationVersion,
            Rule::DeclarationMatches,
            Rule::DeclarationUnused,
        ],
    ),
    ("positions", |f| f.positions.clear(), &[Rule::PositionsRecorded]),
    ("conditions seen", |f| f.conditions_seen = None, &[Rule::ConditionsSeen]),
    (
        "edition of a list",
        |f| f.screening.lists.iter_mut().take(1).for_each(|list| list.edition = None),
        &[Rule::Screening],
    ),
    (
        "day of a list",
        |f| f.screening.lists.iter_mut().take(1).for_each(|list| list.current_until = None),
        &[Rule::Screening],
    ),
    (
        "screening of a party",
        |f| f.screening.parties.iter_mut().take(1).for_each(|party| party.screened = false),
        &[Rule::Screening],
    ),
    ("parties", |f| f.screening.parties.clear(), &[Rule::Screening]),
    ("predecessor", |f| f.predecessor = None, &[Rule::Predecessor]),
    ("term", |f| f.term = None, &[Rule::Term]),
    ("signatures", |f| f.signatures = None, &[Rule::FourEyes]),
];

fn first(facts: &mut Facts, change: impl Fn(&mut export_license_registry::rules::gate::LineFacts)) {
    facts.lines.iter_mut().take(1).for_each(change);
}

/// A random case of a renewal to export: every dimension at one of its values.
fn combination() -> impl Strategy<Value = Facts> {
    let context = (
        proptest::sample::select(Kind::ALL),
        proptest::sample::select(Purpose::ALL),
        proptest::sample::select(ProductClass::ALL),
    );
    let values = proptest::collection::vec(any::<Index>(), DIMENSIONS.len());
    // A dimension keeps its best value half of the time, so that cases with few things wrong come up too.
    let kept = proptest::collection::vec(any::<bool>(), DIMENSIONS.len());
    (context, values, kept).prop_map(|((kind, purpose, class), values, kept)| {
        let mut facts = clean(kind, purpose, class);
        for (dimension, (value, kept)) in DIMENSIONS.iter().zip(values.iter().zip(kept)) {
            if !kept {
                value.get(dimension.values)(&mut facts);
            }
        }
        facts
    })
}

fn same<T: Debug + PartialEq>(one: &T, other: &T) -> Result<(), TestCaseError> {
    prop_assert_eq!(one, other);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// The worst check is the outcome; every rule reports once, in order, with its basis and a sentence; whatever
    /// stands against the act names a fact.
    #[test]
    fn a_verdict_is_whole(facts in combination()) {
        let verdict = judge(&facts);
        let rules: Vec<Rule> = verdict.checks.iter().map(|check| check.rule).collect();
        same(&rules.as_slice(), &Rule::ALL)?;
        prop_assert_eq!(verdict.checks.len(), CHECKS);
        let worst = verdict.checks.iter().map(|check| check.outcome).max();
        prop_assert_eq!(Some(verdict.outcome()), worst);
        for check in &verdict.checks {
            prop_assert!(!check.rule.basis().trim().is_empty(), "{} has no basis", check.rule);
            prop_assert!(check.says.ends_with('.'), "{}: {}", check.rule, check.says);
            prop_assert!(check.outcome <= Outcome::Pass || !check.facts.is_empty(), "{} has no fact", check.rule);
        }
    }

    /// What is filed reads back the same.
    #[test]
    fn a_recorded_verdict_survives_json(facts in combination()) {
        let recorded = judge(&facts).record();
        let json = serde_json::to_string(&recorded).expect("it is JSON");
        let back: RecordedVerdict = serde_json::from_str(&json).expect("it reads back");
        same(&back, &recorded)?;
        let against = recorded.objections();
        prop_assert!(against.iter().all(|check| check.outcome > Outcome::Pass));
        prop_assert!(against.is_sorted_by_key(|check| std::cmp::Reverse(check.outcome)));
        prop_assert_eq!(against.first().map_or(Outcome::Pass, |check| check.outcome), recorded.outcome);
    }

    /// A decision can be judged again from the facts on file.
    #[test]
    fn recorded_facts_give_the_same_verdict(facts in combination()) {
        let json = serde_json::to_value(&facts).expect("it is JSON");
        let back: Facts = serde_json::from_value(json).expect("it reads back");
        same(&judge(&back).record(), &judge(&facts).record())?;
    }

    /// Each fact judged alone gives the checks of all facts judged together: no fact hides another.
    #[test]
    fn no_fact_hides_another(facts in combination(), other in any::<Index>()) {
        let dimension = other.get(DIMENSIONS);
        let mut worse = facts.clone();
        dimension.values.last().expect("a value")(&mut worse);
        for &rule in Rule::ALL {
            if !dimension.read_by.contains(&rule) && !reads_with(rule, dimension.name) {
                prop_assert_eq!(check(&worse, rule), check(&facts, rule), "{} moved {}", dimension.name, rule);
            }
        }
    }

    /// Whatever else is so, a fact that is not on file passes no check that needs it, and never opens a grant.
    #[test]
    fn a_missing_fact_never_passes(facts in combination(), removal in any::<Index>()) {
        let (name, remove, needed_by) = removal.get(REMOVALS);
        let mut without = facts.clone();
        without.kind = Kind::Export;
        if without.purpose == Purpose::New {
            without.purpose = Purpose::Renewal;
        }
        let before = outcome(&without);
        remove(&mut without);
        for &rule in *needed_by {
            prop_assert!(check(&without, rule) > Outcome::Pass, "{} passes without {}", rule, name);
        }
        prop_assert!(may_be_granted(before) || !may_be_granted(outcome(&without)), "a grant opens without {}", name);
    }
}

/// Checks that read a fact only where another fact is amiss.
fn reads_with(rule: Rule, dimension: &str) -> bool {
    // With the exporter's, product's or declaration's facts gone, nothing more can be read of them.
    matches!((rule, dimension), (Rule::DeclarationMatches, "end user"))
}

/// A cyber or intelligence system needs an end user on file and stated ends.
#[test]
fn a_cyber_system_needs_its_end_user_and_its_ends() {
    let cyber = clean(Kind::Export, Purpose::New, ProductClass::CyberIntelligence);
    for remove in [
        (|f: &mut Facts| f.end_user = None) as fn(&mut Facts),
        |f| f.declaration = None,
        |f| f.declaration.iter_mut().for_each(|d| d.stated_ends.clear()),
    ] {
        let mut without = cyber.clone();
        remove(&mut without);
        assert!(check(&without, Rule::CyberEndUse) > Outcome::Pass);
    }
    // A class that is not on file is treated as the strictest.
    let mut unknown = export();
    unknown.lines.iter_mut().for_each(|line| line.class = None);
    unknown.end_user.iter_mut().for_each(|user| {
        user.kind = export_license_registry::rules::end_user::EndUserKind::PrivateCompany;
    });
    assert_eq!(check(&unknown, Rule::CyberEndUse), Outcome::Refuse);
}
