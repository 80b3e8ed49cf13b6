//! `/v1/measures`: known before, exact after, undone exactly.

use serde_json::json;

use crate::support::case::Case;
use crate::support::measure::{approval, measure};
use crate::support::registry::{Registry, each, id};

#[tokio::test]
async fn a_measure_freezes_what_its_preview_named_and_its_lifting_thaws_it() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let held = case.license(&license).await;
    let destination = held["destinations"][0].clone();
    let new = measure(&registry, &json!({ "destinations": [destination] }), &["freeze_existing"]);
    let path = registry.drafted(&new).await;
    let preview = registry.previewed(&path).await;
    assert_eq!(preview["licenses"], 1);
    assert_eq!(preview["counts"]["byDestination"], json!([{ "of": destination, "count": 1 }]));
    assert_eq!(case.license(&license).await["status"], "active", "a preview touches nothing");
    let head = registry.head().await;
    head.post(&format!("{path}/approvals"), &approval(&preview)).await.ok();
    let operation =
        head.post(&format!("{path}/executions"), &json!({ "digest": preview["digest"] })).await.ok();
    assert_eq!((&operation["status"], &operation["total"]), (&json!("queued"), &json!(1)));
    registry.worked_off().await;
    let done = head.get(&format!("/v1/operations/{}", id(&operation))).await.ok();
    assert_eq!(
        (&done["status"], &done["done"], &done["skipped"]),
        (&json!("succeeded"), &json!(1), &json!(0))
    );
    let frozen = case.license(&license).await;
    assert_eq!((&frozen["status"], &frozen["freezes"][0]["source"]), (&json!("frozen"), &json!("measure")));
    let decisions = case.exporter.all(&format!("/v1/licenses/{license}/measure-decisions")).await;
    assert_eq!(decisions.len(), 1);
    let reasons = decisions[0]["reasons"].as_str().unwrap();
    assert!(reasons.contains(held["reference"].as_str().unwrap()), "{reasons}");
    assert_eq!(frozen["freezes"][0]["reasons"], decisions[0]["reasons"]);
    case.lift(&license, 1).await.problem(409);
    registry.lifted(&path).await;
    assert_eq!(case.license(&license).await["status"], "active");
    let steps = registry.officer().await.all(&format!("/v1/licenses/{license}/history")).await;
    assert_eq!(each(&steps, "action"), ["issue", "freeze", "unfreeze"]);
    head.because(&format!("{path}/liftings")).await.problem(409);
}
