//! `/v1/overrides`: proposal, opinion, dissent, the minister's signature, and what an override does and never does.

use export_license_registry::rules::authority::{Ministry, Role};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::registry::{Registry, each, id};

fn new(subject: &Value, rules: &[&str], until: &str) -> Value {
    let mut new = json!({
        "atRequestOf": "Office of the Prime Minister", "reasons": "Relations with the acquiring state.",
        "rules": rules, "validUntil": until,
    });
    new.as_object_mut().unwrap().extend(subject.as_object().unwrap().clone());
    new
}

fn opinion(finding: &str) -> Value {
    json!({ "finding": finding, "opinion": "Within the minister's powers.", "givenBy": "The legal adviser" })
}

/// What a grant under an override says.
fn granted_under(case: &Case<'_>, named: &str) -> Value {
    let mut grant = case.grant();
    grant["overrideId"] = json!(named);
    grant
}

/// The outcome of one check of a verdict.
fn outcome<'v>(verdict: &'v Value, rule: &str) -> &'v str {
    let checks = verdict["checks"].as_array().unwrap();
    checks.iter().find(|check| check["rule"] == rule).and_then(|check| check["outcome"].as_str()).unwrap()
}

#[tokio::test]
async fn a_refusal_is_departed_from_on_record_and_the_refusal_stays_as_it_was() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.supported(&case.marketing()).await;
    case.refused(&application).await;
    let decisions = format!("/v1/applications/{application}/decisions");
    let refusal = case.exporter.get(&format!("{decisions}/1")).await.ok();
    let head = registry.head().await;
    let subject = json!({ "applicationId": application });
    let proposed = head.post("/v1/overrides", &new(&subject, &[], &registry.day(30))).await.ok();
    assert_eq!(
        (proposed["reference"].as_str(), proposed["status"].as_str(), proposed["proposedBy"].as_str()),
        (Some("OV-2026-000001"), Some("proposed"), Some("head"))
    );
    let named = id(&proposed);
    let path = format!("/v1/overrides/{named}");
    // Not before the opinion, which another person puts on record.
    case.sign(&named).await.problem(409);
    head.post(&format!("{path}/opinions"), &opinion("favorable")).await.problem(422);
    let again = registry.bearer(&registry.token("head", Role::HeadOfAgency, None, None).await);
    again.post(&format!("{path}/opinions"), &opinion("favorable")).await.problem(422);
    registry.officer().await.post(&format!("{path}/opinions"), &opinion("unfavorable")).await.ok();
    registry.officer().await.post(&format!("{path}/opinions"), &opinion("favorable")).await.problem(409);
    let dissents = format!("{path}/dissents");
    let dissent = json!({ "dissent": "The unit is named in the reports." });
    registry.reviewer(Ministry::ForeignAffairs).await.post(&dissents, &dissent).await.ok();
    registry.committee().await.post(&dissents, &dissent).await.ok();
    registry.reviewer(Ministry::ForeignAffairs).await.post(&dissents, &dissent).await.ok();
    registry.officer().await.post(&dissents, &dissent).await.problem(403);
    let on_record = registry.auditor().await.all(&dissents).await;
    assert_eq!(each(&on_record, "body"), ["foreign_affairs", "committee", "foreign_affairs"]);

    let signed = case.sign(&named).await.ok();
    assert_eq!(
        (signed["status"].as_str(), signed["signedBy"].as_str(), &signed["dissents"]),
        (Some("in_effect"), Some("minister"), &json!(3))
    );
    assert_eq!((signed["opinionFinding"].as_str(), &signed["usedAt"]), (Some("unfavorable"), &Value::Null));
    case.sign(&named).await.problem(409);
    let reopened = case.exporter.get(&format!("/v1/applications/{application}")).await.ok();
    assert_eq!(reopened["status"], "in_review");
    // The same persons may sign: it is the override that the decision rests on. Not without it.
    case.propose(&application).await.problem(422);
    let granted = case.decided(&application, &granted_under(&case, &named)).await;
    assert_eq!(granted["status"], "granted");
    let license = granted["licenseId"].as_str().unwrap();
    let own = case.exporter.get(&format!("/v1/licenses/{license}")).await.ok();
    assert_eq!(
        (own["overrideId"].as_str(), own["overrideReference"].as_str()),
        (Some(named.as_str()), Some("OV-2026-000001"))
    );
    let decision = case.exporter.get(&format!("{decisions}/2")).await.ok();
    assert_eq!(
        (decision["overrideId"].as_str(), decision["overrideReference"].as_str()),
        (Some(named.as_str()), Some("OV-2026-000001"))
    );
    assert_eq!(case.exporter.get(&format!("{decisions}/1")).await.ok(), refusal, "never edited");
    let used = head.get(&path).await.ok();
    assert_eq!((used["status"].as_str(), used["usedAt"].is_string()), (Some("in_effect"), true));
    let minister = registry.minister().await;
    minister.because(&format!("{path}/rescissions")).await.problem(409);
    assert_eq!(minister.get(&path).await.ok()["allowedActions"], json!([]));
    for (figure, value) in [
        ("overrides_signed", 1),
        ("licenses_issued_under_override", 1),
        ("licenses_issued", 1),
        ("licenses_reinstated_under_override", 0),
    ] {
        assert_eq!(registry.figure(figure).await, value, "{figure}");
    }
}

#[tokio::test]
async fn what_led_to_an_override_is_the_staffs_to_read() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.supported(&case.marketing()).await;
    case.refused(&application).await;
    let named = case.advised_override(&json!({ "applicationId": application }), &["like_refusal"]).await;
    let dissent = json!({ "dissent": "The unit is named in the reports." });
    registry.committee().await.post(&format!("/v1/overrides/{named}/dissents"), &dissent).await.ok();
    case.sign(&named).await.ok();
    let license = case.decided(&application, &granted_under(&case, &named)).await["licenseId"].clone();
    let license = license.as_str().unwrap();
    for path in ["", "/history", "/dissents"] {
        case.exporter.get(&format!("/v1/overrides/{named}{path}")).await.problem(403);
        registry.customs().await.get(&format!("/v1/overrides/{named}{path}")).await.problem(403);
        registry.auditor().await.get(&format!("/v1/overrides/{named}{path}")).await.ok();
    }
    case.exporter.get("/v1/overrides").await.problem(403);
    for path in [
        format!("/v1/applications/{application}"),
        format!("/v1/applications/{application}/history"),
        format!("/v1/applications/{application}/decisions"),
        format!("/v1/licenses/{license}"),
        format!("/v1/licenses/{license}/history"),
        format!("/v1/licenses/{license}/reinstatements"),
    ] {
        let reply = case.exporter.get(&path).await;
        for secret in [
            "Prime Minister",
            "Relations with",
            "minister's powers",
            "The unit is named",
            "legal adviser",
            "\"minister\"}",
        ] {
            assert!(!reply.text.contains(secret), "{path} tells {secret}: {}", reply.text);
        }
        reply.ok();
    }
}

#[tokio::test]
async fn an_override_lets_through_the_checks_it_names_and_the_verdict_is_recorded_as_it_is() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    // No position of foreign affairs: the gate holds.
    let application = case.in_review(&case.marketing()).await;
    case.position(&application, Ministry::Defense, "oppose").await.ok();
    case.propose(&application).await.refused_by(&["positions_recorded"]);
    let subject = json!({ "applicationId": application });
    let named = case.advised_override(&subject, &["positions_recorded"]).await;
    case.decide(&application, &granted_under(&case, &named)).await.problem(422);
    case.sign(&named).await.ok();
    // An application in review stays there; the override is for the decision to name.
    assert_eq!(
        case.exporter.get(&format!("/v1/applications/{application}")).await.ok()["status"],
        "in_review"
    );
    let mut refusal = json!({ "outcome": "refuse", "reasons": "No.", "overrideId": named });
    case.decide(&application, &refusal).await.names("/overrideId");
    refusal["overrideId"] = json!("00000000-0000-7000-8000-0000000000ff");
    let nowhere = granted_under(&case, "00000000-0000-7000-8000-0000000000ff");
    case.decide(&application, &nowhere).await.names("/overrideId");
    let before = registry.row_counts().await;
    case.propose(&application).await.refused_by(&["positions_recorded"]);
    assert_eq!(registry.row_counts().await, before);
    // What it does not name stops the grant as ever, and is told with what it does name.
    let unseen = {
        let mut grant = granted_under(&case, &named);
        grant["conditions"] = json!(["A condition that no reviewer saw."]);
        grant
    };
    case.decide(&application, &unseen).await.refused_by(&["positions_recorded", "conditions_seen"]);
    let proposed = case.decide(&application, &granted_under(&case, &named)).await.ok();
    assert_eq!(
        (proposed["verdict"]["outcome"].as_str(), outcome(&proposed["verdict"], "positions_recorded")),
        (Some("hold"), "hold"),
        "departed from, not changed"
    );
    // Between proposal and countersignature the exporter is suspended, which no override departs from.
    let exporter = format!("/v1/exporters/{}", case.exporter_id);
    registry.head().await.because(&format!("{exporter}/suspensions")).await.ok();
    let refused = case.countersign(&application, 1).await.problem(422);
    let rules: Vec<_> =
        refused["reasons"].as_array().unwrap().iter().filter_map(|r| r["rule"].as_str()).collect();
    assert!(rules.contains(&"exporter_registered"), "{rules:?}");
    registry.head().await.because(&format!("{exporter}/reinstatements")).await.ok();
    let granted = case.countersign(&application, 1).await.ok();
    let signed =
        registry.auditor().await.get(&format!("/v1/applications/{application}/decisions/1")).await.ok();
    assert_eq!(signed["signedVerdict"]["outcome"], "hold");
    let license = case.license(granted["licenseId"].as_str().unwrap()).await;
    assert_eq!(license["overrideReference"], "OV-2026-000001");
}

#[tokio::test]
async fn an_override_is_for_one_application_and_used_once() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let (one, other) = (case.in_review(&case.marketing()).await, case.in_review(&case.marketing()).await);
    let named = case.advised_override(&json!({ "applicationId": one }), &["positions_recorded"]).await;
    case.sign(&named).await.ok();
    case.decide(&other, &granted_under(&case, &named)).await.names("/overrideId");
    let license = case.decided(&one, &granted_under(&case, &named)).await["licenseId"].clone();
    // Its license revoked, the application is granted and takes no second decision under it.
    case.revoked(license.as_str().unwrap()).await;
    case.decide(&one, &granted_under(&case, &named)).await.problem(409);
    assert_eq!(registry.officer().await.all("/v1/licenses").await.len(), 1);
}

#[tokio::test]
async fn no_override_departs_from_what_it_may_not() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.in_review(&case.marketing()).await;
    let head = registry.head().await;
    let subject = json!({ "applicationId": application });
    let before = registry.row_counts().await;
    for rule in [
        "stage",
        "exporter_registered",
        "products_owned",
        "products_classified",
        "quantities",
        "term",
        "declaration_matches",
        "declaration_unused",
        "arms_embargo",
        "cyber_end_use",
        "measure_freeze",
        "measure_requirements",
        "predecessor",
        "license_freezable",
        "four_eyes",
    ] {
        let refused =
            head.post("/v1/overrides", &new(&subject, &[rule], &registry.day(30))).await.problem(422);
        assert!(refused["detail"].as_str().unwrap().contains(rule), "{refused}");
    }
    for (body, pointer) in [
        (new(&subject, &["mood"], &registry.day(30)), "/rules/0"),
        (new(&subject, &["like_refusal", "like_refusal"], &registry.day(30)), "/rules/1"),
        (new(&subject, &[], &registry.day(30)), "/rules"),
        (new(&subject, &["like_refusal"], &registry.day(-1)), "/validUntil"),
        (new(&subject, &["like_refusal"], &registry.day(3000)), "/validUntil"),
        (new(&json!({}), &["like_refusal"], &registry.day(30)), ""),
        (new(&json!({ "applicationId": application, "licenseId": application }), &[], &registry.day(30)), ""),
        (
            new(&json!({ "applicationId": "00000000-0000-7000-8000-0000000000ff" }), &[], &registry.day(30)),
            "/applicationId",
        ),
        (
            new(&json!({ "licenseId": "00000000-0000-7000-8000-0000000000ff" }), &[], &registry.day(30)),
            "/licenseId",
        ),
    ] {
        head.post("/v1/overrides", &body).await.names(pointer);
    }
    let mut anonymous = new(&subject, &["like_refusal"], &registry.day(30));
    anonymous["atRequestOf"] = json!(" ");
    head.post("/v1/overrides", &anonymous).await.names("/atRequestOf");
    // Nothing to depart from: a draft, a grant, a license that is not revoked.
    let draft = case.draft(&case.marketing()).await;
    let license = case.marketing_license().await;
    let granted = case.license(&license).await["applicationId"].clone();
    for subject in [
        json!({ "applicationId": draft }),
        json!({ "applicationId": granted }),
        json!({ "licenseId": license }),
    ] {
        head.post("/v1/overrides", &new(&subject, &["like_refusal"], &registry.day(30))).await.problem(409);
    }
    for role in [Role::Minister, Role::LicensingOfficer, Role::Countersigner, Role::Exporter, Role::Auditor] {
        let client = registry.any(role, &case.exporter_id).await;
        client.post("/v1/overrides", &new(&subject, &["like_refusal"], &registry.day(30))).await.problem(403);
    }
    let overrides = |counts: Vec<(String, i64)>| counts.into_iter().find(|(table, _)| table == "overrides");
    assert_eq!(overrides(registry.row_counts().await), overrides(before), "nothing was stored");
}

#[tokio::test]
async fn only_the_minister_signs_and_rescinds() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.in_review(&case.marketing()).await;
    let subject = json!({ "applicationId": application });
    let named = case.advised_override(&subject, &["positions_recorded"]).await;
    let path = format!("/v1/overrides/{named}");
    for &role in Role::ALL {
        if matches!(role, Role::Minister | Role::Clock) {
            continue;
        }
        let client = registry.any(role, &case.exporter_id).await;
        client.because(&format!("{path}/signatures")).await.problem(403);
        client.because(&format!("{path}/rescissions")).await.problem(403);
    }
    // One under way for a subject at a time.
    registry
        .director()
        .await
        .post("/v1/overrides", &new(&subject, &["like_refusal"], &registry.day(9)))
        .await
        .problem(409);
    case.sign(&named).await.ok();
    let minister = registry.minister().await;
    let gone = minister.because(&format!("{path}/rescissions")).await.ok();
    assert_eq!((gone["status"].as_str(), &gone["allowedActions"]), (Some("rescinded"), &json!([])));
    case.decide(&application, &granted_under(&case, &named)).await.problem(422);
    let late = json!({ "dissent": "Too late." });
    registry.committee().await.post(&format!("{path}/dissents"), &late).await.problem(409);
    registry
        .director()
        .await
        .post("/v1/overrides", &new(&subject, &["like_refusal"], &registry.day(9)))
        .await
        .ok();
}

#[tokio::test]
async fn an_override_that_is_not_used_in_its_term_expires_by_the_clock() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.in_review(&case.marketing()).await;
    let named =
        case.advised_override(&json!({ "applicationId": application }), &["positions_recorded"]).await;
    case.sign(&named).await.ok();
    let proposed = case.decide(&application, &granted_under(&case, &named)).await.ok();
    registry.pass_days(60);
    assert_eq!(registry.sweep().await, 0, "the last day is one of its term");
    registry.pass_days(1);
    let officer = registry.officer().await;
    assert_eq!(officer.get(&format!("/v1/overrides/{named}")).await.ok()["status"], "expired");
    assert_eq!(officer.all("/v1/overrides?status=expired").await.len(), 1);
    assert_eq!(officer.all("/v1/overrides?status=in_effect").await.len(), 0);
    case.countersign(&application, proposed["number"].as_i64().unwrap()).await.problem(422);
    assert_eq!(registry.sweep().await, 1);
    let steps = officer.all(&format!("/v1/overrides/{named}/history")).await;
    assert_eq!(each(&steps, "action"), ["propose", "record_opinion", "sign", "expire"]);
    assert_eq!(steps.last().unwrap()["actor"], "clock");
    registry.minister().await.because(&format!("/v1/overrides/{named}/rescissions")).await.problem(409);
}

#[tokio::test]
async fn an_override_reinstates_a_revoked_license_through_the_gate() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    case.revoked(&license).await;
    let named = case.advised_override(&json!({ "licenseId": license }), &[]).await;
    let exporter = format!("/v1/exporters/{}", case.exporter_id);
    registry.head().await.because(&format!("{exporter}/suspensions")).await.ok();
    registry.minister().await;
    let entries = registry.audit_entries().await;
    case.sign(&named).await.refused_by(&["exporter_registered"]);
    assert_eq!(registry.audit_entries().await, entries, "half a signature is none");
    let open = registry.officer().await.get(&format!("/v1/overrides/{named}")).await.ok();
    assert_eq!((open["status"].as_str(), &open["signedBy"]), (Some("opinion_recorded"), &Value::Null));
    registry.head().await.because(&format!("{exporter}/reinstatements")).await.ok();
    let signed = case.sign(&named).await.ok();
    assert_eq!((signed["status"].as_str(), signed["usedAt"].is_string()), (Some("in_effect"), true));
    let own = case.exporter.get(&format!("/v1/licenses/{license}")).await.ok();
    assert_eq!(
        (own["status"].as_str(), own["overrideReference"].as_str()),
        (Some("active"), Some("OV-2026-000001"))
    );
    let back = case.exporter.all(&format!("/v1/licenses/{license}/reinstatements")).await;
    assert_eq!(
        (each(&back, "source"), each(&back, "overrideReference")),
        (vec!["override"], vec!["OV-2026-000001"])
    );
    assert_eq!(back[0]["reasons"], "Override OV-2026-000001.", "and no more of it");
    for (figure, value) in [
        ("overrides_signed", 1),
        ("licenses_reinstated", 1),
        ("licenses_reinstated_under_override", 1),
        ("licenses_issued_under_override", 0),
    ] {
        assert_eq!(registry.figure(figure).await, value, "{figure}");
    }
    // Revoked again, it needs another override; this one does not stand in the way, and has no term any more.
    case.revoked(&license).await;
    registry.pass_days(61);
    assert_eq!(
        registry.officer().await.get(&format!("/v1/overrides/{named}")).await.ok()["status"],
        "in_effect"
    );
    assert_eq!(registry.sweep().await, 0);
    case.advised_override(&json!({ "licenseId": license }), &[]).await;
}

#[tokio::test]
async fn what_changed_before_the_signature_is_found_by_it() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.supported(&case.marketing()).await;
    let named = case.advised_override(&json!({ "applicationId": application }), &["like_refusal"]).await;
    case.granted(&application).await;
    let refused = case.sign(&named).await.problem(409);
    assert!(refused["detail"].as_str().unwrap().contains("granted"), "{refused}");
    let license = case.marketing_license().await;
    case.revoked(&license).await;
    let other = case.advised_override(&json!({ "licenseId": license }), &[]).await;
    registry.pass_days(366);
    case.sign(&other).await.problem(409);
    let ended = new(&json!({ "licenseId": license }), &[], &registry.day(30));
    registry.head().await.post("/v1/overrides", &ended).await.problem(422);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_signatures_at_once_one_signs() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    case.revoked(&license).await;
    let named = case.advised_override(&json!({ "licenseId": license }), &[]).await;
    let ministers = [registry.minister().await, registry.staff("m.other", Role::Minister).await];
    let answers: Vec<(usize, u16)> = join_all((0..16).map(|at| {
        let (minister, path) = (&ministers[at % 2], format!("/v1/overrides/{named}"));
        let act = if at % 4 == 3 { "rescissions" } else { "signatures" };
        async move { (at, minister.because(&format!("{path}/{act}")).await.status.as_u16()) }
    }))
    .await;
    let taken = answers.iter().filter(|(_, status)| *status == 201).count();
    assert_eq!(taken, 1, "signed once, or rescinded once: {answers:?}");
    assert!(answers.iter().all(|(_, status)| matches!(status, 201 | 409)), "{answers:?}");
    let found = registry.officer().await.get(&format!("/v1/overrides/{named}")).await.ok();
    let expected = if found["status"] == "in_effect" { "active" } else { "revoked" };
    assert_eq!(case.license(&license).await["status"], expected);
}
