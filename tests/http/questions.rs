//! The questions of auditors: each answered from the histories, and zero where the rules were kept.

use export_license_registry::rules::authority::{Ministry, Role};
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::registry::{Registry, each, id};

#[tokio::test]
async fn departures_and_overrides_are_told_and_what_passed_is_not() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let auditor = registry.auditor().await;
    let plain = case.marketing_license().await;
    case.freeze(&plain, None).await.ok();
    case.lift(&plain, 1).await.ok();
    assert!(auditor.all("/v1/audit/departures").await.is_empty(), "all of it passed");
    let opposed = case.in_review(&case.marketing()).await;
    case.position(&opposed, Ministry::Defense, "support").await.ok();
    case.position(&opposed, Ministry::ForeignAffairs, "oppose").await.ok();
    let mut departs = case.grant();
    departs["departure"] = json!("The concern is met by the conditions.");
    case.decided(&opposed, &departs).await;
    let found = auditor.all("/v1/audit/departures").await;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (
            &found[0]["act"],
            &found[0]["verdict"],
            &found[0]["rules"],
            &found[0]["reasons"],
            &found[0]["subjectId"]
        ),
        (
            &json!("application.grant"),
            &json!("refer"),
            &json!(["positions_recorded"]),
            &json!("The concern is met by the conditions."),
            &json!(opposed)
        )
    );
    assert_eq!((&found[0]["decidedBy"], &found[0]["signedBy"]), (&json!("head"), &json!("countersigner")));
    // Under an override: the ministries have not been heard.
    let unheard = case.in_review(&case.marketing()).await;
    let named = case.advised_override(&json!({ "applicationId": unheard }), &["positions_recorded"]).await;
    case.sign(&named).await.ok();
    let mut grant = case.grant();
    grant["overrideId"] = json!(named);
    case.decided(&unheard, &grant).await;
    let under = auditor.all("/v1/audit/departures?overridden=true").await;
    assert_eq!(
        (under.len(), &under[0]["overrideId"], &under[0]["subjectId"]),
        (1, &json!(named), &json!(unheard))
    );
    assert!(under[0]["overrideReference"].as_str().unwrap().starts_with("OV-"));
    assert_eq!(auditor.all("/v1/audit/departures?overridden=false").await, found);
    assert_eq!(auditor.all("/v1/audit/departures").await.len(), 2);
}

#[tokio::test]
async fn what_is_past_its_term_is_told_by_the_clock_of_the_rules() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let (officer, auditor) = (registry.officer().await, registry.auditor().await);
    let running = case.in_review(&case.marketing()).await;
    let paused = case.in_review(&case.marketing()).await;
    let path = format!("/v1/applications/{paused}");
    officer.because(&format!("{path}/information-requests")).await.ok();
    registry.pass_days(10);
    case.exporter.because(&format!("{path}/information")).await.ok();
    let waiting = case.in_review(&case.marketing()).await;
    officer.because(&format!("/v1/applications/{waiting}/information-requests")).await.ok();
    let license = case.marketing_license().await;
    let revocation = id(&case.intend(&license, false).await.ok());
    assert!(auditor.all("/v1/audit/overdue").await.is_empty());
    for days in [81, 9, 2, 60] {
        registry.pass_days(days);
        let found = auditor.all("/v1/audit/overdue?kind=application").await;
        for application in [&running, &paused, &waiting] {
            let shown = officer.get(&format!("/v1/applications/{application}")).await.ok();
            let due = shown["clock"]["dueOn"].as_str().unwrap().to_owned();
            let told = found.iter().find(|overdue| id(overdue) == **application);
            assert_eq!(told.is_some(), due < registry.day(0), "{due} on {}", registry.day(0));
            assert!(
                told.is_none_or(
                    |told| told["dueOn"] == due.as_str() && told["reference"] == shown["reference"]
                )
            );
        }
    }
    let overdue = auditor.all("/v1/audit/overdue").await;
    assert_eq!(
        overdue.iter().filter(|overdue| overdue["kind"] == "application").count(),
        2,
        "one waits for its exporter"
    );
    let notice =
        overdue.iter().find(|overdue| overdue["kind"] == "revocation").expect("a notice without an answer");
    assert_eq!((id(notice), notice["status"].as_str()), (revocation, Some("intended")));
    registry.sweep().await;
    assert!(
        auditor.all("/v1/audit/overdue?kind=revocation").await.is_empty(),
        "the clock recorded the silence"
    );
}

#[tokio::test]
async fn freezes_past_their_review_are_told() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let auditor = registry.auditor().await;
    case.freeze(&license, None).await.ok();
    case.freeze(&license, Some(&[1])).await.ok();
    registry.pass_days(30);
    assert!(auditor.all("/v1/audit/freezes-past-review").await.is_empty(), "its last day");
    registry.pass_days(1);
    let found = auditor.all("/v1/audit/freezes-past-review").await;
    let told =
        |freeze: &Value| (freeze["number"].clone(), freeze["daysLate"].clone(), freeze["licenseId"].clone());
    assert_eq!(
        found.iter().map(told).collect::<Vec<_>>(),
        [(json!(2), json!(1), json!(license)), (json!(1), json!(1), json!(license))]
    );
    case.lift(&license, 2).await.ok();
    assert_eq!(auditor.all("/v1/audit/freezes-past-review").await.len(), 1);
    assert!(auditor.all("/v1/audit/freezes-past-review?source=measure").await.is_empty());
    registry.pass_days(400);
    assert!(auditor.all("/v1/audit/freezes-past-review").await.is_empty(), "the term has ended");
}

#[tokio::test]
async fn one_person_on_both_sides_is_found_and_there_is_none() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let refused = case.supported(&case.marketing()).await;
    let decision = case.refused(&refused).await;
    let objection = id(&case.object_to_decision(&decision).await.ok());
    case.decide_objection(&objection, "dismissed").await.ok();
    case.revoked(&license).await;
    registry.in_force(&json!({ "destinations": ["FR"] }), &["refuse_new"]).await;
    let auditor = registry.auditor().await;
    let none = auditor.get("/v1/audit/both-sides").await.ok();
    assert!(none["acts"].as_i64().unwrap() > 15, "{none}");
    assert_eq!((&none["found"], &none["more"]), (&json!([]), &json!(false)));
    for (sql, kind, sides) in [
        (
            "update history set actor_id = (select id from people where handle = 'head')
              where life_cycle = 'application' and action = 'grant'",
            "application",
            ["decider", "countersigner"],
        ),
        (
            "update history set actor_id = (select id from people where handle = 'officer')
              where life_cycle = 'revocation' and action = 'order'",
            "revocation",
            ["notifier", "orderer"],
        ),
        (
            "update history set actor_id = (select id from people where handle = 'officer')
              where life_cycle = 'measure' and action = 'approve'",
            "measure",
            ["proposer", "approver"],
        ),
        (
            "update history set actor_id = (select id from people where handle = 'countersigner')
              where life_cycle = 'objection' and action = 'dismiss'",
            "objection",
            ["party", "decider"],
        ),
    ] {
        registry.alter(sql).await;
        let found = auditor.get("/v1/audit/both-sides").await.ok();
        let of_kind = found["found"].as_array().unwrap().iter().filter(|act| act["kind"] == kind);
        let told: Vec<_> = of_kind
            .map(|act| [act["oneSide"].as_str().unwrap(), act["otherSide"].as_str().unwrap()])
            .collect();
        assert!(!told.is_empty() && told.iter().all(|told| *told == sides), "{kind}: {found}");
    }
    let tomorrow = registry.day(1);
    assert_eq!(auditor.get(&format!("/v1/audit/both-sides?from={tomorrow}")).await.ok()["found"], json!([]));
}

#[tokio::test]
async fn a_grant_under_a_measure_is_found_and_there_is_none_but_by_override() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let auditor = registry.auditor().await;
    case.marketing_license().await;
    registry.pass_days(1);
    let scope = json!({ "all": [{ "destinations": ["DE"] }, { "licenseKinds": ["marketing"] }] });
    let path = registry.in_force(&scope, &["refuse_new"]).await;
    registry.pass_days(1);
    let application = case.supported(&case.marketing()).await;
    case.propose(&application).await.refused_by(&["measure_refusal"]);
    registry.lifted(&path).await;
    registry.pass_days(1);
    case.granted(&application).await;
    // Of another scope, in force, and beside the grant.
    registry.in_force(&json!({ "destinations": ["FR"] }), &["refuse_new"]).await;
    let last = case.marketing_license().await;
    let answer = auditor.get("/v1/audit/grants-under-measures").await.ok();
    assert_eq!(
        (&answer["grants"], &answer["pairs"], &answer["withoutOverride"], &answer["found"], &answer["next"]),
        (&json!(3), &json!(1), &json!(0), &json!([]), &json!(null))
    );
    // The gate was never asked: the scope of the measure in force is made to reach the last grant.
    registry.alter(
        "update measure_contents set scope = '{\"countryGroups\": [\"nato\"]}' where scope = '{\"destinations\": [\"FR\"]}'",
    )
    .await;
    let answer = auditor.get("/v1/audit/grants-under-measures").await.ok();
    assert_eq!(answer["withoutOverride"], 1);
    let found = &answer["found"][0];
    assert_eq!(
        (&found["licenseId"], &found["effect"], &found["atOnce"]),
        (&json!(last), &json!("refuse_new"), &json!(true))
    );
    assert_eq!(each(found["matched"]["clauses"].as_array().unwrap(), "fact"), ["DE (nato)"]);
    let day = registry.day(-1);
    assert_eq!(auditor.get(&format!("/v1/audit/grants-under-measures?to={day}")).await.ok()["grants"], 1);
    auditor
        .get(&format!("/v1/audit/grants-under-measures?from={}&to={day}", registry.day(0)))
        .await
        .names("?to");
    // By an override, which is told.
    let scope = json!({ "all": [{ "destinations": ["DE"] }, { "licenseKinds": ["marketing"] }] });
    registry.in_force(&scope, &["refuse_new"]).await;
    registry.pass_days(1);
    let overridden = case.supported(&case.marketing()).await;
    let named = case.advised_override(&json!({ "applicationId": overridden }), &["measure_refusal"]).await;
    case.sign(&named).await.ok();
    let mut grant = case.grant();
    grant["overrideId"] = json!(named);
    case.decided(&overridden, &grant).await;
    let answer = auditor.get(&format!("/v1/audit/grants-under-measures?from={}", registry.day(0))).await.ok();
    assert_eq!(answer["found"][0]["overrideId"], json!(named));
    assert_eq!(answer["grants"], 1);
}

#[tokio::test]
async fn the_lists_among_the_questions_take_a_limit() {
    let registry = Registry::open().await;
    let auditor = registry.auditor().await;
    for path in ["departures", "overdue", "freezes-past-review", "views"] {
        auditor.get(&format!("/v1/audit/{path}?limit=1")).await.ok();
    }
    for path in ["grants-under-measures", "both-sides"] {
        auditor.get(&format!("/v1/audit/{path}?from={0}&to={0}", registry.day(0))).await.ok();
        auditor.get(&format!("/v1/audit/{path}?limit=1")).await.problem(400);
    }
}

#[tokio::test]
async fn questions_are_for_auditors() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    for path in ["departures", "grants-under-measures", "both-sides", "overdue", "freezes-past-review"] {
        let path = format!("/v1/audit/{path}");
        for role in Role::ALL.iter().copied().filter(|role| *role != Role::Clock) {
            let answer = registry.any(role, &case.exporter_id).await.get(&path).await;
            assert_eq!(answer.status == 200, role == Role::Auditor, "{path}: {role}");
        }
    }
}
