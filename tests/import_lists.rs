//! Published lists as they are, held against their known totals. The lists are not part of the repository: where
//! they are absent, these tests say so and pass.

#![expect(clippy::expect_used, reason = "helpers of tests may fail the test")]

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;

use export_license_registry::imports::historic::Reading;
use export_license_registry::imports::profile::Profile;
use export_license_registry::imports::reader;
use export_license_registry::rules::values::Amount;
use rust_decimal::Decimal;

fn read(profile: &Profile, file: &str) -> Option<Reading> {
    let list = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/licence-lists").join(file);
    let Ok(list) = File::open(&list) else {
        eprintln!("skipped: {file} is not here");
        return None;
    };
    let reading = reader::read(profile, list).expect("a readable list");
    for reject in &reading.rejects {
        println!("{reject:?}");
    }
    assert_eq!(reading.rows_accepted + reading.rows_rejected, reading.rows_read);
    assert!(reading.rows_accepted * 100 >= reading.rows_read * 99, "at least 99 % of the rows are taken");
    Some(reading)
}

/// What all lines are worth: a license that was extended counts once for each of its rows, as the list's total does.
fn value(reading: &Reading) -> Decimal {
    let lines = reading.licenses.iter().flat_map(|license| &license.lines);
    lines.filter_map(|line| line.value).map(Amount::value).sum()
}

/// How many rows were rejected for which column.
fn by_column(reading: &Reading) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for reject in &reading.rejects {
        *counts.entry(reject.column.as_deref().unwrap_or("")).or_default() += 1;
    }
    counts
}

#[test]
fn the_military_list() {
    let profile = Profile::shipped("nl-military").expect("a valid profile");
    let Some(reading) = read(&profile, "nl-military-exports-2004-2014.csv") else { return };
    assert_eq!((reading.rows_read, reading.rows_accepted, reading.rows_rejected), (16_592, 16_583, 9));
    // Seven expire before they were issued and two on 31 June; each is the only row of its license.
    assert_eq!(by_column(&reading), BTreeMap::from([("verval datum", 9)]));
    assert_eq!(reading.licenses.len() + 9, 15_393);
    let rejected = Decimal::from(48_750_571);
    assert_eq!(value(&reading) + rejected, Decimal::from(32_870_955_536_u64));

    // A repeated number is an extension: a later issue and expiry of the same license at the same value.
    let repeated: Vec<_> = reading.licenses.iter().filter(|license| license.lines.len() > 1).collect();
    assert_eq!(repeated.iter().map(|license| license.lines.len() - 1).sum::<usize>(), 1_199);
    assert!(
        repeated.iter().all(|license| license.lines.iter().all(|line| line.value == license.lines[0].value))
    );
    let first = reading.licenses.iter().filter_map(|license| license.lines[0].value).map(Amount::value);
    assert_eq!(first.sum::<Decimal>() + rejected, Decimal::from(26_844_744_107_u64));
}

#[test]
fn the_dual_use_list() {
    let profile = Profile::shipped("nl-dual-use").expect("a valid profile");
    let Some(reading) = read(&profile, "nl-dual-use-exports-2004-2015.csv") else { return };
    assert_eq!((reading.rows_read, reading.rows_accepted, reading.rows_rejected), (6_335, 6_330, 5));
    // One expires before it was issued; four go to "Congo", which may be either of two.
    assert_eq!(by_column(&reading), BTreeMap::from([("Datum verval", 1), ("Land van eindbestemming", 4)]));
    assert_eq!(reading.licenses.len() + 5, 6_334);
    let rejected = Decimal::from(233_432_u64);
    assert_eq!(value(&reading) + rejected, Decimal::from(101_738_105_845_u64));
    let without_code =
        reading.licenses.iter().flat_map(|license| &license.lines).filter(|line| line.codes.is_empty());
    assert_eq!(without_code.count(), 141 + 42 + 3, "left empty, \"Diverse\" and \"7A\"");
}

#[test]
fn a_british_list_without_expiry_dates() {
    let text = include_str!("fixtures/imports/uk-values.toml");
    let profile = Profile::parse(text).expect("a valid profile");
    let Some(reading) = read(&profile, "uk-values-2008-2015.csv") else { return };
    assert_eq!((reading.rows_read, reading.skipped.len()), (94_900, 1_411));
    assert_eq!(reading.rows_rejected, 0);
}
