//! `/v1/declaration-templates`: drafted, agreed by both ministries, in force, superseded or withdrawn.

use export_license_registry::rules::authority::Ministry;
use serde_json::{Value, json};

use crate::support::case::{Case, enact, template};
use crate::support::registry::{Registry, each, id};

async fn draft(registry: &Registry, change: Value) -> String {
    let mut new = template("military");
    for (name, value) in change.as_object().unwrap() {
        new[name] = value.clone();
    }
    id(&registry.officer().await.post("/v1/declaration-templates", &new).await.ok())
}

#[tokio::test]
async fn both_ministries_agree_and_then_the_head_brings_it_into_force() {
    let registry = Registry::open().await;
    let text = draft(&registry, json!({})).await;
    let path = format!("/v1/declaration-templates/{text}");
    let head = registry.head().await;
    let status = async || head.get(&path).await.ok()["status"].clone();
    let agree =
        async |ministry| registry.reviewer(ministry).await.because(&format!("{path}/agreements")).await;
    let enact = async || head.because(&format!("{path}/entries-into-force")).await;
    enact().await.problem(409);
    agree(Ministry::Defense).await.ok();
    agree(Ministry::Defense).await.problem(409);
    enact().await.problem(409);
    assert_eq!(status().await, "draft");
    agree(Ministry::Economy).await.ok();
    assert_eq!(status().await, "draft", "economy is not needed");
    agree(Ministry::ForeignAffairs).await.ok();
    assert_eq!(status().await, "agreed");
    agree(Ministry::ForeignAffairs).await.problem(409);
    assert_eq!(head.get(&path).await.ok()["allowedActions"], json!(["bring_into_force", "withdraw"]));
    let in_force = enact().await.ok();
    assert_eq!(
        (in_force["status"].as_str(), &in_force["inForceFrom"]),
        (Some("in_force"), &json!(registry.day(0)))
    );
    enact().await.problem(409);
    assert_eq!(each(&head.all(&format!("{path}/agreements")).await, "ministry").len(), 3);
    head.because(&format!("{path}/withdrawals")).await.ok();
    head.because(&format!("{path}/withdrawals")).await.problem(409);
    let history = head.all(&format!("{path}/history")).await;
    assert_eq!(each(&history, "action"), ["draft", "agree", "bring_into_force", "withdraw"]);
}

#[tokio::test]
async fn the_next_version_supersedes_the_one_before() {
    let registry = Registry::open().await;
    let first = draft(&registry, json!({})).await;
    enact(&registry, &first).await;
    let second = draft(&registry, json!({})).await;
    let dual = draft(&registry, json!({ "productClass": "dual_use" })).await;
    enact(&registry, &dual).await;
    enact(&registry, &second).await;
    let officer = registry.officer().await;
    let seen = async |id: &str| officer.get(&format!("/v1/declaration-templates/{id}")).await.ok();
    assert_eq!(seen(&first).await["status"], "superseded");
    assert_eq!(seen(&dual).await["status"], "in_force");
    let second = seen(&second).await;
    assert_eq!((second["status"].as_str(), second["templateVersion"].as_i64()), (Some("in_force"), Some(2)));
    let public = registry.public().all("/v1/public/declaration-templates").await;
    assert_eq!(public.len(), 2);
    assert_eq!(officer.all("/v1/declaration-templates?status=in_force&productClass=military").await.len(), 1);
}

#[tokio::test]
async fn what_a_draft_says_is_checked() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    for (name, value, pointer) in [
        ("productClass", json!("spaceship"), "/productClass"),
        ("clauses", json!([]), "/clauses"),
        ("clauses", json!([""]), "/clauses/0"),
        ("transitionRule", json!("until_date"), "/transitionUntil"),
        ("transitionUntil", json!(registry.day(30)), "/transitionUntil"),
        ("transitionUntil", json!("2026-02-30"), "/transitionUntil"),
        ("framework", json!("no"), "/framework"),
    ] {
        let mut new = template("military");
        new[name] = value;
        officer.post("/v1/declaration-templates", &new).await.names(pointer);
    }
    assert_eq!(officer.all("/v1/declaration-templates").await.len(), 0);
}

#[tokio::test]
async fn a_pending_application_keeps_the_version_filed_where_the_transition_says_so() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let kept = case.export_application().await;
    let lapsing = case.export_application().await;
    registry.pass_days(1);
    let next = draft(&registry, json!({ "transitionRule": "keep_filed" })).await;
    enact(&registry, &next).await;
    assert_eq!(case.propose(&kept).await.ok()["verdict"]["outcome"], "pass");
    case.countersign(&kept, 1).await.ok();
    // Filed afterwards on the old version: the new one is needed.
    let declared = case.declared(&[(&case.product, "100")]);
    case.exporter.post("/v1/declarations", &declared).await.problem(422);
    // The next one keeps nothing.
    let last = draft(&registry, json!({})).await;
    enact(&registry, &last).await;
    case.propose(&lapsing).await.refused_by(&["declaration_version"]);
}
