//! `/v1/applications/{id}/like`: the decided applications most like one.

use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::registry::{Registry, each};

async fn like(registry: &Registry, application: &str) -> Vec<Value> {
    let path = format!("/v1/applications/{application}/like");
    registry.officer().await.get(&path).await.ok()["items"].as_array().unwrap().clone()
}

fn points(item: &Value) -> Vec<(&str, i64)> {
    let parts = item["parts"].as_array().unwrap();
    parts.iter().map(|part| (part["alike"].as_str().unwrap(), part["points"].as_i64().unwrap())).collect()
}

#[tokio::test]
async fn the_most_like_comes_first_and_each_says_in_what() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let mut new = case.marketing();
    new["endUserId"] = json!(case.end_user);
    let same = case.granted(&case.supported(&new).await).await;
    let mut elsewhere = new.clone();
    elsewhere["destination"] = json!("FR");
    let near = case.granted(&case.supported(&elsewhere).await).await;
    let other = case.classified("military", &["ML6"]).await;
    let mut far = case.marketing();
    (far["destination"], far["lines"][0]["productId"]) = (json!("IT"), json!(other));
    let unlike = case.granted(&case.supported(&far).await).await;
    let asked = case.in_review(&new).await;
    let found = like(&registry, &asked).await;
    let mut expected = Vec::new();
    for license in [&same, &near] {
        expected.push(case.license(license).await["applicationId"].as_str().unwrap().to_owned());
    }
    assert_eq!(each(&found, "applicationId"), expected, "and not {unlike}");
    assert_eq!(
        points(&found[0]),
        [("end_user", 30), ("destination", 25), ("control_code", 25), ("product_class", 10), ("kind", 10)]
    );
    assert_eq!((found[0]["score"].as_i64(), found[1]["score"].as_i64()), (Some(100), Some(75)));
    assert_eq!((&found[0]["outcome"], &found[0]["refers"]), (&json!("grant"), &json!(false)));
    assert_eq!((&found[0]["decision"], &found[0]["decidedOn"]), (&json!(1), &json!(registry.day(0))));
    // What is not decided is no precedent, and an application is not like itself.
    assert!(found.iter().all(|item| item["applicationId"] != json!(asked)));
}

#[tokio::test]
async fn a_refusal_that_refers_stands_first_and_a_departure_from_one_is_told() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let refused = case.in_review(&case.marketing()).await;
    case.refused(&refused).await;
    let other = case.beside("Galil Systems", "51-2").await;
    let mut departing = other.grant();
    departing["departure"] = json!("The circumstances of the refusal have passed.");
    let granted = other.supported(&other.marketing()).await;
    other.propose(&granted).await.refused_by(&["like_refusal"]);
    other.decided(&granted, &departing).await;
    let asked = case.supported(&case.marketing()).await;
    let found = like(&registry, &asked).await;
    assert_eq!(each(&found, "applicationId"), [refused.as_str(), granted.as_str()]);
    assert_eq!((&found[0]["refers"], &found[0]["outcome"]), (&json!(true), &json!("refuse")));
    assert_eq!(found[0]["reasons"], "Against the foreign policy.");
    assert_eq!((&found[1]["refers"], &found[1]["departure"]), (&json!(false), &departing["departure"]));
    let one = registry.officer().await.get(&format!("/v1/applications/{asked}/like?most=1")).await.ok();
    assert_eq!(one["items"].as_array().unwrap().len(), 1);
    // Beyond the look-back period it is a precedent like any other.
    registry.pass_days(1097);
    let later = like(&registry, &asked).await;
    assert_eq!(later.iter().filter(|item| item["refers"] == json!(true)).count(), 0);
    assert_eq!(later.len(), 2);
    case.propose(&asked).await.ok();
}

#[tokio::test]
async fn precedents_are_for_the_staff() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let path = format!("/v1/applications/{}/like", case.in_review(&case.marketing()).await);
    case.exporter.get(&path).await.problem(403);
    let auditor = registry.auditor().await;
    for wrong in ["0", "101"] {
        auditor.get(&format!("{path}?most={wrong}")).await.names("?most");
    }
    auditor.get("/v1/applications/01890000-0000-7000-8000-000000000001/like").await.problem(404);
}
