//! Replays: what is on file is judged again and comes out as recorded; what is supposed moves what it names and no more.

use export_license_registry::rules::application::{Body, Kind, Purpose};
use export_license_registry::rules::gate::{Act, Facts, LikeRefusal, judge};
use export_license_registry::rules::license;
use export_license_registry::rules::measure::Effect;
use export_license_registry::rules::product::ProductClass;
use export_license_registry::rules::replay::{
    Replayed, Supposition, VERSION, compare, looks_back_to, read, record, replay,
};
use export_license_registry::rules::verdict::{Outcome, RecordedVerdict, Rule};
use serde_json::{Value, json};

use crate::case::{DIMENSIONS, ago, clean, contexts, export, measure, today};

/// Every pair of facts in every context, and the acts on a license.
fn cases() -> Vec<Facts> {
    let mut cases = Vec::new();
    for (kind, purpose, class) in contexts() {
        for one in DIMENSIONS {
            for change in one.values {
                let mut facts = clean(kind, purpose, class);
                change(&mut facts);
                for act in [Act::Unfreeze, Act::Reinstate] {
                    for &status in license::Status::ALL {
                        cases.push(Facts { act, license: Some(status), ..facts.clone() });
                    }
                }
                cases.push(facts);
            }
        }
    }
    for (at, one) in DIMENSIONS.iter().enumerate() {
        for other in DIMENSIONS.iter().skip(at + 1) {
            for change in one.values {
                for besides in other.values {
                    let mut facts = export();
                    change(&mut facts);
                    besides(&mut facts);
                    cases.push(facts);
                }
            }
        }
    }
    cases
}

/// A verdict as it comes back from the file: as text, with its facts apart.
fn filed(facts: &Facts) -> (RecordedVerdict, Option<Value>) {
    let text = serde_json::to_string(&record(facts)).expect("text");
    let back: RecordedVerdict = serde_json::from_str(&text).expect("a verdict");
    let case = back.case.clone();
    (back.bare(), case)
}

#[test]
fn every_case_on_file_comes_out_as_recorded() {
    let cases = cases();
    assert!(cases.len() > 5_000, "{}", cases.len());
    for facts in &cases {
        let (recorded, case) = filed(facts);
        let again = replay(&recorded, case.as_ref());
        assert_eq!((again.replayed, again.outcome), (Replayed::Agrees, Some(recorded.outcome)), "{facts:?}");
        assert!(again.differences.is_empty());
    }
}

#[test]
fn a_check_on_file_that_was_altered_is_named() {
    let (recorded, case) = filed(&export());
    for (at, rule) in Rule::ALL.iter().enumerate() {
        let mut outcome = recorded.clone();
        outcome.checks[at].outcome = Outcome::Hold;
        let mut says = recorded.clone();
        says.checks[at].says.push('.');
        let mut facts = recorded.clone();
        facts.checks[at].facts.insert("invented".to_owned(), json!(1));
        let mut gone = recorded.clone();
        gone.checks.remove(at);
        for altered in [outcome, says, facts, gone] {
            let again = replay(&altered, case.as_ref());
            let named: Vec<_> = again.differences.iter().map(|difference| difference.rule).collect();
            assert_eq!((again.replayed, named), (Replayed::Differs, vec![*rule]));
        }
    }
    let whole = RecordedVerdict { outcome: Outcome::Refuse, ..recorded };
    assert_eq!(replay(&whole, case.as_ref()).replayed, Replayed::Differs, "the outcome of the whole");
}

#[test]
fn facts_that_were_altered_do_not_give_the_recorded_verdict() {
    for dimension in DIMENSIONS {
        let mut base = export();
        if let Some(best) = dimension.values.first() {
            best(&mut base);
        }
        let (recorded, _) = filed(&base);
        for change in dimension.values {
            let mut facts = base.clone();
            change(&mut facts);
            let (other, case) = filed(&facts);
            let expected = if other == recorded { Replayed::Agrees } else { Replayed::Differs };
            assert_eq!(replay(&recorded, case.as_ref()).replayed, expected, "{}", dimension.name);
        }
    }
}

#[test]
fn facts_that_cannot_be_read_are_told() {
    let (recorded, case) = filed(&export());
    let case = case.expect("facts");
    assert_eq!(replay(&recorded, None).replayed, Replayed::NoFacts);
    let members: Vec<String> = case["facts"].as_object().expect("an object").keys().cloned().collect();
    // A fact that is missing from the file is missing from the case; what a case cannot be without is told.
    let whole = ["act", "today", "kind", "purpose", "lines", "required_positions", "positions"];
    for member in members {
        let mut lacking = case.clone();
        lacking["facts"].as_object_mut().expect("an object").remove(&member).expect("a member");
        assert_eq!(read(Some(&lacking)).is_err(), whole.contains(&member.as_str()), "{member}");
    }
    for unreadable in [
        json!(null),
        json!({}),
        json!({ "version": VERSION + 1, "facts": case["facts"] }),
        json!({ "facts": case["facts"] }),
    ] {
        let again = replay(&recorded, Some(&unreadable));
        assert_eq!((again.replayed, again.outcome), (Replayed::Unreadable, None));
    }
}

#[test]
fn to_suppose_nothing_changes_nothing() {
    for facts in cases() {
        let (was, becomes) = Supposition::default().judge(&facts);
        assert_eq!(compare(&was, &becomes), []);
    }
}

#[test]
fn a_supposed_measure_is_judged_as_one_in_force() {
    for (kind, purpose, class) in contexts() {
        for &effect in Effect::ALL {
            let facts = clean(kind, purpose, class);
            let in_force = Facts { measures: vec![measure(effect)], ..facts.clone() };
            let supposed = Supposition { measures: vec![measure(effect)], ..Supposition::default() };
            let (was, becomes) = supposed.judge(&facts);
            assert_eq!(becomes, judge(&in_force).record(), "{effect} {kind} {purpose}");
            let moved: Vec<_> = compare(&was, &becomes).iter().map(|difference| difference.rule).collect();
            let by_measures = [Rule::MeasureFreeze, Rule::MeasureRefusal, Rule::MeasureRequirements];
            assert!(moved.iter().all(|rule| by_measures.contains(rule)), "{effect}: {moved:?}");
            // What it proposes stands in the place of what it says.
            let amended = Supposition {
                instead_of: Some(measure(effect).reference),
                measures: vec![measure(Effect::RequireCommittee)],
                ..Supposition::default()
            };
            let alone = Facts { measures: vec![measure(Effect::RequireCommittee)], ..facts };
            assert_eq!(amended.judge(&in_force).1, judge(&alone).record(), "{effect}");
        }
    }
}

#[test]
fn a_supposed_withdrawal_of_an_exemption_uncovers_its_lines_alone() {
    let mut facts = clean(Kind::Export, Purpose::New, ProductClass::Military);
    for (line, exemption) in facts.lines.iter_mut().zip(["EM-2026-000001", "EM-2026-000002"]) {
        (line.covered_by, line.exempt_by) = (None, Some(exemption.to_owned()));
    }
    for (withdrawn, stopped) in
        [("EM-2026-000001", true), ("EM-2026-000002", true), ("EM-2026-000003", false)]
    {
        let supposed = Supposition { withdrawn: vec![withdrawn.to_owned()], ..Supposition::default() };
        let (was, becomes) = supposed.judge(&facts);
        assert_eq!(
            (was.outcome, becomes.outcome == Outcome::Refuse),
            (Outcome::Pass, stopped),
            "{withdrawn}"
        );
        let moved: Vec<_> = compare(&was, &becomes).iter().map(|difference| difference.rule).collect();
        assert_eq!(moved, if stopped { vec![Rule::MarketingCover] } else { Vec::new() });
    }
}

#[test]
fn a_supposed_policy_moves_the_check_that_it_is_of() {
    let refusal = LikeRefusal { reference: "AE-2024-000001".to_owned(), refused_on: ago(400) };
    let refused = Facts { like_refusal: Some(refusal.clone()), ..export() };
    for (facts, supposed, moved, outcome) in [
        (
            export(),
            Supposition { required_positions: Some(vec![Body::Economy]), ..Supposition::default() },
            Rule::PositionsRecorded,
            Outcome::Hold,
        ),
        (
            export(),
            Supposition { longest_term_days: Some(364), ..Supposition::default() },
            Rule::Term,
            Outcome::Refuse,
        ),
        (
            export(),
            Supposition { like_refusal: Some(Some(refusal)), ..Supposition::default() },
            Rule::LikeRefusal,
            Outcome::Refer,
        ),
        (
            refused,
            Supposition { like_refusal: Some(None), ..Supposition::default() },
            Rule::LikeRefusal,
            Outcome::Pass,
        ),
    ] {
        let (was, becomes) = supposed.judge(&facts);
        let differences = compare(&was, &becomes);
        let told: Vec<_> = differences
            .iter()
            .map(|difference| (difference.rule, difference.becomes.as_ref().map(|said| said.outcome)))
            .collect();
        assert_eq!(told, [(moved, Some(outcome))]);
        // Of an act on a license, neither positions nor precedents are asked for.
        let thaw = Facts { act: Act::Unfreeze, license: Some(license::Status::Frozen), ..facts };
        let (was, becomes) = supposed.judge(&thaw);
        assert_eq!(compare(&was, &becomes), [], "{moved}");
    }
    assert_eq!((looks_back_to(today(), 400), looks_back_to(today(), 0)), (ago(400), today()));
}
