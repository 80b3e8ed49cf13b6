//! Editions that come with the registry: works in the public domain, each with its source.

use chrono::NaiveDate;

/// A shipped edition of a control list.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// What the agency calls the list.
    pub list: &'static str,
    /// Where it is published, and what was done to it.
    pub source: &'static str,
    /// The day of issue of the source.
    pub as_of: NaiveDate,
    /// The name of the file.
    pub file_name: &'static str,
    /// The file.
    pub file: &'static [u8],
}

/// The Commerce Control List of the United States (a work of the United States government, in the public domain): every
/// entry, and its paragraphs where the source tells them apart.
const US_CCL: Shipped = Shipped {
    list: "us-ccl",
    source: "15 CFR Part 774, Supplement No. 1 (Commerce Control List), eCFR issue of 2026-07-23; full item text for \
             categories 1, 3, 4 and 5, headings for the others; titles shortened; tags are the registry's own reading",
    as_of: match NaiveDate::from_ymd_opt(2026, 7, 23) {
        Some(day) => day,
        None => NaiveDate::MIN,
    },
    file_name: "us-ccl-2026-07-23.csv",
    file: include_bytes!("shipped/us-ccl-2026-07-23.csv"),
};

/// The shipped edition of a list.
pub fn shipped(list: &str) -> Option<Shipped> {
    [US_CCL].into_iter().find(|shipped| shipped.list == list)
}
