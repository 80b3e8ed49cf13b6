//! Measures in force: the gate knows them, they lie on each other, end, lapse, are extended and amended.

use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::measure::{approval, measure};
use crate::support::registry::{Registry, each, id};

fn to_germany() -> Value {
    json!({ "destinations": ["DE"] })
}

async fn review(registry: &Registry) -> Value {
    let due = json!({
        "title": "Use of sights", "question": "Are they used lawfully?", "owner": registry.officer().await.handle,
        "dueOn": registry.day(60),
    });
    registry.head().await.post("/v1/reviews", &due).await.ok()
}

#[tokio::test]
async fn a_freeze_of_issuing_holds_grants_and_not_filing() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let before = case.marketing_license().await;
    let pending = case.supported(&case.marketing()).await;
    let mut new = measure(&registry, &json!({ "controlCodes": ["ML5"] }), &["freeze_issuing"]);
    new["reviewId"] = review(&registry).await["id"].clone();
    let path = registry.drafted(&new).await;
    let preview = registry.previewed(&path).await;
    assert_eq!((&preview["licenses"], &preview["applications"]), (&json!(1), &json!(1)));
    let operation = registry.enacted(&path).await;
    assert_eq!((&operation["status"], &operation["total"]), (&json!("succeeded"), &json!(0)));
    assert_eq!(case.license(&before).await["status"], "active", "what was issued before is left alone");
    case.propose(&pending).await.refused_by(&["measure_freeze"]);
    let filed = case.in_review(&case.marketing()).await;
    let shown = case.exporter.get(&format!("/v1/applications/{filed}")).await.ok();
    assert_eq!(shown["measures"][0]["effect"], "freeze_issuing");
    assert_eq!(shown["measures"][0]["reviewOn"], json!(registry.day(180)));
    registry.lifted(&path).await;
    case.propose(&pending).await.ok();
}

#[tokio::test]
async fn a_proposal_made_before_a_measure_is_not_signed_under_it() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.supported(&case.marketing()).await;
    let proposed = case.propose(&application).await.ok();
    let path = registry.in_force(&to_germany(), &["refuse_new"]).await;
    let number = proposed["number"].as_i64().unwrap();
    case.countersign(&application, number).await.refused_by(&["measure_refusal"]);
    registry.lifted(&path).await;
    case.countersign(&application, number).await.ok();
}

#[tokio::test]
async fn requirements_are_met_before_a_grant() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let mut new = measure(&registry, &to_germany(), &["require_committee"]);
    new["effects"] = json!([
        { "effect": "require_committee" },
        { "effect": "add_condition", "condition": "Report each delivery." },
    ]);
    let licensed = case.marketing_license().await;
    let path = registry.drafted(&new).await;
    registry.enacted(&path).await;
    assert_eq!(case.license(&licensed).await["conditions"], json!(["Report each delivery."]));
    let application = case.supported(&case.marketing()).await;
    case.propose(&application).await.refused_by(&["measure_requirements"]);
    let committee = registry.committee().await;
    let position = json!({ "stance": "support", "reasons": "Heard." });
    committee.post(&format!("/v1/applications/{application}/positions"), &position).await.ok();
    let refused = case.propose(&application).await.refused_by(&["measure_requirements"]);
    assert_eq!(refused["reasons"][0]["facts"]["required"], "Report each delivery.");
    registry.lifted(&path).await;
    assert_eq!(
        case.license(&licensed).await["conditions"],
        json!([]),
        "it binds while the measure is in force"
    );
}

#[tokio::test]
async fn each_measure_thaws_exactly_what_it_alone_held() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let [alone, twice, singly, revoked] = [
        case.marketing_license().await,
        case.marketing_license().await,
        case.marketing_license().await,
        case.marketing_license().await,
    ];
    case.freeze(&singly, None).await.ok();
    let first = registry.in_force(&to_germany(), &["freeze_existing"]).await;
    let exact = json!({ "all": [to_germany(), { "exporters": [case.exporter_id] }, { "licenseKinds": ["marketing"] }] });
    let second = registry.drafted(&measure(&registry, &exact, &["freeze_existing"])).await;
    let preview = registry.previewed(&second).await;
    assert_eq!(preview["counts"]["conflicts"][0]["licenses"], 4);
    registry.enacted(&second).await;
    let notice = case.intend(&revoked, false).await.ok();
    case.exporter.because(&format!("/v1/revocations/{}/waivers", id(&notice))).await.ok();
    registry.head().await.because(&format!("/v1/revocations/{}/orders", id(&notice))).await.ok();
    registry.lifted(&second).await;
    for license in [&alone, &twice, &singly] {
        assert_eq!(case.license(license).await["status"], "frozen", "the first measure holds it");
    }
    // A single freeze is lifted while the measure holds: the license stays frozen.
    case.lift(&singly, 1).await.ok();
    assert_eq!(case.license(&singly).await["status"], "frozen");
    case.freeze(&twice, None).await.ok();
    let operation = registry.lifted(&first).await;
    assert_eq!((&operation["done"], &operation["skipped"]), (&json!(3), &json!(1)));
    let statuses: Vec<Value> = [
        case.license(&alone).await["status"].clone(),
        case.license(&twice).await["status"].clone(),
        case.license(&singly).await["status"].clone(),
        case.license(&revoked).await["status"].clone(),
    ]
    .to_vec();
    assert_eq!(statuses, [json!("active"), json!("frozen"), json!("active"), json!("revoked")]);
}

#[tokio::test]
async fn a_measure_lapses_visibly_unless_it_is_extended_for_fresh_reasons() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let path = registry.in_force(&to_germany(), &["freeze_existing"]).await;
    let (head, extensions) = (registry.head().await, format!("{path}/extensions"));
    registry.pass_days(160);
    registry.worked_off().await;
    let history = head.all(&format!("{path}/history")).await;
    assert!(!each(&history, "action").contains(&"give_notice"), "too early for notice");
    registry.pass_days(10);
    registry.worked_off().await;
    registry.worked_off().await;
    let history = head.all(&format!("{path}/history")).await;
    assert_eq!(each(&history, "action").iter().filter(|act| **act == "give_notice").count(), 1, "once");
    let stale = "  independent reports NAME the use of such goods, against demonstrators! ";
    let extend = |days, reasons: &str| json!({ "reviewOn": registry.day(days), "reasons": reasons });
    head.post(&extensions, &extend(90, stale)).await.names("/reasons");
    head.post(&extensions, &extend(9, "New reports of May.")).await.names("/reviewOn");
    head.post(&extensions, &extend(400, "New reports of May.")).await.names("/reviewOn");
    registry.officer().await.post(&extensions, &extend(90, "New reports of May.")).await.problem(403);
    let extended = head.post(&extensions, &extend(90, "New reports of May.")).await.ok();
    assert_eq!(extended["reviewOn"], json!(registry.day(90)));
    assert_eq!(case.license(&license).await["freezes"][0]["reviewOn"], json!(registry.day(90)));
    head.post(&extensions, &extend(95, "New reports of May.")).await.names("/reasons");
    registry.pass_days(20);
    registry.worked_off().await;
    assert_eq!(case.license(&license).await["status"], "frozen");
    registry.pass_days(71);
    // Before the clock has been by the measure has lapsed all the same.
    head.post(&extensions, &extend(90, "Newer reports.")).await.problem(409);
    registry.worked_off().await;
    assert_eq!(head.get(&path).await.ok()["status"], "lapsed");
    assert_eq!(case.license(&license).await["status"], "active");
    head.because(&format!("{path}/liftings")).await.problem(409);
}

#[tokio::test]
async fn an_amendment_shows_and_carries_out_the_difference() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let beside = case.beside("Galil Radios Ltd.", "51-4000002").await;
    let (ours, theirs) = (case.marketing_license().await, beside.marketing_license().await);
    let path = registry.in_force(&json!({ "exporters": [case.exporter_id] }), &["freeze_existing"]).await;
    let officer = registry.officer().await;
    let (head, director) = (registry.head().await, registry.director().await);
    let amended = measure(&registry, &json!({ "exporters": [beside.exporter_id] }), &["freeze_existing"]);
    let after = officer.post(&format!("{path}/revisions"), &amended).await.ok();
    assert_eq!((&after["status"], &after["proposed"]["contentVersion"]), (&json!("in_force"), &json!(2)));
    assert_eq!(
        case.license(&theirs).await["status"],
        "active",
        "an amendment does nothing before it is in force"
    );
    let preview = registry.previewed(&path).await;
    assert_eq!((&preview["licenses"], &preview["released"]), (&json!(1), &json!(1)));
    let list = officer.get(&format!("{path}/previews/2/licenses")).await.text;
    let lines: Vec<Value> = list.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let expected = [(theirs.as_str(), "touched"), (ours.as_str(), "released")];
    let found: Vec<_> =
        lines.iter().map(|line| (line["id"].as_str().unwrap(), line["wouldBe"].as_str().unwrap())).collect();
    assert_eq!(found, expected);
    director.post(&format!("{path}/approvals"), &approval(&preview)).await.ok();
    let digest = json!({ "digest": preview["digest"] });
    let operation = head.post(&format!("{path}/executions"), &digest).await.ok();
    assert_eq!((&operation["kind"], &operation["total"]), (&json!("measure_amendment"), &json!(2)));
    registry.worked_off().await;
    assert_eq!(case.license(&ours).await["status"], "active");
    assert_eq!(case.license(&theirs).await["status"], "frozen");
    // Another amendment, given up: what is in force stays.
    officer
        .post(&format!("{path}/revisions"), &measure(&registry, &to_germany(), &["freeze_existing"]))
        .await
        .ok();
    officer.because(&format!("{path}/amendment-withdrawals")).await.ok();
    officer.because(&format!("{path}/amendment-withdrawals")).await.problem(409);
    officer.act(&format!("{path}/previews")).await.problem(409);
    registry.lifted(&path).await;
    assert_eq!(case.license(&theirs).await["status"], "active");
}

#[tokio::test]
async fn the_view_of_a_country_lists_the_measures_that_can_reach_it() {
    let registry = Registry::open().await;
    let path = registry.in_force(&json!({ "countryGroups": ["gulf-states"] }), &["refuse_renewal"]).await;
    let head = registry.head().await;
    let listed = async |country: &str| {
        let view = head.get(&format!("/v1/countries/{country}")).await.ok();
        view["measuresInForce"].as_array().unwrap().len()
    };
    assert_eq!((listed("SA").await, listed("DE").await), (1, 0));
    registry.lifted(&path).await;
    assert_eq!(listed("SA").await, 0);
}
