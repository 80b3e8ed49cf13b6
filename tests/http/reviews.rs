//! `/v1/reviews`: an owner, a due date, evidence, and a conclusion by the owner or the head.

use export_license_registry::rules::authority::{Ministry, Role};
use serde_json::{Value, json};

use crate::support::case::{Case, DIGEST};
use crate::support::registry::{Client, Registry, Reply, each, id};

fn new(registry: &Registry, owner: &str) -> Value {
    json!({
        "title": "Interception systems in the Gulf", "question": "Were they used within the declared ends?",
        "owner": owner, "dueOn": registry.day(90),
    })
}

fn conclusion() -> Value {
    json!({ "findings": "They were.", "proposal": "lift_measure", "reasons": "The logs agree with the declaration." })
}

/// A review owned by the reviewer of foreign affairs, opened by the head.
async fn opened(registry: &Registry) -> (Client, String) {
    let owner = registry.reviewer(Ministry::ForeignAffairs).await;
    let review = id(&registry.head().await.post("/v1/reviews", &new(registry, &owner.handle)).await.ok());
    (owner, format!("/v1/reviews/{review}"))
}

async fn evidence(client: &Client, review: &str) -> Reply {
    let new = json!({ "kind": "technical_analysis", "description": "The logs.", "documentSha256": DIGEST });
    client.post(&format!("{review}/evidence"), &new).await
}

#[tokio::test]
async fn opened_worked_on_and_concluded() {
    let registry = Registry::open().await;
    let (owner, review) = opened(&registry).await;
    let found = owner.get(&review).await.ok();
    assert_eq!(
        (found["reference"].as_str(), found["status"].as_str()),
        (Some("RW-2026-000001"), Some("open"))
    );
    assert_eq!((&found["owner"], &found["openedBy"]), (&json!(owner.handle), &json!("head")));
    assert_eq!((&found["overdue"], &found["allegationId"]), (&json!(false), &Value::Null));
    assert_eq!(found["allowedActions"], json!(["enter_evidence"]));
    // No conclusion without evidence.
    owner.post(&format!("{review}/conclusions"), &conclusion()).await.problem(409);
    evidence(&registry.officer().await, &review).await.ok();
    let second = json!({ "kind": "open_source", "description": "A newspaper's report." });
    let entered = owner.post(&format!("{review}/evidence"), &second).await.ok();
    assert_eq!((&entered["number"], &entered["documentSha256"]), (&json!(2), &Value::Null));
    let found = owner.get(&review).await.ok();
    assert_eq!(
        (found["status"].as_str(), &found["allowedActions"]),
        (Some("in_evidence"), &json!(["enter_evidence", "conclude"]))
    );
    let all = owner.all(&format!("{review}/evidence")).await;
    assert_eq!(each(&all, "enteredBy"), ["officer", owner.handle.as_str()]);
    let concluded = owner.post(&format!("{review}/conclusions"), &conclusion()).await.ok();
    assert_eq!(
        (concluded["status"].as_str(), concluded["proposal"].as_str()),
        (Some("concluded"), Some("lift_measure"))
    );
    assert_eq!((&concluded["concludedBy"], &concluded["allowedActions"]), (&json!(owner.handle), &json!([])));
    // What is concluded stands.
    owner.post(&format!("{review}/conclusions"), &conclusion()).await.problem(409);
    evidence(&owner, &review).await.problem(409);
    let later = json!({ "dueOn": registry.day(200), "reasons": "More time." });
    registry.head().await.post(&format!("{review}/extensions"), &later).await.problem(409);
    let history = owner.all(&format!("{review}/history")).await;
    assert_eq!(each(&history, "action"), ["open", "enter_evidence", "enter_evidence", "conclude"]);
}

#[tokio::test]
async fn its_owner_concludes_it_or_the_head_and_no_other() {
    let registry = Registry::open().await;
    for by_head in [false, true] {
        let (owner, review) = opened(&registry).await;
        evidence(&owner, &review).await.ok();
        let path = format!("{review}/conclusions");
        let others = [
            registry.officer().await,
            registry.committee().await,
            registry.reviewer(Ministry::Defense).await,
            registry.person("foreign.2", Role::Reviewer, Some(Ministry::ForeignAffairs), None).await,
        ];
        for other in &others {
            assert_eq!(other.get(&review).await.ok()["allowedActions"], json!(["enter_evidence"]));
            other.post(&path, &conclusion()).await.problem(422);
        }
        let who = if by_head { registry.head().await } else { owner };
        who.post(&path, &conclusion()).await.ok();
    }
}

#[tokio::test]
async fn the_head_moves_the_due_date_and_overdue_is_seen() {
    let registry = Registry::open().await;
    let (owner, review) = opened(&registry).await;
    let (head, path) = (registry.head().await, format!("{review}/extensions"));
    let overdue = async |wanted: bool| head.all(&format!("/v1/reviews?overdue={wanted}")).await.len();
    assert_eq!((overdue(true).await, overdue(false).await), (0, 1));
    registry.pass_days(90);
    assert_eq!(head.get(&review).await.ok()["overdue"], false, "not on its day");
    registry.pass_days(1);
    assert_eq!(head.get(&review).await.ok()["overdue"], true);
    assert_eq!((overdue(true).await, overdue(false).await), (1, 0));
    let to = |day: String| json!({ "dueOn": day, "reasons": "The end user has asked for time." });
    owner.post(&path, &to(registry.day(30))).await.problem(403);
    for wrong in [registry.day(0), registry.day(-1), registry.day(1828), "+12026-01-01".to_owned()] {
        head.post(&path, &to(wrong)).await.names("/dueOn");
    }
    head.post(&path, &json!({ "dueOn": registry.day(30) })).await.names("/reasons");
    let extended = head.post(&path, &to(registry.day(30))).await.ok();
    assert_eq!((&extended["dueOn"], &extended["overdue"]), (&json!(registry.day(30)), &json!(false)));
    head.post(&path, &to(registry.day(30))).await.names("/dueOn");
    evidence(&owner, &review).await.ok();
    // Also nearer, and in evidence as well.
    head.post(&path, &to(registry.day(10))).await.ok();
    let times = owner.all(&path).await;
    assert_eq!(times.len(), 2);
    assert_eq!(times[1]["details"], json!({ "dueOn": registry.day(10), "before": registry.day(30) }));
    registry.pass_days(11);
    assert_eq!(overdue(true).await, 1);
    owner.post(&format!("{review}/conclusions"), &conclusion()).await.ok();
    assert_eq!((overdue(true).await, overdue(false).await), (0, 1), "concluded late is not overdue");
}

#[tokio::test]
async fn what_is_opened_is_checked() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let (head, officer) = (registry.head().await, registry.officer().await);
    let customs = registry.customs().await;
    registry.classifier().await;
    let rows = registry.row_counts().await;
    let nowhere = "00000000-0000-7000-8000-0000000000ff";
    for (name, value, pointer) in [
        ("title", json!(""), "/title"),
        ("question", json!(null), "/question"),
        ("dueOn", json!(registry.day(0)), "/dueOn"),
        ("dueOn", json!(registry.day(1828)), "/dueOn"),
        ("endUserId", json!(nowhere), "/endUserId"),
        ("productId", json!(nowhere), "/productId"),
        // An exporter's person, a person who works on no review, no person, and the registry itself.
        ("owner", json!(case.exporter.handle), "/owner"),
        ("owner", json!(customs.handle), "/owner"),
        ("owner", json!("classifier"), "/owner"),
        ("owner", json!("administrator"), "/owner"),
        ("owner", json!("nobody"), "/owner"),
        ("owner", json!("clock"), "/owner"),
        ("owner", json!("command-line"), "/owner"),
        ("owner", json!("A B"), "/owner"),
    ] {
        let mut review = new(&registry, "officer");
        review[name] = value;
        head.post("/v1/reviews", &review).await.names(pointer);
    }
    let mut both = new(&registry, "officer");
    both["endUserId"] = json!(case.end_user);
    both["productId"] = json!(case.product);
    head.post("/v1/reviews", &both).await.names("/productId");
    assert_eq!(registry.row_counts().await, rows, "nothing was stored");
    // An end user and a product are found whoever entered them.
    for (name, value) in [("endUserId", &case.end_user), ("productId", &case.product)] {
        let mut review = new(&registry, "officer");
        review[name] = json!(value);
        let review = officer.post("/v1/reviews", &review).await.ok();
        assert_eq!(review[name], json!(value));
        assert_eq!(officer.all(&format!("/v1/reviews?{name}={value}")).await.len(), 1);
    }
    let review = format!("/v1/reviews/{}", officer.all("/v1/reviews").await[0]["id"].as_str().unwrap());
    for (name, value) in [
        ("kind", json!("rumor")),
        ("description", json!("")),
        ("documentSha256", json!("abc")),
        ("colour", json!("red")),
    ] {
        let mut entry = json!({ "kind": "document", "description": "A letter." });
        entry[name] = value;
        officer.post(&format!("{review}/evidence"), &entry).await.names(&format!("/{name}"));
    }
    let mut unknown = conclusion();
    unknown["proposal"] = json!("nothing");
    officer.post(&format!("{review}/conclusions"), &unknown).await.names("/proposal");
    for (query, count) in
        [("owner=officer", 2), ("owner=head", 0), ("status=open", 2), ("reference=RW-2026-000002", 1)]
    {
        assert_eq!(officer.all(&format!("/v1/reviews?{query}")).await.len(), count, "{query}");
    }
}

#[tokio::test]
async fn each_role_does_what_it_may() {
    let registry = Registry::open().await;
    let exporter = crate::support::case::registered(&registry, "Negev Optics Ltd.", "51-1").await;
    let (_, review) = opened(&registry).await;
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
        let client = registry.any(role, &exporter).await;
        let may = |roles: &[Role], reply: Reply| {
            let status = reply.status.as_u16();
            assert_eq!(status == 403, !roles.contains(&role), "{role}: {} {}", reply.asked, reply.text);
        };
        for path in ["", "/history", "/evidence", "/extensions", "/conclusions"] {
            may(&staff, client.get(&format!("{review}{path}")).await);
        }
        may(&staff, client.get("/v1/reviews").await);
        let openers = [Role::LicensingOfficer, Role::HeadOfAgency];
        may(&openers, client.post("/v1/reviews", &new(&registry, "head")).await);
        may(&staff[..4], evidence(&client, &review).await);
        let later = json!({ "dueOn": registry.day(200), "reasons": "More time." });
        may(&[Role::HeadOfAgency], client.post(&format!("{review}/extensions"), &later).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evidence_entered_at_once_is_all_kept() {
    let registry = Registry::open().await;
    let (owner, review) = opened(&registry).await;
    let replies = futures_util::future::join_all((0..16).map(|_| evidence(&owner, &review))).await;
    let mut numbers: Vec<i64> =
        replies.into_iter().map(|reply| reply.ok()["number"].as_i64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=16).collect::<Vec<_>>());
    assert_eq!(owner.all(&format!("{review}/evidence")).await.len(), 16);
}
