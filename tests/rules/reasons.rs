//! Reasons: the record of every act names the license's own facts, the clause that met them, the ground and the law.

use chrono::NaiveDate;
use export_license_registry::rules::application::Kind;
use export_license_registry::rules::cover::Lack;
use export_license_registry::rules::license::{Ground, Status};
use export_license_registry::rules::measure::DecisionAct;
use export_license_registry::rules::reasons::{
    Consequence, Demanded, Facts, LetGo, Policy, of_license, of_release,
};
use export_license_registry::rules::scope::{Asks, Clause, Match};

use crate::case::{ago, ahead, today};

const REASONS: &str = "Independent reports name the use of such systems against the press";

fn policy(ground: Ground) -> Policy<'static> {
    Policy {
        reference: "ME-2026-000007",
        title: "Interception to the Gulf",
        ground,
        legal_basis: "Defense Export Control Law 5767-2007, s. 9",
        reasons: REASONS,
        review_on: ahead(180),
    }
}

fn license() -> Facts<'static> {
    Facts {
        reference: "HL-2026-000123",
        source_number: Some("NL-0815"),
        kind: Kind::Export,
        issued_on: ago(300),
        valid_until: ahead(400),
        exporter: Some("EX-2026-000004"),
        end_user: Some("EU-2026-000009"),
        destinations: vec!["Qatar", "Saudi Arabia"],
        lines: vec![(2, "Interception system", "5A001.f.1, 5D001".to_owned())],
    }
}

fn met() -> Match {
    let clause =
        |clause: &str, asks, fact: &str| Clause { clause: clause.to_owned(), asks, fact: fact.to_owned() };
    Match {
        lines: vec![2],
        destinations: vec!["QA".parse().expect("QA")],
        clauses: vec![
            clause("/all/0/controlCodes", Asks::ControlCode, "5A001.f.1"),
            clause("/all/1/countryGroups", Asks::CountryGroup, "QA (gulf-states)"),
        ],
    }
}

fn consequence(act: DecisionAct) -> Consequence<'static> {
    Consequence {
        act,
        today: today(),
        declaration: None,
        condition: Some("Report each use."),
        urgent: false,
        object_by: None,
    }
}

fn demanded() -> Demanded<'static> {
    Demanded {
        template: "DT-2026-000002",
        title: "End-user declaration",
        version: 2,
        due_on: ahead(60),
        lack: Lack::ProductMissing,
    }
}

fn holds(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "“{part}” is not in: {text}");
    }
}

fn day(day: NaiveDate) -> String {
    day.to_string()
}

#[test]
fn every_act_is_told_with_the_facts_of_the_license() {
    for &act in DecisionAct::ALL {
        for &ground in Ground::ALL {
            let text = of_license(policy(ground), &license(), &met(), consequence(act));
            holds(
                &text,
                &[
                    "License HL-2026-000123 (number NL-0815 of its register)",
                    &format!("of {}, held by EX-2026-000004, permits the export", day(ago(300))),
                    "“Interception system” (line 2: 5A001.f.1, 5D001)",
                    "to Qatar, Saudi Arabia for end user EU-2026-000009",
                    &format!("until {}.", day(ahead(400))),
                    "Measure ME-2026-000007 (“Interception to the Gulf”) reaches it:",
                    "its goods are under control code 5A001.f.1 (clause /all/0/controlCodes)",
                    "its destination belongs to a group of the measure: QA (gulf-states) (clause /all/1/countryGroups)",
                    &format!("Ground: {}.", ground.name().replace('_', " ")),
                    "Legal basis: Defense Export Control Law 5767-2007, s. 9.",
                    &format!("Reasons of the measure: {REASONS}."),
                ],
            );
            let end = format!("The measure is reviewed on {} at the latest.", day(ahead(180)));
            assert!(text.ends_with(&end), "{text}");
            assert!(!text.contains("..") && !text.contains("  ") && !text.contains('_'), "{text}");
        }
    }
}

/// What follows for the license is told act by act, and freeze and revocation are never blurred.
#[test]
fn every_act_says_what_follows() {
    let told = |act, change: fn(&mut Consequence<'static>)| {
        let mut consequence = consequence(act);
        change(&mut consequence);
        of_license(policy(Ground::HumanRights), &license(), &met(), consequence)
    };
    let froze = format!("It is frozen from {}", day(today()));
    for &act in DecisionAct::ALL {
        let text = told(act, |_| ());
        match act {
            DecisionAct::Freeze => {
                holds(&text, &[&froze, "It is not revoked", "becomes usable again when the measure ends"]);
                assert!(!text.contains("declaration"), "{text}");
                let until = format!("was required until {}.", day(ahead(60)));
                let want = told(act, |consequence| consequence.declaration = Some(demanded()));
                let cure = "when such a declaration is accepted or the measure ends, unless";
                holds(&want, &["version 2 of the template DT-2026-000002 (“End-user declaration”)", &until]);
                holds(&want, &[Lack::ProductMissing.says(), &froze, "It is not revoked", cure]);
            }
            DecisionAct::IntendRevocation => {
                holds(
                    &text,
                    &["Its revocation is intended.", "heard before the revocation is ordered", "may be used"],
                );
                assert!(!text.contains("frozen"), "{text}");
                let urgent = told(act, |consequence| consequence.urgent = true);
                holds(&urgent, &["Its revocation is intended, and it is frozen from", "heard before"]);
                assert!(!urgent.contains("may be used"), "{urgent}");
            }
            DecisionAct::RequireDeclaration => {
                holds(&text, &["the template version that the measure names is required."]);
                assert!(!text.contains("frozen"), "{text}");
                let until = format!("is required until {}.", day(ahead(60)));
                let due = told(act, |consequence| consequence.declaration = Some(demanded()));
                let version =
                    "A declaration of the acquiring state on version 2 of the template DT-2026-000002";
                holds(&due, &[version, &until, Lack::ProductMissing.says(), "frozen after that day"]);
            }
            DecisionAct::AddCondition => {
                holds(&text, &["bound to this condition: “Report each use.”."]);
            }
            DecisionAct::Release => holds(&text, &[&format!("is lifted from {}.", day(today()))]),
        }
        let revokes = act == DecisionAct::IntendRevocation;
        assert_eq!(text.contains("revocation"), revokes, "{text}");
    }
}

#[test]
fn every_kind_of_license_and_every_condition_has_its_words() {
    for &kind in Kind::ALL {
        let text = of_license(
            policy(Ground::HumanRights),
            &Facts { kind, ..license() },
            &met(),
            consequence(DecisionAct::Freeze),
        );
        holds(
            &text,
            &[&format!("permits the {}", if kind == Kind::Marketing { "marketing of" } else { kind.name() })],
        );
    }
    for &asks in Asks::ALL {
        let fact = "some_fact".to_owned();
        let clause = Clause { clause: "/any/3/x".to_owned(), asks, fact };
        let met = Match { clauses: vec![clause], ..met() };
        let text =
            of_license(policy(Ground::HumanRights), &license(), &met, consequence(DecisionAct::Freeze));
        let expected = match asks {
            Asks::Destination => "its destination is some_fact (clause /any/3/x)",
            Asks::CountryGroup => {
                "its destination belongs to a group of the measure: some_fact (clause /any/3/x)"
            }
            Asks::ControlCode => "its goods are under control code some_fact (clause /any/3/x)",
            Asks::ProductClass => "the class of its goods is some fact (clause /any/3/x)",
            Asks::TechnologyTag => "the technology of its goods is some fact (clause /any/3/x)",
            Asks::SecurityClassification => {
                "the security classification of its goods is some fact (clause /any/3/x)"
            }
            // A party is named by its reference, as its people know it.
            Asks::Exporter => "its holder is EX-2026-000004 (clause /any/3/x)",
            Asks::EndUser => "its end user is EU-2026-000009 (clause /any/3/x)",
            Asks::EndUserKind => "its end user is of the kind some fact (clause /any/3/x)",
            Asks::LicenseKind => "it is a license of the kind some fact (clause /any/3/x)",
        };
        holds(&text, &[expected]);
    }
}

#[test]
fn what_is_not_on_file_is_left_out_and_long_lists_are_counted() {
    let bare = Facts {
        source_number: None,
        exporter: None,
        end_user: None,
        destinations: vec!["Qatar"],
        lines: (1..=7).map(|line| (line, "Part", format!("ML{line}"))).collect(),
        ..license()
    };
    let text = of_license(policy(Ground::HumanRights), &bare, &met(), consequence(DecisionAct::Freeze));
    let start =
        format!("License HL-2026-000123 of {} permits the export of “Part” (line 1: ML1), ", day(ago(300)));
    assert!(text.starts_with(&start), "{text}");
    holds(&text, &["(line 5: ML5) and of 2 further lines to Qatar until "]);
    assert!(!text.contains("line 6") && !text.contains("held by") && !text.contains("end user"), "{text}");
    for ending in [".", "!", "?", "?  \n"] {
        let reasons = format!("{REASONS}{ending}");
        let policy = Policy { reasons: &reasons, ..policy(Ground::HumanRights) };
        let text = of_license(policy, &bare, &met(), consequence(DecisionAct::Freeze));
        holds(&text, &[&format!("{} The measure is reviewed", reasons.trim())]);
    }
}

/// What a release says of a license is where that license stands.
#[test]
fn a_release_says_where_the_license_stands() {
    let told = |status: Status, freezes: i64| {
        let license = LetGo {
            reference: "HL-2026-000123",
            source_number: Some("NL-0815"),
            status,
            valid_until: ahead(400),
            freezes,
        };
        of_release("ME-2026-000007", license, "The review found no risk", today())
    };
    let begins = format!(
        "What ME-2026-000007 held of license HL-2026-000123 (number NL-0815 of its register) is lifted from {}: The review \
         found no risk. ",
        today()
    );
    let ends =
        |status, freezes| told(status, freezes).strip_prefix(&begins).expect("the beginning").to_owned();
    let until = ahead(400);
    assert_eq!(ends(Status::Active, 0), format!("It may be used until {until}."));
    assert_eq!(
        ends(Status::Active, 1),
        format!("It may be used until {until}, but for the lines that are frozen besides.")
    );
    assert_eq!(
        ends(Status::Frozen, 1),
        "It stays frozen: a freeze holds it that the measure did not put on it."
    );
    assert_eq!(
        ends(Status::Frozen, 3),
        "It stays frozen: freezes hold it that the measure did not put on it."
    );
    for over in Status::ALL.iter().copied().filter(|status| !status.is_in_force()) {
        assert_eq!(ends(over, 1), format!("It is {over} by now and may not be used."));
    }
}
