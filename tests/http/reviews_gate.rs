//! The gate and reviews: what is under review is neither granted nor thawed, and its exporter is told no more.

use export_license_registry::rules::verdict::CHECKS;
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::registry::{Registry, id};

const FINDINGS: &str = "The unit used it against journalists.";

/// Opens a review of an end user or a product.
async fn open(registry: &Registry, subject: &str, of: &str) -> String {
    let mut new = json!({
        "title": "Use by the coast guard", "question": "Was it used as declared?", "owner": "officer",
        "dueOn": registry.day(30),
    });
    new[subject] = json!(of);
    registry.officer().await;
    id(&registry.head().await.post("/v1/reviews", &new).await.ok())
}

async fn conclude(registry: &Registry, review: &str) {
    let officer = registry.officer().await;
    let entry = json!({ "kind": "statement", "description": "The commander's account." });
    officer.post(&format!("/v1/reviews/{review}/evidence"), &entry).await.ok();
    let end = json!({ "findings": FINDINGS, "proposal": "no_further_action", "reasons": "Settled." });
    officer.post(&format!("/v1/reviews/{review}/conclusions"), &end).await.ok();
}

#[tokio::test]
async fn a_review_of_the_end_user_or_a_product_holds_a_grant_until_it_is_concluded() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    for subject in ["endUserId", "productId"] {
        let of = if subject == "endUserId" { &case.end_user } else { &case.product };
        let application = case.export_application().await;
        let review = open(&registry, subject, of).await;
        let problem = case.propose(&application).await.refused_by(&["open_review"]);
        let reason = &problem["reasons"][0];
        assert_eq!(
            (reason["outcome"].as_str(), reason["says"].as_str()),
            (Some("hold"), Some("Under review."))
        );
        let reference =
            registry.head().await.get(&format!("/v1/reviews/{review}")).await.ok()["reference"].clone();
        assert_eq!(reason["facts"], json!({ "review": reference, "dueOn": registry.day(30) }));
        // No reasons depart from a hold, and time alone does not end it.
        let mut departing = case.grant();
        departing["departure"] = json!("It will turn out well.");
        case.decide(&application, &departing).await.refused_by(&["open_review"]);
        registry.pass_days(31);
        case.propose(&application).await.refused_by(&["open_review"]);
        conclude(&registry, &review).await;
        case.granted(&application).await;
    }
}

#[tokio::test]
async fn a_review_opened_after_the_proposal_holds_the_countersignature() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let application = case.export_application().await;
    case.propose(&application).await.ok();
    let review = open(&registry, "endUserId", &case.end_user).await;
    case.countersign(&application, 1).await.refused_by(&["open_review"]);
    let found = registry.officer().await.get(&format!("/v1/applications/{application}")).await.ok();
    assert_eq!((found["status"].as_str(), &found["licenseId"]), (Some("in_review"), &Value::Null));
    conclude(&registry, &review).await;
    case.countersign(&application, 1).await.ok();
}

#[tokio::test]
async fn a_review_of_another_end_user_or_product_holds_nothing() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let other = case.beside("Galil Systems", "51-2").await;
    let application = case.export_application().await;
    open(&registry, "endUserId", &other.end_user).await;
    open(&registry, "productId", &other.product).await;
    let mut bare = json!({
        "title": "The export of drones", "question": "What is the practice of others?", "owner": "officer",
        "dueOn": registry.day(30),
    });
    registry.head().await.post("/v1/reviews", &bare).await.ok();
    bare["productId"] = json!(case.classified("dual_use", &["6A002.a.2"]).await);
    registry.head().await.post("/v1/reviews", &bare).await.ok();
    case.granted(&application).await;
}

#[tokio::test]
async fn what_is_under_review_is_not_thawed() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    for (subject, of, lines) in
        [("endUserId", &case.end_user, None), ("productId", &case.product, Some(&[1][..]))]
    {
        let frozen = case.freeze(&license, lines).await.ok();
        let number = frozen["number"].as_i64().unwrap();
        let review = open(&registry, subject, of).await;
        case.lift(&license, number).await.refused_by(&["open_review"]);
        let path = format!("/v1/licenses/{license}/freezes/{number}/liftings");
        let departing = json!({ "reasons": "Enough.", "departure": "It will turn out well." });
        registry.officer().await.post(&path, &departing).await.refused_by(&["open_review"]);
        conclude(&registry, &review).await;
        case.lift(&license, number).await.ok();
    }
    assert_eq!(case.license(&license).await["status"], "active");
    // A freeze is put on whatever is under review: the gate holds permissions, not their restriction.
    open(&registry, "endUserId", &case.end_user).await;
    case.freeze(&license, None).await.ok();
}

#[tokio::test]
async fn a_refusal_passes_and_its_exporter_is_told_of_a_review_and_nothing_of_it() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let application = case.export_application().await;
    let review = open(&registry, "endUserId", &case.end_user).await;
    let allegation = json!({
        "sourceKind": "media", "receivedOn": registry.day(0), "text": FINDINGS, "endUserId": case.end_user,
    });
    let allegation = id(&registry.officer().await.post("/v1/allegations", &allegation).await.ok());
    let refusal = json!({ "outcome": "refuse", "reasons": "Not now." });
    assert_eq!(case.decided(&application, &refusal).await["status"], "refused");
    let decisions = format!("/v1/applications/{application}/decisions/1");
    let of_review = |decision: &Value, verdict: &str| {
        let checks = decision[verdict]["checks"].as_array().unwrap().clone();
        checks.into_iter().find(|check| check["rule"] == "open_review").unwrap()
    };
    let staff = registry.auditor().await.get(&decisions).await.ok();
    let seen = case.exporter.get(&decisions).await.ok();
    for verdict in ["verdict", "signedVerdict"] {
        assert_eq!(of_review(&staff, verdict)["facts"]["review"], "RW-2026-000001");
        let told = of_review(&seen, verdict);
        assert_eq!((told["outcome"].as_str(), told["says"].as_str()), (Some("hold"), Some("Under review.")));
        assert_eq!(told["facts"], json!({}));
        assert_eq!(seen[verdict]["checks"].as_array().unwrap().len(), CHECKS - 4);
    }
    // Whatever the exporter reads of its own names neither.
    let own = [
        "/v1/applications".to_owned(),
        "/v1/licenses".to_owned(),
        "/v1/end-users".to_owned(),
        "/v1/products".to_owned(),
        decisions.clone(),
        format!("/v1/applications/{application}"),
        format!("/v1/applications/{application}/history"),
        format!("/v1/applications/{application}/decisions"),
        format!("/v1/end-users/{}", case.end_user),
        format!("/v1/end-users/{}/history", case.end_user),
        format!("/v1/products/{}", case.product),
        format!("/v1/products/{}/history", case.product),
    ];
    for path in &own {
        let reply = case.exporter.get(path).await;
        for word in ["RW-2026", "AL-2026", "coast guard", review.as_str(), allegation.as_str(), FINDINGS] {
            assert!(!reply.text.contains(word), "{path} tells {word}: {}", reply.text);
        }
        reply.ok();
    }
    // Nor does another resource's route open them, by their ids.
    for resource in
        ["applications", "licenses", "revocations", "declarations", "end-users", "products", "exporters"]
    {
        for hidden in [&review, &allegation] {
            case.exporter.get(&format!("/v1/{resource}/{hidden}")).await.problem(404);
            case.exporter.get(&format!("/v1/{resource}/{hidden}/history")).await.problem(404);
        }
    }
}

#[tokio::test]
async fn an_exporter_is_answered_alike_whether_a_review_is_on_file_or_not() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let review = open(&registry, "endUserId", &case.end_user).await;
    let nowhere = "00000000-0000-7000-8000-0000000000ff";
    for room in ["reviews", "allegations", "assessments"] {
        for tail in ["", "/history"] {
            let mut answers = Vec::new();
            for id in [review.as_str(), nowhere] {
                let mut problem = case.exporter.get(&format!("/v1/{room}/{id}{tail}")).await.problem(403);
                problem["instance"] = Value::Null;
                answers.push(problem);
            }
            assert_eq!(answers[0], answers[1], "{room}{tail}");
        }
    }
    for filter in ["", "?status=open", &format!("?endUserId={}", case.end_user)] {
        case.exporter.get(&format!("/v1/reviews{filter}")).await.problem(403);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_that_races_a_review_comes_before_it_or_not_at_all() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    registry.countersigner().await;
    for _ in 0..8 {
        let application = case.export_application().await;
        case.propose(&application).await.ok();
        let (signed, review) =
            tokio::join!(case.countersign(&application, 1), open(&registry, "endUserId", &case.end_user));
        if signed.status == 201 {
            let decision = registry
                .auditor()
                .await
                .get(&format!("/v1/applications/{application}/decisions/1"))
                .await
                .ok();
            assert_eq!(decision["signedVerdict"]["outcome"], "pass");
        } else {
            signed.refused_by(&["open_review"]);
        }
        let next = case.export_application().await;
        case.propose(&next).await.refused_by(&["open_review"]);
        conclude(&registry, &review).await;
    }
}
