//! `/v1/products`: submission, return, classification and its versions.

use serde_json::json;

use crate::support::case::{Case, classification};
use crate::support::registry::{Registry, each};

#[tokio::test]
async fn a_product_is_returned_submitted_again_classified_reclassified_and_retired() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let product = case.submitted().await;
    let path = format!("/v1/products/{product}");
    let (classifier, exporter) = (registry.classifier().await, &case.exporter);
    let correction = json!({ "name": "Thermal sight TS-5", "reasons": "The name was wrong." });
    let resubmit = async || exporter.post(&format!("{path}/resubmissions"), &correction).await;

    resubmit().await.problem(409);
    exporter.because(&format!("{path}/retirements")).await.problem(409);
    assert_eq!(exporter.get(&path).await.ok()["allowedActions"], json!([]));
    let allowed = classifier.get(&path).await.ok()["allowedActions"].clone();
    assert_eq!(allowed, json!(["return", "classify", "find_not_controlled"]));

    classifier.because(&format!("{path}/returns")).await.ok();
    assert_eq!(exporter.get(&path).await.ok()["allowedActions"], json!(["resubmit"]));
    classifier.because(&format!("{path}/returns")).await.problem(409);
    case.classify(&product, "military", &["ML5.a"]).await.problem(409);
    classifier.because(&format!("{path}/non-control-findings")).await.problem(409);

    assert_eq!(resubmit().await.ok()["name"], "Thermal sight TS-5");
    let classified = case.classify(&product, "military", &["ML5.a", "ML15.d"]).await.ok();
    assert_eq!(classified["classification"]["version"], 1);
    assert_eq!(classified["allowedActions"], json!(["reclassify"]));
    classifier.because(&format!("{path}/non-control-findings")).await.problem(409);
    classifier.because(&format!("{path}/returns")).await.problem(409);
    let anew = case.classify(&product, "dual_use", &["6A002.a.2"]).await.ok();
    assert_eq!(anew["classification"]["version"], 2);
    assert_eq!(anew["classification"]["controlCodes"], json!(["6A002.a.2"]));
    let versions = exporter.all(&format!("{path}/classifications")).await;
    assert_eq!(versions.iter().map(|v| v["version"].as_i64().unwrap()).collect::<Vec<_>>(), [1, 2]);

    assert_eq!(exporter.get(&path).await.ok()["allowedActions"], json!(["retire"]));
    exporter.because(&format!("{path}/retirements")).await.ok();
    exporter.because(&format!("{path}/retirements")).await.problem(409);
    case.classify(&product, "military", &["ML5.a"]).await.problem(409);
    let history = exporter.all(&format!("{path}/history")).await;
    assert_eq!(
        each(&history, "action"),
        ["submit", "return", "resubmit", "classify", "reclassify", "retire"],
    );
    assert!(history.iter().all(|step| step["actor"].is_null()), "exporters are not told who");
}

#[tokio::test]
async fn a_product_is_found_to_be_on_no_list() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let product = case.submitted().await;
    let finding = format!("/v1/products/{product}/non-control-findings");
    registry.classifier().await.because(&finding).await.ok();
    assert_eq!(case.exporter.get(&format!("/v1/products/{product}")).await.ok()["status"], "not_controlled");
    registry.classifier().await.because(&finding).await.problem(409);
    case.classify(&product, "military", &["ML5.a"]).await.problem(409);
}

#[tokio::test]
async fn a_classification_names_known_codes_each_once() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let product = case.submitted().await;
    case.classify(&product, "military", &[]).await.names("/controlCodes");
    case.classify(&product, "military", &["ML5.a", "ML5.a"]).await.names("/controlCodes/1");
    case.classify(&product, "military", &["ML99.a"]).await.names("/controlCodes/0");
    case.classify(&product, "military", &["no code"]).await.names("/controlCodes/0");
    case.classify(&product, "military", &["ML5.a"; 21]).await.names("/controlCodes");
    case.classify(&product, "spaceship", &["ML5.a"]).await.names("/productClass");
    let mut twice = classification("military", &["ML5.a"]);
    twice["technologyTags"] = json!(["missile", "missile"]);
    let path = format!("/v1/products/{product}/classifications");
    registry.classifier().await.post(&path, &twice).await.names("/technologyTags/1");
    assert_eq!(case.exporter.all(&path).await.len(), 0);
}

#[tokio::test]
async fn products_are_searched_by_code_class_name_and_exporter() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let dual = case.classified("dual_use", &["6A002.a.2"]).await;
    let open = case.submitted().await;
    let officer = registry.officer().await;
    for (query, wanted) in [
        ("controlCode=ML", vec![&case.product]),
        ("controlCode=ML5", vec![&case.product]),
        ("controlCode=ML5.a", vec![&case.product]),
        ("controlCode=ML1", vec![]),
        ("controlCode=6A002", vec![&dual]),
        ("controlCode=6", vec![&dual]),
        ("productClass=dual_use", vec![&dual]),
        ("status=submitted", vec![&open]),
        ("name=sight&status=classified", vec![&dual, &case.product]),
    ] {
        let found = officer.all(&format!("/v1/products?{query}&exporterId={}", case.exporter_id)).await;
        assert_eq!(each(&found, "id"), wanted, "{query}");
    }
    officer.get("/v1/products?controlCode=QQ").await.names("?controlCode");
}
