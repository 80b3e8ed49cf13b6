//! The order of a court that a revoked license be in force again, and what any reinstatement leaves and lifts.

use export_license_registry::rules::authority::Role;
use serde_json::{Value, json};

use crate::support::case::{Case, DIGEST};
use crate::support::registry::{Registry, each, id};

fn order(judged_on: &str) -> Value {
    json!({
        "court": "Supreme Court", "courtCase": "4711/26", "judgedOn": judged_on, "documentSha256": DIGEST,
        "reasons": "The court set the revocation aside.",
    })
}

#[tokio::test]
async fn a_court_order_puts_a_revoked_license_back_in_force() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let path = format!("/v1/licenses/{license}/reinstatements");
    let director = registry.director().await;
    director.post(&path, &order(&registry.day(0))).await.problem(409);
    case.revoked(&license).await;
    case.ship(&license, "1", "S-1").await.problem(409);
    let before = registry.row_counts().await;
    director.post(&path, &order(&registry.day(1))).await.names("/judgedOn");
    for role in [Role::HeadOfAgency, Role::LicensingOfficer, Role::Countersigner, Role::Exporter] {
        registry.any(role, &case.exporter_id).await.post(&path, &order(&registry.day(0))).await.problem(403);
    }
    let mut nameless = order(&registry.day(0));
    nameless["court"] = json!("");
    director.post(&path, &nameless).await.names("/court");
    assert_eq!(registry.row_counts().await, before, "nothing was stored");
    let offered = director.get(&format!("/v1/licenses/{license}")).await.ok()["allowedActions"].clone();
    assert_eq!(offered, json!(["reinstate"]));
    let back = director.post(&path, &order(&registry.day(0))).await.ok();
    assert_eq!(back["status"], "active");
    case.ship(&license, "1", "S-1").await.ok();
    let steps = case.exporter.all(&format!("/v1/licenses/{license}/history")).await;
    let step = steps.iter().find(|step| step["action"] == "reinstate").unwrap();
    assert_eq!(
        (step["details"]["source"].as_str(), step["details"]["sourceId"].as_str()),
        (Some("court_order"), Some("4711/26"))
    );
    let listed = case.exporter.all(&path).await;
    assert_eq!(
        (each(&listed, "source"), each(&listed, "court")),
        (vec!["court_order"], vec!["Supreme Court"])
    );
    director.post(&path, &order(&registry.day(0))).await.problem(409);
    assert_eq!(registry.figure("licenses_reinstated").await, 1);
    assert_eq!(registry.figure("licenses_reinstated_under_override").await, 0);
}

#[tokio::test]
async fn what_the_revocation_froze_ends_with_it_and_another_freeze_stays() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let revocation = id(&case.intend(&license, true).await.ok());
    case.freeze(&license, None).await.ok();
    case.freeze(&license, Some(&[1])).await.ok();
    let path = format!("/v1/revocations/{revocation}");
    case.exporter.because(&format!("{path}/waivers")).await.ok();
    registry.head().await.because(&format!("{path}/orders")).await.ok();
    let director = registry.director().await;
    let offered = director.get(&format!("/v1/licenses/{license}")).await.ok()["allowedActions"].clone();
    assert_eq!(offered, json!(["reinstate_frozen"]));
    let reinstatements = format!("/v1/licenses/{license}/reinstatements");
    let back = director.post(&reinstatements, &order(&registry.day(0))).await.ok();
    assert_eq!(back["status"], "frozen");
    let numbers: Vec<_> =
        back["freezes"].as_array().unwrap().iter().map(|freeze| &freeze["number"]).collect();
    assert_eq!(numbers, [2, 3], "the proceeding's own is lifted");
    case.lift(&license, 2).await.ok();
    assert_eq!(case.license(&license).await["status"], "active");
    assert_eq!(registry.figure("licenses_reinstated_frozen").await, 1);
}

#[tokio::test]
async fn who_ordered_the_revocation_does_not_reinstate_with_whatever_token() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let revocation = id(&case.intend(&license, false).await.ok());
    case.exporter.because(&format!("/v1/revocations/{revocation}/waivers")).await.ok();
    let director = registry.director().await;
    director.because(&format!("/v1/revocations/{revocation}/orders")).await.ok();
    let path = format!("/v1/licenses/{license}/reinstatements");
    let again = registry.bearer(&registry.token("director", Role::DirectorGeneral, None, None).await);
    for client in [&director, &again] {
        client.post(&path, &order(&registry.day(0))).await.problem(422);
    }
    assert_eq!(case.license(&license).await["status"], "revoked");
    registry.staff("d.other", Role::DirectorGeneral).await.post(&path, &order(&registry.day(0))).await.ok();
}

#[tokio::test]
async fn the_gate_is_asked_and_a_term_that_has_ended_is_not_revived() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    case.revoked(&license).await;
    let exporter = format!("/v1/exporters/{}", case.exporter_id);
    registry.head().await.because(&format!("{exporter}/suspensions")).await.ok();
    let director = registry.director().await;
    let path = format!("/v1/licenses/{license}/reinstatements");
    let entries = registry.audit_entries().await;
    director.post(&path, &order(&registry.day(0))).await.refused_by(&["exporter_registered"]);
    assert_eq!(registry.audit_entries().await, entries);
    assert_eq!(case.license(&license).await["status"], "revoked");
    registry.head().await.because(&format!("{exporter}/reinstatements")).await.ok();
    registry.pass_days(366);
    director.post(&path, &order(&registry.day(0))).await.refused_by(&["license_freezable"]);
    assert_eq!(case.license(&license).await["status"], "revoked");
    assert_eq!(director.all(&path).await.len(), 0);
}
