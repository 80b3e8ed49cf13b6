//! What the gate makes of the screening of parties, what the clock does with a hit, and until when an edition clears anyone.

use std::collections::BTreeSet;

use export_license_registry::rules::authority::{Permission, Role};
use export_license_registry::rules::gate::{Act, Facts, ListFacts, PartyFacts, ScreeningFacts, judge};
use export_license_registry::rules::lifecycle::LifeCycle as _;
use export_license_registry::rules::screening_hit::{
    Action, PartyKind, ScreeningHitCycle, Status, found_again,
};
use export_license_registry::rules::screening_list::current_until;
use export_license_registry::rules::verdict::{Outcome, Rule};

use crate::case::{ago, ahead, check, export, list, party, screened, today};

/// Whatever the clock does on finding a party again, it is a step of the life cycle, and never decides on a hit.
#[test]
fn finding_a_party_again_never_decides_on_it() {
    for &status in Status::ALL {
        for changed in [false, true] {
            let Some(action) = found_again(status, changed) else {
                assert!(!changed && status != Status::Obsolete, "{status} {changed}: nothing is done");
                continue;
            };
            let to = ScreeningHitCycle::next(Some(status), action).expect("an edge");
            let stays = status == Status::Confirmed && to == Status::Confirmed;
            assert!(to == Status::Open || stays, "{status} {changed}: {to}");
        }
    }
}

/// What lets a hit go takes a person, and what lets a confirmed one go takes two.
#[test]
fn the_clock_clears_no_one() {
    for edge in ScreeningHitCycle::EDGES.iter().filter(|edge| edge.by == Permission::RunClock) {
        assert_ne!(edge.to, Status::Cleared);
        let ends_confirmed = edge.from == Some(Status::Confirmed) && edge.to != Status::Confirmed;
        assert!(!ends_confirmed, "{:?}", edge.action);
    }
    let to_confirmed: Vec<_> = ScreeningHitCycle::EDGES
        .iter()
        .filter(|edge| edge.to == Status::Confirmed)
        .map(|edge| edge.action)
        .collect();
    assert_eq!(to_confirmed, [Action::Update, Action::Confirm]);
    assert_eq!(
        ScreeningHitCycle::next(Some(Status::Open), Action::Confirm),
        None,
        "a confirmation is proposed first"
    );
}

/// The score from which something is a hit, and an edition that is doubted, are the head's alone.
#[test]
fn what_could_hide_hits_is_the_heads() {
    for permission in [Permission::SetScreeningTerms, Permission::TakeDoubtedEdition] {
        assert_eq!(permission.roles(), [Role::HeadOfAgency]);
    }
}

#[test]
fn an_edition_is_current_from_the_day_its_publisher_gives_it() {
    assert_eq!(current_until(Some(ago(10)), today(), 7), ago(3));
    assert_eq!(current_until(None, today(), 7), ahead(7));
    assert_eq!(current_until(None, chrono::NaiveDate::MAX, 7), chrono::NaiveDate::MAX);
}

/// Every combination of what is known of two lists and two parties, for every act: the worst of it decides, and nothing that
/// is not known clears anyone.
#[test]
fn parties_are_clear_only_on_every_list_as_it_is_today() {
    let lists = [
        (list("un", ahead(1)), true),
        (list("un", today()), true),
        (list("un", ago(1)), false),
        (ListFacts { edition: None, ..list("un", ahead(1)) }, false),
        (ListFacts { current_until: None, ..list("un", ahead(1)) }, false),
    ];
    let hit = |number: i32| Some(format!("SH-2026-{number:06}"));
    let states = |kind| {
        let clear = party(kind);
        [
            (clear.clone(), Outcome::Pass),
            (PartyFacts { confirmed: hit(1), ..clear.clone() }, Outcome::Refer),
            (PartyFacts { undecided: hit(2), ..clear.clone() }, Outcome::Hold),
            (PartyFacts { undecided: hit(2), confirmed: hit(1), ..clear.clone() }, Outcome::Hold),
            (PartyFacts { screened: false, ..clear }, Outcome::Hold),
        ]
    };
    let clear = party(PartyKind::Consignee);
    let mut told = BTreeSet::new();
    for &act in Act::ALL {
        for (one, one_current) in &lists {
            for (other, other_current) in &lists {
                for (exporter, by_exporter) in states(PartyKind::Exporter) {
                    let others = [PartyKind::EndUser, PartyKind::Consignee].into_iter().flat_map(states);
                    for (party, by_party) in others {
                        let mut facts = export();
                        facts.act = act;
                        facts.screening = ScreeningFacts {
                            required: false,
                            lists: vec![one.clone(), other.clone()],
                            parties: vec![exporter.clone(), clear.clone(), party],
                        };
                        let by_lists =
                            if *one_current && *other_current { Outcome::Pass } else { Outcome::Hold };
                        let expected = by_lists.max(by_exporter).max(by_party);
                        assert_eq!(check(&facts, Rule::Screening), expected, "{:?}", facts.screening);
                        let verdict = judge(&facts).record();
                        let says = verdict.checks.iter().find(|check| check.rule == Rule::Screening);
                        told.extend(says.map(|check| (check.outcome, check.says.clone())));
                    }
                }
            }
        }
    }
    // Exporters read the sentences: whatever stands against a party, they are the same.
    let against: BTreeSet<_> =
        told.iter().filter(|(outcome, _)| *outcome > Outcome::Pass).map(|(_, says)| says).collect();
    assert_eq!(against.len(), 1, "{told:?}");
}

#[test]
fn where_no_list_is_kept_the_setting_decides_and_where_no_party_is_known_a_person_does() {
    for (required, expected) in [(false, Outcome::NotApplicable), (true, Outcome::Hold)] {
        let mut facts = export();
        facts.screening = ScreeningFacts { required, ..ScreeningFacts::default() };
        assert_eq!(check(&facts, Rule::Screening), expected);
        facts.screening = ScreeningFacts { required, ..screened() };
        assert_eq!(check(&facts, Rule::Screening), Outcome::Pass, "a list is kept");
    }
    let mut facts = export();
    facts.screening.parties.clear();
    assert_eq!(check(&facts, Rule::Screening), Outcome::Refer);
}

/// Facts recorded before lists were kept know of none.
#[test]
fn facts_of_before_screening_read_back() {
    let mut recorded = serde_json::to_value(export()).expect("it is JSON");
    assert!(recorded.as_object_mut().expect("an object").remove("screening").is_some());
    let facts: Facts = serde_json::from_value(recorded).expect("it reads back");
    assert_eq!(check(&facts, Rule::Screening), Outcome::NotApplicable);
}
