//! `/v1/audit`: one entry for every change, and who reads it.

use serde_json::json;

use crate::support::case::Case;
use crate::support::registry::{Registry, each};

#[tokio::test]
async fn every_change_writes_one_entry_with_who_when_and_in_which_request() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    registry.officer().await;
    let auditor = registry.auditor().await;
    let before = registry.audit_entries().await;
    let frozen = case.freeze(&license, None).await;
    let request = frozen.header("x-request-id").to_owned();
    frozen.ok();
    assert_eq!(registry.audit_entries().await, before + 1);
    let entries = auditor.all(&format!("/v1/audit?requestId={request}")).await;
    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    assert_eq!((entry["act"].as_str(), entry["actor"].as_str()), (Some("license.freeze"), Some("officer")));
    assert_eq!((&entry["subjectId"], entry["subjectVersion"].as_i64()), (&json!(license), Some(2)));
    assert_eq!(entry["particulars"]["to"], "frozen");
    assert!(entry["tokenId"].is_string());
    // A refused act and a read write none.
    case.lift(&license, 9).await.problem(404);
    case.license(&license).await;
    assert_eq!(registry.audit_entries().await, before + 1);
}

#[tokio::test]
async fn the_entries_of_a_case_are_its_steps() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let auditor = registry.auditor().await;
    let application = case.license(&license).await["applicationId"].as_str().unwrap().to_owned();
    let mut entries = auditor.all(&format!("/v1/audit?subjectId={application}")).await;
    entries.sort_by_key(|entry| entry["id"].as_str().unwrap().to_owned());
    let mut acts = each(&entries, "act");
    acts.sort_unstable();
    assert_eq!(
        acts,
        [
            "application.grant",
            "application.open",
            "application.propose_decision",
            "application.record_position",
            "application.record_position",
            "application.submit",
            "application.take_up",
        ],
    );
    let grant = entries.iter().find(|entry| entry["act"] == "application.grant").unwrap();
    assert_eq!(grant["verdict"]["outcome"], "pass");
    let steps = auditor.all(&format!("/v1/applications/{application}/history")).await;
    for step in steps {
        let same = |entry: &&serde_json::Value| entry["subjectVersion"] == step["version"];
        assert_eq!(entries.iter().filter(same).count(), 1, "{step}");
    }
}

#[tokio::test]
async fn entries_are_found_by_actor_act_and_time() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    registry.pass_days(1);
    case.submitted().await;
    let auditor = registry.auditor().await;
    let day = "2026-06-02T00:00:00Z";
    let later = auditor.all(&format!("/v1/audit?from={day}&act=product.submit")).await;
    assert_eq!(later.len(), 1);
    let earlier = auditor.all(&format!("/v1/audit?to={day}&act=product.submit")).await;
    assert_eq!(earlier.len(), 1);
    let classifier = auditor.all("/v1/audit?actor=classifier").await;
    assert_eq!(each(&classifier, "act"), ["product.classify"]);
    let all = auditor.all("/v1/audit?limit=3").await;
    assert_eq!(i64::try_from(all.len()).unwrap(), registry.audit_entries().await);
}
