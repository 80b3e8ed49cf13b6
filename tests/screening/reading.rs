//! Lists as they come: each form, with its columns in any order and its own ways to say a thing.

use chrono::NaiveDate;
use export_license_registry::rules::screening::entry::{Birth, Entry, Kind, Quality};
use export_license_registry::screening::read::{File, Form, Limits, Reading, Refusal, read};

/// Reads one file.
pub(super) fn read_one(bytes: &[u8]) -> Result<Reading, Refusal> {
    read(&[File { name: "list", bytes }], None, &Limits::default())
}

#[track_caller]
fn entries(bytes: &[u8]) -> Vec<Entry> {
    match read_one(bytes) {
        Ok(reading) => reading.entries,
        Err(refusal) => panic!("{refusal}"),
    }
}

fn names(entry: &Entry) -> Vec<(&str, Quality)> {
    entry.names.iter().map(|name| (name.text.as_str(), name.quality)).collect()
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

pub(super) const CONSOLIDATED: &str = "\
row,source,entity_number,type,programs,name,alt_names,countries,federal_register_notice,license_requirement,license_policy,source_list_url\r\n\
0,Entity List (EL) - Bureau,,,,Testwerk Optics,\"TWO; Testwerk Research, Inc.\",\"CN,RU\",1 FR 100,For all items,Presumption of denial,https://example.org/a\r\n\
1,Specially Designated (SDN) - Treasury,77,Individual,AAA; BBB,\"PETUNIN, Gorislav\",,RU,,,,https://example.org/b\r\n";

#[test]
fn the_consolidated_list() {
    let found = entries(CONSOLIDATED.as_bytes());
    assert_eq!(found.len(), 2);
    assert_eq!(names(&found[0])[2], ("Testwerk Research, Inc.", Quality::Strong));
    assert_eq!(found[0].countries, ["CN", "RU"]);
    assert_eq!(found[0].license_policy.as_deref(), Some("Presumption of denial"));
    assert_eq!(found[0].citation.as_deref(), Some("1 FR 100"));
    assert!(
        found[0].source_id.starts_with("EL:~"),
        "an entry without a number has an id made of what it says"
    );
    assert_eq!((found[1].source_id.as_str(), found[1].kind), ("SDN:77", Kind::Person));
    assert_eq!(found[1].programmes, ["AAA", "BBB"]);
}

#[test]
fn an_id_that_is_made_is_the_same_in_the_next_edition() {
    let next = CONSOLIDATED.replace("\r\n0,Entity", "\r\n9,Entity").replace("1 FR 100", "1 FR 100; 2 FR 7");
    assert_eq!(entries(next.as_bytes())[0].source_id, entries(CONSOLIDATED.as_bytes())[0].source_id);
}

#[test]
fn columns_in_any_order_with_any_delimiter_and_others_among_them() {
    for delimiter in [",", ";", "\t", "|"] {
        let rows = ["remark#LISTED_ON#Name#extra#id", "x#2024-02-29#Testwerk#y#7"];
        let text = format!("\u{FEFF}{}\n", rows.join("\n").replace('#', delimiter));
        let found = entries(text.as_bytes());
        assert_eq!(
            (found[0].source_id.as_str(), found[0].names[0].text.as_str()),
            ("7", "Testwerk"),
            "{delimiter:?}"
        );
        assert_eq!(found[0].listed_on, Some(day(2024, 2, 29)));
    }
}

#[test]
fn other_encodings() {
    let text = "id,name\n1,Zuzana Kovářová\n";
    let wide: Vec<u8> =
        "\u{FEFF}".chars().chain(text.chars()).flat_map(|c| (c as u16).to_le_bytes()).collect();
    assert_eq!(entries(&wide)[0].names[0].text, "Zuzana Kovářová");
    let (czech, _, _) = encoding_rs::WINDOWS_1250.encode(text);
    let file = [File { name: "list", bytes: &czech }];
    let read_as = |label| read(&file, label, &Limits::default());
    assert_eq!(read_as(Some("windows-1250")).expect("a list").entries[0].names[0].text, "Zuzana Kovářová");
    let refusal = read_as(None).expect_err("it is not UTF-8");
    assert_eq!(refusal.place.map(|place| place.line), Some(2));
    assert!(read_as(Some("klingon")).is_err());
}

#[test]
fn the_lists_of_the_european_union() {
    let table = "\u{FEFF}Entity_LogicalId;Entity_SubjectType;Entity_Regulation_Programme;NameAlias_LastName;NameAlias_FirstName;NameAlias_WholeName;BirthDate_BirthDate;Identification_Number;Identification_TypeDescription;Citizenship_CountryIso2Code\n\
        13;P;TST;Petunin;Gorislav;Gorislav Petunin;;;;\n13;P;TST;Petunin;Slava;;;;;\n13;P;TST;;;;1970-04-28;;;\n13;P;TST;;;;;M0003264580;National passport;RU\n20;E;TST;;;Testwerk GmbH;;;;\n";
    let found = entries(table.as_bytes());
    assert_eq!(found.len(), 2);
    assert_eq!(
        names(&found[0]),
        [("Gorislav Petunin", Quality::Primary), ("Slava Petunin", Quality::Strong)]
    );
    assert_eq!(found[0].births, [Birth::Day(day(1970, 4, 28))]);
    assert_eq!(found[0].identifiers[0].value, "M0003264580");
    assert_eq!((found[1].kind, found[0].countries[0].as_str()), (Kind::Organization, "RU"));
    let xml = r#"<export xmlns="urn:x"><sanctionEntity logicalId="13"><regulation programme="TST" numberTitle="1/2003"/>
        <subjectType code="person"/><nameAlias wholeName="Gorislav Petunin" strong="true"/><nameAlias wholeName="Slava" strong="false"/>
        <citizenship countryIso2Code="RU"/><birthdate year="1970"/></sanctionEntity></export>"#;
    let found = read_one(xml.as_bytes()).expect("a list");
    assert_eq!(found.form, Form::EuXml);
    assert_eq!(names(&found.entries[0])[1], ("Slava", Quality::Weak));
    assert_eq!(found.entries[0].births, [Birth::Years(1970, 1970)]);
}

#[test]
fn the_list_of_the_united_kingdom() {
    let table = "Last Updated,28/10/2022\nName 6,Name 1,Name 2,Name Non-Latin Script,DOB,Nationality,Group Type,Alias Type,Alias Quality,Regime,Listed On,Group ID\n\
        PETUNIN,Gorislav,I,Горислав Петунин,00/00/1970,Russia,Individual,Primary name,,Testland,15/03/2022,7001\n\
        SLAVA,,,,00/00/1970,Russia,Individual,AKA,Low,Testland,15/03/2022,7001\n";
    let found = entries(table.as_bytes());
    let expected = [
        ("Gorislav I PETUNIN", Quality::Primary),
        ("Горислав Петунин", Quality::Strong),
        ("SLAVA", Quality::Weak),
    ];
    assert_eq!(names(&found[0]), expected);
    assert_eq!((found[0].births[0], found[0].listed_on), (Birth::Years(1970, 1970), Some(day(2022, 3, 15))));
}

pub(super) const SECURITY_COUNCIL: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-01-01"><INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>GORISLAV</FIRST_NAME>
<SECOND_NAME>PETUNIN &amp; CO</SECOND_NAME><UN_LIST_TYPE>TST</UN_LIST_TYPE><REFERENCE_NUMBER>TSi.001</REFERENCE_NUMBER>
<LISTED_ON>2012-12-31</LISTED_ON><NATIONALITY><VALUE>Democratic Republic of the Congo</VALUE></NATIONALITY>
<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Slava</ALIAS_NAME></INDIVIDUAL_ALIAS><INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1973</FROM_YEAR><TO_YEAR>1975</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>
<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>K1234567</NUMBER></INDIVIDUAL_DOCUMENT></INDIVIDUAL></INDIVIDUALS>
<ENTITIES><ENTITY><DATAID>2</DATAID><FIRST_NAME>TESTWERK</FIRST_NAME><ENTITY_ADDRESS><COUNTRY>Iran (Islamic Republic of)</COUNTRY></ENTITY_ADDRESS></ENTITY></ENTITIES></CONSOLIDATED_LIST>"#;

#[test]
fn the_list_of_the_security_council() {
    let found = entries(SECURITY_COUNCIL.as_bytes());
    assert_eq!(names(&found[0]), [("GORISLAV PETUNIN & CO", Quality::Primary), ("Slava", Quality::Weak)]);
    assert_eq!((found[0].births[0], found[0].countries[0].as_str()), (Birth::Years(1973, 1975), "CD"));
    assert_eq!((found[1].kind, found[1].address_countries[0].as_str()), (Kind::Organization, "IR"));
}

pub(super) const PARTIES: &str = "36,\"TESTWERK, S.A.\",-0- ,\"AAA] [BBB\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"a.k.a. 'TWS'.\"\r\n\
    77,\"PETUNIN, Gorislav\",\"individual\",\"AAA\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"DOB 25 Jan 1970; nationality Korea, North; Passport K1234567 (Iran); Linked To: TESTW\"\r\n\
    90,\"SILVER HERON\",\"vessel\",\"AAA\",-0- ,\"XYZ12\",\"Tug\",-0- ,-0- ,\"Cuba\",-0- ,\"Vessel Registration Identification IMO 9074729.\"\r\n";
const OTHERS: &str = "77,1,\"aka\",\"SLAVA\",-0- \r\n";
const ADDRESSES: &str = "36,1,-0- ,\"Havana\",\"Cuba\",-0- \r\n";
const COMMENTS: &str = "77,\"ERK, S.A.; Tax ID No. 555666777 (Russia).\"\r\n";

fn native(files: &[(&str, &str)]) -> Result<Reading, Refusal> {
    let files: Vec<File<'_>> =
        files.iter().map(|(name, text)| File { name, bytes: text.as_bytes() }).collect();
    read(&files, None, &Limits::default())
}

#[test]
fn the_native_files_of_ofac() {
    let found = native(&[
        ("add.csv", ADDRESSES),
        ("alt.csv", OTHERS),
        ("sdn.csv", PARTIES),
        ("comments.csv", COMMENTS),
    ]);
    let found = found.expect("a list").entries;
    assert_eq!(names(&found[0]), [("TESTWERK, S.A.", Quality::Primary), ("TWS", Quality::Weak)]);
    assert_eq!(
        (&found[0].programmes[..], &found[0].address_countries[..]),
        (&["AAA".into(), "BBB".into()][..], &["CU".into()][..])
    );
    let person = &found[1];
    assert_eq!((person.births[0], person.countries[0].as_str()), (Birth::Day(day(1970, 1, 25)), "KP"));
    let numbers: Vec<(&str, &str)> =
        person.identifiers.iter().map(|one| (one.kind.as_str(), one.value.as_str())).collect();
    assert_eq!(
        numbers,
        [("Passport", "K1234567"), ("Tax ID No.", "555666777")],
        "the comments go on where the remarks end"
    );
    assert_eq!(names(person)[1], ("SLAVA", Quality::Strong));
    assert_eq!((found[2].kind, found[2].identifiers[1].value.as_str()), (Kind::Vessel, "9074729"));
}

#[test]
fn native_files_of_two_editions_do_not_mix() {
    let refusal = native(&[("sdn.csv", PARTIES), ("alt.csv", "78,1,\"aka\",\"SLAVA\",-0- \r\n")])
        .expect_err("there is no 78");
    assert_eq!((refusal.file.as_str(), refusal.value.as_deref()), ("alt.csv", Some("78")));
    assert!(native(&[("alt.csv", OTHERS), ("add.csv", ADDRESSES)]).is_err(), "the parties are missing");
    let twice = format!("{PARTIES}{PARTIES}");
    assert!(native(&[("sdn.csv", &twice)]).is_err(), "two parties of one number");
}

#[test]
fn the_xml_of_ofac() {
    let xml = "<sdnList><publshInformation><Publish_Date>01/01/2026</Publish_Date></publshInformation><sdnEntry><uid>77</uid><firstName>Gorislav</firstName>\
        <lastName>PETUNIN</lastName><sdnType>Individual</sdnType><programList><program>AAA</program></programList><idList><id><idType>Passport</idType>\
        <idNumber>K1234567</idNumber><idCountry>Iran</idCountry></id></idList><akaList><aka><category>weak</category><lastName>SLAVA</lastName></aka></akaList></sdnEntry></sdnList>";
    let found = entries(xml.as_bytes());
    assert_eq!(names(&found[0]), [("PETUNIN, Gorislav", Quality::Primary), ("SLAVA", Quality::Weak)]);
    assert_eq!(found[0].identifiers[0].country.as_deref(), Some("IR"));
}

#[test]
fn values_may_be_full_of_other_delimiters() {
    let read = |text: &str| entries(text.as_bytes());
    let found = read("id,name,aliases\n1,Bob Alpha,x;y;z;w\n2,Carl Beta,p;q;r\n");
    assert_eq!(found.iter().map(|entry| entry.names.len()).collect::<Vec<_>>(), [5, 4]);
    let found =
        read("id;name;type\n1;Alpha, Beta, Gamma, Delta, Ltd.;organization\n2;One, Two, Three;person\n");
    assert_eq!(found[0].names[0].text, "Alpha, Beta, Gamma, Delta, Ltd.");
    let found = read("id\tname\n1\tAlpha, Beta; Gamma | Delta, Ltd.\n");
    assert_eq!(found[0].names[0].text, "Alpha, Beta; Gamma | Delta, Ltd.");
    let found = read("Made of a;b;c;d;e;f\nid,name\n1,\"Alpha; Beta; Gamma; Delta\"\n");
    assert_eq!(found[0].names[0].text, "Alpha; Beta; Gamma; Delta");
}

#[test]
fn the_day_that_a_file_states() {
    let published = |text: &str| read_one(text.as_bytes()).expect("a list").published;
    assert_eq!(published(SECURITY_COUNCIL), Some(day(2026, 1, 1)));
    let stamped = SECURITY_COUNCIL.replace("2026-01-01", "2026-02-27T00:00:09.554Z");
    assert_eq!(published(&stamped), Some(day(2026, 2, 27)));
    let unknown = SECURITY_COUNCIL.replace("2026-01-01", "yesterday");
    assert_eq!(published(&unknown), None, "what is no day is passed over");
    let eu = "<export generationDate=\"2022-10-28T12:00:00.000+02:00\"><sanctionEntity logicalId=\"13\">\
        <nameAlias wholeName=\"Gorislav Petunin\"/></sanctionEntity></export>";
    assert_eq!(published(eu), Some(day(2022, 10, 28)));
    let eu = "fileGenerationDate;Entity_LogicalId;NameAlias_WholeName\n28/10/2022;13;Gorislav Petunin\n";
    assert_eq!(published(eu), Some(day(2022, 10, 28)));
    // The United States put the month first.
    let ofac = "<sdnList><publshInformation><Publish_Date>03/04/2026</Publish_Date></publshInformation><sdnEntry><uid>7</uid>\
        <lastName>Testwerk</lastName></sdnEntry></sdnList>";
    assert_eq!(published(ofac), Some(day(2026, 3, 4)));
    for above in ["Last Updated,28/10/2022", "Report Date: 28-Oct-2022", "Report Date,28-Oct-2022,,"] {
        assert_eq!(published(&format!("{above}\nid,name\n1,Testwerk\n")), Some(day(2022, 10, 28)), "{above}");
    }
    assert_eq!(published("id,name\n1,Testwerk\n"), None);
}
