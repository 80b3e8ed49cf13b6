//! `/v1/allegations`: received, assessed, dismissed or substantiated; one that is substantiated opens a review.

use export_license_registry::rules::authority::{Ministry, Role};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::case::{Case, DIGEST};
use crate::support::registry::{Registry, Reply, each, id};

const TEXT: &str = "Journalists of a paper were followed with it.";

fn against(registry: &Registry, case: &Case<'_>) -> Value {
    json!({
        "sourceKind": "civil_society", "receivedOn": registry.day(-3), "text": TEXT, "documentSha256s": [DIGEST],
        "endUserId": case.end_user,
    })
}

async fn received(registry: &Registry, case: &Case<'_>) -> String {
    let allegation = registry.officer().await.post("/v1/allegations", &against(registry, case)).await.ok();
    format!("/v1/allegations/{}", id(&allegation))
}

async fn assessed(registry: &Registry, case: &Case<'_>) -> String {
    let allegation = received(registry, case).await;
    let foreign = registry.reviewer(Ministry::ForeignAffairs).await;
    foreign.post(&format!("{allegation}/assessments"), &assessment()).await.ok();
    allegation
}

fn assessment() -> Value {
    json!({ "assessment": "Two sources agree.", "credibility": "high" })
}

fn substantiation(registry: &Registry) -> Value {
    json!({ "reasons": "Credible and grave.", "owner": "officer", "dueOn": registry.day(60) })
}

#[tokio::test]
async fn one_that_is_substantiated_opens_a_review_and_each_names_the_other() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let application = case.export_application().await;
    let (officer, head) = (registry.officer().await, registry.head().await);
    let allegation = received(&registry, &case).await;
    let found = officer.get(&allegation).await.ok();
    assert_eq!(
        (found["reference"].as_str(), found["status"].as_str()),
        (Some("AL-2026-000001"), Some("received"))
    );
    assert_eq!((&found["text"], &found["documentSha256s"]), (&json!(TEXT), &json!([DIGEST])));
    assert_eq!((&found["enteredBy"], &found["reviewId"]), (&json!("officer"), &Value::Null));
    assert_eq!(found["allowedActions"], json!(["assess"]));
    // Not before it was assessed; and an allegation by itself holds nothing.
    head.post(&format!("{allegation}/substantiations"), &substantiation(&registry)).await.problem(409);
    head.because(&format!("{allegation}/dismissals")).await.problem(409);
    let found = officer.post(&format!("{allegation}/assessments"), &assessment()).await.ok();
    assert_eq!((found["status"].as_str(), found["credibility"].as_str()), (Some("assessed"), Some("high")));
    officer.post(&format!("{allegation}/assessments"), &assessment()).await.problem(409);
    case.propose(&application).await.ok();
    let found = head.post(&format!("{allegation}/substantiations"), &substantiation(&registry)).await.ok();
    assert_eq!((found["status"].as_str(), &found["decidedBy"]), (Some("substantiated"), &json!("head")));
    let review = head.get(&format!("/v1/reviews/{}", found["reviewId"].as_str().unwrap())).await.ok();
    assert_eq!((&review["allegationId"], &review["endUserId"]), (&found["id"], &json!(case.end_user)));
    assert_eq!((&review["owner"], &review["dueOn"]), (&json!("officer"), &json!(registry.day(60))));
    assert_eq!(review["title"], "Allegation AL-2026-000001");
    // Its review holds what concerns the end user.
    case.countersign(&application, 1).await.refused_by(&["open_review"]);
    head.because(&format!("{allegation}/dismissals")).await.problem(409);
    let history = officer.all(&format!("{allegation}/history")).await;
    assert_eq!(each(&history, "action"), ["receive", "assess", "substantiate"]);
    // What is alleged stands in its entry alone: history and audit log cannot be erased.
    let log = registry.auditor().await.get("/v1/audit?limit=200").await;
    for text in [&log.text, &serde_json::to_string(&history).unwrap()] {
        assert!(!text.contains(TEXT), "{text}");
    }
}

#[tokio::test]
async fn a_substantiation_that_opens_no_review_is_none() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let allegation = assessed(&registry, &case).await;
    registry.officer().await;
    let head = registry.head().await;
    let rows = registry.row_counts().await;
    let path = format!("{allegation}/substantiations");
    for (name, value) in [
        ("owner", json!("nobody")),
        ("owner", json!(case.exporter.handle)),
        ("dueOn", json!(registry.day(0))),
        ("reasons", json!("")),
        ("question", json!("")),
    ] {
        let mut new = substantiation(&registry);
        new[name] = value;
        head.post(&path, &new).await.names(&format!("/{name}"));
    }
    assert_eq!(registry.row_counts().await, rows, "nothing was stored");
    let mut new = substantiation(&registry);
    new["question"] = json!("Was the system switched off?");
    let found = head.post(&path, &new).await.ok();
    let review = head.get(&format!("/v1/reviews/{}", found["reviewId"].as_str().unwrap())).await.ok();
    assert_eq!(review["question"], new["question"]);
}

#[tokio::test]
async fn one_that_is_dismissed_opens_nothing() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let allegation = assessed(&registry, &case).await;
    let head = registry.head().await;
    head.post(&format!("{allegation}/dismissals"), &json!({})).await.names("/reasons");
    let found = head.because(&format!("{allegation}/dismissals")).await.ok();
    assert_eq!((found["status"].as_str(), &found["reviewId"]), (Some("dismissed"), &Value::Null));
    assert_eq!(found["decisionReasons"], "As the file shows.");
    head.post(&format!("{allegation}/substantiations"), &substantiation(&registry)).await.problem(409);
    assert_eq!(head.all("/v1/reviews").await.len(), 0);
    assert_eq!(head.all(&format!("{allegation}/dismissals")).await.len(), 1);
}

#[tokio::test]
async fn what_is_received_is_checked() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let officer = registry.officer().await;
    let rows = registry.row_counts().await;
    let nowhere = "00000000-0000-7000-8000-0000000000ff";
    for (name, value, pointer) in [
        ("sourceKind", json!("gossip"), "/sourceKind"),
        ("receivedOn", json!(registry.day(1)), "/receivedOn"),
        ("receivedOn", json!("1989-12-31"), "/receivedOn"),
        ("receivedOn", json!("-200000-01-01"), "/receivedOn"),
        ("text", json!(""), "/text"),
        ("documentSha256s", json!(["abc"]), "/documentSha256s/0"),
        ("documentSha256s", json!(vec![DIGEST; 101]), "/documentSha256s"),
        ("endUserId", json!(nowhere), "/endUserId"),
        ("endUserId", Value::Null, "/endUserId"),
        ("productId", json!(case.product), "/productId"),
        ("colour", json!("red"), "/colour"),
    ] {
        let mut new = against(&registry, &case);
        new[name] = value;
        officer.post("/v1/allegations", &new).await.names(pointer);
    }
    assert_eq!(registry.row_counts().await, rows, "nothing was stored");
    let mut of_product = against(&registry, &case);
    of_product["endUserId"] = Value::Null;
    of_product["productId"] = json!(nowhere);
    officer.post("/v1/allegations", &of_product).await.names("/productId");
    of_product["productId"] = json!(case.product);
    of_product["documentSha256s"] = json!(vec![DIGEST; 100]);
    officer.post("/v1/allegations", &of_product).await.ok();
    let allegation = received(&registry, &case).await;
    for (name, value) in [("credibility", json!("certain")), ("assessment", json!(""))] {
        let mut new = assessment();
        new[name] = value;
        officer.post(&format!("{allegation}/assessments"), &new).await.names(&format!("/{name}"));
    }
    for (query, count) in [
        ("status=received".to_owned(), 2),
        ("status=assessed".to_owned(), 0),
        ("sourceKind=civil_society".to_owned(), 2),
        ("sourceKind=media".to_owned(), 0),
        (format!("endUserId={}", case.end_user), 1),
        (format!("productId={}", case.product), 1),
        ("reference=AL-2026-000002".to_owned(), 1),
    ] {
        assert_eq!(officer.all(&format!("/v1/allegations?{query}")).await.len(), count, "{query}");
    }
}

#[tokio::test]
async fn each_role_does_what_it_may() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let allegation = assessed(&registry, &case).await;
    let staff = [
        Role::LicensingOfficer,
        Role::Reviewer,
        Role::Committee,
        Role::HeadOfAgency,
        Role::Countersigner,
        Role::DirectorGeneral,
        Role::Minister,
        Role::Auditor,
    ];
    for role in Role::ALL.iter().copied().filter(|role| *role != Role::Clock) {
        let client = registry.any(role, &case.exporter_id).await;
        let may = |roles: &[Role], reply: Reply| {
            let status = reply.status.as_u16();
            assert_eq!(status == 403, !roles.contains(&role), "{role}: {} {}", reply.asked, reply.text);
        };
        for path in ["", "/history", "/assessments", "/dismissals", "/substantiations"] {
            may(&staff, client.get(&format!("{allegation}{path}")).await);
        }
        may(&staff, client.get("/v1/allegations").await);
        may(&staff[..2], client.post("/v1/allegations", &against(&registry, &case)).await);
        may(&staff[..2], client.post(&format!("{allegation}/assessments"), &assessment()).await);
        // With no owner for its review nothing comes of it but the answer.
        let mut new = substantiation(&registry);
        new["owner"] = json!("nobody");
        may(&[Role::HeadOfAgency], client.post(&format!("{allegation}/substantiations"), &new).await);
        may(&[Role::HeadOfAgency], client.post(&format!("{allegation}/dismissals"), &json!({})).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_many_decide_at_once_one_review_is_opened_or_none() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    registry.officer().await;
    let head = registry.head().await;
    for _ in 0..4 {
        let before = head.all("/v1/reviews").await.len();
        let allegation = assessed(&registry, &case).await;
        let statuses: Vec<u16> = join_all((0..16).map(|index| {
            let (head, allegation, new) = (&head, &allegation, substantiation(&registry));
            async move {
                let reply = if index % 2 == 0 {
                    head.post(&format!("{allegation}/substantiations"), &new).await
                } else {
                    head.because(&format!("{allegation}/dismissals")).await
                };
                reply.status.as_u16()
            }
        }))
        .await;
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 201 | 409)), "{statuses:?}");
        let found = head.get(&allegation).await.ok();
        let opened = head.all("/v1/reviews").await.len() - before;
        assert_eq!(opened, usize::from(found["status"] == "substantiated"));
    }
}
