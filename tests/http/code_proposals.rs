//! Codes proposed for a product, and the control list that the registry ships.

use export_license_registry::reference::{self, ControlListRow};
use serde_json::{Value, json};

use super::reference::{FIRST, parts, upload};
use crate::support::case::Case;
use crate::support::registry::{Registry, each, id};

#[tokio::test]
async fn codes_are_proposed_with_the_passage_that_matched() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let officer = registry.officer().await;
    upload(&officer, &parts(&[]), FIRST).await.ok();
    let new = json!({
        "name": "Interception suite <b>Falcon</b>",
        "description": "Intercepts mobile telecommunications traffic, extracts metadata and application content. 640 units.",
    });
    let product = id(&case.exporter.post("/v1/products", &new).await.ok());
    let path = format!("/v1/products/{product}/code-proposals");
    let classifier = registry.classifier().await;
    let found = classifier.get(&path).await.ok()["items"].as_array().unwrap().clone();
    assert_eq!(found[0]["code"], "5A001.f", "{found:#?}");
    assert!(each(&found, "code").contains(&"5A001.j"), "{found:#?}");
    let scores: Vec<f64> = found.iter().map(|one| one["score"].as_f64().unwrap()).collect();
    assert!(
        scores.is_sorted_by(|one, next| one >= next) && scores.iter().all(|score| *score <= 1.0),
        "{scores:?}"
    );
    assert_eq!(
        (&found[0]["technologyTags"], &found[0]["reasons"]),
        (&json!(["interception"]), &json!(["NS", "SL"]))
    );
    let passage = found[0]["passage"].as_array().unwrap();
    let matched: Vec<_> = passage.iter().filter(|piece| piece["matched"] == true).collect();
    assert!(matched.iter().any(|piece| piece["text"] == "interception"), "{passage:?}");
    let whole: String = each(passage, "text").concat();
    assert!(whole.contains("Mobile telecommunications interception equipment"), "{whole}");
    assert!(!whole.contains('<') && !whole.contains(char::is_control), "{whole:?}");
    // The exporter of the product, and no other.
    assert_eq!(case.exporter.get(&path).await.ok()["items"].as_array().unwrap().len(), found.len());
    case.beside("Galil Systems", "51-2").await.exporter.get(&path).await.problem(404);
    registry.customs().await.get(&path).await.problem(403);
    // Text without a product; words that nothing has; numbers alone.
    let proposed = async |text: &str| {
        let path = format!("/v1/control-list/proposals?text={text}");
        officer.get(&path).await.ok()["items"].as_array().unwrap().clone()
    };
    assert_eq!(proposed("software%20that%20delivers%20intrusion").await[0]["code"], "4D004");
    assert_eq!(proposed("zzyzx%20qwrtp").await, Vec::<Value>::new());
    assert_eq!(proposed("640%20480").await, Vec::<Value>::new());
    officer.get("/v1/control-list/proposals").await.names("?text");
}

#[tokio::test]
async fn the_shipped_edition_follows_the_first_one_and_tells_the_deep_codes() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let shipped = reference::shipped("us-ccl").unwrap();
    let as_of = shipped.as_of.to_string();
    let shown =
        parts(&[("list", shipped.list), ("source", shipped.source), ("asOf", &as_of), ("validFrom", &as_of)]);
    let taken = upload(&officer, &shown, shipped.file).await.ok();
    assert_eq!((&taken["number"], &taken["ended"]), (&json!(2), &json!([])));
    registry.pass_days(60);
    for (code, tag) in [
        ("4A005", "cyber_intrusion"),
        ("4D004", "cyber_intrusion"),
        ("5A001.f", "interception"),
        ("5A001.j", "surveillance"),
    ] {
        let found = officer.get(&format!("/v1/control-list/{code}")).await.ok();
        assert_eq!(found["nearest"], code);
        assert_eq!(found["versions"][0]["technologyTags"], json!([tag]), "{code}");
    }
    let described =
        "Network%20appliance%20for%20IP%20communications%20surveillance%20with%20hard%20selectors";
    let proposed = officer.get(&format!("/v1/control-list/proposals?text={described}")).await.ok();
    assert_eq!(proposed["items"][0]["code"], "5A001.j", "{proposed:#}");
}

/// The list as the data folder has it, if it is there: each of its codes is in the shipped edition, with its heading.
#[tokio::test]
async fn the_list_of_the_data_folder_loads() {
    let path = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/control-lists/us-ccl-2026-07-23.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        return eprintln!("skipped: {} is not there", path.display());
    };
    let list: Value = serde_json::from_str(&text).unwrap();
    let entries = list["entries"].as_array().unwrap();
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(["code", "text", "category", "reasons"]).unwrap();
    for entry in entries {
        let reasons = entry["reasonForControl"].as_str().unwrap_or_default().replace(", ", ";");
        let cells = ["eccn", "heading", "category"].map(|name| entry[name].as_str().unwrap());
        let reasons =
            if reasons.split(';').all(|reason| reason.len() <= 40) { reasons } else { String::new() };
        file.write_record([cells[0], cells[1], cells[2], &reasons]).unwrap();
    }
    let file = file.into_inner().unwrap();
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let taken = upload(&officer, &parts(&[("list", "us-ccl-plain")]), &file).await.ok();
    assert_eq!(taken["entries"], 633);
    let known: Vec<ControlListRow> =
        reference::read_control_list(reference::shipped("us-ccl").unwrap().file).unwrap();
    for entry in entries {
        let code = entry["eccn"].as_str().unwrap();
        let row = known.iter().find(|row| row.code.as_str() == code).unwrap();
        let title = row.title.as_ref().unwrap().as_str().trim_end_matches('…').to_owned();
        let heading = entry["heading"].as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(heading.starts_with(&title), "{code}: {title}");
    }
}
