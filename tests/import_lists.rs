//! The Dutch lists as published, held against their known totals. The lists are not part of the repository: where
//! they are absent, these tests say so and pass.

use std::fs::File;
use std::path::PathBuf;

use export_license_registry::imports::historic::Reading;
use export_license_registry::imports::profile::Profile;
use export_license_registry::imports::reader;
use rust_decimal::Decimal;

/// Opens a published list, looked for beside the repository.
fn published(file: &str) -> Option<File> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let found = File::open(here.join("../shared/data/licence-lists").join(file)).ok();
    if found.is_none() {
        eprintln!("skipped: {file} is not here");
    }
    found
}

fn shipped(name: &str, file: &str) -> Option<Reading> {
    let profile = Profile::shipped(name).expect("a valid profile");
    let reading = reader::read(&profile, published(file)?).expect("a readable list");
    for reject in &reading.rejects {
        println!("{reject:?}");
    }
    println!(
        "{} read, {} accepted, {} rejected, {} licenses, value {}",
        reading.rows_read,
        reading.rows_accepted,
        reading.rows_rejected,
        reading.licenses.len(),
        value(&reading)
    );
    Some(reading)
}

fn value(reading: &Reading) -> Decimal {
    let lines = reading.licenses.iter().flat_map(|license| &license.lines);
    lines.filter_map(|line| line.value).map(|value| value.value()).sum()
}

#[test]
fn the_military_list() {
    let Some(reading) = shipped("nl-military", "nl-military-exports-2004-2014.csv") else { return };
    assert_eq!(reading.rows_read, 16_592);
}

#[test]
fn the_dual_use_list() {
    let Some(reading) = shipped("nl-dual-use", "nl-dual-use-exports-2004-2015.csv") else { return };
    assert_eq!(reading.rows_read, 6_335);
}
