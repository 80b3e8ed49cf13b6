//! The days of a membership of a group of countries.

use chrono::NaiveDate;
use export_license_registry::rules::country_group::wrong_day;
use export_license_registry::rules::values::GroupCode;

fn day(text: &str) -> NaiveDate {
    text.parse().expect(text)
}

#[test]
fn a_membership_ends_no_sooner_than_it_begins() {
    let from = day("1973-01-01");
    assert_eq!(wrong_day(from, None), None);
    assert_eq!(wrong_day(from, Some(from)), None, "one day");
    assert_eq!(wrong_day(from, Some(day("2020-01-31"))), None);
    let before = wrong_day(from, Some(day("1972-12-31"))).map(|(field, _)| field);
    assert_eq!(before, Some("/validUntil"));
}

#[test]
fn its_days_are_days_that_a_calendar_and_the_database_know() {
    for wild in ["1899-12-31", "-0001-01-01", "+10000-01-01", "+262142-12-31"] {
        assert_eq!(wrong_day(day(wild), None).map(|(field, _)| field), Some("/validFrom"), "{wild}");
    }
    let until = wrong_day(day("1900-01-01"), Some(day("+10000-01-01"))).map(|(field, _)| field);
    assert_eq!(until, Some("/validUntil"));
    assert_eq!(wrong_day(day("9999-12-31"), Some(day("9999-12-31"))), None);
}

#[test]
fn a_group_has_one_spelling() {
    for code in ["eu", "gulf-states", "g7", "a1", "x-", &"a".repeat(40)] {
        assert_eq!(code.parse::<GroupCode>().expect(code).as_str(), code);
    }
    for code in
        ["", "e", "EU", "Gulf-states", "7g", "-eu", "gulf states", "gulf_states", "é-u", &"a".repeat(41)]
    {
        code.parse::<GroupCode>().expect_err(code);
    }
}
