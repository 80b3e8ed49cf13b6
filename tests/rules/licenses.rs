//! A license's status at a day, and the steps of freezes.

use chrono::{Days, NaiveDate};
use export_license_registry::rules::exporter;
use export_license_registry::rules::license::{
    Action, FreezeSource, LicenseCycle, Status, ends_with_reinstatement, freeze_action, lift_action,
    reinstate_action,
};
use export_license_registry::rules::lifecycle::LifeCycle as _;

fn day(offset: i32) -> NaiveDate {
    let start = NaiveDate::from_ymd_opt(2026, 11, 22).expect("a day");
    let days = Days::new(offset.unsigned_abs().into());
    if offset < 0 { start - days } else { start + days }
}

#[test]
fn a_term_that_has_ended_ends_a_license_in_force_and_no_other() {
    for &status in Status::ALL {
        for until in -2..=2 {
            let expires = until < 0 && matches!(status, Status::Active | Status::Frozen);
            let then = status.on(day(0), day(until));
            assert_eq!(then, if expires { Status::Expired } else { status }, "{status} until {until}");
            assert_eq!(then.on(day(0), day(until)), then, "reading twice changes nothing");
            // What is derived is a step that the sweeper can record.
            let step = LicenseCycle::next(Some(status), Action::Expire);
            assert_eq!(expires, until < 0 && step == Some(Status::Expired), "{status}");
        }
    }
}

#[test]
fn a_registration_that_has_ended_has_lapsed() {
    for &status in exporter::Status::ALL {
        for until in [None, Some(-1), Some(0), Some(1)] {
            let lapses = status == exporter::Status::Registered && until == Some(-1);
            let expected = if lapses { exporter::Status::Lapsed } else { status };
            assert_eq!(status.on(day(0), until.map(day)), expected, "{status} {until:?}");
        }
    }
}

#[test]
fn a_freeze_takes_an_open_step_exactly_where_the_license_is_in_force() {
    for &status in Status::ALL {
        for names_lines in [false, true] {
            let to = LicenseCycle::next(Some(status), freeze_action(status, names_lines));
            let expected = match (status, names_lines) {
                (Status::Active, true) => Some(Status::Active),
                (Status::Active, false) | (Status::Frozen, _) => Some(Status::Frozen),
                _ => None,
            };
            assert_eq!(to, expected, "{status}, lines: {names_lines}");
        }
    }
}

#[test]
fn lifting_one_freeze_leaves_the_license_frozen_while_another_holds() {
    for others in 0..4 {
        let whole = LicenseCycle::next(Some(Status::Frozen), lift_action(false, others));
        assert_eq!(whole, Some(if others == 0 { Status::Active } else { Status::Frozen }), "{others}");
        for status in [Status::Active, Status::Frozen] {
            let part = LicenseCycle::next(Some(status), lift_action(true, others));
            assert_eq!(part, Some(status), "lifting a part moves no status");
        }
    }
    for &status in Status::ALL {
        let open = LicenseCycle::next(Some(status), lift_action(false, 0)).is_some();
        assert_eq!(open, status == Status::Frozen, "only a frozen license thaws: {status}");
    }
}

#[test]
fn a_reinstated_license_is_frozen_exactly_where_a_freeze_of_the_whole_stays() {
    assert_eq!(reinstate_action(0), Action::Reinstate);
    for others in 1..4 {
        assert_eq!(reinstate_action(others), Action::ReinstateFrozen);
    }
    for &source in FreezeSource::ALL {
        let part_of_it = matches!(source, FreezeSource::Revocation | FreezeSource::Objection);
        assert_eq!(ends_with_reinstatement(source), part_of_it, "{source}");
    }
    for &status in Status::ALL {
        let revoked = status == Status::Revoked;
        assert_eq!(LicenseCycle::next(Some(status), Action::Reinstate).is_some(), revoked, "{status}");
        assert_eq!(
            status.is_in_force(),
            LicenseCycle::next(Some(status), Action::Expire).is_some(),
            "{status}"
        );
    }
}
