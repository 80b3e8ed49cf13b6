//! Whatever the bytes: reading does not panic, every row is accepted or rejected, and what is taken is whole.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests may fail the test")]

use std::sync::LazyLock;

use export_license_registry::imports::profile::Profile;
use export_license_registry::imports::reader::{self, Limits};
use proptest::prelude::*;

/// Profiles that differ in what they do with doubtful input.
static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let fields = "[fields]\nkind = { value = 'export' }\nissued_on = 2\nvalid_until = { column = 3, empty = ['-'] }\n\
        codes = 4\ndestinations = { columns = [5, 6] }\nvalue = 7\ncurrency = { value = 'EUR' }\nquantity = 8\n";
    let numbered = format!("{fields}number = 1\n");
    let texts = [
        format!("name = 'aa'\nregister = 'aa'\n[license]\nterm_months = 12\n{numbered}"),
        format!(
            "name = 'bb'\nregister = 'bb'\n[file]\nheader = false\nragged = 'pad'\nstray_quotes = 'literal'\n\
             encoding = 'windows-1252'\ndelimiter = ';'\n[license]\nterm_months = 12\nexpiry_before_issue = 'ignore'\n\
             when_a_row_is_rejected = 'reject_license'\n{numbered}[numbers]\ndecimal = 'none'\ngroups = 'pad'\n\
             [codes]\nunreadable = 'keep_text'\nseparators = [',', 'en']\n\
             [destinations]\nunknown = 'unstated'\nlanguages = ['nl', 'de']\n[dates]\nformats = ['ddmmyyyy', 'serial', '%m/%y']"
        ),
        format!(
            "name = 'cc'\nregister = 'cc'\n[[skip]]\ncolumn = 1\nmatches = '^T'\n[license]\nidentity = 'content'\n\
             term_months = 12\nexpiry_before_issue = 'day_of_issue'\n{fields}\
             [numbers]\nround = true\nmultiply = '0.3'\ncurrencies = {{ '$' = 'USD' }}"
        ),
    ];
    texts.iter().map(|text| Profile::parse(text).unwrap_or_else(|error| panic!("{error}"))).collect()
});

fn holds(profile: &Profile, bytes: &[u8]) -> Result<(), TestCaseError> {
    let limits = Limits { bytes: 1 << 16, record_bytes: 1 << 12, rows: 1_000 };
    let Ok(reading) = reader::read_within(profile, bytes, &limits) else { return Ok(()) };
    prop_assert_eq!(reading.rows_accepted + reading.rows_rejected, reading.rows_read);
    let lines: usize = reading.licenses.iter().map(|license| license.lines.len()).sum();
    prop_assert_eq!(lines as u64, reading.rows_accepted);
    let mut rejected: Vec<u64> = reading.rejects.iter().map(|reject| reject.line).collect();
    rejected.dedup();
    prop_assert_eq!(rejected.len() as u64, reading.rows_rejected);
    let mut numbers: Vec<&str> = reading.licenses.iter().map(|license| license.number.as_str()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    prop_assert_eq!(numbers.len(), reading.licenses.len());
    for license in &reading.licenses {
        prop_assert!(license.valid_until >= license.issued_on);
        prop_assert!(!license.destinations.is_empty() && !license.number.is_empty());
        prop_assert_eq!(license.lines.len(), license.rows.len());
        prop_assert!(license.lines.iter().all(|line| line.value.is_some() == line.currency.is_some()));
    }
    let again = reader::read_within(profile, bytes, &limits).expect("the same answer twice");
    prop_assert_eq!(reading, again);
    Ok(())
}

/// A row that is mostly good, so that faults meet rows that are taken.
fn row() -> impl Strategy<Value = Vec<String>> {
    let good = [
        vec!["1", "2", "3", "T", "A/9"],
        vec!["2020-01-31", "31012020", "5012020", "43861", "02/20", "2019-02-01"],
        vec!["-", "", "2021-01-31", "31012021", "2018-01-01"],
        vec!["ML5b,21", "1E+201", "5A002a1", "ML10a-f", "", "diverse"],
        vec!["FR", "Germany and Austria", "China via Belgium", "", "Trinidad and Tobago", "Duitsland en GB"],
        vec!["FR", "", "Atlantis"],
        vec!["1.234,56", "17.9", "", "25,740", "$ 3", "0", "-5"],
        vec!["12 kg", "1,200", "", "0"],
    ];
    let cell = |good: Vec<&'static str>| {
        prop_oneof![
            20 => prop::sample::select(good).prop_map(str::to_owned),
            1 => "\\PC{0,12}",
            1 => "[0-9A-Ea-f.,'€$/+ -]{0,12}",
        ]
    };
    (good.map(cell).to_vec(), 0..20_u8).prop_map(|(mut row, ragged)| {
        match ragged {
            0 => drop(row.pop()),
            1 => row.push("more".to_owned()),
            _ => {}
        }
        row
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for profile in PROFILES.iter() {
            holds(profile, &bytes)?;
        }
    }

    #[test]
    fn arbitrary_rows(
        rows in prop::collection::vec(row(), 1..12),
        delimiter in prop::sample::select(vec![",", ";"]),
        quoted in any::<bool>(),
    ) {
        let written = |cell: &String| if quoted { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() };
        let line = |row: &Vec<String>| row.iter().map(written).collect::<Vec<_>>().join(delimiter);
        let head = ["h"; 8].join(delimiter);
        let file = std::iter::once(head).chain(rows.iter().map(line)).collect::<Vec<_>>().join("\n");
        for profile in PROFILES.iter() {
            holds(profile, file.as_bytes())?;
        }
    }

    #[test]
    fn arbitrary_profiles(text in "\\PC{0,200}") {
        let _ = Profile::parse(&text);
    }
}
