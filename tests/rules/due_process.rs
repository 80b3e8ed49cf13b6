//! The rules of revocation, objection and override: terms, obstacles, remedies, and what an override may depart from.

use chrono::NaiveDate;
use export_license_registry::act::Policy;
use export_license_registry::config::PolicyConfig;
use export_license_registry::rules::application::{Status as ApplicationStatus, may_sign_anew};
use export_license_registry::rules::license::{Ground, Status as LicenseStatus};
use export_license_registry::rules::objection::{
    Admissibility, Against, ObjectionTerms, Outcome, Remedy, admissibility, may_decide, remedy, stay,
};
use export_license_registry::rules::overrides::{self, concerns};
use export_license_registry::rules::revocation::{NoticeTerms, Obstacle, OrderFacts, Status, obstacle};

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

#[test]
fn the_term_to_answer_and_the_urgent_route_depend_on_the_ground() {
    let terms = NoticeTerms::default();
    let today = day("2026-06-01");
    for &ground in Ground::ALL {
        assert_eq!(terms.respond_by(ground, today), day("2026-06-16"), "{ground}");
        let patient = matches!(ground, Ground::ConditionBreach | Ground::FalseParticulars);
        assert_eq!(terms.is_urgent(ground), !patient, "{ground}");
    }
    let own = NoticeTerms {
        days: 10,
        days_by_ground: vec![(Ground::NationalSecurity, 1), (Ground::CourtOrder, 366)],
        urgent: vec![Ground::CourtOrder],
    };
    assert_eq!(own.respond_by(Ground::NationalSecurity, today), day("2026-06-02"));
    assert_eq!(own.respond_by(Ground::CourtOrder, today), day("2027-06-02"));
    assert_eq!(own.respond_by(Ground::HumanRights, today), day("2026-06-11"));
    assert!(own.is_urgent(Ground::CourtOrder) && !own.is_urgent(Ground::HumanRights));
    assert_eq!(own.review_on(Ground::NationalSecurity, today), day("2026-06-03"), "as long again");
    assert_eq!(
        own.respond_by(Ground::HumanRights, NaiveDate::MAX),
        NaiveDate::MAX,
        "no panic at the end of time"
    );
    assert_eq!(own.review_on(Ground::HumanRights, NaiveDate::MAX), NaiveDate::MAX);
}

#[test]
fn a_term_to_answer_that_has_passed_is_a_silence() {
    let until = day("2026-06-16");
    for &status in Status::ALL {
        assert_eq!(status.on(until, until), status, "the last day is the exporter's");
        let after = status.on(day("2026-06-17"), until);
        let expected = if status == Status::Intended { Status::Unanswered } else { status };
        assert_eq!(after, expected);
    }
}

#[test]
fn every_obstacle_to_an_order() {
    for &status in Status::ALL {
        for &license in LicenseStatus::ALL {
            for bits in 0..8_u8 {
                let facts = OrderFacts {
                    status,
                    in_bulk: bits & 1 != 0,
                    same_person: bits & 2 != 0,
                    hearing_owed: bits & 4 != 0,
                    license,
                };
                let expected = match status {
                    Status::Ordered | Status::Dropped => Some(Obstacle::NotOpen),
                    Status::Intended => Some(Obstacle::NotAnswered),
                    Status::Represented if facts.in_bulk => Some(Obstacle::Represented),
                    Status::Represented | Status::Waived | Status::Unanswered if facts.same_person => {
                        Some(Obstacle::SamePerson)
                    }
                    Status::Represented | Status::Waived | Status::Unanswered if facts.hearing_owed => {
                        Some(Obstacle::HearingOwed)
                    }
                    Status::Represented | Status::Waived | Status::Unanswered => {
                        let runs = matches!(license, LicenseStatus::Active | LicenseStatus::Frozen);
                        (!runs).then_some(Obstacle::LicenseEnded)
                    }
                };
                assert_eq!(obstacle(&facts), expected, "{facts:?}");
            }
        }
    }
    for &against in Obstacle::ALL {
        assert!(against.says().ends_with('.') && against.says().len() > 30, "{against} says what to do");
    }
}

#[test]
fn the_date_decides_admissibility() {
    let terms = ObjectionTerms { days: 45, days_by_act: vec![(Against::Freeze, 30)] };
    let act = day("2026-06-01");
    assert_eq!(terms.ends(Against::Refusal, act), day("2026-07-16"));
    assert_eq!(terms.ends(Against::Freeze, act), day("2026-07-01"));
    let ends = day("2026-07-16");
    for excused in [false, true] {
        assert_eq!(admissibility(act, ends, excused), Admissibility::OnTime);
        assert_eq!(admissibility(ends, ends, excused), Admissibility::OnTime, "the last day is in time");
    }
    assert_eq!(admissibility(day("2026-07-17"), ends, true), Admissibility::Excused);
    assert_eq!(admissibility(day("2026-07-17"), ends, false), Admissibility::Late);
    assert_eq!(terms.ends(Against::Refusal, NaiveDate::MAX), NaiveDate::MAX, "no panic at the end of time");
}

#[test]
fn every_outcome_against_every_act() {
    for &against in Against::ALL {
        let open: Vec<_> = Outcome::ALL
            .iter()
            .filter_map(|outcome| remedy(against, *outcome).ok().map(|remedy| (*outcome, remedy)))
            .collect();
        let expected = match against {
            Against::Refusal => vec![
                (Outcome::Upheld, Remedy::Reopen),
                (Outcome::Dismissed, Remedy::Stands),
                (Outcome::Remitted, Remedy::Reopen),
            ],
            Against::GrantInPart => {
                vec![(Outcome::Varied, Remedy::Record), (Outcome::Dismissed, Remedy::Stands)]
            }
            Against::Revocation => vec![
                (Outcome::Upheld, Remedy::Reinstate),
                (Outcome::Varied, Remedy::ReinstateOnConditions),
                (Outcome::Dismissed, Remedy::Stands),
            ],
            Against::Freeze => vec![(Outcome::Upheld, Remedy::Lift), (Outcome::Dismissed, Remedy::Stands)],
        };
        assert_eq!(open, expected, "{against}");
        assert_eq!(stay(against).is_ok(), against == Against::Revocation, "{against}");
    }
}

#[test]
fn who_took_part_does_not_decide_and_who_signed_does_not_sign_anew() {
    let took_part = ["officer".to_owned(), "head".to_owned()];
    assert!(may_decide("director", &took_part));
    assert!(may_decide("director", &[]));
    assert!(!may_decide("head", &took_part));
    assert!(!may_sign_anew("head", &took_part, false));
    assert!(may_sign_anew("head", &took_part, true), "an override is what the decision rests on");
    assert!(may_sign_anew("second", &took_part, false));
}

#[test]
fn an_override_lasts_to_its_last_day_unless_it_is_used() {
    use overrides::Status as Standing;
    let until = day("2026-06-16");
    for &status in Standing::ALL {
        for used in [false, true] {
            assert_eq!(status.on(until, until, used), status);
            let after = status.on(day("2026-06-17"), until, used);
            let ends = !used && !matches!(status, Standing::Expired | Standing::Rescinded);
            assert_eq!(after, if ends { Standing::Expired } else { status }, "{status} {used}");
        }
    }
    for &status in ApplicationStatus::ALL {
        let expected = matches!(status, ApplicationStatus::InReview | ApplicationStatus::Refused);
        assert_eq!(concerns(status), expected, "{status}");
    }
}

/// The settings by default are the policy by default, and what is set is read.
#[test]
fn the_configuration_is_the_policy() {
    use clap::Parser;
    #[derive(Parser)]
    struct Settings {
        #[command(flatten)]
        policy: PolicyConfig,
    }
    let read = |arguments: &[&str]| {
        let line = std::iter::once(&"registry").chain(arguments);
        Settings::try_parse_from(line).map(|settings| Policy::from(settings.policy))
    };
    let defaults = read(&[]).expect("the defaults");
    assert_eq!(defaults.notice, NoticeTerms::default());
    assert_eq!(defaults.objections, ObjectionTerms::default());
    let set = read(&[
        "--notice-days-by-ground",
        "human_rights=15,national_security=7",
        "--urgent-grounds",
        "human_rights",
        "--objection-days-by-act",
        "freeze=30,grant_in_part=60",
    ])
    .expect("settings");
    assert_eq!(set.notice.days_on(Ground::NationalSecurity), 7);
    assert_eq!(set.notice.days_on(Ground::CourtOrder), 15);
    assert_eq!(set.notice.urgent, [Ground::HumanRights]);
    assert_eq!(set.objections.days_by_act, [(Against::Freeze, 30), (Against::GrantInPart, 60)]);
    for wrong in [
        ["--notice-days-by-ground", "mood=15"],
        ["--notice-days-by-ground", "human_rights"],
        ["--notice-days-by-ground", "human_rights=0"],
        ["--notice-days-by-ground", "human_rights=367"],
        ["--notice-days-by-ground", "human_rights=-1"],
        ["--notice-days-by-ground", "human_rights=ten"],
        ["--urgent-grounds", "mood"],
        ["--objection-days", "0"],
        ["--objection-days-by-act", "revoke=30"],
    ] {
        assert!(read(&wrong).is_err(), "{wrong:?}");
    }
}
