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
async fn a_line_relies_on_the_exemption_whose_conditions_are_stated() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let head = registry.head().await;
    let mut granted = Vec::new();
    for condition in ["Report within 30 days.", "Second cond."] {
        let mut new = exemption(&registry);
        new["conditions"] = json!([condition]);
        granted.push(id(&head.post("/v1/exemptions", &new).await.ok()));
    }
    let application = case.export_application().await;
    let unmet = cover(&case, &application, &case.grant()).await;
    assert_eq!(
        (&unmet["outcome"], &unmet["facts"]["exemption"], &unmet["facts"]["unstated"]),
        (&json!("hold"), &json!("XM-2026-000001"), &json!("Report within 30 days."))
    );
    let conditions = json!({ "conditions": ["Second cond."], "reasons": "The exemption requires it." });
    let path = format!("/v1/applications/{application}/condition-proposals");
    registry.officer().await.post(&path, &conditions).await.ok();
    for ministry in [
        export_license_registry::rules::authority::Ministry::Defense,
        export_license_registry::rules::authority::Ministry::ForeignAffairs,
    ] {
        case.position(&application, ministry, "support").await.ok();
    }
    let passed = cover(&case, &application, &case.grant()).await;
    assert_eq!(
        (&passed["outcome"], &passed["facts"]["exemption"]),
        (&json!("pass"), &json!("XM-2026-000002"))
    );
    case.countersign(&application, 1).await.ok();
    let uses = head.all("/v1/exemption-uses").await;
    assert_eq!((uses.len(), &uses[0]["exemptionId"]), (1, &json!(granted[1])));
    assert_eq!(uses[0]["conditions"], json!(["Second cond."]));
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

#[tokio::test]
async fn each_line_that_is_granted_on_an_exemption_is_on_record_as_a_use_of_it() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let head = registry.head().await;
    let mut new = exemption(&registry);
    new["conditions"] = json!([]);
    let granted = id(&head.post("/v1/exemptions", &new).await.ok());
    let license = case.granted(&case.export_application().await).await;
    let uses = registry.auditor().await.all("/v1/exemption-uses").await;
    assert_eq!(uses.len(), 1);
    assert_eq!(
        (&uses[0]["exemptionId"], &uses[0]["licenseId"], &uses[0]["line"], &uses[0]["conditions"]),
        (&json!(granted), &json!(license), &json!(1), &json!([]))
    );
    let entries = registry.auditor().await.all("/v1/audit?act=exemption.use").await;
    assert_eq!((entries.len(), &entries[0]["subjectId"]), (1, &json!(granted)));
    assert_eq!(entries[0]["particulars"]["licenseId"], json!(license));
    // The exporter sees its own uses and no other's.
    let theirs = case.beside("Galil Systems", "51-2").await;
    assert_eq!(case.exporter.all("/v1/exemption-uses").await.len(), 1);
    assert_eq!(theirs.exporter.all("/v1/exemption-uses").await.len(), 0);
    for (filter, found) in [
        (format!("exemptionId={granted}"), 1),
        (format!("licenseId={license}"), 1),
        (format!("exporterId={}", theirs.exporter_id), 0),
        (format!("usedFrom={}", registry.day(0)), 1),
        (format!("usedFrom={}", registry.day(1)), 0),
        (format!("usedTo={}", registry.day(-1)), 0),
    ] {
        assert_eq!(head.all(&format!("/v1/exemption-uses?{filter}")).await.len(), found, "{filter}");
    }
    // What a marketing license covers uses no exemption, and needs no condition of one.
    case.marketing_license().await;
    case.granted(&case.export_application().await).await;
    assert_eq!(head.all("/v1/exemption-uses").await.len(), 1);
    // No use is on record of what does not stand, whatever program writes it.
    head.because(&format!("/v1/exemptions/{granted}/endings")).await.ok();
    let forged = sqlx::query(
        "insert into exemption_uses (id, exemption_id, license_id, line, application_id, conditions, used_at)
         select gen_random_uuid(), exemption_id, l.id, 1, l.application_id, conditions, used_at
           from exemption_uses u join licenses l on l.id <> u.license_id and l.kind = 'export'",
    )
    .execute(registry.pool())
    .await;
    assert!(forged.unwrap_err().to_string().contains("an exemption is used while it stands"));
    let altered = sqlx::query("update exemption_uses set line = 2").execute(registry.pool()).await;
    assert!(altered.is_err());
}
