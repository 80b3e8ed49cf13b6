//! Declarations by version: what a new template leaves uncovered, and measures that require it within a period.

use export_license_registry::rules::cover::Lack;
use futures_util::future::join;
use serde_json::{Value, json};

use crate::support::case::{Case, acceptance, enact, template, verification};
use crate::support::measure::{approval, measure};
use crate::support::registry::{Registry, each, id};

const NOWHERE: &str = "00000000-0000-7000-8000-0000000000ff";

/// The next version of the text for military goods, as a draft.
async fn drafted(registry: &Registry, change: Value) -> String {
    let mut new = template("military");
    for (name, value) in change.as_object().unwrap() {
        new[name] = value.clone();
    }
    id(&registry.officer().await.post("/v1/declaration-templates", &new).await.ok())
}

/// The same in force.
async fn next_version(registry: &Registry, change: Value) -> String {
    let template = drafted(registry, change).await;
    enact(registry, &template).await;
    template
}

fn uncovered(template: &str, what: &str) -> String {
    format!("/v1/declaration-templates/{template}/uncovered-{what}")
}

/// The licenses that a version leaves uncovered, each with what is lacking.
async fn lacking(registry: &Registry, template: &str) -> Vec<(String, String)> {
    let items = registry.officer().await.all(&uncovered(template, "licenses")).await;
    items.iter().map(|item| (id(item), item["lack"].as_str().unwrap().to_owned())).collect()
}

/// The parties sign on this template from now on.
fn on<'r>(case: &Case<'r>, template: &str) -> Case<'r> {
    Case {
        registry: case.registry,
        exporter: case.exporter.clone(),
        exporter_id: case.exporter_id.clone(),
        product: case.product.clone(),
        end_user: case.end_user.clone(),
        template: template.to_owned(),
    }
}

#[tokio::test]
async fn a_new_version_leaves_uncovered_what_stands_on_the_old_one() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let pending = case.export_application().await;
    assert_eq!(lacking(&registry, &case.template).await, [], "it stands on the first version");
    // Known before: a draft leaves uncovered what it would.
    let next = drafted(&registry, json!({})).await;
    assert_eq!(lacking(&registry, &next).await, [(license.clone(), "older_version".to_owned())]);
    enact(&registry, &next).await;
    let officer = registry.officer().await;
    let found = officer.all(&uncovered(&next, "licenses")).await;
    let held = case.license(&license).await;
    assert_eq!(
        found,
        [json!({
            "id": license, "reference": held["reference"], "sourceNumber": null, "status": "active",
            "exporter": "EX-2026-000001", "endUser": "EU-2026-000001", "destinations": ["DE"],
            "validUntil": held["validUntil"], "lack": "older_version", "says": Lack::OlderVersion.says(),
            "admitted": false, "admittedUntil": null,
        })]
    );
    let found = officer.all(&uncovered(&next, "applications")).await;
    assert_eq!(found.len(), 1);
    assert_eq!((id(&found[0]), &found[0]["lack"]), (pending.clone(), &json!("older_version")));
    assert_eq!((&found[0]["declaration"], &found[0]["admitted"]), (&json!("ED-2026-000002"), &json!(false)));
    case.propose(&pending).await.refused_by(&["declaration_version"]);
    // Signed anew: covered.
    on(&case, &next).declaration(&[(&case.product, "100")]).await;
    assert_eq!(lacking(&registry, &next).await, []);
    assert_eq!(officer.all(&uncovered(&next, "applications")).await.len(), 1, "it names the old one");
    let anew = on(&case, &next).export_application().await;
    let found = officer.all(&uncovered(&next, "applications")).await;
    assert_eq!(each(&found, "id"), [pending.as_str()], "and {anew} names the new one");
}

#[tokio::test]
async fn what_is_lacking_is_told_step_by_step() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let next = next_version(&registry, json!({})).await;
    let case = on(&case, &next);
    let officer = registry.officer().await;
    let lack = async || {
        let found = lacking(&registry, &next).await;
        assert!(found.iter().all(|(id, _)| *id == license), "{found:?}");
        found.first().map(|(_, lack)| lack.clone()).unwrap_or_default()
    };
    let other = case.classified("military", &["ML5.a"]).await;
    let lodge = async |items: &[(&str, &str)]| {
        id(&case.exporter.post("/v1/declarations", &case.declared(items)).await.ok())
    };
    let act = async |declaration: &str, act: &str, body: &Value| {
        officer.post(&format!("/v1/declarations/{declaration}/{act}"), body).await.ok();
    };
    let reasons = json!({ "reasons": "As the file shows." });
    assert_eq!(lack().await, "older_version");
    let first = lodge(&[(&case.product, "100")]).await;
    assert_eq!(lack().await, "not_verified");
    act(&first, "verifications", &verification()).await;
    assert_eq!(lack().await, "not_verified");
    act(&first, "rejections", &reasons).await;
    assert_eq!(lack().await, "rejected");
    let second = case.accepted(&case.declared(&[(&other, "100")])).await;
    assert_eq!(lack().await, "product_missing");
    let third = case.accepted(&case.declared(&[(&case.product, "60")])).await;
    assert_eq!(lack().await, "quantity_short");
    // What is delivered need not be declared any more.
    case.ship(&license, "39.999999", "S-1").await.ok();
    assert_eq!(lack().await, "quantity_short");
    case.ship(&license, "0.000001", "S-2").await.ok();
    assert_eq!(lack().await, "");
    act(&third, "supersessions", &reasons).await;
    assert_eq!(lack().await, "product_missing", "nearer than what has ended");
    act(&second, "supersessions", &reasons).await;
    assert_eq!(lack().await, "ended");
    // A declaration expires at every read, recorded or not.
    let mut brief = case.declared(&[(&case.product, "60")]);
    brief["validUntil"] = json!(registry.day(0));
    case.accepted(&brief).await;
    assert_eq!(lack().await, "");
    registry.pass_days(1);
    assert_eq!(lack().await, "ended");
    // A license that has ended needs none.
    case.exporter.because(&format!("/v1/licenses/{license}/surrenders")).await.ok();
    assert_eq!(lack().await, "");
}

#[tokio::test]
async fn a_declaration_that_serves_another_transaction_covers_no_second_one() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let before = case.export_license().await;
    let next = next_version(&registry, json!({})).await;
    let anew = on(&case, &next);
    let serving = anew.declaration(&[(&case.product, "100")]).await;
    assert_eq!(lacking(&registry, &next).await, [], "it serves none yet");
    let application = anew.supported(&anew.export(&serving)).await;
    anew.granted(&application).await;
    assert_eq!(lacking(&registry, &next).await, [(before, "serves_another".to_owned())]);
    // A framework serves as many as there are.
    let framework = next_version(&registry, json!({ "framework": true })).await;
    assert_eq!(lacking(&registry, &framework).await.len(), 2);
    let anew = on(&case, &framework);
    let serving = anew.declaration(&[(&case.product, "100")]).await;
    let application = anew.supported(&anew.export(&serving)).await;
    anew.granted(&application).await;
    assert_eq!(lacking(&registry, &framework).await, []);
}

#[tokio::test]
async fn a_declaration_of_another_exporter_or_class_covers_nothing() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let theirs = case.beside("Galil Systems", "51-2").await;
    let next = next_version(&registry, json!({})).await;
    on(&theirs, &next).declaration(&[(&theirs.product, "100")]).await;
    assert_eq!(lacking(&registry, &next).await, [(license, "older_version".to_owned())]);
    // A stricter or another class concerns other goods.
    let dual = template("dual_use");
    let dual = id(&registry.officer().await.post("/v1/declaration-templates", &dual).await.ok());
    assert_eq!(lacking(&registry, &dual).await, []);
    let cyber = template("cyber_intelligence");
    let cyber = id(&registry.officer().await.post("/v1/declaration-templates", &cyber).await.ok());
    assert_eq!(lacking(&registry, &cyber).await, []);
}

#[tokio::test]
async fn the_lists_say_whether_the_version_before_is_still_admitted_and_until_when() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    case.export_license().await;
    let pending = case.export_application().await;
    let until = json!({ "transitionRule": "until_date", "transitionUntil": registry.day(10) });
    let next = next_version(&registry, until).await;
    let officer = registry.officer().await;
    let admitted = async |next: &str| {
        let mut found = officer.all(&uncovered(next, "licenses")).await;
        found.extend(officer.all(&uncovered(next, "applications")).await);
        found.iter().map(|item| (item["admitted"].clone(), item["admittedUntil"].clone())).collect::<Vec<_>>()
    };
    let last = json!(registry.day(10));
    assert_eq!(admitted(&next).await, [(json!(true), last.clone()), (json!(true), last.clone())]);
    registry.pass_days(10);
    assert_eq!(admitted(&next).await, [(json!(true), last.clone()), (json!(true), last)]);
    registry.pass_days(1);
    assert_eq!(admitted(&next).await, [(json!(false), json!(null)), (json!(false), json!(null))]);
    case.propose(&pending).await.refused_by(&["declaration_version"]);
    // The version after next admits what was on the one right before it, and that is not the first one.
    let last = next_version(&registry, json!({ "transitionRule": "keep_filed" })).await;
    assert_eq!(admitted(&last).await, [(json!(false), json!(null)), (json!(false), json!(null))]);
    let anew = on(&case, &last);
    anew.export_application().await;
    registry.pass_days(1);
    let kept = next_version(&registry, json!({ "transitionRule": "keep_filed" })).await;
    let mut found = officer.all(&uncovered(&kept, "applications")).await;
    found.retain(|item| item["admitted"] == true);
    assert_eq!(each(&found, "declaration"), ["ED-2026-000003"], "filed before, it keeps its version");
    let licenses = officer.all(&uncovered(&kept, "licenses")).await;
    assert_eq!(licenses[0]["admitted"], true, "signed before, it would cover the license");
}

#[tokio::test]
async fn the_list_comes_in_pages_or_whole() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let mut licenses = Vec::new();
    for _ in 0..3 {
        licenses.insert(0, case.export_license().await);
    }
    let next = next_version(&registry, json!({})).await;
    let officer = registry.officer().await;
    let path = uncovered(&next, "licenses");
    let pages = officer.all(&format!("{path}?limit=2")).await;
    assert_eq!(each(&pages, "id"), licenses, "the newest first");
    let whole = officer.get(&format!("{path}?format=ndjson")).await;
    assert_eq!(whole.header("content-type"), "application/x-ndjson");
    let lines: Vec<Value> = whole.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, pages);
    let table = officer.get(&format!("{path}?format=csv")).await;
    let rows: Vec<&str> = table.text.split_terminator("\r\n").collect();
    assert_eq!(rows.len(), 4);
    assert_eq!(
        rows[0],
        "id,reference,sourceNumber,status,exporter,endUser,destinations,validUntil,lack,admitted,admittedUntil"
    );
    assert!(rows[1].starts_with(&licenses[0]) && rows[1].ends_with(",older_version,false,"), "{}", rows[1]);
    for (query, found) in [
        (format!("exporterId={}", case.exporter_id), 3),
        (format!("exporterId={NOWHERE}"), 0),
        (format!("endUserId={}", case.end_user), 3),
        (format!("endUserId={NOWHERE}"), 0),
    ] {
        assert_eq!(officer.all(&format!("{path}?{query}")).await.len(), found, "{query}");
        let whole = officer.get(&format!("{path}?{query}&format=ndjson")).await.text;
        assert_eq!(whole.lines().count(), found, "{query}");
        let applications = uncovered(&next, "applications");
        assert_eq!(officer.all(&format!("{applications}?{query}")).await.len(), 0);
    }
}

#[tokio::test]
async fn wrong_questions_are_told_what_is_wrong() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let officer = registry.officer().await;
    for what in ["licenses", "applications"] {
        officer.get(&uncovered(NOWHERE, what)).await.problem(404);
        officer.get(&uncovered("seven", what)).await.problem(400);
        let path = uncovered(&case.template, what);
        officer.get(&format!("{path}?limit=0")).await.names("?limit");
        officer.get(&format!("{path}?limit=201")).await.names("?limit");
        officer.get(&format!("{path}?cursor=x")).await.names("?cursor");
        officer.get(&format!("{path}?exporterId=x")).await.problem(400);
        officer.get(&format!("{path}?color=red")).await.problem(400);
        // What the agency has to look after is not an exporter's list.
        case.exporter.get(&path).await.problem(403);
        registry.customs().await.get(&path).await.problem(403);
        registry.auditor().await.get(&path).await.ok();
    }
    let path = uncovered(&case.template, "licenses");
    officer.get(&format!("{path}?format=xml")).await.names("?format");
    officer.get(&format!("{path}?format=csv&limit=5")).await.names("?format");
    officer.get(&format!("{}?format=csv", uncovered(NOWHERE, "licenses"))).await.problem(404);
}

/// A measure over Germany that requires a declaration on a template within 30 days.
fn requiring(registry: &Registry, template: &str) -> Value {
    let mut new = measure(registry, &json!({ "destinations": ["DE"] }), &[]);
    new["effects"] = json!([require(template, 30)]);
    new
}

fn require(template: &str, days: u32) -> Value {
    json!({ "effect": "require_declaration", "templateId": template, "withinDays": days })
}

/// The acts decided on a license under measures, the first one first.
async fn decided(case: &Case<'_>, license: &str) -> Vec<String> {
    let decisions = case.exporter.all(&format!("/v1/licenses/{license}/measure-decisions")).await;
    decisions.iter().map(|decision| decision["act"].as_str().unwrap().to_owned()).collect()
}

async fn status(case: &Case<'_>, license: &str) -> String {
    case.license(license).await["status"].as_str().unwrap().to_owned()
}

/// The operations that passed deadlines of a measure, the newest first.
async fn deadlines(registry: &Registry, path: &str) -> Vec<Value> {
    let mut operations = registry.officer().await.all(&format!("{path}/executions")).await;
    operations.retain(|operation| operation["kind"] == "declaration_deadline");
    operations
}

#[tokio::test]
async fn a_measure_requires_the_version_of_what_is_uncovered_and_freezes_what_stays_so() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let marketing = case.marketing_license().await;
    let (signing, silent) = (case.export_license().await, case.export_license().await);
    let next = next_version(&registry, json!({})).await;
    let anew = on(&case, &next);
    let covered = anew.export_license().await;
    let path = registry.drafted(&requiring(&registry, &next)).await;
    let preview = registry.previewed(&path).await;
    assert_eq!(preview["licenses"], 3, "exports alone");
    assert_eq!(preview["counts"]["byEffect"][0]["licenses"], 2, "what is covered lacks nothing");
    let operation = registry.enacted(&path).await;
    assert_eq!((&operation["total"], &operation["done"]), (&json!(3), &json!(2)));
    assert_eq!(operation["notDone"], json!([{ "id": covered, "reason": "is covered already" }]));
    for license in [&signing, &silent] {
        assert_eq!(status(&case, license).await, "active");
        assert_eq!(decided(&case, license).await, ["require_declaration"]);
        let history = case.exporter.all(&format!("/v1/licenses/{license}/history")).await;
        let told = history.last().unwrap();
        assert_eq!(
            (&told["action"], &told["details"]["dueOn"]),
            (&json!("require_declaration"), &json!(registry.day(30)))
        );
        assert!(told["reasons"].as_str().unwrap().contains("version 2 of the template"), "{told}");
    }
    for license in [&marketing, &covered] {
        assert_eq!(decided(&case, license).await, Vec::<String>::new());
    }
    // One signs in time; the declaration serves no transaction yet, so it names what both have and covers both: it is
    // used for another to leave the silent one uncovered.
    registry.pass_days(30);
    registry.worked_off().await;
    assert_eq!(deadlines(&registry, &path).await, [] as [Value; 0], "the last day counts");
    case.ship(&signing, "50", "S-1").await.ok();
    let signed = anew.declaration(&[(&case.product, "50")]).await;
    registry.pass_days(1);
    registry.worked_off().await;
    registry.worked_off().await;
    let passed = deadlines(&registry, &path).await;
    assert_eq!(passed.len(), 1, "once");
    assert_eq!((&passed[0]["total"], &passed[0]["done"]), (&json!(1), &json!(1)));
    for (license, expected) in
        [(&signing, "active"), (&covered, "active"), (&marketing, "active"), (&silent, "frozen")]
    {
        assert_eq!(status(&case, license).await, expected);
    }
    assert_eq!(decided(&case, &silent).await, ["require_declaration", "freeze"]);
    let frozen = case.license(&silent).await["freezes"][0].clone();
    assert_eq!(
        (&frozen["source"], &frozen["sourceId"]),
        (&json!("measure"), &json!(path.rsplit('/').next().unwrap()))
    );
    let reasons = frozen["reasons"].as_str().unwrap();
    for part in
        ["EL-2026-", "version 2 of the template", &registry.day(-1), "less than what remains", "accepted"]
    {
        assert!(reasons.contains(part), "{part} is not told: {reasons}");
    }
    case.lift(&silent, 1).await.problem(409);
    // Signed late, but not for all that remains: it stays frozen. Then for all: thawed.
    anew.declaration(&[(&case.product, "99")]).await;
    registry.worked_off().await;
    assert_eq!(status(&case, &silent).await, "frozen");
    anew.declaration(&[(&case.product, "100")]).await;
    registry.worked_off().await;
    assert_eq!(status(&case, &silent).await, "active");
    assert_eq!(decided(&case, &silent).await, ["require_declaration", "freeze", "release"]);
    let history = case.exporter.all(&format!("/v1/licenses/{silent}/history")).await;
    assert_eq!(each(&history, "action"), ["issue", "require_declaration", "freeze", "unfreeze"]);
    // What was covered is not asked again when its declaration ends.
    let officer = registry.officer().await;
    officer.because(&format!("/v1/declarations/{signed}/supersessions")).await.ok();
    registry.pass_days(1);
    registry.worked_off().await;
    assert_eq!(status(&case, &signing).await, "active");
    registry.lifted(&path).await;
    assert_eq!(status(&case, &silent).await, "active");
}

#[tokio::test]
async fn the_end_of_the_measure_thaws_what_it_froze_for_want_of_a_declaration() {
    for lapses in [false, true] {
        let registry = Registry::open().await;
        let case = Case::with_cover(&registry).await;
        let (alone, twice) = (case.export_license().await, case.export_license().await);
        let next = next_version(&registry, json!({})).await;
        let mut new = requiring(&registry, &next);
        new["reviewOn"] = json!(registry.day(40));
        let path = registry.drafted(&new).await;
        registry.enacted(&path).await;
        case.freeze(&twice, None).await.ok();
        registry.pass_days(31);
        registry.worked_off().await;
        for license in [&alone, &twice] {
            assert_eq!(decided(&case, license).await, ["require_declaration", "freeze"]);
        }
        if lapses {
            registry.pass_days(10);
            registry.worked_off().await;
            assert_eq!(registry.head().await.get(&path).await.ok()["status"], "lapsed");
        } else {
            registry.lifted(&path).await;
        }
        assert_eq!(status(&case, &alone).await, "active");
        assert_eq!(status(&case, &twice).await, "frozen", "something else holds it");
        // An acceptance afterwards finds nothing to do.
        on(&case, &next).declaration(&[(&case.product, "100")]).await;
        registry.worked_off().await;
        assert_eq!(decided(&case, &alone).await.last().unwrap(), "release");
        assert_eq!(decided(&case, &alone).await.len(), 3);
        case.lift(&twice, 1).await.ok();
        assert_eq!(status(&case, &twice).await, "active");
    }
}

#[tokio::test]
async fn a_measure_that_ends_before_the_deadline_freezes_nothing() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let next = next_version(&registry, json!({})).await;
    let path = registry.drafted(&requiring(&registry, &next)).await;
    registry.enacted(&path).await;
    registry.lifted(&path).await;
    registry.pass_days(31);
    registry.worked_off().await;
    assert_eq!(deadlines(&registry, &path).await, [] as [Value; 0]);
    assert_eq!(status(&case, &license).await, "active");
}

#[tokio::test]
async fn a_thaw_leaves_what_something_else_holds() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let (by_decision, by_measure) = (case.export_license().await, case.export_license().await);
    let next = next_version(&registry, json!({})).await;
    let path = registry.drafted(&requiring(&registry, &next)).await;
    registry.enacted(&path).await;
    registry.pass_days(31);
    registry.worked_off().await;
    case.freeze(&by_decision, None).await.ok();
    let other = json!({ "all": [{ "destinations": ["DE"] }, { "exporters": [case.exporter_id] }] });
    let other = registry.in_force(&other, &["freeze_existing"]).await;
    registry.lifted(&other).await;
    let framework = on(&case, &next).declaration(&[(&case.product, "100")]).await;
    registry.worked_off().await;
    assert_eq!(status(&case, &by_decision).await, "frozen", "the single freeze holds it");
    assert_eq!(case.license(&by_decision).await["freezes"].as_array().unwrap().len(), 1);
    assert_eq!(status(&case, &by_measure).await, "active", "{framework} covers it");
}

/// Proposes, approves and enacts an amendment of a measure in force.
async fn amended(registry: &Registry, path: &str, new: &Value) -> Value {
    let (officer, director) = (registry.officer().await, registry.director().await);
    let head = registry.head().await;
    officer.post(&format!("{path}/revisions"), new).await.ok();
    let preview = registry.previewed(path).await;
    director.post(&format!("{path}/approvals"), &approval(&preview)).await.ok();
    let digest = json!({ "digest": preview["digest"] });
    let operation = head.post(&format!("{path}/executions"), &digest).await.ok();
    registry.worked_off().await;
    head.get(&format!("/v1/operations/{}", id(&operation))).await.ok()
}

/// A license that a measure has frozen for want of a declaration, and the measure.
async fn frozen_for_want(registry: &Registry, case: &Case<'_>) -> (String, String, String) {
    let license = case.export_license().await;
    let next = next_version(registry, json!({})).await;
    let path = registry.drafted(&requiring(registry, &next)).await;
    registry.enacted(&path).await;
    registry.pass_days(31);
    registry.worked_off().await;
    assert_eq!(status(case, &license).await, "frozen");
    (license, path, next)
}

#[tokio::test]
async fn an_amendment_that_requires_another_version_gives_a_new_period() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let (license, path, _) = frozen_for_want(&registry, &case).await;
    let newer = next_version(&registry, json!({})).await;
    let mut new = requiring(&registry, &newer);
    new["reasons"] = json!("The text was changed again.");
    let operation = amended(&registry, &path, &new).await;
    assert_eq!(
        (&operation["total"], &operation["done"]),
        (&json!(2), &json!(2)),
        "released and required anew"
    );
    assert_eq!(status(&case, &license).await, "active");
    let acts = decided(&case, &license).await;
    assert_eq!(acts.iter().filter(|act| *act == "require_declaration").count(), 2, "{acts:?}");
    registry.pass_days(30);
    registry.worked_off().await;
    assert_eq!(status(&case, &license).await, "active");
    registry.pass_days(1);
    registry.worked_off().await;
    assert_eq!(status(&case, &license).await, "frozen");
    assert_eq!(deadlines(&registry, &path).await.len(), 2);
    on(&case, &newer).declaration(&[(&case.product, "100")]).await;
    registry.worked_off().await;
    assert_eq!(status(&case, &license).await, "active");
}

#[tokio::test]
async fn an_amendment_that_requires_the_same_touches_nothing_again() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let (license, path, next) = frozen_for_want(&registry, &case).await;
    let mut new = requiring(&registry, &next);
    new["title"] = json!("Another title");
    let operation = amended(&registry, &path, &new).await;
    assert_eq!(operation["total"], 0);
    assert_eq!(status(&case, &license).await, "frozen", "the period is over as before");
    on(&case, &next).declaration(&[(&case.product, "100")]).await;
    registry.worked_off().await;
    assert_eq!(status(&case, &license).await, "active");
}

#[tokio::test]
async fn an_amendment_that_requires_nothing_or_reaches_no_more_releases() {
    for out_of_scope in [false, true] {
        let registry = Registry::open().await;
        let case = Case::with_cover(&registry).await;
        let (license, path, next) = frozen_for_want(&registry, &case).await;
        let new = if out_of_scope {
            let mut new = requiring(&registry, &next);
            new["scope"] = json!({ "destinations": ["FR"] });
            new
        } else {
            measure(&registry, &json!({ "destinations": ["DE"] }), &["require_committee"])
        };
        let operation = amended(&registry, &path, &new).await;
        assert_eq!((&operation["total"], &operation["done"]), (&json!(1), &json!(1)));
        assert_eq!(status(&case, &license).await, "active");
        assert_eq!(decided(&case, &license).await, ["require_declaration", "freeze", "release"]);
        if out_of_scope {
            // Reached again, it is asked again and has its period.
            amended(&registry, &path, &requiring(&registry, &next)).await;
            assert_eq!(status(&case, &license).await, "active");
            assert_eq!(decided(&case, &license).await.last().unwrap(), "require_declaration");
            registry.pass_days(31);
            registry.worked_off().await;
            assert_eq!(status(&case, &license).await, "frozen");
        }
    }
}

#[tokio::test]
async fn a_measure_that_freezes_besides_goes_on_when_the_declaration_is_there() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let (license, path, next) = frozen_for_want(&registry, &case).await;
    let mut both = requiring(&registry, &next);
    both["effects"] = json!([{ "effect": "freeze_existing" }, require(&next, 30)]);
    let operation = amended(&registry, &path, &both).await;
    assert_eq!(operation["status"], "succeeded");
    let acts = decided(&case, &license).await;
    assert_eq!(acts, ["require_declaration", "freeze", "freeze"], "the second for the policy");
    let history = case.exporter.all(&format!("/v1/licenses/{license}/history")).await;
    assert_eq!(
        each(&history, "action"),
        ["issue", "require_declaration", "freeze"],
        "it stays frozen by one"
    );
    on(&case, &next).declaration(&[(&case.product, "100")]).await;
    registry.worked_off().await;
    assert_eq!(status(&case, &license).await, "frozen", "the measure freezes it besides");
    // The policy is dropped: the declaration is there, so nothing holds it.
    amended(&registry, &path, &requiring(&registry, &next)).await;
    assert_eq!(status(&case, &license).await, "active");
}

#[tokio::test]
async fn a_policy_freeze_that_is_dropped_leaves_the_freeze_for_want_of_a_declaration() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let next = next_version(&registry, json!({})).await;
    let mut both = requiring(&registry, &next);
    both["effects"] = json!([{ "effect": "freeze_existing" }, require(&next, 30)]);
    let path = registry.drafted(&both).await;
    registry.enacted(&path).await;
    assert_eq!(decided(&case, &license).await, ["freeze", "require_declaration"]);
    registry.pass_days(31);
    registry.worked_off().await;
    let passed = deadlines(&registry, &path).await;
    assert_eq!((&passed[0]["total"], &passed[0]["skipped"]), (&json!(1), &json!(1)), "held already");
    let operation = amended(&registry, &path, &requiring(&registry, &next)).await;
    // The marketing license, of which no declaration is required, is released.
    assert_eq!((&operation["total"], &operation["done"]), (&json!(2), &json!(1)));
    assert_eq!(operation["notDone"][0]["id"], json!(license));
    assert_eq!(status(&case, &license).await, "frozen", "the period was over");
    let reasons = case.license(&license).await["freezes"][0]["reasons"].clone();
    assert!(reasons.as_str().unwrap().contains("was required until"), "{reasons}");
    let history = case.exporter.all(&format!("/v1/licenses/{license}/history")).await;
    assert!(!each(&history, "action").contains(&"unfreeze"), "not for a moment");
    on(&case, &next).declaration(&[(&case.product, "100")]).await;
    registry.worked_off().await;
    assert_eq!(status(&case, &license).await, "active");
}

#[tokio::test]
async fn a_required_declaration_is_asked_of_export_applications_of_the_class_alone() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let export = case.export_application().await;
    let marketing = case.supported(&case.marketing()).await;
    let until = json!({ "transitionRule": "until_date", "transitionUntil": registry.day(90) });
    let next = next_version(&registry, until).await;
    let path = registry.drafted(&requiring(&registry, &next)).await;
    let preview = registry.previewed(&path).await;
    assert_eq!(preview["counts"]["byEffect"][0]["applications"], 1);
    registry.enacted(&path).await;
    case.propose(&export).await.refused_by(&["measure_requirements"]);
    case.propose(&marketing).await.ok();
}

/// Whichever comes first, the freeze for want of a declaration or its acceptance: in the end the license is active.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acceptance_that_races_the_deadline_is_never_missed() {
    for delay in [0, 6, 15, 40] {
        let registry = Registry::open().await;
        let case = Case::with_cover(&registry).await;
        let licenses = [case.export_license().await, case.export_license().await];
        let next = next_version(&registry, json!({ "framework": true })).await;
        let path = registry.drafted(&requiring(&registry, &next)).await;
        registry.enacted(&path).await;
        registry.pass_days(31);
        let lodged = on(&case, &next).declared(&[(&case.product, "100")]);
        let declaration = id(&case.exporter.post("/v1/declarations", &lodged).await.ok());
        let (officer, declaration) = (registry.officer().await, format!("/v1/declarations/{declaration}"));
        officer.post(&format!("{declaration}/verifications"), &verification()).await.ok();
        let accept = async {
            tokio::time::sleep(std::time::Duration::from_millis(delay)).await;
            officer.post(&format!("{declaration}/acceptances"), &acceptance()).await.ok();
        };
        // Two workers, as two services have them.
        let ((), ((), ())) = join(accept, join(registry.worked_off(), registry.worked_off())).await;
        registry.worked_off().await;
        for license in &licenses {
            assert_eq!(status(&case, license).await, "active", "{delay} ms");
        }
        let passed = deadlines(&registry, &path).await;
        let done: Vec<_> = passed.iter().map(|one| one["done"].as_i64().unwrap()).collect();
        assert!(done.len() == 1 && done[0] == 0 || done.len() == 2 && done[0] == done[1], "{passed:?}");
        let left: i64 = sqlx::query_scalar("select count(*) from declaration_arrivals")
            .fetch_one(registry.pool())
            .await
            .expect("count");
        assert_eq!(left, 0, "every acceptance was taken up");
    }
}
