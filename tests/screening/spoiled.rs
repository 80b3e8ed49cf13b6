//! Files that are cut off, malformed or made to do harm: a refusal with its place, never less than the whole list.

use export_license_registry::screening::read::{File, Limits, read};
use proptest::prelude::*;

use super::reading::{CONSOLIDATED, PARTIES, SECURITY_COUNCIL, read_one};

/// Of a table that is cut at any byte, what is read is whole records from the beginning, or nothing.
#[track_caller]
fn is_whole_or_refused(text: &str) {
    let whole = read_one(text.as_bytes()).expect("a list").entries;
    let mut refused = 0;
    for length in 0..text.len() {
        match read_one(&text.as_bytes()[..length]) {
            Ok(reading) => {
                assert_eq!(reading.entries, whole[..reading.entries.len()], "cut after {length} bytes");
            }
            Err(refusal) => {
                refused += 1;
                assert!(!refusal.reason.is_empty());
            }
        }
    }
    assert!(refused * 10 > text.len() * 9, "only {refused} of {} cuts were refused", text.len());
}

#[test]
fn tables_that_are_cut_off() {
    is_whole_or_refused(CONSOLIDATED);
    is_whole_or_refused(PARTIES);
}

#[test]
fn xml_that_is_cut_off() {
    for length in 0..SECURITY_COUNCIL.len() {
        let cut = read_one(&SECURITY_COUNCIL.as_bytes()[..length]);
        assert!(cut.is_err(), "cut after {length} bytes, it was read");
    }
}

#[test]
fn a_refusal_says_where_and_what() {
    let refused = |text: &str| read_one(text.as_bytes()).expect_err("it is spoiled").to_string();
    assert_eq!(
        refused("id,name,listed_on\n1,Testwerk,2024-01-01\n2,Petunin,tomorrow\n"),
        "list: line 3, column 3: \"tomorrow\": is no day such as 2024-02-29"
    );
    assert!(refused("id,name\n1,Testwerk\n2\n").starts_with("list: line 3, column 1: "));
    assert!(
        refused("id,name\n1,\"Testwerk\n2,Petunin\n").contains("line 2, column 2: \"Testwerk 2,Petunin\"")
            || refused("id,name\n1,\"Testwerk\n2,Petunin\n").contains("line 2, column 2")
    );
    assert!(refused("id,name\n1,\"Test\"werk\n").contains("text follows a closing quote"));
    assert!(refused("colour,shape\nred,round\n").contains("no row of column names"));
    assert!(refused("id,name\n").contains("no entries"));
    assert!(refused("id,name\n1,Testwerk\n2,Petu").contains("cut off"));
    assert!(refused("id,name\n1,\n").contains("has no name"));
    assert!(refused("<CONSOLIDATED_LIST></CONSOLIDATED_LIST>").contains("no entries"));
    assert!(refused("<other><a/></other>").contains("of no list that is known"));
    assert!(refused("<CONSOLIDATED_LIST><INDIVIDUAL></ENTITY></CONSOLIDATED_LIST>").contains("line 1"));
    assert!(
        refused("id,name,type,Name\n1,Petunin,person,Testwerk\n")
            .contains("line 1, column 4: \"Name\": a second")
    );
    assert!(
        refused("id;name;full name\n1;Petunin;Testwerk\n")
            .contains("line 1, column 3: \"full name\": a second")
    );
    assert!(
        refused("id,name\n1,Petunin\n2,---\n")
            .contains("line 3, column 2: \"---\": is a name without a letter")
    );
    assert!(refused("id,name,aliases\n1,Petunin,Slava; ***\n").contains("line 2, column 3: \"***\""));
    let marks = SECURITY_COUNCIL.replace("<FIRST_NAME>TESTWERK", "<FIRST_NAME>...");
    assert!(refused(&marks).contains("the entry 2 has a name without a letter"));
}

#[test]
fn nothing_stands_outside_the_outermost_element() {
    let around = |before: &str, after: &str| {
        let document =
            SECURITY_COUNCIL.replacen("<CONSOLIDATED_LIST", &format!("{before}<CONSOLIDATED_LIST"), 1);
        read_one(format!("{document}{after}").as_bytes())
    };
    let document = &SECURITY_COUNCIL[SECURITY_COUNCIL.find("<CONSOLIDATED_LIST").expect("the root")..];
    let entity = "<ENTITY><DATAID>3</DATAID><FIRST_NAME>OTHER</FIRST_NAME></ENTITY>";
    let declaration = "<?xml version=\"1.0\"?>";
    for after in [
        "junk",
        "<junk/>",
        "<junk></junk>",
        entity,
        document,
        "<![CDATA[x]]>",
        "&amp;",
        declaration,
        "<junk>",
    ] {
        let refusal = around("", after).expect_err(after);
        assert!(
            refusal.reason.contains("outside the outermost") || refusal.reason.contains("well-formed"),
            "{refusal}"
        );
    }
    assert!(around("junk", "").is_err());
    let whole = around("<!-- a list --> ", "\n<!-- its end -->\n<?done?>\n").expect("a list");
    assert_eq!(whole.entries.len(), 2);
}

#[test]
fn what_would_grow_without_bound_is_refused() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><CONSOLIDATED_LIST>&b;</CONSOLIDATED_LIST>";
    assert!(read_one(bomb.as_bytes()).expect_err("a bomb").reason.contains("document type"));
    let deep = format!("<CONSOLIDATED_LIST>{}", "<a>".repeat(100_000));
    assert!(read_one(deep.as_bytes()).is_err());
    let long = "x".repeat(1_000_000);
    for text in [
        format!("id,name\n1,{long}\n"),
        format!("id,name\n1,\"{long}\"\n"),
        format!(
            "<CONSOLIDATED_LIST><ENTITY><DATAID>1</DATAID><FIRST_NAME>{long}</FIRST_NAME></ENTITY></CONSOLIDATED_LIST>"
        ),
        format!("<export><sanctionEntity logicalId=\"{long}\"/></export>"),
    ] {
        let refusal = read_one(text.as_bytes()).expect_err("a field of a million bytes");
        assert!(refusal.to_string().len() < 300, "the refusal repeats it");
    }
    let limits = Limits { bytes: 20, ..Limits::default() };
    assert!(read(&[File { name: "list", bytes: CONSOLIDATED.as_bytes() }], None, &limits).is_err());
    let limits = Limits { entries: 1, ..Limits::default() };
    assert!(read(&[File { name: "list", bytes: CONSOLIDATED.as_bytes() }], None, &limits).is_err());
}

#[test]
fn unicode_without_its_mark_is_refused() {
    let wide: Vec<u8> = "id,name\n1,Testwerk\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(read_one(&wide).is_err());
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_one(&bytes);
    }

    #[test]
    fn any_damage_is_read_or_refused(at in 0..3_usize, place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = [CONSOLIDATED, SECURITY_COUNCIL, PARTIES][at].as_bytes().to_vec();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        let _ = read_one(&bytes);
    }
}
