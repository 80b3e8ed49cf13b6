//! `/v1/measures`: known before, exact after, undone exactly.

use export_license_registry::act::Policy;
use export_license_registry::rules::authority::Ministry;
use serde_json::{Value, json};

use crate::reference::{FIRST, parts, upload};
use crate::support::case::Case;
use crate::support::measure::{approval, measure};
use crate::support::registry::{Registry, each, id};
use crate::support::scratch::eventually;

fn to_germany() -> Value {
    json!({ "destinations": ["DE"] })
}

#[tokio::test]
async fn a_measure_freezes_what_its_preview_named_and_its_lifting_thaws_it() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let before = case.license(&license).await;
    let path = registry.drafted(&measure(&registry, &to_germany(), &["freeze_existing"])).await;
    let preview = registry.previewed(&path).await;
    assert_eq!((&preview["licenses"], &preview["applications"]), (&json!(1), &json!(0)));
    assert_eq!(preview["counts"]["byDestination"], json!([{ "of": "DE", "count": 1 }]));
    assert_eq!(preview["counts"]["byControlCode"], json!([{ "of": "ML5.a", "count": 1 }]));
    assert_eq!(preview["counts"]["byStatus"], json!([{ "of": "active", "count": 1 }]));
    assert_eq!(case.license(&license).await["status"], "active", "a preview touches nothing");
    let head = registry.head().await;
    head.post(&format!("{path}/approvals"), &approval(&preview)).await.ok();
    let digest = json!({ "digest": preview["digest"] });
    let operation = head.post(&format!("{path}/executions"), &digest).await.ok();
    assert_eq!((&operation["status"], &operation["total"]), (&json!("queued"), &json!(1)));
    registry.worked_off().await;
    let done = head.get(&format!("/v1/operations/{}", id(&operation))).await.ok();
    assert_eq!(
        (&done["status"], &done["done"], &done["skipped"]),
        (&json!("succeeded"), &json!(1), &json!(0))
    );
    let frozen = case.license(&license).await;
    assert_eq!((&frozen["status"], &frozen["freezes"][0]["source"]), (&json!("frozen"), &json!("measure")));
    let decisions = case.exporter.all(&format!("/v1/licenses/{license}/measure-decisions")).await;
    assert_eq!(decisions.len(), 1);
    let reasons = decisions[0]["reasons"].as_str().unwrap();
    for told in [
        before["reference"].as_str().unwrap(),
        "ML5.a",
        "Germany",
        "/destinations",
        "human rights",
        "may object until 2026-07-16",
    ] {
        assert!(reasons.contains(told), "{told} is not told: {reasons}");
    }
    assert_eq!(frozen["freezes"][0]["reasons"], decisions[0]["reasons"]);
    case.lift(&license, 1).await.problem(409);
    // An event is shown once no transaction that could come before it is open, of whatever test on the same server.
    eventually("the notice", async || {
        let notices = case.exporter.all("/v1/events?kind=license.freeze").await;
        each(&notices, "subjectId") == [license.as_str()]
    })
    .await;
    registry.lifted(&path).await;
    assert_eq!(case.license(&license).await["status"], "active");
    let steps = registry.officer().await.all(&format!("/v1/licenses/{license}/history")).await;
    assert_eq!(each(&steps, "action"), ["issue", "freeze", "unfreeze"]);
    head.because(&format!("{path}/liftings")).await.problem(409);
    head.post(&format!("{path}/executions"), &digest).await.problem(409);
}

/// A code below an entry that a list divides is known where the list has it, or something above it that it does not divide.
#[tokio::test]
async fn a_scope_names_codes_as_deep_as_the_lists_on_file_go() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let draft = async |code: &str| {
        let scope = json!({ "controlCodes": [code] });
        officer.post("/v1/measures", &measure(&registry, &scope, &["freeze_existing"])).await
    };
    draft("5A001.zz").await.ok();
    upload(&officer, &parts(&[]), FIRST).await.ok();
    for known in ["5A001", "5A", "5A001.f", "5A001.f.1", "5A001.j.9", "6A003.b.4", "4D004.zz"] {
        draft(known).await.ok();
    }
    for unknown in ["5A001.zz", "5A001.g", "ML10.z"] {
        let problem = draft(unknown).await.problem(400);
        assert_eq!(problem["errors"][0]["pointer"], "/scope/controlCodes", "{unknown}: {problem}");
    }
}

#[tokio::test]
async fn what_cannot_be_a_measure_is_refused_with_what_to_do() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let before = registry.row_counts().await;
    let scopes = [
        (json!({ "all": [] }), "/scope/all"),
        (json!({ "destinations": [] }), "/scope/destinations"),
        (json!({ "any": [{ "destinations": ["DE"] }, { "controlCodes": [] }] }), "/scope/any/1/controlCodes"),
        (json!({ "licenseKinds": ["export"] }), "/scope"),
        (json!({ "endUserKinds": ["government"] }), "/scope"),
        (json!({ "productClasses": ["dual_use", "military", "cyber_intelligence"] }), "/scope"),
        (json!({ "any": [{ "destinations": ["DE"] }, { "licenseKinds": ["export"] }] }), "/scope"),
        (
            json!({ "except": { "of": { "licenseKinds": ["export"] }, "but": { "destinations": ["DE"] } } }),
            "/scope",
        ),
        (json!({ "controlCodes": ["9Z999"] }), "/scope/controlCodes/0"),
        (json!({ "controlCodes": ["4E099"] }), "/scope/controlCodes"),
        (json!({ "destinations": ["QQ"] }), "/scope/destinations/0"),
        (json!({ "countryGroups": ["atlantis"] }), "/scope/countryGroups"),
        (json!({ "exporters": ["01890000-0000-7000-8000-000000000001"] }), "/scope/exporters"),
        (json!({ "endUsers": ["01890000-0000-7000-8000-000000000001"] }), "/scope/endUsers"),
        (json!({ "weather": ["bad"] }), "/scope"),
        (json!({}), "/scope"),
        (json!({ "destinations": ["DE"], "controlCodes": ["5A001"] }), "/scope"),
        (json!({ "any": [{}, { "destinations": ["DE"] }] }), "/scope/any/0"),
    ];
    for (scope, pointer) in scopes {
        let reply = officer.post("/v1/measures", &measure(&registry, &scope, &["freeze_existing"])).await;
        let problem = reply.problem(400);
        let named = problem["errors"][0]["pointer"].as_str().unwrap_or_default().to_owned();
        assert!(named.starts_with(pointer), "{scope}: {problem}");
        let says = problem["errors"][0]["detail"].as_str().unwrap_or_default();
        let not_one = scope.as_object().is_some_and(|members| members.len() != 1);
        assert!(!not_one || says.contains("exactly one member"), "{scope}: {problem}");
    }
    let good = measure(&registry, &to_germany(), &["freeze_existing"]);
    let changes = [
        (json!({ "effects": [] }), "/effects"),
        (
            json!({ "effects": [{ "effect": "freeze_existing" }, { "effect": "freeze_existing" }] }),
            "/effects/1",
        ),
        (json!({ "effects": [{ "effect": "freeze_issuing" }] }), "/reviewId"),
        (json!({ "effects": [{ "effect": "add_condition" }] }), "/effects/0"),
        (json!({ "effects": [{ "effect": "require_declaration" }] }), "/effects/0"),
        (json!({ "effects": [{ "effect": "freeze_existing", "urgent": true }] }), "/effects/0"),
        (json!({ "reviewOn": registry.day(0) }), "/reviewOn"),
        (json!({ "reviewOn": registry.day(400) }), "/reviewOn"),
        (json!({ "startsOn": registry.day(-1) }), "/startsOn"),
        (json!({ "startsOn": registry.day(90), "reviewOn": registry.day(80) }), "/reviewOn"),
        (json!({ "startsOn": registry.day(90), "endsOn": registry.day(80) }), "/endsOn"),
        (json!({ "reviewId": "01890000-0000-7000-8000-000000000001" }), "/reviewId"),
    ];
    for (change, pointer) in changes {
        let mut new = good.clone();
        for (name, value) in change.as_object().unwrap() {
            new[name] = value.clone();
        }
        officer.post("/v1/measures", &new).await.names(pointer);
    }
    assert_eq!(registry.row_counts().await, before, "nothing is left of what was refused");
}

#[tokio::test]
async fn approval_is_of_the_newest_look_and_by_another_person() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    case.marketing_license().await;
    let head = registry.head().await;
    let director = registry.director().await;
    let own = head.post("/v1/measures", &measure(&registry, &to_germany(), &["freeze_existing"])).await.ok();
    let path = format!("/v1/measures/{}", id(&own));
    let (approvals, executions) = (format!("{path}/approvals"), format!("{path}/executions"));
    let nothing = json!({ "digest": "0".repeat(64), "reasons": "Unseen." });
    director.post(&approvals, &nothing).await.problem(409);
    let first = registry.previewed(&path).await;
    director.post(&approvals, &nothing).await.problem(409);
    head.post(&approvals, &approval(&first)).await.problem(422);
    // A second license came into reach since: what is approved would not be what is executed.
    let late = case.marketing_license().await;
    director.post(&approvals, &approval(&first)).await.problem(409);
    let changes = director.get(&format!("{path}/previews/1/changes")).await.ok();
    assert_eq!((&changes["current"], &changes["added"]), (&json!(false), &json!([late])));
    let second = registry.previewed(&path).await;
    assert_eq!((&second["number"], &second["licenses"]), (&json!(2), &json!(2)));
    director.post(&approvals, &approval(&first)).await.problem(409);
    director.post(&approvals, &approval(&second)).await.ok();
    director.post(&approvals, &approval(&second)).await.problem(409);
    // Edited after approval: the approval is gone, and who had a hand in an earlier version does not approve.
    let officer = registry.officer().await;
    let edited = measure(&registry, &json!({ "controlCodes": ["ML5"] }), &["freeze_existing"]);
    officer.post(&format!("{path}/revisions"), &edited).await.ok();
    head.post(&executions, &json!({ "digest": second["digest"] })).await.problem(409);
    let third = registry.previewed(&path).await;
    head.post(&approvals, &approval(&third)).await.problem(422);
    director.post(&approvals, &approval(&third)).await.ok();
    head.post(&executions, &json!({ "digest": second["digest"] })).await.problem(409);
    let another = case.marketing_license().await;
    head.post(&executions, &json!({ "digest": third["digest"] })).await.problem(409);
    assert_eq!(case.license(&another).await["status"], "active");
    let fourth = registry.previewed(&path).await;
    head.post(&executions, &json!({ "digest": third["digest"] })).await.problem(409);
    director.post(&approvals, &approval(&fourth)).await.ok();
    head.post(&executions, &json!({ "digest": fourth["digest"] })).await.ok();
}

#[tokio::test]
async fn beyond_a_set_size_both_ministries_agree_first() {
    let registry = Registry::with_policy(Policy { agreement_from: 1, ..Policy::default() }).await;
    let case = Case::with_product(&registry).await;
    case.marketing_license().await;
    let path = registry.drafted(&measure(&registry, &to_germany(), &["freeze_existing"])).await;
    let preview = registry.previewed(&path).await;
    let (head, says) = (registry.head().await, approval(&preview));
    let refused = head.post(&format!("{path}/approvals"), &says).await.problem(422);
    assert!(refused["detail"].as_str().unwrap().contains("defense, foreign_affairs"), "{refused}");
    let agreements = format!("{path}/agreements");
    let defense = registry.reviewer(Ministry::Defense).await;
    defense.post(&agreements, &says).await.ok();
    defense.post(&agreements, &says).await.problem(409);
    registry.reviewer(Ministry::Economy).await.post(&agreements, &says).await.ok();
    let refused = head.post(&format!("{path}/approvals"), &says).await.problem(422);
    assert!(refused["detail"].as_str().unwrap().contains("missing: foreign_affairs"), "{refused}");
    // An agreement is to one preview: a new look needs new agreement.
    case.marketing_license().await;
    let again = registry.previewed(&path).await;
    registry.reviewer(Ministry::ForeignAffairs).await.post(&agreements, &says).await.problem(409);
    registry.agreed(&path, &again).await;
    head.post(&format!("{path}/approvals"), &approval(&again)).await.ok();
    head.post(&format!("{path}/executions"), &json!({ "digest": again["digest"] })).await.ok();
}

#[tokio::test]
async fn the_list_of_a_preview_is_whole_as_ndjson_and_csv() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let mut licenses = [case.marketing_license().await, case.marketing_license().await];
    licenses.sort();
    let path = registry.drafted(&measure(&registry, &to_germany(), &["freeze_existing"])).await;
    registry.previewed(&path).await;
    let officer = registry.officer().await;
    let list = format!("{path}/previews/1/licenses");
    let text = officer.get(&list).await.text;
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(each(&lines, "id"), licenses);
    assert_eq!(lines[0]["matched"]["clauses"][0]["fact"], "DE");
    let csv = officer.get(&format!("{list}?format=csv")).await.text;
    let rows: Vec<_> = csv.split("\r\n").collect();
    assert_eq!(rows.len(), 4, "a header, two licenses and the end: {csv}");
    assert!(rows[1].starts_with(&licenses[0]) && rows[1].contains(",ML5.a,"), "{csv}");
    officer.get(&format!("{list}?format=xml")).await.names("?format");
    officer.get(&format!("{path}/previews/2/licenses")).await.problem(404);
}
