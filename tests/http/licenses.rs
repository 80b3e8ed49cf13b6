//! `/v1/licenses`: freezes, draw-downs, the end of the term, and verification by anyone.

use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::registry::{Registry, each};

/// What the public is told of a license.
async fn verified(registry: &Registry, license: &Value) -> Value {
    let reference = license["reference"].as_str().unwrap();
    registry.public().get(&format!("/v1/public/license-verifications/{reference}")).await.ok()
}

#[tokio::test]
async fn freezes_add_up_and_the_last_one_lifted_thaws() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let path = format!("/v1/licenses/{license}");
    case.lift(&license, 1).await.problem(404);
    assert_eq!(case.freeze(&license, None).await.ok()["number"], 1);
    let frozen = case.license(&license).await;
    assert_eq!((frozen["status"].as_str(), frozen["freezes"].as_array().unwrap().len()), (Some("frozen"), 1));
    assert_eq!(verified(&registry, &frozen).await["valid"], false);
    assert_eq!(case.freeze(&license, None).await.ok()["number"], 2);
    case.lift(&license, 1).await.ok();
    case.lift(&license, 1).await.problem(409);
    case.lift(&license, 3).await.problem(404);
    let still = case.license(&license).await;
    assert_eq!((still["status"].as_str(), &still["freezes"][0]["number"]), (Some("frozen"), &json!(2)));
    assert_eq!(verified(&registry, &still).await["valid"], false);
    case.lift(&license, 2).await.ok();
    let thawed = case.license(&license).await;
    assert_eq!((thawed["status"].as_str(), &thawed["freezes"]), (Some("active"), &json!([])));
    assert_eq!(verified(&registry, &thawed).await["valid"], true);
    let all = case.exporter.all(&format!("{path}/freezes")).await;
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|freeze| freeze["liftedAt"].is_string()));
    let history = case.exporter.all(&format!("{path}/history")).await;
    assert_eq!(each(&history, "action"), ["issue", "freeze", "freeze_further", "lift_freeze", "unfreeze"]);
    assert_eq!(history[1]["ground"], "human_rights");
}

#[tokio::test]
async fn allowed_actions_on_a_license_are_those_that_can_be_taken_now() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let officer = registry.officer().await;
    let path = format!("/v1/licenses/{license}");
    let allowed = async || officer.get(&path).await.ok()["allowedActions"].clone();
    assert_eq!(allowed().await, json!(["freeze", "freeze_part"]));
    case.freeze(&license, Some(&[1])).await.ok();
    assert_eq!(allowed().await, json!(["freeze", "freeze_part", "lift_part"]));
    case.freeze(&license, None).await.ok();
    assert_eq!(allowed().await, json!(["freeze_further", "freeze_part", "lift_part", "unfreeze"]));
    case.lift(&license, 1).await.ok();
    case.freeze(&license, None).await.ok();
    assert_eq!(allowed().await, json!(["freeze_further", "freeze_part", "lift_freeze"]));
    let customs = registry.customs().await;
    assert_eq!(customs.get(&path).await.ok()["allowedActions"], json!([]));
    assert_eq!(case.exporter.get(&path).await.ok()["allowedActions"], json!(["surrender"]));
}

#[tokio::test]
async fn a_freeze_of_lines_leaves_the_license_active_and_stops_the_lines() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    case.freeze(&license, Some(&[])).await.names("/lines");
    case.freeze(&license, Some(&[2])).await.names("/lines/0");
    case.freeze(&license, Some(&[1, 1])).await.names("/lines/1");
    case.freeze(&license, Some(&[1])).await.ok();
    let found = case.license(&license).await;
    assert_eq!(found["status"], "active");
    let verification = verified(&registry, &found).await;
    assert_eq!(verification["status"], "active");
    assert_eq!((verification["valid"].as_bool(), &verification["frozenLines"]), (Some(false), &json!([1])));
    case.ship(&license, "1", "S-1").await.problem(422);
    // A freeze of the whole comes on top, and lifting it leaves the line frozen.
    case.freeze(&license, None).await.ok();
    case.lift(&license, 2).await.ok();
    assert_eq!(case.license(&license).await["status"], "active");
    case.ship(&license, "1", "S-1").await.problem(422);
    case.lift(&license, 1).await.ok();
    case.ship(&license, "1", "S-1").await.ok();
    let history = case.exporter.all(&format!("/v1/licenses/{license}/history")).await;
    let actions = each(&history, "action");
    assert_eq!(actions, ["issue", "freeze_part", "freeze", "unfreeze", "lift_part", "draw_down"]);
}

#[tokio::test]
async fn a_line_of_a_frozen_license_is_frozen_and_thawed_by_itself() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    case.freeze(&license, None).await.ok();
    case.freeze(&license, Some(&[1])).await.ok();
    case.lift(&license, 2).await.ok();
    assert_eq!(case.license(&license).await["status"], "frozen");
    case.lift(&license, 1).await.ok();
    assert_eq!(case.license(&license).await["status"], "active");
}

#[tokio::test]
async fn a_freeze_says_when_it_is_reviewed() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let officer = registry.officer().await;
    let freeze =
        |review_on: &str| json!({ "ground": "human_rights", "reasons": "So.", "reviewOn": review_on });
    let path = format!("/v1/licenses/{license}/freezes");
    for wrong in [registry.day(0), registry.day(-1), "0000-01-01".into(), "+200000-01-01".into()] {
        officer.post(&path, &freeze(&wrong)).await.names("/reviewOn");
    }
    officer.post(&path, &json!({ "ground": "human_rights", "reasons": "So." })).await.problem(400);
    let unknown = json!({ "ground": "bad_mood", "reasons": "So.", "reviewOn": registry.day(1) });
    officer.post(&path, &unknown).await.names("/ground");
    assert_eq!(case.license(&license).await["status"], "active");
}

#[tokio::test]
async fn thawing_passes_the_gate() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    case.freeze(&license, None).await.ok();
    let exporter = format!("/v1/exporters/{}", case.exporter_id);
    registry.head().await.because(&format!("{exporter}/suspensions")).await.ok();
    case.lift(&license, 1).await.refused_by(&["exporter_registered"]);
    assert_eq!(case.license(&license).await["status"], "frozen");
    registry.head().await.because(&format!("{exporter}/reinstatements")).await.ok();
    case.lift(&license, 1).await.ok();
}

#[tokio::test]
async fn shipments_are_booked_once_within_what_remains_until_the_license_is_exhausted() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    case.ship(&license, "100.000001", "S-1").await.problem(422);
    case.ship(&license, "60.5", "S-1").await.ok();
    case.ship(&license, "1", "S-1").await.problem(409);
    case.ship(&license, "39.500001", "S-2").await.problem(422);
    let found = case.license(&license).await;
    assert_eq!((found["status"].as_str(), &found["lines"][0]["drawn"]), (Some("active"), &json!("60.5")));
    case.ship(&license, "39.5", "S-2").await.ok();
    let exhausted = case.license(&license).await;
    assert_eq!(
        (exhausted["status"].as_str(), &exhausted["lines"][0]["drawn"]),
        (Some("exhausted"), &json!("100"))
    );
    assert_eq!(verified(&registry, &exhausted).await["valid"], false);
    case.ship(&license, "1", "S-3").await.problem(409);
    let booked = case.exporter.all(&format!("/v1/licenses/{license}/draw-downs")).await;
    assert_eq!(each(&booked, "quantity"), ["60.5", "39.5"]);
    let history = case.exporter.all(&format!("/v1/licenses/{license}/history")).await;
    assert_eq!(each(&history, "action"), ["issue", "draw_down", "exhaust"]);
}

#[tokio::test]
async fn nothing_is_shipped_on_a_frozen_license_an_unknown_line_or_a_marketing_license() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let mut marketing = case.marketing();
    marketing["lines"][0]["quantity"] = json!("100");
    marketing["lines"][0]["unit"] = json!("piece");
    let application = case.supported(&marketing).await;
    let cover = case.granted(&application).await;
    case.ship(&cover, "1", "S-1").await.problem(422);
    let license = case.export_license().await;
    let customs = registry.customs().await;
    let path = format!("/v1/licenses/{license}/draw-downs");
    customs.post(&path, &json!({ "line": 2, "quantity": "1", "shipment": "S" })).await.names("/line");
    case.freeze(&license, None).await.ok();
    case.ship(&license, "1", "S-1").await.problem(409);
    assert_eq!(customs.all(&path).await.len(), 0);
}

#[tokio::test]
async fn a_license_is_surrendered_or_annulled_from_active_and_frozen_only() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    for frozen in [false, true] {
        for (path, status) in [("surrenders", "surrendered"), ("annulments", "annulled")] {
            let license = case.marketing_license().await;
            if frozen {
                case.freeze(&license, None).await.ok();
            }
            let path = format!("/v1/licenses/{license}/{path}");
            let client = if status == "annulled" { registry.head().await } else { case.exporter.clone() };
            client.because(&path).await.ok();
            let ended = case.license(&license).await;
            assert_eq!((ended["status"].as_str(), &ended["allowedActions"]), (Some(status), &json!([])));
            assert_eq!(verified(&registry, &ended).await["valid"], false);
            client.because(&path).await.problem(409);
            case.freeze(&license, None).await.problem(409);
            case.freeze(&license, Some(&[1])).await.problem(409);
            case.intend(&license, false).await.problem(409);
            assert_eq!(client.all(&path).await.len(), 1);
        }
    }
}

#[tokio::test]
async fn a_term_that_ends_has_expired_at_every_read_and_is_recorded_once() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let frozen = case.marketing_license().await;
    case.freeze(&frozen, None).await.ok();
    registry.pass_days(365);
    assert_eq!(case.license(&license).await["status"], "active", "the last day counts");
    registry.pass_days(1);
    let path = format!("/v1/licenses/{license}");
    for id in [&license, &frozen] {
        let expired = case.license(id).await;
        assert_eq!((expired["status"].as_str(), &expired["allowedActions"]), (Some("expired"), &json!([])));
        let verification = verified(&registry, &expired).await;
        assert_eq!(
            (verification["status"].as_str(), &verification["valid"]),
            (Some("expired"), &json!(false))
        );
    }
    assert_eq!(case.exporter.all("/v1/licenses?status=expired").await.len(), 3);
    assert_eq!(case.exporter.all("/v1/licenses?status=active").await.len(), 0);
    assert_eq!(case.exporter.all("/v1/licenses?status=frozen").await.len(), 0);
    case.ship(&license, "1", "S-1").await.problem(409);
    case.freeze(&license, None).await.problem(409);
    case.lift(&frozen, 1).await.problem(409);
    case.intend(&license, true).await.problem(409);
    case.exporter.because(&format!("{path}/surrenders")).await.problem(409);
    assert_eq!(case.exporter.all(&format!("{path}/history")).await.len(), 1, "a refused act records nothing");
    // Three licenses and the declaration that served one of them.
    let entries = registry.audit_entries().await;
    let swept = registry.sweep().await;
    assert_eq!(registry.audit_entries().await - entries, i64::try_from(swept).unwrap());
    assert_eq!(registry.sweep().await, 0);
    let history = registry.officer().await.all(&format!("{path}/history")).await;
    assert_eq!(each(&history, "action"), ["issue", "expire"]);
    assert_eq!(
        (history[1]["actor"].as_str(), history[1]["actorRole"].as_str()),
        (Some("clock"), Some("clock"))
    );
}

#[tokio::test]
async fn an_answer_about_validity_carries_its_time_and_an_unknown_number_is_absent() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let found = case.license(&license).await;
    let answer = verified(&registry, &found).await;
    let told: Vec<_> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        told,
        ["reference", "valid", "status", "kind", "issuedOn", "validUntil", "frozenLines", "asOf"],
        "no party and no goods"
    );
    assert_eq!(answer["asOf"].as_str().unwrap().parse(), Ok(registry.now()), "the time of the request");
    let public = registry.public();
    public.get("/v1/public/license-verifications/EL-2026-999999").await.problem(404);
    public.get("/v1/public/license-verifications/ml-2026-000001").await.ok();
    public.get("/v1/public/license-verifications/EL%00").await.problem(400);
    // The order never follows the wall clock: before its issue a license is not valid.
    registry.app.clock.set(registry.now() - chrono::Days::new(1));
    assert_eq!(verified(&registry, &found).await["valid"], false);
}

#[tokio::test]
async fn licenses_are_searched_as_an_officer_searches() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let export = case.export_license().await;
    registry.pass_days(1);
    let mut new = case.marketing();
    new["destination"] = json!("FR");
    let application = case.supported(&new).await;
    let france = case.granted(&application).await;
    case.freeze(&france, None).await.ok();
    let officer = registry.officer().await;
    let (today, yesterday) = (registry.day(0), registry.day(-1));
    for (query, wanted) in [
        ("kind=export".to_owned(), vec![&export]),
        ("destination=FR".to_owned(), vec![&france]),
        ("status=frozen".to_owned(), vec![&france]),
        ("kind=marketing&status=frozen&controlCode=ML5".to_owned(), vec![&france]),
        ("controlCode=ML6".to_owned(), vec![]),
        (format!("issuedFrom={today}"), vec![&france]),
        (format!("issuedTo={yesterday}&kind=export"), vec![&export]),
        (format!("endUserId={}", case.end_user), vec![&export]),
        (format!("exporterId={}&destination=FR", case.exporter_id), vec![&france]),
        ("reference=EL-2026-000001".to_owned(), vec![&export]),
        (format!("validFrom={}", registry.day(365)), vec![&france]),
        (format!("validTo={}", registry.day(300)), vec![]),
        ("sourceNumber=1".to_owned(), vec![]),
    ] {
        let found = officer.all(&format!("/v1/licenses?{query}")).await;
        assert_eq!(each(&found, "id"), wanted, "{query}");
    }
}

#[tokio::test]
async fn a_license_of_two_lines_is_exhausted_by_both_and_frozen_by_each() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let second = case.classified("military", &["ML15.d"]).await;
    let line = |product: &str, quantity: &str| json!({ "productId": product, "quantity": quantity, "unit": "piece", "value": "100.00", "currency": "EUR" });
    let mut marketing = case.marketing();
    marketing["lines"] = json!([{ "productId": case.product }, { "productId": second }]);
    let cover = case.supported(&marketing).await;
    let cover = case.granted(&cover).await;
    let declaration = case.declaration(&[(&case.product, "10"), (&second, "5")]).await;
    let mut new = case.export(&declaration);
    new["lines"] = json!([line(&case.product, "10"), line(&second, "5")]);
    let application = case.supported(&new).await;
    // A line of the cover that is frozen covers no more.
    case.freeze(&cover, Some(&[2])).await.ok();
    case.propose(&application).await.refused_by(&["marketing_cover"]);
    case.lift(&cover, 1).await.ok();
    let license = case.granted(&application).await;
    let told = async || {
        let license = case.license(&license).await;
        let told = verified(&registry, &license).await;
        (told["status"].clone(), told["valid"].clone(), told["frozenLines"].clone())
    };
    case.freeze(&license, Some(&[2])).await.ok();
    assert_eq!(told().await, (json!("active"), json!(true), json!([2])), "line 1 may be used");
    case.freeze(&license, Some(&[1])).await.ok();
    assert_eq!(told().await, (json!("active"), json!(false), json!([1, 2])), "no line may be used");
    case.lift(&license, 2).await.ok();
    case.freeze(&license, Some(&[1, 2])).await.ok();
    assert_eq!(
        told().await,
        (json!("active"), json!(false), json!([1, 2])),
        "nor by one freeze of all lines"
    );
    case.lift(&license, 3).await.ok();
    assert_eq!(told().await, (json!("active"), json!(true), json!([2])), "the other freeze holds");
    case.ship(&license, "10", "S-1").await.ok();
    assert_eq!(told().await, (json!("active"), json!(false), json!([2])), "what is not frozen is used up");
    let customs = registry.customs().await;
    let path = format!("/v1/licenses/{license}/draw-downs");
    let rest = json!({ "line": 2, "quantity": "5", "shipment": "S-1" });
    customs.post(&path, &rest).await.problem(422);
    case.lift(&license, 1).await.ok();
    customs.post(&path, &rest).await.ok();
    assert_eq!(case.license(&license).await["status"], "exhausted");
}
