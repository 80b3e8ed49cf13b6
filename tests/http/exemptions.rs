//! `/v1/exemptions`: export without a marketing license, while an exemption stands and no measure withdraws it.

use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::measure::measure;
use crate::support::registry::{Registry, id};

fn exemption(registry: &Registry) -> Value {
    json!({
        "title": "Sights to Germany", "scope": { "all": [{ "destinations": ["DE"] }, { "controlCodes": ["ML5"] }] },
        "conditions": ["Return after the trials."], "legalBasis": "Marketing order, s. 4",
        "validFrom": registry.day(0), "validUntil": registry.day(100), "reasons": "Trials with a partner state.",
    })
}

/// Why the marketing cover of an application is as it is.
async fn cover(case: &Case<'_>, application: &str, decision: &Value) -> Value {
    let decided = case.decide(application, decision).await;
    let checks =
        if decided.status == 201 { &decided.body["verdict"]["checks"] } else { &decided.body["reasons"] };
    let found = checks.as_array().unwrap().iter().find(|check| check["rule"] == "marketing_cover");
    found.cloned().unwrap_or_default()
}

#[tokio::test]
async fn an_exemption_stands_in_for_a_marketing_license_on_its_conditions() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let application = case.export_application().await;
    assert_eq!(cover(&case, &application, &case.grant()).await["outcome"], "refuse");
    let head = registry.head().await;
    let granted = head.post("/v1/exemptions", &exemption(&registry)).await.ok();
    assert_eq!((&granted["reference"], &granted["status"]), (&json!("XM-2026-000001"), &json!("in_force")));
    let unmet = cover(&case, &application, &case.grant()).await;
    assert_eq!(
        (&unmet["outcome"], &unmet["facts"]["unstated"]),
        (&json!("hold"), &json!("Return after the trials."))
    );
    // A condition is put to the reviewers before it is decided on.
    let officer = registry.officer().await;
    let conditions =
        json!({ "conditions": ["Return after the trials."], "reasons": "The exemption requires it." });
    officer.post(&format!("/v1/applications/{application}/condition-proposals"), &conditions).await.ok();
    for ministry in [
        export_license_registry::rules::authority::Ministry::Defense,
        export_license_registry::rules::authority::Ministry::ForeignAffairs,
    ] {
        case.position(&application, ministry, "support").await.ok();
    }
    // A measure withdraws it; the decision would need a marketing license again.
    let mut new = measure(&registry, &json!({ "destinations": ["DE"] }), &[]);
    new["effects"] = json!([{ "effect": "withdraw_exemption", "exemptionId": granted["id"] }]);
    let path = registry.drafted(&new).await;
    registry.enacted(&path).await;
    assert_eq!(cover(&case, &application, &case.grant()).await["outcome"], "refuse");
    registry.lifted(&path).await;
    let passed = cover(&case, &application, &case.grant()).await;
    assert_eq!(
        (&passed["outcome"], &passed["facts"]["exemption"]),
        (&json!("pass"), &json!("XM-2026-000001"))
    );
    let own = case.exporter.get(&format!("/v1/exemptions/{}", id(&granted))).await.ok();
    assert_eq!(own["allowedActions"], json!([]));
    // It was proposed while the exemption stood; it is signed only while it stands.
    head.because(&format!("/v1/exemptions/{}/endings", id(&granted))).await.ok();
    case.countersign(&application, 1).await.refused_by(&["marketing_cover"]);
    head.because(&format!("/v1/exemptions/{}/endings", id(&granted))).await.problem(409);
}

#[tokio::test]
async fn what_cannot_be_an_exemption_is_refused() {
    let registry = Registry::open().await;
    let head = registry.head().await;
    for (change, pointer) in [
        (json!({ "scope": { "licenseKinds": ["export"] } }), "/scope"),
        (json!({ "scope": { "all": [] } }), "/scope/all"),
        (json!({ "validUntil": registry.day(-1) }), "/validUntil"),
    ] {
        let mut new = exemption(&registry);
        for (name, value) in change.as_object().unwrap() {
            new[name] = value.clone();
        }
        head.post("/v1/exemptions", &new).await.names(pointer);
    }
    registry.officer().await.post("/v1/exemptions", &exemption(&registry)).await.problem(403);
    let mut new = measure(&registry, &json!({ "destinations": ["DE"] }), &[]);
    new["effects"] =
        json!([{ "effect": "withdraw_exemption", "exemptionId": "01890000-0000-7000-8000-000000000001" }]);
    registry.officer().await.post("/v1/measures", &new).await.names("/effects/0/exemptionId");
}
