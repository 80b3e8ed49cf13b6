//! Lists in several shapes, read by profiles alone: what is taken, what is rejected, what is refused.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests may fail the test")]

use std::path::PathBuf;

use export_license_registry::imports::historic::{HistoricLicense, Reading};
use export_license_registry::imports::profile::{Profile, ProfileError};
use export_license_registry::imports::reader::{self, Limits, ReadError};
use export_license_registry::rules::application::Kind;
use export_license_registry::rules::values::{ControlCode, Territory, Unit};

fn fixture(file: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/imports");
    std::fs::read(folder.join(file)).expect("a fixture")
}

fn profile(file: &str) -> Profile {
    let text = String::from_utf8(fixture(file)).expect("UTF-8");
    Profile::parse(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn read(profile: &Profile, file: &str) -> Reading {
    let reading = reader::read(profile, fixture(file).as_slice()).expect("a readable file");
    assert_eq!(reading.rows_accepted + reading.rows_rejected, reading.rows_read);
    reading
}

fn license<'r>(reading: &'r Reading, number: &str) -> &'r HistoricLicense {
    reading
        .licenses
        .iter()
        .find(|license| license.number == number)
        .unwrap_or_else(|| panic!("{number} is missing"))
}

fn places(list: &[Territory]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn codes(list: &[ControlCode]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Line, column and the beginning of the reason of every reject.
fn rejects(reading: &Reading) -> Vec<(u64, &str, &str)> {
    let column = |column: &'_ Option<String>| column.as_deref().unwrap_or("").to_owned();
    reading
        .rejects
        .iter()
        .for_each(|reject| println!("{} {} {}", reject.line, column(&reject.column), reject.reason));
    reading.rejects.iter().map(|r| (r.line, r.column.as_deref().unwrap_or(""), r.reason.as_str())).collect()
}

#[test]
fn the_military_fixture() {
    let reading = read(&Profile::shipped("nl-military").expect("shipped"), "nl-military.csv");
    assert_eq!((reading.rows_read, reading.rows_accepted, reading.rows_rejected), (19, 12, 7));
    assert_eq!(reading.skipped.len(), 1);
    assert_eq!(reading.licenses.len(), 10);

    let extended = license(&reading, "90000001");
    assert_eq!((extended.lines.len(), extended.rows.as_slice()), (2, [2, 3].as_slice()));
    assert_eq!(
        (extended.issued_on.to_string(), extended.valid_until.to_string()),
        ("2009-02-03".into(), "2011-02-28".into())
    );
    assert_eq!(extended.lines[1].other["extension"], "yes");
    assert_eq!(extended.kind, Kind::Export);

    let via = license(&reading, "90000002");
    assert_eq!((places(&via.destinations), places(&via.via)), ("OM".into(), "GB".into()));
    assert_eq!(via.lines.len(), 2, "rows of a license need not be adjacent");
    assert_eq!(codes(&via.lines[0].codes), "ML4 ML22");
    assert_eq!(license(&reading, "90000003").valid_until.to_string(), "2010-02-28");
}

#[test]
fn the_dual_use_fixture() {
    let reading = read(&Profile::shipped("nl-dual-use").expect("shipped"), "nl-dual-use.csv");
    let value = |number| license(&reading, number).lines[0].value.expect("a value").to_string();
    assert_eq!(value("80000001"), "25740.00");
    assert_eq!(value("80000002"), "1500.00");
    assert_eq!(value("80000005"), "17900.00");
    assert_eq!(value("80000006"), "51375.00");
    assert_eq!(license(&reading, "80000004").rows, [5], "positions are those of the file");
    assert_eq!(codes(&license(&reading, "80000005").lines[0].codes), "1E201");
    assert_eq!(codes(&license(&reading, "80000006").lines[0].codes), "0E001");
    assert_eq!(license(&reading, "80000007").lines[0].code_text.as_deref(), Some("Diverse"));
    assert_eq!(places(&license(&reading, "80000006").via), "TT");
    let rejected = rejects(&reading);
    assert_eq!(rejected.len(), 2);
    assert_eq!((rejected[0].0, rejected[0].1), (11, "Land van eindbestemming"));
    assert_eq!((rejected[1].0, rejected[1].1), (12, "Waarde(€)"));
}

#[test]
fn a_spanish_list_in_windows_1252() {
    let reading = read(&profile("es-semicolon.toml"), "es-semicolon.csv");
    let first = license(&reading, "ES/2020/1");
    assert_eq!(first.exporter.as_deref(), Some("Óptica Peña, S.A."));
    assert_eq!(places(&first.destinations), "AE OM");
    assert_eq!(codes(&first.lines[1].codes), "ML5.b ML21");
    assert_eq!(first.lines[0].value.expect("a value").to_string(), "1234.56");
    assert_eq!(license(&reading, "ES/2020/2").valid_until.to_string(), "2021-08-01", "the default term");
    let dollars = license(&reading, "ES/2020/3");
    assert_eq!(dollars.issued_on.to_string(), "2020-03-03");
    assert_eq!(dollars.lines[0].currency.expect("a currency").to_string(), "USD");
    assert_eq!(places(&dollars.via), "JP");
    assert_eq!(dollars.rejected_rows, [8], "another exporter under the same number");
    assert_eq!(rejects(&reading).iter().map(|reject| reject.0).collect::<Vec<_>>(), [8, 9]);
    assert_eq!(reading.skipped[0].line, 10);
}

#[test]
fn a_list_by_position_without_a_header() {
    let reading = read(&profile("positions.toml"), "positions.tsv");
    assert_eq!((reading.rows_read, reading.rows_accepted), (6, 3));
    assert_eq!(license(&reading, "CH-A-1").lines[0].value.expect("a value").to_string(), "9500.50");
    assert_eq!(license(&reading, "CH-A-1").lines[0].unit, Some(Unit::Piece));
    assert_eq!(license(&reading, "CH-A-2").kind, Kind::Marketing);
    assert_eq!(
        rejects(&reading).iter().map(|r| (r.0, r.1)).collect::<Vec<_>>(),
        [(4, "3"), (5, "6"), (6, "")]
    );
}

#[test]
fn an_english_list_with_quantities_parties_and_a_composed_number() {
    let reading = read(&profile("en-quantities.toml"), "en-quantities.csv");
    assert_eq!(rejects(&reading), []);
    let first = license(&reading, "2018/12");
    assert_eq!(first.valid_until.to_string(), "2020-02-29");
    assert_eq!(first.kind, Kind::Brokering);
    let [sensors, parts] = first.lines.as_slice() else { panic!("two lines") };
    assert_eq!(
        (sensors.quantity.expect("a quantity").to_string(), sensors.unit),
        ("12".into(), Some(Unit::Kilogram))
    );
    assert_eq!(
        (codes(&sensors.codes), sensors.code_text.as_deref()),
        ("6A002".into(), Some("6A002, PL5017"))
    );
    assert_eq!(sensors.description.as_deref(), Some("Sensors \"mk 2\""));
    assert_eq!(sensors.value.expect("a value").to_string(), "1500.00");
    assert_eq!((places(&sensors.destinations), places(&parts.destinations)), ("KE".into(), "UG".into()));
    assert_eq!(
        (first.consignee.as_deref(), parts.consignee.as_deref()),
        (Some("Receiver One"), Some("Receiver Two"))
    );
    let boxes = &license(&reading, "2019/12").lines[0];
    assert_eq!((boxes.quantity.expect("a quantity").to_string(), boxes.unit), ("1200".into(), None));
    assert_eq!(boxes.unit_text.as_deref(), Some("boxes"));
    assert_eq!(places(&boxes.destinations), "eu CH");
}

const PLAIN: &str = "name = 'plain'\nregister = 'xx'\n[license]\nterm_months = 12\n[fields]\nnumber = 'No'\n\
    kind = { value = 'export' }\nissued_on = 'Date'\ndestinations = 'To'\n";

fn plain(more: &str) -> Profile {
    Profile::parse(&format!("{PLAIN}{more}")).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(profile: &Profile, bytes: &[u8]) -> ReadError {
    reader::read(profile, bytes).expect_err("a refusal")
}

#[test]
fn a_file_whose_structure_is_in_doubt_is_refused_whole() {
    let plain = plain("");
    let open = b"No,Date,To\n1,2020-01-01,\"FR\n2,2020-01-01,FR\n3,2020-01-01,FR\n";
    assert!(matches!(refused(&plain, open), ReadError::OpenQuote { line: 2 }));
    let stray = b"No,Date,To\n1,2020-01-01,\"FR\n2,2020-01-01,\"FR\"\n";
    assert!(matches!(refused(&plain, stray), ReadError::StrayQuote { line: 3, record: 2 }));
    let latin = b"No,Date,To\n1,2020-01-01,Espa\xF1a\n";
    assert!(matches!(refused(&plain, latin), ReadError::Encoding { offset: 28, line: 2, .. }));
    let missing = refused(&plain, b"No,When,To\n1,2020-01-01,FR\n");
    assert_eq!(missing.to_string(), r#"the file has no column "Date"; it has "No", "When", "To""#);
    let twice = refused(&plain, b"No,Date,To,to\n1,2020-01-01,FR,FR\n");
    assert!(twice.to_string().contains("more than one column"));
    for empty in [b"".as_slice(), b"\n\n", b"No,Date,To\n", b"\xEF\xBB\xBF"] {
        assert!(matches!(refused(&plain, empty), ReadError::Empty), "{empty:?}");
    }
}

#[test]
fn a_hostile_file_is_bounded() {
    let plain = plain("");
    let limits = Limits { bytes: 1 << 20, record_bytes: 1 << 12, rows: 100 };
    let endless = std::io::Read::chain(b"No,Date,To\n1,2020-01-01,".as_slice(), std::io::repeat(b'a'));
    let refusal = reader::read_within(&plain, endless, &limits).expect_err("a refusal");
    assert!(matches!(refusal, ReadError::RecordTooLong { line: 2, .. }));
    let rows = "1,2020-01-01,FR\n".repeat(101);
    let refusal = reader::read_within(&plain, format!("No,Date,To\n{rows}").as_bytes(), &limits)
        .expect_err("a refusal");
    assert!(matches!(refusal, ReadError::TooManyRows { limit: 100 }));
    let blank = std::io::Read::chain(b"No,Date,To\n".as_slice(), std::io::repeat(b'\n'));
    let refusal = reader::read_within(&plain, blank, &limits).expect_err("a refusal");
    assert!(matches!(refusal, ReadError::TooLong { .. }));
}

#[test]
fn bytes_of_other_encodings_and_line_ends() {
    let text = "No,Date,To\r\n1,2020-01-01,Türkiye\r\r\n2,2020-01-02,\"Türkiye\"";
    let marked: Vec<u8> =
        "\u{FEFF}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let bare: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let with_bom = format!("\u{FEFF}{text}").into_bytes();
    let titled = PLAIN.replace("[license]", "[file]\nskip_lines = 2\n[license]");
    let titled = (Profile::parse(&titled).expect("valid"), format!("A \"title\r\n\r\n{text}").into_bytes());
    let utf16 = Profile::parse(&PLAIN.replace("[license]", "[file]\nencoding = 'utf-16be'\n[license]"))
        .expect("valid");
    for (profile, bytes) in [(plain(""), marked), (plain(""), with_bom), (utf16, bare), titled] {
        let reading = reader::read(&profile, bytes.as_slice()).expect("a readable file");
        assert_eq!(reading.licenses.len(), 2);
        assert_eq!(places(&reading.licenses[1].destinations), "TR");
    }
}

#[test]
fn a_second_reading_and_another_order_give_the_same_digests() {
    let plain = plain("description = 'What'\n");
    let digests = |text: &str| {
        let reading = reader::read(&plain, text.as_bytes()).expect("a readable file");
        let mut all: Vec<_> =
            reading.licenses.into_iter().map(|license| (license.number, license.digest)).collect();
        all.sort();
        all
    };
    let one = digests("No,Date,To,What\n1,2020-01-01,FR,a\n1,2020-01-01,DE,b\n2,2020-01-01,FR,c\n");
    assert_eq!(
        one,
        digests("No,Date,To,What\n2,2020-01-01,FR,c\n1,2020-01-01,DE,b\n\n1,2020-01-01, FR ,a\n")
    );
    assert_ne!(one, digests("No,Date,To,What\n1,2020-01-01,FR,a\n1,2020-01-01,DE,x\n2,2020-01-01,FR,c\n"));
}

#[test]
fn rows_without_numbers_are_licenses_of_their_own() {
    let text = b"Date,To\n2020-01-01,FR\n2020-01-01,FR\n2020-01-01,DE\n";
    let by = |identity: &str| {
        let toml = PLAIN
            .replace("number = 'No'\n", "")
            .replace("[license]", &format!("[license]\nidentity = '{identity}'"));
        let profile = Profile::parse(&toml).expect("a valid profile");
        let reading = reader::read(&profile, text.as_slice()).expect("a readable file");
        reading.licenses.into_iter().map(|license| license.number).collect::<Vec<_>>()
    };
    assert_eq!(by("row"), ["2", "3", "4"]);
    let content = by("content");
    assert_eq!(content.len(), 3);
    assert_eq!(content[1], format!("{}-2", content[0]));
}

#[test]
fn what_becomes_of_a_license_in_part() {
    let text = b"No,Date,To\n1,2020-01-01,FR\n1,2020-01-01,Atlantis\n2,2020-01-01,FR\n";
    let kept = reader::read(&plain(""), text.as_slice()).expect("a readable file");
    assert_eq!((kept.rows_accepted, kept.licenses[0].rejected_rows.as_slice()), (2, [3].as_slice()));
    let whole = PLAIN.replace("[license]", "[license]\nwhen_a_row_is_rejected = 'reject_license'");
    let whole =
        reader::read(&Profile::parse(&whole).expect("valid"), text.as_slice()).expect("a readable file");
    assert_eq!((whole.rows_read, whole.rows_accepted, whole.rows_rejected), (3, 1, 2));
    assert_eq!(whole.licenses.len(), 1);
}

#[test]
fn cells_filled_down_and_terms_by_row() {
    let fields = "fields.number = { column = 'No', fill_down = true }\nfields.kind = { value = 'export' }\n\
        fields.issued_on = { column = 'Date', fill_down = true }\nfields.destinations = 'To'\n\
        fields.codes = { column = 'Code', replace = [['^AL ', '']] }\ncodes.prefix = 'ML'\n\
        fields.term_months = { column = 'Runs', replace = [['^1 year$', '12'], [' months$', '']] }\n";
    let profile =
        Profile::parse(&format!("name = 'xx'\nregister = 'xx'\n{fields}")).expect("a valid profile");
    let text = "No,Date,To,Runs,Code\n7,2020-01-01,FR,1 year,AL 0006a\n,,DE,18 months,\n8,,ES,a while,\n9,,ES,6 months,\n";
    let reading = reader::read(&profile, text.as_bytes()).expect("a readable file");
    let seven = license(&reading, "7");
    assert_eq!(
        (places(&seven.destinations), seven.valid_until.to_string()),
        ("FR DE".into(), "2021-07-01".into())
    );
    assert_eq!(
        (codes(&seven.lines[0].codes), seven.lines[0].code_text.as_deref()),
        ("ML6.a".into(), Some("AL 0006a"))
    );
    assert_eq!(rejects(&reading).iter().map(|r| (r.0, r.1)).collect::<Vec<_>>(), [(4, "Runs")]);
    assert_eq!(license(&reading, "9").issued_on.to_string(), "2020-01-01");
}

#[test]
fn profile_errors_name_the_key() {
    for (more, key) in [
        ("numbr = 'No'", "numbr"),
        ("value = { colunm = 'X' }", "colunm"),
        ("value = { column = 'X', value = 'Y' }", "fields.value"),
        ("value = { column = 0 }", "fields.value"),
        ("value = { column = 'X', replace = [['(', '']] }", "fields.value.replace"),
        ("value = { column = 'X', formats = ['%Y'] }", "fields.value.formats"),
        ("currency = { value = 'EURO' }", "fields.currency"),
        ("[dates]\nformats = []", "dates.formats"),
        ("[dates]\nformats = ['%d/%m/%Y', '%m/%d/%Y']", "dates.formats"),
        ("[dates]\nearliest = 'soon'", "dates.earliest"),
        ("[numbers]\ndecimal = ';'", "decimal"),
        ("[numbers]\ngroups = 'pad'", "numbers.groups"),
        ("[codes]\naliases = { X = 'Y' }", "codes.aliases.X"),
        ("[destinations]\nlanguages = ['klingon']", "destinations.languages"),
        ("[destinations]\naliases = { VS = 'USA!' }", "destinations.aliases.VS"),
        ("[units]\nkg = 'kilo'", "kilo"),
        ("[file]\nencoding = 'utf-7'", "file.encoding"),
        ("[file]\ndelimiter = ''", "file.delimiter"),
        ("[file]\nquote = ','", "file.quote"),
        ("[[skip]]\ncolumn = 'X'", "skip"),
        ("[license.conflicts]\nexporter = 'latest'", "license.conflicts.exporter"),
    ] {
        let error = Profile::parse(&format!("{PLAIN}{more}")).expect_err(more).to_string();
        assert!(error.contains(key), "{more}: {error}");
    }
    assert!(matches!(Profile::shipped("nl-navy"), Err(ProfileError::Unknown(_))));
    for name in Profile::shipped_names() {
        assert_eq!(Profile::shipped(name).expect("a valid profile").name, name);
    }
}
