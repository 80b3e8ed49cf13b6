//! Assessments: what the positions come to, and which days and departures are taken.

use export_license_registry::rules::application::Stance;
use export_license_registry::rules::assessment::{
    Action, CONSULTED, Status, concluded_by, may_be_approved, may_be_scored, wrong_date, wrong_departure,
};
use export_license_registry::rules::authority::Ministry;
use export_license_registry::rules::values::Score;

use crate::case::{ago, ahead, today};

#[test]
fn every_pair_of_positions() {
    for &defense in Stance::ALL {
        assert_eq!(concluded_by(&[(Ministry::Defense, defense)]), None);
        assert_eq!(concluded_by(&[(Ministry::Defense, defense), (Ministry::Defense, defense)]), None);
        for &foreign in Stance::ALL {
            let opposed = [defense, foreign].contains(&Stance::Oppose);
            let expected = if opposed { Action::Dissent } else { Action::Agree };
            let mut given = vec![(Ministry::Defense, defense), (Ministry::ForeignAffairs, foreign)];
            assert_eq!(concluded_by(&given), Some(expected), "{defense} {foreign}");
            given.reverse();
            assert_eq!(concluded_by(&given), Some(expected), "whoever was first");
        }
    }
    assert_eq!(concluded_by(&[]), None);
}

/// A ministry that is not consulted neither completes a round nor dissents from it.
#[test]
fn a_ministry_that_is_not_consulted_moves_nothing() {
    assert!(!CONSULTED.contains(&Ministry::Economy));
    let economy = (Ministry::Economy, Stance::Oppose);
    assert_eq!(concluded_by(&[(Ministry::Defense, Stance::Support), economy]), None);
    let both = [(Ministry::Defense, Stance::Support), (Ministry::ForeignAffairs, Stance::Support), economy];
    assert_eq!(concluded_by(&both), Some(Action::Agree));
}

#[test]
fn the_days_of_an_assessment_are_in_order_and_ahead() {
    let field = |review, until| wrong_date(today(), review, until).map(|(field, _)| field);
    assert_eq!(field(ahead(1), ahead(1)), None);
    assert_eq!(field(ahead(180), ahead(1827)), None);
    assert_eq!(field(today(), ahead(10)), Some("/reviewOn"));
    assert_eq!(field(ago(1), ahead(10)), Some("/reviewOn"));
    assert_eq!(field(ahead(10), ahead(9)), Some("/validUntil"));
    assert_eq!(field(ahead(10), ahead(1828)), Some("/validUntil"));
}

#[test]
fn a_departure_is_stated_where_there_is_dissent_and_only_there() {
    for status in Status::ALL.iter().copied().map(Some).chain([None]) {
        for departs in [true, false] {
            let wrong =
                matches!((status, departs), (Some(Status::Agreed), true) | (Some(Status::Dissented), false));
            assert_eq!(wrong_departure(status, departs).is_some(), wrong, "{status:?} {departs}");
        }
    }
}

#[test]
fn an_assessment_is_relied_on_while_it_is_approved_and_to_its_last_day() {
    for &status in Status::ALL {
        assert_eq!(status.in_force(today(), today()), status == Status::Approved, "{status}");
        assert!(!status.in_force(today(), ago(1)), "{status}");
    }
    assert!(may_be_approved(today(), today()));
    assert!(!may_be_approved(today(), ago(1)));
}

#[test]
fn a_score_is_for_a_year_that_has_begun() {
    assert!(may_be_scored(2026, 2026) && may_be_scored(2026, 1900));
    assert!(!may_be_scored(2026, 2027) && !may_be_scored(2026, 1899));
}

#[test]
fn scores_are_exact_and_have_one_normal_form() {
    for (text, normal) in [
        ("0.7197311500708262", "0.7197311500708262"),
        ("-2.50", "-2.5"),
        ("-0", "0"),
        ("-0.000", "0"),
        ("007", "7"),
        ("999999999.999999999999999999", "999999999.999999999999999999"),
    ] {
        assert_eq!(text.parse::<Score>().expect(text).to_string(), normal, "{text}");
    }
    for text in [
        "",
        "-",
        "+1",
        "1e3",
        "NaN",
        "N/A",
        "1,5",
        " 1",
        "--1",
        ".5",
        "1.",
        "1000000000",
        "0.0000000000000000001",
    ] {
        text.parse::<Score>().expect_err(text);
    }
}
