//! `/v1/assessments`: drafted, put to both ministries, approved by another person, superseded by the next.

use export_license_registry::rules::assessment::Consideration;
use export_license_registry::rules::authority::{Ministry, Role};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::registry::{Client, Registry, Reply, each, id};

/// What a draft says.
fn content(registry: &Registry, country: &str) -> Value {
    let considerations: Vec<Value> = Consideration::ALL
        .iter()
        .map(|consideration| json!({ "consideration": consideration, "level": "low", "text": "Nothing of note." }))
        .collect();
    json!({
        "country": country, "summary": "Stable.", "considerations": considerations, "conclusions": "No restriction.",
        "reviewOn": registry.day(180), "validUntil": registry.day(365),
    })
}

async fn drafted(registry: &Registry, country: &str) -> String {
    let officer = registry.officer().await;
    id(&officer.post("/v1/assessments", &content(registry, country)).await.ok())
}

async fn in_consultation(registry: &Registry, country: &str) -> String {
    let assessment = drafted(registry, country).await;
    registry.officer().await.because(&format!("/v1/assessments/{assessment}/consultations")).await.ok();
    assessment
}

async fn position(registry: &Registry, assessment: &str, ministry: Ministry, stance: &str) -> Reply {
    let position = json!({ "stance": stance, "reasons": "As our embassy reports." });
    let path = format!("/v1/assessments/{assessment}/positions");
    registry.reviewer(ministry).await.post(&path, &position).await
}

async fn with_positions(registry: &Registry, country: &str, foreign: &str) -> String {
    let assessment = in_consultation(registry, country).await;
    position(registry, &assessment, Ministry::Defense, "support").await.ok();
    position(registry, &assessment, Ministry::ForeignAffairs, foreign).await.ok();
    assessment
}

async fn approved(registry: &Registry, country: &str) -> String {
    let assessment = with_positions(registry, country, "support").await;
    approve(&registry.head().await, &assessment).await.ok();
    assessment
}

async fn approve(head: &Client, assessment: &str) -> Reply {
    head.because(&format!("/v1/assessments/{assessment}/approvals")).await
}

async fn get(registry: &Registry, assessment: &str) -> Value {
    registry.auditor().await.get(&format!("/v1/assessments/{assessment}")).await.ok()
}

#[tokio::test]
async fn both_ministries_agree_and_the_head_approves() {
    let registry = Registry::open().await;
    let assessment = drafted(&registry, "AE").await;
    let path = format!("/v1/assessments/{assessment}");
    let (officer, head) = (registry.officer().await, registry.head().await);
    let found = officer.get(&path).await.ok();
    assert_eq!(
        (found["reference"].as_str(), found["status"].as_str()),
        (Some("AS-2026-000001"), Some("draft"))
    );
    assert_eq!(found["considerations"].as_array().unwrap().len(), 8);
    assert_eq!(found["allowedActions"], json!(["revise", "consult"]));
    assert_eq!((&found["inForce"], &found["round"]), (&json!(false), &json!(1)));
    position(&registry, &assessment, Ministry::Defense, "support").await.problem(409);
    approve(&head, &assessment).await.problem(409);
    officer.because(&format!("{path}/consultations")).await.ok();
    officer.put(&path, &content(&registry, "AE")).await.problem(409);
    let given = position(&registry, &assessment, Ministry::Defense, "support").await.ok();
    assert_eq!((&given["round"], &given["ministry"]), (&json!(1), &json!("defense")));
    position(&registry, &assessment, Ministry::Defense, "oppose").await.problem(409);
    position(&registry, &assessment, Ministry::Economy, "support").await.problem(403);
    approve(&head, &assessment).await.problem(409);
    assert_eq!(get(&registry, &assessment).await["status"], "in_consultation");
    position(&registry, &assessment, Ministry::ForeignAffairs, "support_with_conditions").await.ok();
    assert_eq!(get(&registry, &assessment).await["status"], "agreed");
    let needless = json!({ "reasons": "In order.", "departure": "All the same." });
    head.post(&format!("{path}/approvals"), &needless).await.names("/departure");
    let approved = approve(&head, &assessment).await.ok();
    assert_eq!((approved["status"].as_str(), &approved["inForce"]), (Some("approved"), &json!(true)));
    assert_eq!((&approved["approvedBy"], &approved["allowedActions"]), (&json!("head"), &json!([])));
    approve(&head, &assessment).await.problem(409);
    let history = head.all(&format!("{path}/history")).await;
    assert_eq!(each(&history, "action"), ["draft", "consult", "agree", "approve"]);
    assert_eq!(head.all(&format!("{path}/approvals")).await.len(), 1);
    registry.pass_days(366);
    assert_eq!(get(&registry, &assessment).await["inForce"], false, "its last day has passed");
}

#[tokio::test]
async fn dissent_stays_on_record_and_going_on_takes_reasons() {
    let registry = Registry::open().await;
    let head = registry.head().await;
    let assessment = with_positions(&registry, "AE", "oppose").await;
    let path = format!("/v1/assessments/{assessment}");
    assert_eq!(get(&registry, &assessment).await["status"], "dissented");
    approve(&head, &assessment).await.names("/departure");
    assert_eq!(get(&registry, &assessment).await["status"], "dissented", "nothing was stored");
    let departing = json!({ "reasons": "In order.", "departure": "The minister has heard the concern." });
    let approved = head.post(&format!("{path}/approvals"), &departing).await.ok();
    assert_eq!(approved["departure"], departing["departure"]);
    let positions = head.all(&format!("{path}/positions")).await;
    assert_eq!(each(&positions, "stance"), ["support", "oppose"]);
    assert_eq!(each(&positions, "recordedBy"), ["reviewer.defense", "reviewer.foreign_affairs"]);
}

#[tokio::test]
async fn a_recalled_text_is_a_round_of_its_own() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let assessment = with_positions(&registry, "AE", "oppose").await;
    let path = format!("/v1/assessments/{assessment}");
    let recalled = officer.because(&format!("{path}/recalls")).await.ok();
    assert_eq!((recalled["status"].as_str(), &recalled["round"]), (Some("draft"), &json!(2)));
    officer.because(&format!("{path}/recalls")).await.problem(409);
    let mut revised = content(&registry, "AE");
    revised["conclusions"] = json!("Restrict surveillance technology.");
    revised["considerations"] =
        json!([{ "consideration": "human_rights", "level": "high", "text": "Arrests of journalists." }]);
    let found = officer.put(&path, &revised).await.ok();
    assert_eq!(
        (&found["conclusions"], &found["considerations"]),
        (&revised["conclusions"], &revised["considerations"])
    );
    officer.because(&format!("{path}/consultations")).await.ok();
    position(&registry, &assessment, Ministry::ForeignAffairs, "support").await.ok();
    assert_eq!(
        get(&registry, &assessment).await["status"],
        "in_consultation",
        "the earlier round does not count"
    );
    position(&registry, &assessment, Ministry::Defense, "support").await.ok();
    assert_eq!(get(&registry, &assessment).await["status"], "agreed");
    let positions = officer.all(&format!("{path}/positions")).await;
    let rounds: Vec<_> = positions.iter().map(|position| position["round"].as_i64().unwrap()).collect();
    assert_eq!(
        (rounds, each(&positions, "stance")),
        (vec![1, 1, 2, 2], vec!["support", "oppose", "support", "support"])
    );
    // What was approved is not taken back.
    approve(&registry.head().await, &assessment).await.ok();
    officer.because(&format!("{path}/recalls")).await.problem(409);
}

#[tokio::test]
async fn who_wrote_it_neither_gives_a_position_nor_approves() {
    let registry = Registry::open().await;
    let (head, second) = (registry.head().await, registry.staff("head.2", Role::HeadOfAgency).await);
    // A head who drafts does not approve, nor one who only revised what another drafted.
    for by_head in [true, false] {
        let country = if by_head { "AE" } else { "QA" };
        let author = if by_head { head.clone() } else { registry.officer().await };
        let new = content(&registry, country);
        let assessment = id(&author.post("/v1/assessments", &new).await.ok());
        let path = format!("/v1/assessments/{assessment}");
        if by_head {
            registry.officer().await.put(&path, &new).await.ok();
        } else {
            head.put(&path, &new).await.ok();
        }
        head.because(&format!("{path}/consultations")).await.ok();
        position(&registry, &assessment, Ministry::Defense, "support").await.ok();
        position(&registry, &assessment, Ministry::ForeignAffairs, "support").await.ok();
        let problem = approve(&head, &assessment).await.problem(422);
        assert!(problem["detail"].as_str().unwrap().contains("different persons"), "{problem}");
        // A second key of the same person is no second pair of eyes.
        let token = registry.token("head", Role::HeadOfAgency, None, None).await;
        approve(&registry.bearer(&token), &assessment).await.problem(422);
        assert_eq!(get(&registry, &assessment).await["status"], "agreed");
        approve(&second, &assessment).await.ok();
    }
    // A reviewer who drafts gives no position on it; a colleague of the ministry does.
    let reviewer = registry.reviewer(Ministry::Defense).await;
    let assessment = id(&reviewer.post("/v1/assessments", &content(&registry, "OM")).await.ok());
    reviewer.because(&format!("/v1/assessments/{assessment}/consultations")).await.ok();
    position(&registry, &assessment, Ministry::Defense, "support").await.problem(422);
    let colleague = registry.person("defense.2", Role::Reviewer, Some(Ministry::Defense), None).await;
    let given = json!({ "stance": "support", "reasons": "As the attaché reports." });
    colleague.post(&format!("/v1/assessments/{assessment}/positions"), &given).await.ok();
}

#[tokio::test]
async fn the_next_approval_supersedes_the_one_in_force() {
    let registry = Registry::open().await;
    let first = approved(&registry, "AE").await;
    let other = approved(&registry, "QA").await;
    let mut narrow = content(&registry, "AE");
    narrow["productClass"] = json!("cyber_intelligence");
    let officer = registry.officer().await;
    let cyber = id(&officer.post("/v1/assessments", &narrow).await.ok());
    officer.because(&format!("/v1/assessments/{cyber}/consultations")).await.ok();
    for ministry in [Ministry::Defense, Ministry::ForeignAffairs] {
        position(&registry, &cyber, ministry, "support").await.ok();
    }
    approve(&registry.head().await, &cyber).await.ok();
    assert_eq!(get(&registry, &first).await["status"], "approved", "another class");
    let second = approved(&registry, "AE").await;
    let superseded = get(&registry, &first).await;
    assert_eq!((superseded["status"].as_str(), &superseded["inForce"]), (Some("superseded"), &json!(false)));
    for standing in [&other, &cyber, &second] {
        assert_eq!(get(&registry, standing).await["inForce"], true);
    }
    let history = officer.all(&format!("/v1/assessments/{first}/history")).await;
    let last = history.last().unwrap();
    assert_eq!(
        (last["action"].as_str(), &last["details"]["supersededBy"]),
        (Some("supersede"), &json!(second))
    );
    assert_eq!(officer.all("/v1/assessments?country=AE").await.len(), 3);
    assert_eq!(
        each(&officer.all("/v1/assessments?country=AE&productClass=cyber_intelligence").await, "id"),
        [&cyber]
    );
    assert_eq!(officer.all("/v1/assessments?status=approved").await.len(), 3);
    assert_eq!(officer.all("/v1/assessments?reference=AS-2026-000001").await.len(), 1);
}

#[tokio::test]
async fn one_that_has_run_out_is_not_approved() {
    let registry = Registry::open().await;
    let assessment = with_positions(&registry, "AE", "support").await;
    registry.pass_days(366);
    approve(&registry.head().await, &assessment).await.problem(422);
    assert_eq!(get(&registry, &assessment).await["status"], "agreed");
}

#[tokio::test]
async fn what_a_draft_says_is_checked() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let rows = registry.row_counts().await;
    let security = json!({ "consideration": "security", "level": "low", "text": "Calm." });
    let wrong = [
        ("country", json!("eu"), "/country"),
        ("country", json!("QQ"), "/country"),
        ("productClass", json!("spaceship"), "/productClass"),
        ("summary", json!(""), "/summary"),
        ("conclusions", json!("a\u{202e}b"), "/conclusions"),
        ("reviewOn", json!(registry.day(0)), "/reviewOn"),
        ("reviewOn", json!("+12026-01-01"), "/validUntil"),
        ("validUntil", json!(registry.day(179)), "/validUntil"),
        ("validUntil", json!(registry.day(1828)), "/validUntil"),
        ("considerations", json!([]), "/considerations"),
        ("considerations", json!([security, security]), "/considerations/1/consideration"),
        (
            "considerations",
            json!([{ "consideration": "luck", "level": "low", "text": "x" }]),
            "/considerations/0/consideration",
        ),
        (
            "considerations",
            json!([{ "consideration": "security", "level": "none", "text": "x" }]),
            "/considerations/0/level",
        ),
        (
            "considerations",
            json!([{ "consideration": "security", "level": "low" }]),
            "/considerations/0/text",
        ),
        ("colour", json!("red"), "/colour"),
    ];
    for (name, value, pointer) in &wrong {
        let mut new = content(&registry, "AE");
        new[*name] = value.clone();
        officer.post("/v1/assessments", &new).await.names(pointer);
    }
    assert_eq!(registry.row_counts().await, rows, "nothing was stored");
    let assessment = drafted(&registry, "AE").await;
    let path = format!("/v1/assessments/{assessment}");
    officer.put(&path, &content(&registry, "QA")).await.names("/country");
    let mut narrow = content(&registry, "AE");
    narrow["productClass"] = json!("military");
    officer.put(&path, &narrow).await.names("/productClass");
    narrow["productClass"] = Value::Null;
    narrow["reviewOn"] = json!(registry.day(-1));
    officer.put(&path, &narrow).await.names("/reviewOn");
}

fn score(indicator: &str, value: Value) -> Value {
    json!({
        "source": "Freedom House", "indicator": indicator, "year": 2021, "value": value,
        "scale": "0 to 100, more is freer", "citation": "Freedom in the World 2021",
    })
}

#[tokio::test]
async fn scores_are_attached_to_a_draft_with_their_sources() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let assessment = drafted(&registry, "AE").await;
    let path = format!("/v1/assessments/{assessment}/scores");
    let two = json!({ "scores": [score("total", json!("17")), score("CL", json!("-0.7197311500708262"))] });
    officer.post(&path, &two).await.ok();
    let found = officer.all(&path).await;
    assert_eq!(each(&found, "value"), ["17", "-0.7197311500708262"]);
    assert_eq!((&found[1]["number"], &found[1]["attachedBy"]), (&json!(2), &json!("officer")));
    // The same again is refused as a whole.
    let again = json!({ "scores": [score("PR", json!("5")), score("total", json!("18"))] });
    officer.post(&path, &again).await.problem(409);
    assert_eq!(officer.all(&path).await.len(), 2);
    for (change, pointer) in [
        (json!([]), "/scores"),
        (json!([score("a", json!("1")), score("a", json!("2"))]), "/scores/1/indicator"),
        (json!([score("a", json!("N/A"))]), "/scores/0/value"),
        (json!([score("a", json!(17))]), "/scores/0/value"),
        (json!([score("a", json!("1e3"))]), "/scores/0/value"),
        (json!([score("a", json!("1000000000"))]), "/scores/0/value"),
        (json!([score("", json!("1"))]), "/scores/0/indicator"),
    ] {
        officer.post(&path, &json!({ "scores": change })).await.names(pointer);
    }
    let mut tomorrow = score("a", json!("1"));
    for year in [2027, 1899, -1] {
        tomorrow["year"] = json!(year);
        officer.post(&path, &json!({ "scores": [tomorrow] })).await.names("/scores/0/year");
    }
    let many: Vec<Value> = (0..501).map(|n| score(&format!("indicator {n}"), json!("1"))).collect();
    officer.post(&path, &json!({ "scores": many })).await.names("/scores");
    // What the ministries were asked about stands.
    officer.because(&format!("/v1/assessments/{assessment}/consultations")).await.ok();
    officer.post(&path, &json!({ "scores": [score("PR", json!("5"))] })).await.problem(409);
    let entries = registry.auditor().await.all("/v1/audit?act=assessment.attach_scores").await;
    assert_eq!(entries.len(), 1);
}

#[tokio::test]
async fn each_role_does_what_it_may() {
    let registry = Registry::open().await;
    let exporter = crate::support::case::registered(&registry, "Negev Optics Ltd.", "51-1").await;
    let agreed = with_positions(&registry, "AE", "support").await;
    let waiting = in_consultation(&registry, "QA").await;
    for role in Role::ALL.iter().copied().filter(|role| *role != Role::Clock) {
        let client = registry.any(role, &exporter).await;
        let may = |roles: &[Role], reply: Reply| {
            let status = reply.status.as_u16();
            assert_eq!(status == 403, !roles.contains(&role), "{role}: {} {}", reply.asked, reply.text);
        };
        let readers = [
            Role::LicensingOfficer,
            Role::Reviewer,
            Role::Committee,
            Role::HeadOfAgency,
            Role::Countersigner,
            Role::DirectorGeneral,
            Role::Minister,
            Role::Auditor,
        ];
        let drafters = [Role::LicensingOfficer, Role::Reviewer, Role::HeadOfAgency];
        for path in ["", "/history", "/positions", "/scores", "/approvals", "/recalls", "/consultations"] {
            may(&readers, client.get(&format!("/v1/assessments/{agreed}{path}")).await);
        }
        may(&readers, client.get("/v1/assessments").await);
        may(&drafters, client.post("/v1/assessments", &content(&registry, "OM")).await);
        may(&drafters, client.put(&format!("/v1/assessments/{agreed}"), &content(&registry, "AE")).await);
        let given = json!({ "stance": "support", "reasons": "No concern." });
        may(&[Role::Reviewer], client.post(&format!("/v1/assessments/{waiting}/positions"), &given).await);
        may(&[Role::HeadOfAgency], client.because(&format!("/v1/assessments/{waiting}/approvals")).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_positions_at_once_conclude_the_round_once() {
    let registry = Registry::open().await;
    for stance in ["support", "oppose"] {
        for _ in 0..4 {
            let assessment = in_consultation(&registry, "AE").await;
            let (one, other) = tokio::join!(
                position(&registry, &assessment, Ministry::Defense, "support"),
                position(&registry, &assessment, Ministry::ForeignAffairs, stance),
            );
            one.ok();
            other.ok();
            let expected = if stance == "support" { "agreed" } else { "dissented" };
            let found = get(&registry, &assessment).await;
            assert_eq!((found["status"].as_str(), &found["version"]), (Some(expected), &json!(3)));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_approvals_at_once_one_is_in_force() {
    let registry = Registry::open().await;
    let mut all = Vec::new();
    for _ in 0..8 {
        all.push(with_positions(&registry, "AE", "support").await);
    }
    let head = registry.head().await;
    let statuses: Vec<u16> =
        join_all(all.iter().map(|assessment| async { approve(&head, assessment).await.status.as_u16() }))
            .await;
    assert!(statuses.iter().all(|status| matches!(status, 201 | 409)), "{statuses:?}");
    let done = statuses.iter().filter(|status| **status == 201).count();
    assert_eq!(head.all("/v1/assessments?country=AE&status=approved").await.len(), 1);
    assert_eq!(head.all("/v1/assessments?country=AE&status=superseded").await.len(), done - 1);
}
