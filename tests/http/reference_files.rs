//! Files of reference data that are cut off, malformed or poisoned: refused with the place, and nothing stored.

use super::reference::{parts, upload};
use crate::support::registry::Registry;

/// What is refused, and what the refusal names.
fn poisoned() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let text = |text: &str| text.as_bytes().to_vec();
    let head = "code,title\n";
    let mut not_utf8 = text("code,title\nML1,A\nML2,B");
    not_utf8.extend_from_slice(b"\xFF\n");
    let mut wide = text(head);
    wide.extend_from_slice(b"ML1,\"");
    wide.extend(vec![b'x'; 300]);
    wide.extend_from_slice(b"\"\n");
    vec![
        ("nothing", text(""), "the file is empty"),
        ("column names alone", text(head), "no rows"),
        ("blank lines alone", text("\n\n\n"), "the file is empty"),
        (
            "cut off in a cell",
            text("code,title\nML1,Rifles\nML2,Can"),
            "line 3, column 2, value \"Can\": the file ends without a line break",
        ),
        (
            "cut off after a comma",
            text("code,title\nML1,Rifles\nML2,"),
            "line 3, column 2, the file ends without",
        ),
        (
            "cut off in quotes",
            text("code,title\nML1,\"Rifles\nML2,Cannons\n"),
            "line 2, column 2, value \"Rifles\\nML2,Cannons\\n\": a quote is opened",
        ),
        ("cut off in the names", text("code,ti"), "line 1, column 2"),
        (
            "a field less",
            text("code,title\nML1,Rifles\nML2\n"),
            "line 3, column 1, the row has 1 fields, not 2",
        ),
        ("a field more", text("code,title\nML1,Rifles,\n"), "line 2, column 3, the row has 3 fields, not 2"),
        (
            "text behind a quote",
            text("code,title\nML1,\"Rifles\" etc.\n"),
            "line 2, column 2, value \"Rifles\": text follows a closing quote",
        ),
        (
            "a quote within",
            text("code,title\nML1,Rifles 5\"\n"),
            "line 2, column 2, value \"Rifles 5\\\"\": a quote stands",
        ),
        (
            "a code twice",
            text("code,title\nML1.a,A\nML2,B\nml1a,C\n"),
            "line 4, column code, value \"ml1a\": the code stands on line 2",
        ),
        ("no code", text("code,title\n,A\n"), "line 2, column code, must be a control-list code"),
        ("a wrong code", text("code,title\nML23,A\n"), "line 2, column code, value \"ML23\""),
        ("no column for the code", text("title,text\nA,B\n"), "line 1, column code, the column is missing"),
        ("an unknown column", text("code,title,price\nML1,A,1\n"), "line 1, column 3, value \"price\""),
        ("a column twice", text("code,title,title\nML1,A,B\n"), "line 1, column 3, value \"title\""),
        (
            "a formula",
            text("code,title\nML1,\"=HYPERLINK(\"\"http://x\"\")\"\n"),
            "line 2, column title, value \"=HYPERLINK",
        ),
        ("a formula with a plus", text("code,title\nML1,+1+1\n"), "begins as a formula"),
        ("a formula with a minus", text("code,title\nML1,-1+1\n"), "begins as a formula"),
        ("a formula in full width", text("code,title\nML1,\u{ff1d}1+1\n"), "begins as a formula"),
        ("a minus in full width", text("code,title\nML1,\u{ff0d}1\n"), "begins as a formula"),
        ("a formula with an at", text("code,title\nML1, @SUM(A1)\n"), "begins as a formula"),
        (
            "an unknown tag",
            text("code,tags\nML1,telepathy\n"),
            "line 2, column tags, value \"telepathy\": must be tags",
        ),
        ("a tag twice", text("code,tags\nML1,missile;missile\n"), "names missile twice"),
        (
            "a long reason",
            text("code,reasons\nML1,NS;a reason that is far longer than any reason is\n"),
            "line 2, column reasons",
        ),
        ("a long title", wide, "line 2, column title"),
        ("a control character", text("code,title\nML1,A\u{7}B\n"), "line 2, column title"),
        ("a hidden character", text("code,title\nML1,A\u{202E}B\n"), "line 2, column title"),
        ("not UTF-8", not_utf8, "line 3, byte 23 of the file is not UTF-8"),
        ("UTF-16", b"\xFF\xFEc\0o\0d\0e\0\n\0".to_vec(), "is not UTF-8"),
        ("a spreadsheet's own format", b"PK\x03\x04\x14\x00".to_vec(), "line 1, column 1"),
    ]
}

#[tokio::test]
async fn a_poisoned_file_is_refused_with_its_place() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let rows = registry.row_counts().await;
    for (name, file, says) in poisoned() {
        let problem = upload(&officer, &parts(&[]), file).await.problem(400);
        let detail = problem["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.contains(says), "{name}: {detail}");
        assert_eq!(problem["errors"][0]["pointer"], "/file", "{name}");
    }
    assert_eq!(registry.row_counts().await, rows, "nothing was stored");
}

#[tokio::test]
async fn what_writers_of_tables_do_otherwise_is_taken() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let file = "\u{FEFF}title,code\r\n\"Rifles, and \"\"other\"\" arms\",ml1\r\n\r\nA - B,6a002a2\r\n";
    upload(&officer, &parts(&[]), file).await.ok();
    let found = officer.all("/v1/control-list?list=own-list").await;
    let said: Vec<_> =
        found.iter().map(|one| (one["code"].as_str().unwrap(), one["title"].as_str().unwrap())).collect();
    assert_eq!(said, [("ML1", "Rifles, and \"other\" arms"), ("6A002.a.2", "A - B")]);
}
