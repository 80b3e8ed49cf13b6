//! The statutory clock.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use export_license_registry::rules::application::Status;
use export_license_registry::rules::deadline::{Step, clock};
use proptest::prelude::*;

const DAYS: u32 = 90;

fn at(days: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-01-01T12:00:00Z".parse().expect("an instant");
    start + TimeDelta::days(days)
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn history(steps: &[(i64, Status)]) -> Vec<Step> {
    steps.iter().map(|&(day, to)| Step { at: at(day), to }).collect()
}

#[test]
fn it_runs_from_filing() {
    let filed = history(&[(0, Status::Draft), (3, Status::Submitted), (5, Status::InReview)]);
    let clock = clock(&filed, at(10), DAYS).expect("it runs");
    assert_eq!(clock.started_at, at(3));
    assert_eq!((clock.paused, clock.paused_seconds), (false, 0));
    assert_eq!(clock.due_on, date("2026-04-04"), "90 days after 4 January");
}

#[test]
fn it_does_not_run_before_filing_after_a_return_or_after_the_end() {
    assert_eq!(clock(&[], at(0), DAYS), None);
    for &end in Status::ALL {
        let runs = matches!(
            end,
            Status::Submitted | Status::InReview | Status::InformationRequested | Status::Referred
        );
        let steps = history(&[(0, Status::Draft), (1, Status::Submitted), (2, end)]);
        assert_eq!(clock(&steps, at(3), DAYS).is_some(), runs, "{end}");
    }
}

#[test]
fn it_starts_again_when_a_returned_application_is_filed_anew() {
    let steps = history(&[
        (0, Status::Submitted),
        (1, Status::InReview),
        (2, Status::InformationRequested),
        (12, Status::InReview),
        (13, Status::Submitted),
    ]);
    let paused_before = clock(&steps[..4], at(12), DAYS).expect("it runs");
    assert_eq!(paused_before.paused_seconds, 10 * 86_400);
    let returned = history(&[(0, Status::Submitted), (1, Status::Returned), (1, Status::Returned)]);
    assert_eq!(clock(&returned, at(2), DAYS), None);
    let anew = clock(&steps, at(13), DAYS).expect("it runs");
    assert_eq!((anew.started_at, anew.paused_seconds), (at(13), 0), "nothing is carried over");
}

#[test]
fn it_starts_again_when_a_refused_application_is_reopened() {
    let steps = history(&[
        (0, Status::Submitted),
        (1, Status::InReview),
        (2, Status::InformationRequested),
        (12, Status::InReview),
        (20, Status::Refused),
        (60, Status::InReview),
    ]);
    assert_eq!(clock(&steps[..5], at(50), DAYS), None);
    let anew = clock(&steps, at(61), DAYS).expect("it runs");
    assert_eq!((anew.started_at, anew.paused_seconds), (at(60), 0), "nothing is carried over");
}

#[test]
fn it_stands_still_while_information_is_requested() {
    let steps = history(&[(0, Status::Submitted), (1, Status::InReview), (10, Status::InformationRequested)]);
    let paused = clock(&steps, at(17), DAYS).expect("it runs");
    assert!(paused.paused);
    assert_eq!(paused.paused_seconds, 7 * 86_400);
    let before = clock(&steps[..2], at(17), DAYS).expect("it runs");
    assert_eq!(paused.due_on - before.due_on, TimeDelta::days(7));
}

#[test]
fn several_pauses_add_up_and_a_referral_is_none() {
    let steps = history(&[
        (0, Status::Submitted),
        (1, Status::InReview),
        (2, Status::InformationRequested),
        (5, Status::InReview),
        (6, Status::Referred),
        (20, Status::InReview),
        (21, Status::InformationRequested),
        (25, Status::InReview),
    ]);
    let clock = clock(&steps, at(30), DAYS).expect("it runs");
    assert_eq!((clock.paused, clock.paused_seconds), (false, 7 * 86_400));
    assert_eq!(clock.due_on, date("2026-04-08"), "97 days after 1 January");
}

#[test]
fn a_clock_set_back_never_shortens_the_time() {
    let steps = history(&[(0, Status::Submitted), (10, Status::InformationRequested), (8, Status::InReview)]);
    assert_eq!(clock(&steps, at(9), DAYS).expect("it runs").paused_seconds, 0);
    assert_eq!(clock(&steps[..2], at(9), DAYS).expect("it runs").paused_seconds, 0);
}

#[test]
fn a_due_day_beyond_the_calendar_is_no_clock_rather_than_a_panic() {
    assert_eq!(clock(&history(&[(0, Status::Submitted)]), at(1), u32::MAX), None);
}

proptest! {
    /// Whatever the history, the due day is the start plus the days plus the pauses, and pauses are never negative.
    #[test]
    fn the_due_day_is_start_plus_term_plus_pauses(
        steps in proptest::collection::vec((0_i64..5, proptest::sample::select(Status::ALL)), 0..12), term in 0_u32..400,
    ) {
        let mut day = 0;
        let steps: Vec<_> = steps.into_iter().map(|(gap, to)| { day += gap; Step { at: at(day), to } }).collect();
        if let Some(clock) = clock(&steps, at(day + 3), term) {
            prop_assert!(clock.paused_seconds >= 0);
            let filed = steps.iter().any(|step| step.to == Status::Submitted && step.at == clock.started_at);
            let reopened = steps.windows(2).any(|pair| {
                pair[0].to == Status::Refused && pair[1].to == Status::InReview && pair[1].at == clock.started_at
            });
            prop_assert!(filed || reopened);
            let due = clock.started_at + TimeDelta::seconds(clock.paused_seconds) + TimeDelta::days(term.into());
            prop_assert_eq!(clock.due_on, due.date_naive());
            prop_assert_eq!(clock.paused, steps.last().map(|step| step.to) == Some(Status::InformationRequested));
        }
    }
}
