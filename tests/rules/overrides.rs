//! What an override departs from: only what it names, only what can be departed from, and never by changing the verdict.

use export_license_registry::rules::application::{Body, Kind, Purpose, Stance};
use export_license_registry::rules::declaration;
use export_license_registry::rules::gate::{EmbargoScope, Facts, PositionFacts, judge};
use export_license_registry::rules::product::ProductClass;
use export_license_registry::rules::verdict::{Outcome, Rule};

use crate::case::{DIMENSIONS, clean, contexts, embargo, export};

fn through(facts: &Facts, departs: bool, overridden: &[Rule]) -> bool {
    judge(facts).record().lets_through_under(departs, overridden)
}

#[test]
fn these_checks_can_be_departed_from_and_no_others() {
    let overridable: Vec<Rule> = Rule::ALL.iter().copied().filter(|rule| rule.is_overridable()).collect();
    assert_eq!(
        overridable,
        [
            Rule::MarketingCover,
            Rule::DeclarationAccepted,
            Rule::DeclarationVersion,
            Rule::MeasureRefusal,
            Rule::PositionsRecorded,
            Rule::ConditionsSeen,
            Rule::LikeRefusal,
            Rule::OpenReview,
        ]
    );
}

/// Without an override the extended question is the plain one, over every value of every fact.
#[test]
fn an_override_that_names_nothing_changes_nothing() {
    for (kind, purpose, class) in contexts() {
        for dimension in DIMENSIONS {
            for change in dimension.values {
                let mut facts = clean(kind, purpose, class);
                change(&mut facts);
                let verdict = judge(&facts).record();
                for departs in [false, true] {
                    assert_eq!(verdict.lets_through_under(departs, &[]), verdict.lets_through(departs));
                }
            }
        }
    }
}

/// Of one fact that stands against a grant, an override takes away exactly the checks that it may and does name.
#[test]
fn an_override_lets_through_what_it_names_and_may_and_nothing_else() {
    for (kind, purpose, class) in contexts() {
        for dimension in DIMENSIONS {
            for change in dimension.values {
                let mut facts = clean(kind, purpose, class);
                change(&mut facts);
                let verdict = judge(&facts).record();
                let before = verdict.clone();
                let against: Vec<Rule> = verdict.objections().iter().map(|check| check.rule).collect();
                let breached = verdict
                    .checks
                    .iter()
                    .any(|check| check.rule == Rule::DeclarationAccepted && check.outcome == Outcome::Refuse);
                let may = against.iter().all(|rule| rule.is_overridable()) && !breached;
                assert_eq!(
                    verdict.lets_through_under(false, Rule::ALL),
                    may,
                    "{} {against:?}",
                    dimension.name
                );
                if let Some(missing) = against.first() {
                    let others: Vec<Rule> = Rule::ALL.iter().copied().filter(|r| r != missing).collect();
                    assert!(!verdict.lets_through_under(false, &others), "{missing} was not named");
                }
                assert_eq!(verdict, before, "the verdict stays as it is");
            }
        }
    }
}

#[test]
fn a_confirmed_breach_and_an_embargo_are_never_departed_from() {
    let mut breached = export();
    breached.declaration.iter_mut().for_each(|d| d.status = declaration::Status::BreachConfirmed);
    assert!(!through(&breached, true, Rule::ALL));
    let mut suspected = export();
    suspected.declaration.iter_mut().for_each(|d| d.status = declaration::Status::BreachSuspected);
    assert!(through(&suspected, false, &[Rule::DeclarationAccepted]));
    for &scope in EmbargoScope::ALL {
        let mut under = export();
        under.embargo = Some(embargo(scope));
        under.end_user = None;
        assert!(!through(&under, true, Rule::ALL), "{scope}");
    }
}

#[test]
fn what_is_left_is_judged_as_ever() {
    let mut facts = clean(Kind::Marketing, Purpose::New, ProductClass::Military);
    facts.positions = vec![
        PositionFacts { body: Body::Defense, stance: Stance::Support },
        PositionFacts { body: Body::ForeignAffairs, stance: Stance::Oppose },
    ];
    facts.conditions_seen = Some(false);
    assert!(!through(&facts, true, &[]));
    assert!(!through(&facts, false, &[Rule::ConditionsSeen]), "a dissent still refers");
    assert!(through(&facts, true, &[Rule::ConditionsSeen]), "and its departure is still reasoned");
    assert!(through(&facts, false, &[Rule::ConditionsSeen, Rule::PositionsRecorded]));
}
