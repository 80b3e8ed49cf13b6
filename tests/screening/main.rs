//! Screening: names compared, lists in memory, lists read, editions told apart. Every name here is invented.

#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod editions;
mod matching;
mod names;
mod quality;
mod reading;
mod spoiled;

use export_license_registry::rules::screening::entry::{Entry, Kind, ListedName, Quality};

/// An entry with these names, the first of which it is listed under.
fn entry(id: &str, kind: Kind, names: &[&str]) -> Entry {
    let quality = |at| if at == 0 { Quality::Primary } else { Quality::Strong };
    let listed = |(at, text): (usize, &&str)| ListedName { text: (*text).to_owned(), quality: quality(at) };
    Entry {
        source_id: id.to_owned(),
        kind,
        names: names.iter().enumerate().map(listed).collect(),
        ..Entry::default()
    }
}
