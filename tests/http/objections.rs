//! `/v1/objections`: term and admissibility, stay, decision by another person, and what it does to the act.

use export_license_registry::act::Policy;
use export_license_registry::rules::authority::Role;
use export_license_registry::rules::objection::{Against, ObjectionTerms};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::registry::{Client, Registry, each, id};

fn decision(outcome: &str) -> Value {
    json!({ "outcome": outcome, "reasons": "Weighed anew." })
}

/// The status and the effect of an objection.
fn told(objection: &Value) -> (&str, &str) {
    (objection["status"].as_str().unwrap(), objection["effect"].as_str().unwrap_or("-"))
}

/// An export license, revoked, and the objection to it.
async fn objected(case: &Case<'_>) -> (String, String, String) {
    let license = case.export_license().await;
    let revocation = case.revoked(&license).await;
    let objection = id(&case.object_to_revocation(&revocation).await.ok());
    (license, revocation, objection)
}

/// Another director general.
async fn other_director(registry: &Registry) -> Client {
    registry.staff("d.other", Role::DirectorGeneral).await
}

fn stay(registry: &Registry) -> Value {
    json!({ "reasons": "The harm could not be undone.", "reviewOn": registry.day(60) })
}

#[tokio::test]
async fn upheld_against_a_revocation_the_license_is_in_force_again() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let (license, revocation, objection) = objected(&case).await;
    let path = format!("/v1/objections/{objection}");
    let lodged = case.exporter.get(&path).await.ok();
    assert_eq!(
        (lodged["reference"].as_str(), lodged["status"].as_str(), lodged["against"].as_str()),
        (Some("OB-2026-000001"), Some("admissible"), Some("revocation")),
        "on time is admissible at once"
    );
    assert_eq!((&lodged["termEnds"], &lodged["licenseId"]), (&json!(registry.day(45)), &json!(license)));
    assert_eq!(lodged["allowedActions"], json!(["withdraw"]));
    let director = registry.director().await;
    let offered = director.get(&path).await.ok()["allowedActions"].clone();
    assert_eq!(offered, json!(["stay", "uphold", "vary", "dismiss"]));
    let done = case.decide_objection(&objection, "upheld").await.ok();
    assert_eq!(told(&done), ("upheld", "reinstated"));
    assert_eq!((done["decidedBy"].as_str(), &done["allowedActions"]), (Some("director"), &json!([])));
    assert_eq!(case.license(&license).await["status"], "active");
    case.ship(&license, "1", "S-1").await.ok();
    let own = case.exporter.get(&path).await.ok();
    assert_eq!((&own["decidedBy"], own["decisionReasons"].as_str()), (&Value::Null, Some("Weighed anew.")));
    let steps = case.exporter.all(&format!("{path}/history")).await;
    assert_eq!(each(&steps, "action"), ["lodge", "admit", "uphold"]);
    assert_eq!(each(&steps, "actorRole"), ["exporter", "clock", "director_general"]);
    let back = case.exporter.all(&format!("/v1/licenses/{license}/reinstatements")).await;
    assert_eq!(each(&back, "objectionId"), [objection.as_str()]);
    // Decided once, and objected to once.
    case.decide_objection(&objection, "dismissed").await.problem(409);
    case.object_to_revocation(&revocation).await.problem(409);
    for (figure, value) in [
        ("objections_lodged", 1),
        ("objections_decided", 1),
        ("licenses_reinstated", 1),
        ("licenses_revoked", 1),
    ] {
        assert_eq!(registry.figure(figure).await, value, "{figure}");
    }
}

#[tokio::test]
async fn a_stay_lets_nothing_be_shipped_and_ends_in_the_revocation_when_dismissed() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let (license, _, objection) = objected(&case).await;
    let stays = format!("/v1/objections/{objection}/stays");
    let director = registry.director().await;
    let mut unreviewed = stay(&registry);
    unreviewed["reviewOn"] = json!(registry.day(0));
    director.post(&stays, &unreviewed).await.names("/reviewOn");
    assert_eq!(case.license(&license).await["status"], "revoked", "half a stay is none");
    let stayed = director.post(&stays, &stay(&registry)).await.ok();
    assert_eq!((told(&stayed).0, &stayed["stayed"]), ("admissible", &json!(true)));
    assert_eq!(stayed["allowedActions"], json!(["uphold", "vary", "dismiss"]), "it is stayed once");
    director.post(&stays, &stay(&registry)).await.problem(409);
    let held = case.license(&license).await;
    assert_eq!(held["status"], "frozen");
    assert_eq!(
        (held["freezes"][0]["source"].as_str(), held["freezes"][0]["sourceId"].as_str()),
        (Some("objection"), Some(objection.as_str()))
    );
    case.ship(&license, "1", "S-1").await.problem(409);
    case.lift(&license, 1).await.problem(409);
    let reference = held["reference"].as_str().unwrap();
    let verified = registry.public().get(&format!("/v1/public/license-verifications/{reference}")).await.ok();
    assert_eq!((verified["valid"].as_bool(), verified["status"].as_str()), (Some(false), Some("frozen")));
    let done = case.decide_objection(&objection, "dismissed").await.ok();
    assert_eq!(told(&done), ("dismissed", "revoked_again"));
    assert_eq!(case.license(&license).await["status"], "revoked");
    let steps = case.exporter.all(&format!("/v1/licenses/{license}/history")).await;
    assert_eq!(each(&steps, "action"), ["issue", "revoke", "reinstate_frozen", "revoke"]);
    assert_eq!(steps[3]["details"]["objectionId"], json!(objection));
}

#[tokio::test]
async fn a_stayed_license_is_thawed_when_upheld_and_what_else_holds_it_stays() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    // Urgent: the proceeding froze it too, and goes with the revocation.
    let license = case.export_license().await;
    let revocation = id(&case.intend(&license, true).await.ok());
    let path = format!("/v1/revocations/{revocation}");
    case.exporter.because(&format!("{path}/waivers")).await.ok();
    registry.head().await.because(&format!("{path}/orders")).await.ok();
    let objection = id(&case.object_to_revocation(&revocation).await.ok());
    let director = registry.director().await;
    director.post(&format!("/v1/objections/{objection}/stays"), &stay(&registry)).await.ok();
    assert_eq!(case.license(&license).await["freezes"].as_array().unwrap().len(), 2);
    let done = case.decide_objection(&objection, "upheld").await.ok();
    assert_eq!(told(&done), ("upheld", "reinstated"));
    let free = case.license(&license).await;
    assert_eq!((free["status"].as_str(), &free["freezes"]), (Some("active"), &json!([])));

    let other = case.marketing_license().await;
    let revocation = case.revoked(&other).await;
    let objection = id(&case.object_to_revocation(&revocation).await.ok());
    director.post(&format!("/v1/objections/{objection}/stays"), &stay(&registry)).await.ok();
    case.freeze(&other, None).await.ok();
    let done = case.decide_objection(&objection, "upheld").await.ok();
    assert_eq!(told(&done), ("upheld", "reinstated_frozen"));
    let held = case.license(&other).await;
    assert_eq!(
        (held["status"].as_str(), held["freezes"][0]["source"].as_str()),
        (Some("frozen"), Some("decision"))
    );
}

#[tokio::test]
async fn a_withdrawal_ends_a_stay_and_the_act_can_be_objected_to_again_in_its_term() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let (license, revocation, objection) = objected(&case).await;
    registry.director().await.post(&format!("/v1/objections/{objection}/stays"), &stay(&registry)).await.ok();
    let withdrawals = format!("/v1/objections/{objection}/withdrawals");
    registry.director().await.because(&withdrawals).await.problem(403);
    let done = case.exporter.because(&withdrawals).await.ok();
    assert_eq!(told(&done), ("withdrawn", "revoked_again"));
    assert_eq!(case.license(&license).await["status"], "revoked");
    let steps = registry.officer().await.all(&format!("/v1/licenses/{license}/history")).await;
    assert_eq!(steps.last().unwrap()["actor"], "clock", "the exporter revokes nothing");
    case.exporter.because(&withdrawals).await.problem(409);
    case.decide_objection(&objection, "upheld").await.problem(409);
    assert_eq!(case.object_to_revocation(&revocation).await.ok()["status"], "admissible");
}

#[tokio::test]
async fn varied_the_license_comes_back_with_further_conditions() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let (license, _, objection) = objected(&case).await;
    let path = format!("/v1/objections/{objection}/decisions");
    let director = registry.director().await;
    let varied = json!({
        "outcome": "varied", "reasons": "A milder means suffices.", "variation": "Reports are due each quarter.",
        "conditions": ["Report each quarter.", "Deliver to the depot in Bonn only."],
    });
    let without = |member: &str| {
        let mut less = varied.clone();
        less.as_object_mut().unwrap().remove(member);
        less
    };
    director.post(&path, &without("variation")).await.names("/variation");
    director.post(&path, &without("conditions")).await.names("/conditions");
    let mut upheld = varied.clone();
    upheld["outcome"] = json!("upheld");
    director.post(&path, &upheld).await.names("/variation");
    upheld.as_object_mut().unwrap().remove("variation");
    director.post(&path, &upheld).await.names("/conditions");
    let mut endless = varied.clone();
    endless["conditions"] = json!(vec!["Report."; 51]);
    director.post(&path, &endless).await.names("/conditions");
    assert_eq!(case.license(&license).await["status"], "revoked");
    let done = director.post(&path, &varied).await.ok();
    assert_eq!(told(&done), ("varied", "reinstated"));
    assert_eq!(done["variation"], varied["variation"]);
    let back = case.license(&license).await;
    assert_eq!((back["status"].as_str(), &back["conditions"]), (Some("active"), &varied["conditions"]));
}

#[tokio::test]
async fn after_the_term_only_an_excuse_is_heard_and_a_person_decides_on_it() {
    let terms = ObjectionTerms { days: 45, days_by_act: vec![(Against::Revocation, 10)] };
    let registry = Registry::with_policy(Policy { objections: terms, ..Policy::default() }).await;
    let case = Case::with_cover(&registry).await;
    let (one, other) = (case.export_license().await, case.marketing_license().await);
    let (first, second) = (case.revoked(&one).await, case.revoked(&other).await);
    registry.pass_days(10);
    assert_eq!(
        case.object_to_revocation(&first).await.ok()["status"],
        "admissible",
        "the last day is in time"
    );
    registry.pass_days(1);
    let before = registry.row_counts().await;
    let late = case.object_to_revocation(&second).await.problem(422);
    let says = late["detail"].as_str().unwrap();
    assert!(says.contains("2026-06-11") && says.contains("excuse"), "{says}");
    assert_eq!(registry.row_counts().await, before, "nothing was stored");
    let excused = json!({ "revocationId": second, "grounds": "Not so.", "excuse": "The office burned." });
    let lodged = case.exporter.post("/v1/objections", &excused).await.ok();
    assert_eq!((told(&lodged), &lodged["termEnds"]), (("lodged", "-"), &json!("2026-06-11")));
    let path = format!("/v1/objections/{}", id(&lodged));
    let director = registry.director().await;
    assert_eq!(director.get(&path).await.ok()["allowedActions"], json!(["admit", "find_late", "stay"]));
    director.post(&format!("{path}/decisions"), &decision("upheld")).await.problem(409);
    registry.head().await.because(&format!("{path}/admissions")).await.problem(403);
    // It may be stayed while it is open, and the stay ends when it is found late.
    director.post(&format!("{path}/stays"), &stay(&registry)).await.ok();
    assert_eq!(case.license(&other).await["status"], "frozen");
    let found = director.because(&format!("{path}/late-findings")).await.ok();
    assert_eq!(told(&found), ("late", "revoked_again"));
    assert_eq!(case.license(&other).await["status"], "revoked");
    director.because(&format!("{path}/admissions")).await.problem(409);
    case.object_to_revocation(&second).await.problem(422);
    case.exporter.post("/v1/objections", &excused).await.problem(409);
    // An excuse does no harm on time.
    let timely = case.export_license().await;
    let third = case.revoked(&timely).await;
    let excused = json!({ "revocationId": third, "grounds": "Not so.", "excuse": "None needed." });
    assert_eq!(case.exporter.post("/v1/objections", &excused).await.ok()["status"], "admissible");
}

#[tokio::test]
async fn a_late_objection_that_is_admitted_is_decided_like_any_other() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let revocation = case.revoked(&license).await;
    registry.pass_days(46);
    let excused = json!({ "revocationId": revocation, "grounds": "Not so.", "excuse": "The office burned." });
    let objection = id(&case.exporter.post("/v1/objections", &excused).await.ok());
    let path = format!("/v1/objections/{objection}");
    let admitted = registry.director().await.because(&format!("{path}/admissions")).await.ok();
    assert_eq!(told(&admitted), ("admissible", "-"));
    assert_eq!(admitted["admissibilityReasons"], "As the file shows.");
    let listed = registry.director().await.all(&format!("{path}/admissions")).await;
    assert_eq!(each(&listed, "actor"), ["director"]);
    case.decide_objection(&objection, "upheld").await.ok();
    assert_eq!(case.license(&license).await["status"], "active");
}

#[tokio::test]
async fn a_refusal_set_aside_is_decided_anew_by_others_and_stays_on_file_as_it_was() {
    for outcome in ["upheld", "remitted"] {
        let registry = Registry::open().await;
        let case = Case::with_product(&registry).await;
        let application = case.supported(&case.marketing()).await;
        let refusal = case.refused(&application).await;
        let decisions = format!("/v1/applications/{application}/decisions");
        let first = case.exporter.get(&format!("{decisions}/1")).await.ok();
        let objection = id(&case.object_to_decision(&refusal).await.ok());
        case.decide_objection(&objection, "varied").await.problem(422);
        let mut varied = decision("varied");
        varied["variation"] = json!("Half of it.");
        let director = registry.director().await;
        director.post(&format!("/v1/objections/{objection}/decisions"), &varied).await.problem(422);
        director.post(&format!("/v1/objections/{objection}/stays"), &stay(&registry)).await.problem(422);
        registry.pass_days(20);
        let done = case.decide_objection(&objection, outcome).await.ok();
        assert_eq!(told(&done), (outcome, "reopened"));
        let reopened = registry.head().await.get(&format!("/v1/applications/{application}")).await.ok();
        assert_eq!(reopened["status"], "in_review");
        assert_eq!(reopened["clock"]["dueOn"], registry.day(90), "the clock starts again");
        let steps = case.exporter.all(&format!("/v1/applications/{application}/history")).await;
        assert_eq!(steps.last().unwrap()["details"], json!({ "source": "objection", "sourceId": objection }));
        // Not by who decided or countersigned before, with whatever token.
        case.propose(&application).await.problem(422);
        let again = registry.bearer(&registry.token("head", Role::HeadOfAgency, None, None).await);
        again.post(&decisions, &case.grant()).await.problem(422);
        let (head, second) = (
            registry.staff("h.other", Role::HeadOfAgency).await,
            registry.staff("s.other", Role::Countersigner).await,
        );
        let number = head.post(&decisions, &case.grant()).await.ok()["number"].as_i64().unwrap();
        let signatures = format!("{decisions}/{number}/countersignatures");
        case.countersign(&application, number).await.problem(422);
        assert_eq!(second.act(&signatures).await.ok()["status"], "granted");
        assert_eq!(
            case.exporter.get(&format!("{decisions}/1")).await.ok(),
            first,
            "the refusal is never edited"
        );
        let signed = case.exporter.all(&decisions).await;
        assert_eq!(each(&signed, "outcome"), ["refuse", "grant"]);
        case.object_to_decision(&refusal).await.problem(409);
    }
}

#[tokio::test]
async fn a_refusal_may_be_refused_anew_and_objected_to_anew() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.supported(&case.marketing()).await;
    let refusal = case.refused(&application).await;
    let objection = id(&case.object_to_decision(&refusal).await.ok());
    case.decide_objection(&objection, "remitted").await.ok();
    let (head, second) = (
        registry.staff("h.other", Role::HeadOfAgency).await,
        registry.staff("s.other", Role::Countersigner).await,
    );
    let decisions = format!("/v1/applications/{application}/decisions");
    let again = json!({ "outcome": "refuse", "reasons": "Against it still." });
    let proposed = head.post(&decisions, &again).await.ok();
    second.act(&format!("{decisions}/{}/countersignatures", proposed["number"])).await.ok();
    let next = id(&case.object_to_decision(&id(&proposed)).await.ok());
    let done = case.decide_objection(&next, "dismissed").await.ok();
    assert_eq!(told(&done), ("dismissed", "unchanged"));
    let stands = registry.officer().await.get(&format!("/v1/applications/{application}")).await.ok();
    assert_eq!((stands["status"].as_str(), &stands["allowedActions"]), (Some("refused"), &json!([])));
}

#[tokio::test]
async fn a_grant_in_part_stands_and_what_is_varied_is_recorded() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let application = case.export_application().await;
    let part = json!({
        "outcome": "grant_in_part", "validUntil": registry.day(365), "reasons": "Half is enough.",
        "lines": [{ "line": 1, "quantity": "50", "value": "125000.00" }],
    });
    let license = case.decided(&application, &part).await["licenseId"].as_str().unwrap().to_owned();
    let decisions = case.exporter.all(&format!("/v1/applications/{application}/decisions")).await;
    let objection = case.object_to_decision(&id(&decisions[0])).await.ok();
    assert_eq!(
        (objection["against"].as_str(), &objection["licenseId"]),
        (Some("grant_in_part"), &Value::Null)
    );
    let path = format!("/v1/objections/{}", id(&objection));
    let director = registry.director().await;
    assert_eq!(director.get(&path).await.ok()["allowedActions"], json!(["vary", "dismiss"]));
    for outcome in ["upheld", "remitted"] {
        director.post(&format!("{path}/decisions"), &decision(outcome)).await.problem(422);
    }
    let varied = json!({
        "outcome": "varied", "reasons": "The rest is needed.", "variation": "An amendment may bring the other half.",
    });
    let done = director.post(&format!("{path}/decisions"), &varied).await.ok();
    assert_eq!(told(&done), ("varied", "unchanged"));
    assert_eq!(case.license(&license).await["status"], "active");
    // A grant of the whole leaves nothing to object to.
    let whole = case.supported(&case.marketing()).await;
    case.granted(&whole).await;
    let decisions = case.exporter.all(&format!("/v1/applications/{whole}/decisions")).await;
    case.object_to_decision(&id(&decisions[0])).await.problem(422);
}

#[tokio::test]
async fn upheld_against_a_freeze_that_one_is_lifted() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    case.freeze(&license, None).await.ok();
    case.freeze(&license, None).await.ok();
    let objection = id(&case.object_to_freeze(&license, 1).await.ok());
    let director = registry.director().await;
    let stays = format!("/v1/objections/{objection}/stays");
    let why = director.post(&stays, &stay(&registry)).await.problem(422);
    assert!(why["detail"].as_str().unwrap().contains("not stayed"), "{why}");
    let done = case.decide_objection(&objection, "upheld").await.ok();
    assert_eq!(told(&done), ("upheld", "freeze_lifted"));
    let held = case.license(&license).await;
    assert_eq!((held["status"].as_str(), held["freezes"][0]["number"].as_i64()), (Some("frozen"), Some(2)));
    // What was lifted meanwhile leaves nothing to change.
    let second = id(&case.object_to_freeze(&license, 2).await.ok());
    case.lift(&license, 2).await.ok();
    let done = case.decide_objection(&second, "upheld").await.ok();
    assert_eq!(told(&done), ("upheld", "unchanged"));
    case.object_to_freeze(&license, 2).await.problem(409);
    case.object_to_freeze(&license, 3).await.names("/freezeNumber");
    // A freeze of an urgent proceeding is one like others.
    let urgent = id(&case.intend(&license, true).await.ok());
    let third = id(&case.object_to_freeze(&license, 3).await.ok());
    assert_eq!(told(&case.decide_objection(&third, "upheld").await.ok()), ("upheld", "freeze_lifted"));
    assert_eq!(case.license(&license).await["status"], "active");
    assert_eq!(director.get(&format!("/v1/revocations/{urgent}")).await.ok()["status"], "intended");
}

#[tokio::test]
async fn who_took_part_in_the_act_does_not_decide_on_the_objection_with_whatever_token() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let revocation = id(&case.intend(&license, false).await.ok());
    case.exporter.because(&format!("/v1/revocations/{revocation}/waivers")).await.ok();
    let director = registry.director().await;
    director.because(&format!("/v1/revocations/{revocation}/orders")).await.ok();
    registry.pass_days(50);
    let excused = json!({ "revocationId": revocation, "grounds": "Not so.", "excuse": "The office burned." });
    let path = format!("/v1/objections/{}", id(&case.exporter.post("/v1/objections", &excused).await.ok()));
    let again = registry.bearer(&registry.token("director", Role::DirectorGeneral, None, None).await);
    let entries = registry.audit_entries().await;
    for client in [&director, &again] {
        client.because(&format!("{path}/admissions")).await.problem(422);
        client.because(&format!("{path}/late-findings")).await.problem(422);
        client.post(&format!("{path}/stays"), &stay(&registry)).await.problem(422);
    }
    assert_eq!(registry.audit_entries().await, entries, "nothing was recorded");
    let other = other_director(&registry).await;
    other.because(&format!("{path}/admissions")).await.ok();
    let entries = registry.audit_entries().await;
    for client in [&director, &again] {
        client.post(&format!("{path}/decisions"), &decision("dismissed")).await.problem(422);
    }
    assert_eq!(registry.audit_entries().await, entries, "nor now");
    other.post(&format!("{path}/decisions"), &decision("upheld")).await.ok();
    assert_eq!(case.license(&license).await["status"], "active");
}

#[tokio::test]
async fn the_gate_stands_before_the_reinstatement_and_nothing_is_changed_where_it_refuses() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let (license, _, objection) = objected(&case).await;
    let exporter = format!("/v1/exporters/{}", case.exporter_id);
    registry.head().await.because(&format!("{exporter}/suspensions")).await.ok();
    registry.director().await;
    let entries = registry.audit_entries().await;
    case.decide_objection(&objection, "upheld").await.refused_by(&["exporter_registered"]);
    assert_eq!(registry.audit_entries().await, entries);
    assert_eq!(case.license(&license).await["status"], "revoked");
    let open = case.exporter.get(&format!("/v1/objections/{objection}")).await.ok();
    assert_eq!(told(&open), ("admissible", "-"));
    // A stay permits nothing, so it is not for the gate to refuse.
    registry.director().await.post(&format!("/v1/objections/{objection}/stays"), &stay(&registry)).await.ok();
    case.decide_objection(&objection, "upheld").await.refused_by(&["exporter_registered"]);
    assert_eq!(case.license(&license).await["status"], "frozen");
    registry.head().await.because(&format!("{exporter}/reinstatements")).await.ok();
    case.decide_objection(&objection, "upheld").await.ok();
    assert_eq!(case.license(&license).await["status"], "active");
}

#[tokio::test]
async fn a_license_whose_term_has_ended_is_not_revived_though_the_objection_is_right() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let (license, _, objection) = objected(&case).await;
    let stayed = case.marketing_license().await;
    let revocation = case.revoked(&stayed).await;
    let other = id(&case.object_to_revocation(&revocation).await.ok());
    let director = registry.director().await;
    director.post(&format!("/v1/objections/{other}/stays"), &stay(&registry)).await.ok();
    registry.pass_days(366);
    director
        .post(&format!("/v1/objections/{objection}/stays"), &stay(&registry))
        .await
        .refused_by(&["license_freezable"]);
    assert_eq!(told(&case.decide_objection(&objection, "upheld").await.ok()), ("upheld", "unchanged"));
    assert_eq!(case.license(&license).await["status"], "revoked");
    // Nor is one revoked that has run out meanwhile.
    assert_eq!(told(&case.decide_objection(&other, "dismissed").await.ok()), ("dismissed", "unchanged"));
    assert_eq!(case.license(&stayed).await["status"], "expired");
}

#[tokio::test]
async fn what_is_no_act_of_ones_own_is_not_objected_to() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    case.freeze(&license, None).await.ok();
    let intended = id(&case.intend(&license, false).await.ok());
    let theirs = case.beside("Galil Systems", "51-2").await;
    let application = case.supported(&case.marketing()).await;
    let proposed = case.propose(&application).await.ok();
    let revocation = case.revoked(&case.marketing_license().await).await;
    let nowhere = "00000000-0000-7000-8000-0000000000ff";
    let before = registry.row_counts().await;
    let with = |members: Value| {
        let mut new = json!({ "grounds": "Not so." });
        new.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        new
    };
    for (members, pointer) in [
        (json!({}), ""),
        (json!({ "decisionId": nowhere, "revocationId": revocation }), ""),
        (json!({ "revocationId": revocation, "licenseId": license, "freezeNumber": 1 }), ""),
        (json!({ "licenseId": license }), "/freezeNumber"),
        (json!({ "freezeNumber": 1 }), "/licenseId"),
        (json!({ "revocationId": nowhere }), "/revocationId"),
        (json!({ "decisionId": nowhere }), "/decisionId"),
        (json!({ "licenseId": nowhere, "freezeNumber": 1 }), "/freezeNumber"),
        (json!({ "licenseId": license, "freezeNumber": 9 }), "/freezeNumber"),
        // A proposal is not known to the exporter.
        (json!({ "decisionId": proposed["id"] }), "/decisionId"),
        (json!({ "revocationId": "7" }), "/revocationId"),
        (json!({ "revocationId": revocation, "grounds": "" }), "/grounds"),
    ] {
        case.exporter.post("/v1/objections", &with(members)).await.names(pointer);
    }
    for members in [json!({ "revocationId": revocation }), json!({ "licenseId": license, "freezeNumber": 1 })]
    {
        let reply = theirs.exporter.post("/v1/objections", &with(members)).await.problem(400);
        assert!(reply["detail"].as_str().unwrap().contains("not"), "{reply}");
    }
    let early =
        case.exporter.post("/v1/objections", &with(json!({ "revocationId": intended }))).await.problem(409);
    assert!(early["detail"].as_str().unwrap().contains("answer the notice"), "{early}");
    for role in [Role::LicensingOfficer, Role::HeadOfAgency, Role::DirectorGeneral, Role::Auditor] {
        let staff = registry.any(role, &case.exporter_id).await;
        staff.post("/v1/objections", &with(json!({ "revocationId": revocation }))).await.problem(403);
    }
    let objections = |counts: Vec<(String, i64)>| counts.into_iter().find(|(table, _)| table == "objections");
    assert_eq!(objections(registry.row_counts().await), objections(before), "nothing was stored");
}

#[tokio::test]
async fn objections_are_searched() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let (license, _, objection) = objected(&case).await;
    let application = case.supported(&case.marketing()).await;
    let refusal = case.refused(&application).await;
    case.object_to_decision(&refusal).await.ok();
    case.decide_objection(&objection, "dismissed").await.ok();
    let officer = registry.officer().await;
    for (query, found) in [
        ("status=dismissed".to_owned(), 1),
        ("status=late".to_owned(), 0),
        ("against=refusal".to_owned(), 1),
        (format!("licenseId={license}"), 1),
        (format!("applicationId={application}"), 1),
        (format!("exporterId={}", case.exporter_id), 2),
        ("reference=OB-2026-000002".to_owned(), 1),
        (format!("lodgedFrom={}", registry.day(1)), 0),
        (format!("lodgedTo={}", registry.day(0)), 2),
    ] {
        assert_eq!(officer.all(&format!("/v1/objections?{query}")).await.len(), found, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_decisions_at_once_one_is_taken() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let (license, _, objection) = objected(&case).await;
    let directors = [registry.director().await, other_director(&registry).await];
    let path = format!("/v1/objections/{objection}/decisions");
    let answers: Vec<u16> = join_all((0..16).map(|at| {
        let (director, path) = (&directors[at % 2], &path);
        let outcome = if at % 4 < 2 { "upheld" } else { "dismissed" };
        async move { director.post(path, &decision(outcome)).await.status.as_u16() }
    }))
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 201).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|status| matches!(status, 201 | 409)), "{answers:?}");
    let decided = case.exporter.get(&format!("/v1/objections/{objection}")).await.ok();
    let expected = if decided["status"] == "upheld" { "active" } else { "revoked" };
    assert_eq!(case.license(&license).await["status"], expected);
    let steps = case.exporter.all(&format!("/v1/objections/{objection}/history")).await;
    assert_eq!(steps.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_objections_to_one_act_one_is_lodged() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    let revocation = case.revoked(&license).await;
    let answers: Vec<u16> =
        join_all((0..16).map(|_| async { case.object_to_revocation(&revocation).await.status.as_u16() }))
            .await;
    assert_eq!(answers.iter().filter(|status| **status == 201).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|status| matches!(status, 201 | 409)), "{answers:?}");
    let on_file = case.exporter.all("/v1/objections").await;
    assert_eq!(each(&on_file, "reference"), ["OB-2026-000001"], "and no reference was lost");
}
