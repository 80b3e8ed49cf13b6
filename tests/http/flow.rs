//! The whole flow of a case, as an agency goes through it, every step over HTTP.

use export_license_registry::rules::authority::Ministry;
use serde_json::json;

use crate::support::case::{Case, acceptance, applied, classification, enact, template, verification};
use crate::support::registry::{Registry, each, id};

#[tokio::test]
async fn from_the_register_to_revocation() {
    let registry = Registry::open().await;
    let (officer, head) = (registry.officer().await, registry.head().await);

    // The registers: an exporter, its product, its end user.
    let exporter_id = applied(&registry, "Negev Optics Ltd.", "51-4000001").await;
    let registration =
        json!({ "registeredUntil": registry.day(3650), "reasons": "The particulars are complete." });
    head.post(&format!("/v1/exporters/{exporter_id}/registrations"), &registration).await.ok();
    let exporter = registry.exporter(&exporter_id).await;
    let sight = json!({ "name": "Thermal sight TS-4", "description": "Uncooled thermal weapon sight." });
    let product = id(&exporter.post("/v1/products", &sight).await.ok());
    let classifications = format!("/v1/products/{product}/classifications");
    registry.classifier().await.post(&classifications, &classification("military", &["ML5.a"])).await.ok();
    let office =
        json!({ "name": "Procurement Office", "kind": "armed_forces", "country": "DE", "address": "Bonn" });
    let end_user = id(&exporter.post("/v1/end-users", &office).await.ok());
    let mut case =
        Case { registry: &registry, exporter, exporter_id, product, end_user, template: String::new() };

    // A marketing license.
    let marketing = case.draft(&case.marketing()).await;
    let path = format!("/v1/applications/{marketing}");
    case.exporter.act(&format!("{path}/submissions")).await.ok();
    officer.because(&format!("{path}/reviews")).await.ok();
    case.position(&marketing, Ministry::Defense, "support").await.ok();
    case.position(&marketing, Ministry::ForeignAffairs, "support").await.ok();
    case.propose(&marketing).await.ok();
    let cover = case.countersign(&marketing, 1).await.ok()["licenseId"].clone();
    assert_eq!(case.license(cover.as_str().unwrap()).await["reference"], "ML-2026-000001");

    // A declaration template, agreed by both ministries and brought into force; the public reads it.
    let drafted = officer.post("/v1/declaration-templates", &template("military")).await.ok();
    case.template = id(&drafted);
    assert_eq!(registry.public().all("/v1/public/declaration-templates").await.len(), 0);
    enact(&registry, &case.template).await;
    let public = registry.public().all("/v1/public/declaration-templates").await;
    assert_eq!(each(&public, "reference"), [drafted["reference"].as_str().unwrap()]);

    // A signed declaration, verified and accepted.
    let declared = case.declared(&[(&case.product, "100")]);
    let declaration = id(&case.exporter.post("/v1/declarations", &declared).await.ok());
    officer.post(&format!("/v1/declarations/{declaration}/verifications"), &verification()).await.ok();
    let accepted =
        officer.post(&format!("/v1/declarations/{declaration}/acceptances"), &acceptance()).await.ok();
    assert_eq!(accepted["status"], "accepted");

    // The export license.
    let application = case.supported(&case.export(&declaration)).await;
    let decision = case.propose(&application).await.ok();
    assert_eq!(
        (decision["status"].as_str(), &decision["verdict"]["outcome"]),
        (Some("proposed"), &json!("pass"))
    );
    let granted = case.countersign(&application, 1).await.ok();
    assert_eq!(granted["status"], "granted");
    let license = granted["licenseId"].as_str().unwrap().to_owned();
    let issued = case.license(&license).await;
    let reference = issued["reference"].as_str().unwrap();
    let public = registry.public();
    let verify = format!("/v1/public/license-verifications/{reference}");
    let valid = async || public.get(&verify).await.ok()["valid"].clone();
    assert_eq!(valid().await, true);
    case.ship(&license, "10", "IL-DE-1").await.ok();

    // Two freezes; lifting one leaves the other.
    case.freeze(&license, None).await.ok();
    assert_eq!(valid().await, false);
    case.freeze(&license, None).await.ok();
    case.lift(&license, 1).await.ok();
    assert_eq!(valid().await, false);
    case.lift(&license, 2).await.ok();
    assert_eq!(valid().await, true);

    // Urgent revocation: frozen at once, heard, ordered by another person.
    let notice = case.intend(&license, true).await.ok();
    assert_eq!(valid().await, false);
    let proceeding = format!("/v1/revocations/{}", id(&notice));
    let answer = json!({ "representation": "The goods are where they were declared." });
    case.exporter.post(&format!("{proceeding}/representations"), &answer).await.ok();
    head.because(&format!("{proceeding}/orders")).await.ok();
    let revoked = public.get(&verify).await.ok();
    assert_eq!((revoked["status"].as_str(), &revoked["valid"]), (Some("revoked"), &json!(false)));

    // The history is complete, and every step of every resource has its one audit entry.
    let history = officer.all(&format!("/v1/licenses/{license}/history")).await;
    let expected =
        ["issue", "draw_down", "freeze", "freeze_further", "lift_freeze", "unfreeze", "freeze", "revoke"];
    assert_eq!(each(&history, "action"), expected);
    let auditor = registry.auditor().await;
    let steps: i64 =
        sqlx::query_scalar("select count(*) from history").fetch_one(registry.pool()).await.unwrap();
    let unmatched: i64 = sqlx::query_scalar(
        "select count(*) from history h where 1 <> (select count(*) from audit_entries a
          where a.subject_id = h.subject_id and a.subject_version = h.version and a.act = h.life_cycle || '.' || h.action
            and a.request_id = h.request_id and a.at = h.at)",
    )
    .fetch_one(registry.pool())
    .await
    .unwrap();
    assert_eq!(unmatched, 0);
    let of_steps = auditor.all("/v1/audit?limit=200").await;
    assert_eq!(of_steps.iter().filter(|entry| entry["subjectVersion"].is_i64()).count() as i64, steps);
}
