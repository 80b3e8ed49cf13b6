//! Breach of a declaration: a suspicion freezes every license of the end user, its clearance thaws what it held, and a
//! confirmation by another person opens proceedings against each.

use export_license_registry::breaches;
use export_license_registry::db::Isolation;
use export_license_registry::history::Grounds;
use export_license_registry::http::problem::Kind;
use export_license_registry::rules::authority::Role;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::registry::{Registry, each, id};

const NOWHERE: &str = "00000000-0000-7000-8000-0000000000ff";

/// The declaration that a license was granted on.
async fn declaration_of(case: &Case<'_>, license: &str) -> String {
    let application = case.license(license).await["applicationId"].as_str().unwrap().to_owned();
    let application = case.exporter.get(&format!("/v1/applications/{application}")).await.ok();
    application["declarationId"].as_str().unwrap().to_owned()
}

fn path(declaration: &str, act: &str) -> String {
    format!("/v1/declarations/{declaration}/breach-{act}")
}

async fn suspect(case: &Case<'_>, declaration: &str) -> Value {
    let reasons = json!({ "reasons": "The sights were seen with a militia." });
    case.registry.officer().await.post(&path(declaration, "suspicions"), &reasons).await.ok()
}

async fn status(case: &Case<'_>, license: &str) -> String {
    case.license(license).await["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_suspicion_freezes_every_license_of_the_end_user_and_its_clearance_thaws_what_it_alone_held() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let licenses = [case.export_license().await, case.export_license().await, case.export_license().await];
    let [broken, frozen, ended] = &licenses;
    let mut named = case.marketing();
    named["endUserId"] = json!(case.end_user);
    let marketing = case.granted(&case.supported(&named).await).await;
    let unnamed = case.marketing_license().await;
    case.freeze(frozen, None).await.ok();
    case.exporter.because(&format!("/v1/licenses/{ended}/surrenders")).await.ok();
    let declaration = declaration_of(&case, broken).await;
    let answer = suspect(&case, &declaration).await;
    assert_eq!(answer["declaration"]["status"], "breach_suspected");
    let mut touched: Vec<_> = answer["licenses"].as_array().unwrap().iter().map(Value::to_string).collect();
    let mut expected: Vec<_> = [broken, frozen, &marketing].map(|license| json!(license).to_string()).into();
    touched.sort();
    expected.sort();
    assert_eq!((touched, &answer["licenseCount"], &answer["skipped"]), (expected, &json!(3), &json!([])));
    for license in [broken, frozen, &marketing] {
        let license = case.license(license).await;
        assert_eq!(license["status"], "frozen");
        let freeze = license["freezes"].as_array().unwrap().last().unwrap();
        assert_eq!((&freeze["source"], &freeze["sourceId"]), (&json!("declaration"), &json!(declaration)));
        assert_eq!(
            (&freeze["ground"], &freeze["reviewOn"]),
            (&json!("declaration_breach"), &json!(registry.day(30)))
        );
        let reasons = freeze["reasons"].as_str().unwrap();
        for own in [license["reference"].as_str().unwrap(), "ED-2026-000001", "militia", "EU-2026-000001"] {
            assert!(reasons.contains(own), "{own} is not told: {reasons}");
        }
    }
    assert_eq!(status(&case, &unnamed).await, "active", "it is for no end user");
    assert_eq!(status(&case, ended).await, "surrendered");
    // Only the declaration lifts it.
    case.lift(broken, 1).await.problem(409);
    let cleared = registry.head().await.because(&path(&declaration, "clearances")).await.ok();
    assert_eq!(
        (&cleared["declaration"]["status"], &cleared["licenseCount"]),
        (&json!("accepted"), &json!(3))
    );
    for (license, expected) in [(broken, "active"), (&marketing, "active"), (frozen, "frozen")] {
        assert_eq!(status(&case, license).await, expected);
    }
    let history = case.exporter.all(&format!("/v1/licenses/{frozen}/history")).await;
    assert_eq!(each(&history, "action"), ["issue", "freeze", "freeze_further", "lift_freeze"]);
    case.lift(frozen, 1).await.ok();
    assert_eq!(status(&case, frozen).await, "active");
    let history = case.exporter.all(&format!("/v1/declarations/{declaration}/history")).await;
    let details: Vec<_> = history.iter().skip(3).map(|step| step["details"]["licenses"].clone()).collect();
    assert_eq!(details, [json!(3), json!(3)]);
}

#[tokio::test]
async fn licenses_for_other_end_users_are_left_alone() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let other = Case {
        end_user: case.end_user("armed_forces", "DE").await,
        exporter: case.exporter.clone(),
        exporter_id: case.exporter_id.clone(),
        product: case.product.clone(),
        template: case.template.clone(),
        ..case
    };
    let beside = other.export_license().await;
    let declaration = declaration_of(&other, &license).await;
    assert_eq!(suspect(&other, &declaration).await["licenseCount"], 1);
    assert_eq!(status(&other, &license).await, "frozen");
    assert_eq!(status(&other, &beside).await, "active");
    other.granted(&other.export_application().await).await;
}

#[tokio::test]
async fn what_is_applied_for_is_held_by_a_suspicion_and_refused_by_a_confirmation() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let declaration = declaration_of(&case, &license).await;
    let (proposed, pending) = (case.export_application().await, case.export_application().await);
    let mut named = case.marketing();
    named["endUserId"] = json!(case.end_user);
    let marketing = case.supported(&named).await;
    case.propose(&proposed).await.ok();
    suspect(&case, &declaration).await;
    // Their own declarations are sound: it is the end user that is not trusted.
    for (application, signed) in [(&pending, false), (&marketing, false), (&proposed, true)] {
        let reply =
            if signed { case.countersign(application, 1).await } else { case.propose(application).await };
        let problem = reply.refused_by(&["end_user_breach"]);
        assert_eq!(problem["reasons"][0]["outcome"], "hold");
        assert_eq!(problem["reasons"][0]["facts"]["declaration"], "ED-2026-000001");
    }
    // Filing goes on.
    let filed = case.export_application().await;
    registry.head().await.because(&path(&declaration, "confirmations")).await.ok();
    for application in [&pending, &filed, &marketing] {
        let problem = case.propose(application).await.refused_by(&["end_user_breach"]);
        assert_eq!(problem["reasons"][0]["outcome"], "refuse");
    }
}

#[tokio::test]
async fn a_cleared_suspicion_stands_against_nothing() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let declaration = declaration_of(&case, &license).await;
    suspect(&case, &declaration).await;
    let pending = case.export_application().await;
    case.propose(&pending).await.refused_by(&["end_user_breach"]);
    registry.head().await.because(&path(&declaration, "clearances")).await.ok();
    case.granted(&pending).await;
}

#[tokio::test]
async fn each_suspicion_holds_by_itself() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let (one, other) = (case.export_license().await, case.export_license().await);
    let first = declaration_of(&case, &one).await;
    let second = declaration_of(&case, &other).await;
    assert_eq!(suspect(&case, &first).await["licenseCount"], 2);
    assert_eq!(suspect(&case, &second).await["licenseCount"], 2);
    registry.officer().await.because(&path(&first, "suspicions")).await.problem(409);
    let head = registry.head().await;
    head.because(&path(&first, "clearances")).await.ok();
    for license in [&one, &other] {
        assert_eq!(status(&case, license).await, "frozen", "the second suspicion holds it");
    }
    case.propose(&case.export_application().await).await.refused_by(&["end_user_breach"]);
    head.because(&path(&second, "clearances")).await.ok();
    for license in [&one, &other] {
        assert_eq!(status(&case, license).await, "active");
    }
}

#[tokio::test]
async fn a_confirmation_opens_a_proceeding_against_every_license_of_the_end_user() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let licenses = [case.export_license().await, case.export_license().await];
    let [broken, noticed] = &licenses;
    let before = id(&case.intend(noticed, false).await.ok());
    let declaration = declaration_of(&case, broken).await;
    suspect(&case, &declaration).await;
    let answer = registry.head().await.because(&path(&declaration, "confirmations")).await.ok();
    assert_eq!(answer["declaration"]["status"], "breach_confirmed");
    assert_eq!((&answer["licenses"], &answer["licenseCount"]), (&json!([broken]), &json!(1)));
    assert_eq!(answer["skipped"][0]["id"], json!(noticed), "a proceeding is open against it");
    let opened = case.exporter.all(&format!("/v1/licenses/{broken}/revocations")).await;
    assert_eq!(opened.len(), 1);
    let proceeding = &opened[0];
    assert_eq!(
        (&proceeding["ground"], &proceeding["urgent"], &proceeding["status"]),
        (&json!("declaration_breach"), &json!(true), &json!("intended"))
    );
    let reasons = proceeding["reasons"].as_str().unwrap();
    for own in ["EL-2026-000001", "ED-2026-000001", "is confirmed", "heard before"] {
        assert!(reasons.contains(own), "{own} is not told: {reasons}");
    }
    assert_eq!(case.exporter.all(&format!("/v1/licenses/{noticed}/revocations")).await.len(), 1);
    for license in &licenses {
        assert_eq!(status(&case, license).await, "frozen");
    }
    // Who confirmed gave the notice: another person orders.
    let path = format!("/v1/revocations/{}", id(proceeding));
    case.exporter.because(&format!("{path}/waivers")).await.ok();
    registry.head().await.because(&format!("{path}/orders")).await.problem(422);
    registry.director().await.because(&format!("{path}/orders")).await.ok();
    assert_eq!(status(&case, broken).await, "revoked");
    // A proceeding that is dropped leaves the freeze of the declaration.
    registry.director().await.because(&format!("/v1/revocations/{before}/drops")).await.ok();
    assert_eq!(status(&case, noticed).await, "frozen");
    case.lift(noticed, 1).await.problem(409);
}

#[tokio::test]
async fn who_suspected_does_not_confirm() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let declaration = declaration_of(&case, &license).await;
    suspect(&case, &declaration).await;
    // The officer has become head of the agency.
    let act = registry.act_of(&registry.officer().await, Role::HeadOfAgency).await;
    let grounds = Grounds { ground: None, reasons: "As suspected.".parse().unwrap() };
    let before = registry.row_counts().await;
    let mut tx = registry.app.pool.office(Isolation::Decides).await.unwrap();
    let id: uuid::Uuid = declaration.parse().unwrap();
    let refused = breaches::confirm(&mut tx, &act, id.into(), &grounds).await.unwrap_err();
    assert_eq!(refused.kind, Kind::RefusedByRule);
    assert!(refused.detail.contains("different persons"), "{}", refused.detail);
    drop(tx);
    assert_eq!(registry.row_counts().await, before);
    registry.head().await.because(&path(&declaration, "confirmations")).await.ok();
}

#[tokio::test]
async fn wrong_acts_are_told_what_is_wrong_and_change_nothing() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let declaration = declaration_of(&case, &license).await;
    let (officer, head) = (registry.officer().await, registry.head().await);
    let auditor = registry.auditor().await;
    let before = registry.row_counts().await;
    for (client, act) in [(&officer, "suspicions"), (&head, "confirmations"), (&head, "clearances")] {
        client.because(&path(NOWHERE, act)).await.problem(404);
        client.because(&path("seven", act)).await.problem(400);
        client.post(&path(&declaration, act), &json!({})).await.problem(400);
        client.post(&path(&declaration, act), &json!({ "reasons": " " })).await.names("/reasons");
        let more = json!({ "reasons": "So.", "licenses": [license] });
        client.post(&path(&declaration, act), &more).await.problem(400);
        case.exporter.because(&path(&declaration, act)).await.problem(403);
        auditor.because(&path(&declaration, act)).await.problem(403);
    }
    head.because(&path(&declaration, "suspicions")).await.problem(403);
    officer.because(&path(&declaration, "confirmations")).await.problem(403);
    officer.because(&path(&declaration, "clearances")).await.problem(403);
    // Nothing is suspected yet.
    head.because(&path(&declaration, "confirmations")).await.problem(409);
    head.because(&path(&declaration, "clearances")).await.problem(409);
    assert_eq!(registry.row_counts().await, before);
    let suspected = json!({ "ground": "Declaration, clause 4", "reasons": "Seen elsewhere." });
    officer.post(&path(&declaration, "suspicions"), &suspected).await.ok();
    let times = officer.all(&path(&declaration, "suspicions")).await;
    assert_eq!((times.len(), &times[0]["ground"]), (1, &json!("Declaration, clause 4")));
    assert_eq!(officer.all(&path(&declaration, "confirmations")).await.len(), 0);
}

#[tokio::test]
async fn the_freeze_is_reviewed_when_the_policy_says() {
    use export_license_registry::act::Policy;
    let policy = Policy { breach_review_days: 7, ..Policy::default() };
    let registry = Registry::with_policy(policy).await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    suspect(&case, &declaration_of(&case, &license).await).await;
    assert_eq!(case.license(&license).await["freezes"][0]["reviewOn"], json!(registry.day(7)));
}

/// Whatever the order, no license of the end user is active under a suspicion.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_that_races_a_suspicion_never_yields_an_active_license() {
    for round in 0_u64..3 {
        let registry = Registry::open().await;
        let case = Case::with_cover(&registry).await;
        let license = case.export_license().await;
        let declaration = declaration_of(&case, &license).await;
        let mut proposed = Vec::new();
        for _ in 0..6 {
            let application = case.export_application().await;
            case.propose(&application).await.ok();
            proposed.push(application);
        }
        let (officer, countersigner) = (registry.officer().await, registry.countersigner().await);
        let grants = join_all(proposed.iter().map(|application| {
            let path = format!("/v1/applications/{application}/decisions/1/countersignatures");
            let countersigner = countersigner.clone();
            async move { countersigner.act(&path).await.status.as_u16() }
        }));
        let suspecting = async {
            tokio::time::sleep(std::time::Duration::from_millis(round * 12)).await;
            // A request that lost every race says so and is sent again.
            while officer.because(&path(&declaration, "suspicions")).await.status != 201 {}
        };
        let (statuses, ()) = join(grants, suspecting).await;
        assert!(statuses.iter().all(|status| [201, 422, 503].contains(status)), "{statuses:?}");
        let active: i64 = sqlx::query_scalar(
            "select count(*) from licenses where end_user_id is not null and status <> 'frozen'",
        )
        .fetch_one(registry.pool())
        .await
        .expect("count");
        assert_eq!(active, 0, "round {round}: {statuses:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_breach_is_suspected_and_confirmed_once() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let declaration = declaration_of(&case, &license).await;
    let once = |statuses: Vec<u16>| {
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [201, 409, 503].contains(status)), "{statuses:?}");
    };
    let officer = registry.officer().await;
    let suspicions = path(&declaration, "suspicions");
    once(join_all((0..6).map(|_| async { officer.because(&suspicions).await.status.as_u16() })).await);
    assert_eq!(case.license(&license).await["freezes"].as_array().unwrap().len(), 1);
    // Confirmed or cleared, never both.
    let head = registry.head().await;
    let acts = ["confirmations", "clearances"];
    once(
        join_all(acts.map(|act| {
            let (head, path) = (head.clone(), path(&declaration, act));
            async move { head.because(&path).await.status.as_u16() }
        }))
        .await,
    );
    let stands = registry.officer().await.get(&format!("/v1/declarations/{declaration}")).await.ok();
    let confirmed = stands["status"] == "breach_confirmed";
    assert_eq!(status(&case, &license).await == "frozen", confirmed, "{stands}");
}
