//! `/v1/end-users`: entries of an exporter or of the agency, corrected by steps.

use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::registry::{Registry, each, id};

fn new(change: Value) -> Value {
    let mut new =
        json!({ "name": "Procurement Office", "kind": "armed_forces", "country": "DE", "address": "Bonn" });
    for (name, value) in change.as_object().unwrap() {
        new[name] = value.clone();
    }
    new
}

#[tokio::test]
async fn an_entry_is_made_and_corrected_with_reasons() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let end_user = case.end_user("armed_forces", "DE").await;
    let path = format!("/v1/end-users/{end_user}");
    let found = case.exporter.get(&path).await.ok();
    assert_eq!(
        (found["exporterId"].as_str(), &found["allowedActions"]),
        (Some(&*case.exporter_id), &json!(["correct"]))
    );
    let correction = new(json!({ "name": "Federal Office", "reasons": "Renamed." }));
    let corrected = case.exporter.put(&path, &correction).await.ok();
    assert_eq!(
        (corrected["name"].as_str(), corrected["version"].as_i64()),
        (Some("Federal Office"), Some(2))
    );
    let history = registry.officer().await.all(&format!("{path}/history")).await;
    assert_eq!(each(&history, "action"), ["register", "correct"]);
    assert_eq!(history[1]["reasons"], "Renamed.");
    let unknown = "/v1/end-users/00000000-0000-7000-8000-0000000000ff";
    case.exporter.put(unknown, &correction).await.problem(404);
    case.exporter.put(&path, &new(json!({}))).await.problem(400);
}

#[tokio::test]
async fn what_it_says_is_checked() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    for (change, pointer) in [
        (json!({ "country": "QQ" }), "/country"),
        (json!({ "country": "de" }), "/country"),
        (json!({ "kind": "pirate" }), "/kind"),
        (json!({ "name": "" }), "/name"),
        (json!({ "name": "two\nlines" }), "/name"),
        (json!({ "name": 7 }), "/name"),
        (json!({ "address": "\u{0}" }), "/address"),
    ] {
        case.exporter.post("/v1/end-users", &new(change)).await.names(pointer);
    }
    assert_eq!(case.exporter.all("/v1/end-users").await.len(), 0);
}

#[tokio::test]
async fn entries_are_searched() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let german = case.end_user("armed_forces", "DE").await;
    let french =
        id(&case.exporter.post("/v1/end-users", &new(json!({ "name": "DGA", "country": "FR" }))).await.ok());
    let officer = registry.officer().await;
    for (query, wanted) in [
        ("country=DE".to_owned(), vec![&german]),
        ("name=dga".to_owned(), vec![&french]),
        ("kind=government".to_owned(), vec![]),
        (format!("exporterId={}&kind=armed_forces", case.exporter_id), vec![&french, &german]),
        ("name=%25".to_owned(), vec![]),
    ] {
        assert_eq!(each(&officer.all(&format!("/v1/end-users?{query}")).await, "id"), wanted, "{query}");
    }
}
