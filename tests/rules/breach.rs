//! Breach: what the gate says of an end user that may have broken a declaration, and what each license is told.

use export_license_registry::rules::application::Kind;
use export_license_registry::rules::gate::{Act, Facts as Gate};
use export_license_registry::rules::reasons::{Breach, Facts, of_confirmation, of_suspicion};
use export_license_registry::rules::verdict::{Outcome, Rule};

use crate::case::{ago, ahead, breach, check, clean, contexts, export, outcome, today};

#[test]
fn a_suspicion_holds_and_a_confirmation_refuses_every_act_for_the_end_user() {
    for (kind, purpose, class) in contexts() {
        for &act in Act::ALL {
            for (found, expected) in
                [(None, Outcome::Pass), (Some(false), Outcome::Hold), (Some(true), Outcome::Refuse)]
            {
                let mut facts = clean(kind, purpose, class);
                facts.act = act;
                facts.breach = found.map(breach);
                assert_eq!(check(&facts, Rule::EndUserBreach), expected, "{act} {kind} {purpose} {class}");
                assert!(outcome(&facts) >= expected);
            }
        }
    }
}

#[test]
fn facts_recorded_before_breaches_stood_against_an_end_user_are_still_read() {
    let mut recorded = serde_json::to_value(export()).expect("facts");
    let removed = recorded.as_object_mut().and_then(|facts| facts.remove("breach"));
    assert!(removed.is_some());
    let facts: Gate = serde_json::from_value(recorded).expect("facts");
    assert_eq!(check(&facts, Rule::EndUserBreach), Outcome::Pass);
}

fn license() -> Facts<'static> {
    Facts {
        reference: "EL-2026-000007",
        source_number: None,
        kind: Kind::Export,
        issued_on: ago(100),
        valid_until: ahead(100),
        exporter: Some("EX-2026-000003"),
        end_user: Some("EU-2026-000004"),
        destinations: vec!["Germany"],
        lines: vec![(1, "Thermal sight", "ML5.a".to_owned())],
    }
}

fn suspected(reasons: &str) -> Breach<'_> {
    Breach { declaration: "ED-2026-000005", signed_on: ago(90), reasons, today: today() }
}

#[track_caller]
fn tells(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part} is not told: {text}");
    }
}

#[test]
fn each_license_is_told_which_declaration_is_suspected_why_and_until_when() {
    let text = of_suspicion(&license(), suspected("The sights were seen elsewhere"), ahead(30));
    let (day, review) = (today().to_string(), ahead(30).to_string());
    let own = ["EL-2026-000007", "EX-2026-000003", "EU-2026-000004", "Thermal sight", "ML5.a", "Germany"];
    tells(&text, &own);
    tells(
        &text,
        &[
            "ED-2026-000005",
            "is suspected: The sights were seen elsewhere. ",
            &day,
            &review,
            "not revoked",
            "declaration breach",
        ],
    );
    let text = of_confirmation(&license(), suspected("It was proven!"));
    tells(&text, &own);
    tells(
        &text,
        &[
            "ED-2026-000005",
            "is confirmed: It was proven! ",
            "stays frozen",
            "heard before the revocation is ordered",
        ],
    );
}

/// A notice of revocation takes 10,000 characters, whatever the reasons of the breach.
#[test]
fn long_reasons_are_told_in_part() {
    let long = "x".repeat(10_000);
    let text = of_confirmation(&license(), suspected(&long));
    assert!(text.chars().count() < 10_000, "{}", text.len());
    assert!(text.contains(&"x".repeat(6000)) && text.contains("heard before"));
}
