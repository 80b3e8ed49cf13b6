//! `/v1/replays`, `/v1/measures/{id}/replay` and `/v1/policy-replays`: past verdicts judged again.

use export_license_registry::rules::authority::{Ministry, Role};
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::measure::measure;
use crate::support::registry::{Registry, each};

/// A span that holds everything.
fn span(registry: &Registry) -> Value {
    json!({ "from": registry.day(-400), "to": registry.day(0) })
}

#[tokio::test]
async fn every_verdict_on_file_is_judged_again_and_agrees() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    case.freeze(&license, None).await.ok();
    case.lift(&license, 1).await.ok();
    let refused = case.supported(&case.marketing()).await;
    case.refused(&refused).await;
    let revocation = case.revoked(&license).await;
    let objection = case.object_to_revocation(&revocation).await.ok();
    let objection = objection["id"].as_str().unwrap().to_owned();
    case.decide_objection(&objection, "upheld").await.ok();
    let auditor = registry.auditor().await;
    let replays = auditor.all("/v1/replays").await;
    let acts: std::collections::BTreeSet<_> = each(&replays, "act").into_iter().collect();
    assert_eq!(
        acts.into_iter().collect::<Vec<_>>(),
        [
            "application.grant",
            "application.propose_decision",
            "application.refuse",
            "license.reinstate",
            "license.unfreeze"
        ]
    );
    for replay in &replays {
        assert_eq!((&replay["replayed"], &replay["differences"]), (&json!("agrees"), &json!([])), "{replay}");
        assert_eq!(replay["recorded"], replay["becomes"]);
        let one = format!("/v1/replays/{}", replay["id"].as_str().unwrap());
        assert_eq!(&auditor.get(&one).await.ok(), replay);
    }
    let with_verdict: i64 =
        sqlx::query_scalar("select count(*) from audit_entries where verdict is not null")
            .fetch_one(registry.pool())
            .await
            .unwrap();
    assert_eq!(i64::try_from(replays.len()).unwrap(), with_verdict);
    // An entry without a verdict cannot be replayed.
    let without: uuid::Uuid =
        sqlx::query_scalar("select id from audit_entries where verdict is null limit 1")
            .fetch_one(registry.pool())
            .await
            .unwrap();
    auditor.get(&format!("/v1/replays/{without}")).await.problem(404);
    let of_license = auditor.all(&format!("/v1/replays?subjectId={license}")).await;
    assert_eq!(each(&of_license, "act"), ["license.reinstate", "license.unfreeze"]);
    // The parties read the verdict without what the gate was told.
    let decisions = registry.officer().await.all(&format!("/v1/applications/{refused}/decisions")).await;
    assert!(decisions[0]["verdict"]["checks"].is_array() && decisions[0]["verdict"].get("case").is_none());
}

#[tokio::test]
async fn a_verdict_or_facts_that_were_altered_are_found_and_what_has_no_facts_is_told() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    case.freeze(&license, None).await.ok();
    case.lift(&license, 1).await.ok();
    let auditor = registry.auditor().await;
    let of = async |act: &str| auditor.all(&format!("/v1/replays?act={act}")).await[0].clone();
    registry
        .alter(
            "update audit_entries set verdict = jsonb_set(verdict, '{checks,0,outcome}', '\"hold\"')
          where act = 'application.propose_decision'",
        )
        .await;
    let differs = of("application.propose_decision").await;
    assert_eq!(
        (&differs["replayed"], &differs["differences"][0]["rule"]),
        (&json!("differs"), &json!("stage"))
    );
    assert_eq!(differs["differences"][0]["was"]["outcome"], "hold");
    assert_eq!(differs["differences"][0]["becomes"]["outcome"], "pass");
    registry.alter(
        "update audit_entries set verdict = jsonb_set(verdict, '{case,facts,exporter,status}', '\"suspended\"')
          where act = 'application.grant'",
    )
    .await;
    let differs = of("application.grant").await;
    assert_eq!((&differs["recorded"], &differs["becomes"]), (&json!("pass"), &json!("hold")));
    assert_eq!(differs["differences"][0]["rule"], "exporter_registered");
    // Entries from before facts stood beside a verdict: of a decision they are in its file, of a thaw nowhere.
    registry.alter("update audit_entries set verdict = verdict - 'case' where verdict is not null").await;
    assert_eq!(of("application.grant").await["replayed"], "agrees");
    let thaw = of("license.unfreeze").await;
    assert_eq!((&thaw["replayed"], &thaw["becomes"]), (&json!("no_facts"), &json!(null)));
    registry.alter("update decisions set signed_facts = signed_facts - 'today'").await;
    assert_eq!(of("application.grant").await["replayed"], "unreadable");
}

#[tokio::test]
async fn past_decisions_are_judged_under_a_draft_measure_and_each_change_is_explained() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    case.export_license().await;
    registry.pass_days(30);
    case.export_license().await;
    let refused = case.supported(&case.marketing()).await;
    case.refused(&refused).await;
    let officer = registry.officer().await;
    let scope = json!({ "all": [{ "destinations": ["DE", "FR"] }, { "controlCodes": ["ML5"] }, { "licenseKinds": ["export"] }] });
    let path = registry.drafted(&measure(&registry, &scope, &["refuse_new"])).await;
    let before = registry.row_counts().await;
    let answer = officer.post(&format!("{path}/replay"), &span(&registry)).await.ok();
    let counts = |answer: &Value| -> Vec<i64> {
        ["examined", "reached", "changed", "grantsStopped", "unreadable"]
            .iter()
            .map(|member| answer[member].as_i64().unwrap())
            .collect()
    };
    assert_eq!((counts(&answer), &answer["next"]), (vec![4, 2, 2, 2, 0], &json!(null)));
    let decisions = answer["decisions"].as_array().unwrap();
    for decision in decisions {
        assert_eq!(
            (&decision["was"], &decision["becomes"], &decision["passes"]),
            (&json!("pass"), &json!("refuse"), &json!(false))
        );
        assert_eq!(each(decision["differences"].as_array().unwrap(), "rule"), ["measure_refusal"]);
        let said = &decision["differences"][0]["becomes"];
        assert_eq!(said["facts"]["clause"], "/all/0/destinations");
        let clauses = decision["matched"]["clauses"].as_array().unwrap();
        assert_eq!(
            each(clauses, "clause"),
            ["/all/0/destinations", "/all/1/controlCodes", "/all/2/licenseKinds"]
        );
        assert_eq!(each(clauses, "fact"), ["DE", "ML5.a", "export"]);
        assert_eq!(decision["matched"]["lines"], json!([1]));
    }
    // Nothing but the log has changed, which tells who asked.
    let after = registry.row_counts().await;
    let grown: Vec<_> =
        before.iter().zip(&after).filter(|(one, two)| one != two).map(|(one, _)| one.0.as_str()).collect();
    assert_eq!(grown, ["audit_entries"]);
    // Page by page, and only the days asked for.
    let mut asked = span(&registry);
    asked["limit"] = json!(1);
    let first = officer.post(&format!("{path}/replay"), &asked).await.ok();
    assert_eq!(first["decisions"].as_array().unwrap().len(), 1);
    asked["after"] = first["next"].clone();
    let second = officer.post(&format!("{path}/replay"), &asked).await.ok();
    assert_eq!(second["decisions"][0], decisions[1]);
    assert_eq!(
        first["examined"].as_i64().unwrap() + second["examined"].as_i64().unwrap(),
        3,
        "up to the second change"
    );
    let early = json!({ "from": registry.day(-40), "to": registry.day(-10) });
    assert_eq!(counts(&officer.post(&format!("{path}/replay"), &early).await.ok())[1], 1);
    // What is not reached is not changed; what needs the version says so.
    let elsewhere =
        registry.drafted(&measure(&registry, &json!({ "destinations": ["FR"] }), &["refuse_new"])).await;
    assert_eq!(
        counts(&officer.post(&format!("{elsewhere}/replay"), &span(&registry)).await.ok()),
        [4, 0, 0, 0, 0]
    );
    officer.expecting_nothing().post(&format!("{path}/replay"), &span(&registry)).await.problem(428);
    let backwards = json!({ "from": registry.day(0), "to": registry.day(-1) });
    officer.post(&format!("{path}/replay"), &backwards).await.names("/to");
    asked["limit"] = json!(201);
    officer.post(&format!("{path}/replay"), &asked).await.names("/limit");
}

#[tokio::test]
async fn what_a_measure_did_is_what_its_replay_says_it_would_have_done() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    case.export_license().await;
    let officer = registry.officer().await;
    let scope = json!({ "destinations": ["DE"] });
    let path = registry.drafted(&measure(&registry, &scope, &["refuse_new"])).await;
    let supposed = officer.post(&format!("{path}/replay"), &span(&registry)).await.ok();
    let supposed = &supposed["decisions"].as_array().unwrap().last().unwrap()["differences"][0]["becomes"];
    registry.enacted(&path).await;
    let application = case.export_application().await;
    let refused = case.propose(&application).await.refused_by(&["measure_refusal"]);
    assert_eq!(refused["reasons"][0]["says"], supposed["says"]);
    assert_eq!(refused["reasons"][0]["facts"]["clause"], supposed["facts"]["clause"]);
}

#[tokio::test]
async fn past_decisions_are_judged_by_another_policy() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let refused = case.supported(&case.marketing()).await;
    case.refused(&refused).await;
    registry.pass_days(2000);
    // Longer ago than the policy looks back, so that it did not refer.
    let granted = case.supported(&case.marketing()).await;
    case.granted(&granted).await;
    let officer = registry.officer().await;
    let asked = |more: Value| {
        let mut asked = json!({ "from": registry.day(-3000), "to": registry.day(0) });
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        asked
    };
    let changed = async |more: Value| {
        let answer = officer.post("/v1/policy-replays", &asked(more)).await.ok();
        assert_eq!(answer["examined"], 2);
        let told: Vec<_> = answer["decisions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|decision| {
                let rule = decision["differences"][0]["rule"].as_str().unwrap().to_owned();
                (rule, decision["becomes"].as_str().unwrap().to_owned(), decision["passes"].clone())
            })
            .collect();
        told
    };
    let told = |rule: &str, becomes: &str, passes: Value| (rule.to_owned(), becomes.to_owned(), passes);
    assert_eq!(
        changed(json!({ "requiredPositions": ["defense", "foreign_affairs", "economy"] })).await,
        [told("positions_recorded", "refuse", json!(null)), told("positions_recorded", "hold", json!(false))]
    );
    assert_eq!(changed(json!({ "requiredPositions": ["defense"] })).await, []);
    assert_eq!(changed(json!({ "longestTermDays": 100 })).await, [told("term", "refuse", json!(false))]);
    assert_eq!(changed(json!({ "lookBackDays": 3000 })).await, [told("like_refusal", "refer", json!(false))]);
    assert_eq!(changed(json!({ "lookBackDays": 1999 })).await, []);
    officer.post("/v1/policy-replays", &asked(json!({}))).await.names("");
    officer.post("/v1/policy-replays", &asked(json!({ "lookBackDays": 36526 }))).await.names("");
    for role in [Role::Exporter, Role::Customs, Role::Administrator, Role::Classifier] {
        let client = registry.any(role, &case.exporter_id).await;
        client.post("/v1/policy-replays", &asked(json!({ "lookBackDays": 1 }))).await.problem(403);
        client.get("/v1/replays").await.problem(403);
    }
    registry.reviewer(Ministry::Defense).await.get("/v1/replays").await.problem(403);
    registry.auditor().await.post("/v1/policy-replays", &asked(json!({ "lookBackDays": 1 }))).await.ok();
}

#[tokio::test]
async fn the_command_judges_every_verdict_and_fails_where_one_differs() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    case.freeze(&license, None).await.ok();
    case.lift(&license, 1).await.ok();
    let url = registry.database().url();
    let replay = async |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_export-license-registry"));
        command.arg("replay").args(arguments).env("DATABASE_URL", &url);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let all = "3 verdicts: 3 agree, 0 differ, 0 without facts on file, 0 erased, 0 with facts that cannot be read\n";
    assert_eq!(replay(&[]).await, (true, all.to_owned()));
    let (well, none) = replay(&["--from", &registry.day(1)]).await;
    assert!(well && none.starts_with("0 verdicts"), "{none}");
    registry.alter(
        "update audit_entries set verdict = jsonb_set(verdict, '{case,facts,exporter,status}', '\"suspended\"')
          where act = 'license.unfreeze'",
    )
    .await;
    let (well, told) = replay(&["--to", &registry.day(0)]).await;
    assert!(!well, "{told}");
    assert!(told.contains(&format!("license.unfreeze of license {license}: differs")), "{told}");
    let line = "exporter_registered: on file pass (The exporter is registered and in term.); judged again hold (The exporter is suspended.)";
    assert!(told.contains(line), "{told}");
    assert!(
        told.ends_with(
            "3 verdicts: 2 agree, 1 differ, 0 without facts on file, 0 erased, 0 with facts that cannot be read\n"
        ),
        "{told}"
    );
}
