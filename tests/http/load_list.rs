//! `load-list`: an edition comes by the command line as it comes by the API, whatever its size.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::screening::{kept, screened, table};
use crate::support::case::Case;
use crate::support::registry::Registry;
use crate::support::scratch::Scratch;

const OLDER: &str = include_str!("../fixtures/screening/older.csv");
const NEWER: &str = include_str!("../fixtures/screening/newer.csv");

/// Runs `load-list` against the registry's database: what it says, or what it complains of.
async fn load(registry: &Registry, code: &str, path: &Path, more: &[&str]) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_export-license-registry"));
    command.arg("load-list").arg(code).arg(path).args(more).env("DATABASE_URL", registry.database().url());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

#[tokio::test]
async fn an_edition_is_taken_whole_or_refused_with_its_place() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let scratch = Scratch::new("load-list");
    let file = |name: &str, bytes: &[u8]| {
        let path = scratch.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let (older, newer) = (file("older.csv", OLDER.as_bytes()), file("newer.csv", NEWER.as_bytes()));
    let refused = load(&registry, "tl", &older, &[]).await.unwrap_err();
    assert!(refused.contains("no list of this code is kept"), "{refused}");
    assert!(load(&registry, "No such code", &older, &[]).await.unwrap_err().contains("No such code"));
    let list = format!("/v1/screening-lists/{}", kept(&registry, "tl").await);
    let said = load(&registry, "tl", &older, &["--as-of", "2024-05-01"]).await;
    assert_eq!(said.as_deref(), Ok("tl: edition 1 is in force, with 3 entries\n"));
    let said = load(&registry, "tl", &older, &[]).await;
    assert_eq!(said.as_deref(), Ok("tl: these files are edition 1, which is in force\n"));
    let said = load(&registry, "tl", &newer, &["--as-of", "2024-06-01"]).await;
    assert_eq!(said.as_deref(), Ok("tl: edition 2 is in force, with 4 entries\n"));
    let officer = registry.officer().await;
    let edition = officer.get(&format!("{list}/editions/2")).await.ok();
    assert_eq!(
        (&edition["receivedBy"], &edition["asOf"], &edition["added"]),
        (&json!("command-line"), &json!("2024-06-01"), &json!(1))
    );
    // What is cut off, or there is reason to doubt, changes nothing.
    let rows = registry.row_counts().await;
    let cut = file("cut.csv", &NEWER.as_bytes()[..NEWER.len() - 20]);
    let doubted = [
        (&cut, &[][..], "line 5"),
        (&older, &[], "This was edition 1"),
        (&file("one.csv", table(&[("TL:1", "One")]).as_bytes()), &[], "The edition in force stays."),
        (
            &file("late.csv", NEWER.replace("Optics JSC", "Optics OJSC").as_bytes()),
            &["--as-of", "9999-01-01"],
            "must be today or before",
        ),
        (&scratch.0.join("none.csv"), &[], "none.csv"),
    ];
    for (path, more, says) in doubted {
        let refused = load(&registry, "tl", path, more).await.unwrap_err();
        assert!(refused.contains(says), "{says}: {refused}");
    }
    assert_eq!(registry.row_counts().await, rows, "nothing was stored");
    assert_eq!(officer.get(&list).await.ok()["edition"], 2);
    // What the service screens with is what the command took, in the encoding that it was told of.
    let path = file("latin.csv", b"id,type,name\n9,organization,\"N\xe9gev Optics Ltd.\"\n");
    kept(&registry, "latin").await;
    assert!(load(&registry, "latin", &path, &[]).await.unwrap_err().contains("line 2"));
    load(&registry, "latin", &path, &["--encoding", "windows-1252"]).await.unwrap();
    screened(&registry).await;
    let hits = officer.all(&format!("/v1/screening-hits?partyId={}", case.exporter_id)).await;
    let names: Vec<&Value> = hits.iter().map(|hit| &hit["listedName"]).collect();
    assert_eq!(names, [&json!("Négev Optics Ltd.")]);
}

/// `screen` and `compare-lists`, which no register is asked for.
#[test]
fn a_name_without_letters_is_not_looked_for_and_a_list_without_its_other_names_is_not_believed() {
    let scratch = Scratch::new("screen");
    let (newer, bare) = (scratch.0.join("newer.csv"), scratch.0.join("bare.csv"));
    std::fs::write(&newer, NEWER).unwrap();
    std::fs::write(&bare, NEWER.replace(",aliases,", ",other,")).unwrap();
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_export-license-registry")).args(args).output().unwrap();
        let said = if output.status.success() { output.stdout } else { output.stderr };
        (output.status.success(), String::from_utf8(said).unwrap())
    };
    let (newer, bare) = (newer.to_str().unwrap(), bare.to_str().unwrap());
    for name in ["", " ", "---"] {
        let (found, said) = run(&["screen", "--list", newer, "--", name]);
        assert!(!found && said.contains("no letter"), "{name:?}: {said}");
    }
    let (found, said) = run(&["screen", "--list", newer, "Gorislav Petunin"]);
    assert!(found && said.starts_with("1 hits"), "{said}");
    let (believed, said) = run(&["compare-lists", newer, bare]);
    assert!(!believed && said.contains("of 9 names"), "{said}");
}
