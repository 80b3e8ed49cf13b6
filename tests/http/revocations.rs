//! `/v1/revocations`: notice, answer, order by another person; the urgent route; what a dropped proceeding leaves.

use export_license_registry::act::Policy;
use export_license_registry::rules::authority::Role;
use export_license_registry::rules::license::Ground;
use export_license_registry::rules::revocation::NoticeTerms;
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::registry::{Registry, each, id};

fn answer() -> Value {
    json!({ "representation": "The goods were delivered where they were declared." })
}

#[tokio::test]
async fn the_ordinary_route_hears_first_and_another_person_orders() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let notice = case.intend(&license, false).await.ok();
    let path = format!("/v1/revocations/{}", id(&notice));
    assert_eq!(
        (notice["reference"].as_str(), &notice["respondBy"]),
        (Some("RV-2026-000001"), &json!(registry.day(15)))
    );
    assert_eq!(case.license(&license).await["status"], "active", "notice alone changes nothing");
    case.intend(&license, false).await.problem(409);
    let head = registry.head().await;
    let (orders, drops) = (format!("{path}/orders"), format!("{path}/drops"));
    head.because(&orders).await.problem(409);
    assert_eq!(head.get(&path).await.ok()["allowedActions"], json!(["drop", "record_hearing"]));
    let own = case.exporter.get(&path).await.ok();
    assert_eq!(own["allowedActions"], json!(["represent", "waive"]));
    let answered = case.exporter.post(&format!("{path}/representations"), &answer()).await.ok();
    assert_eq!(answered["representation"], answer()["representation"]);
    case.exporter.post(&format!("{path}/representations"), &answer()).await.problem(409);
    case.exporter.because(&format!("{path}/waivers")).await.problem(409);
    registry.officer().await.because(&orders).await.problem(403);
    let done = head.because(&orders).await.ok();
    assert_eq!((done["status"].as_str(), &done["allowedActions"]), (Some("ordered"), &json!([])));
    assert_eq!(case.license(&license).await["status"], "revoked");
    head.because(&orders).await.problem(409);
    head.because(&drops).await.problem(409);
    case.intend(&license, true).await.problem(409);
    case.freeze(&license, None).await.problem(409);
    let steps = case.exporter.all(&format!("{path}/history")).await;
    assert_eq!(each(&steps, "action"), ["intend", "represent", "order"]);
    let license_steps = registry.officer().await.all(&format!("/v1/licenses/{license}/history")).await;
    let last = license_steps.last().unwrap();
    assert_eq!((last["action"].as_str(), last["ground"].as_str()), (Some("revoke"), Some("end_use_breach")));
    assert_eq!(last["details"]["revocationId"], notice["id"]);
}

#[tokio::test]
async fn who_gave_notice_does_not_order() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let head = registry.head().await;
    let notice = json!({ "ground": "human_rights", "reasons": "Reports." });
    let opened = head.post(&format!("/v1/licenses/{license}/revocations"), &notice).await.ok();
    let path = format!("/v1/revocations/{}", id(&opened));
    case.exporter.because(&format!("{path}/waivers")).await.ok();
    head.because(&format!("{path}/orders")).await.problem(422);
    assert_eq!(case.license(&license).await["status"], "active");
    registry.director().await.because(&format!("{path}/orders")).await.ok();
    assert_eq!(case.license(&license).await["status"], "revoked");
}

#[tokio::test]
async fn the_urgent_route_freezes_at_once_and_a_drop_thaws_only_its_own_freeze() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    case.freeze(&license, None).await.ok();
    let notice = case.intend(&license, true).await.ok();
    let freezes = case.license(&license).await["freezes"].clone();
    assert_eq!(freezes[1]["sourceId"], notice["id"]);
    assert_eq!(freezes[1]["source"], "revocation");
    case.lift(&license, 2).await.problem(409);
    case.lift(&license, 1).await.ok();
    assert_eq!(case.license(&license).await["status"], "frozen", "the proceeding still holds it");
    let drops = format!("/v1/revocations/{}/drops", id(&notice));
    registry.head().await.because(&drops).await.ok();
    assert_eq!(case.license(&license).await["status"], "active");
    // A new proceeding may follow a dropped one.
    let again = case.intend(&license, true).await.ok();
    case.freeze(&license, None).await.ok();
    registry.head().await.because(&format!("/v1/revocations/{}/drops", id(&again))).await.ok();
    assert_eq!(case.license(&license).await["status"], "frozen", "another freeze still holds it");
    let of_license = case.exporter.all(&format!("/v1/licenses/{license}/revocations")).await;
    assert_eq!(each(&of_license, "status"), ["dropped", "dropped"]);
}

#[tokio::test]
async fn silence_is_recorded_by_the_clock_after_the_term_to_answer_only() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let path = format!("/v1/revocations/{}", id(&case.intend(&license, true).await.ok()));
    let officer = registry.officer().await;
    officer.because(&format!("{path}/silences")).await.problem(405);
    registry.pass_days(15);
    assert_eq!(registry.sweep().await, 0, "the last day is the exporter's");
    registry.head().await.because(&format!("{path}/orders")).await.problem(409);
    registry.pass_days(1);
    // Seen before the sweeper has been by, and found by it.
    assert_eq!(officer.get(&path).await.ok()["status"], "unanswered");
    assert_eq!(officer.all("/v1/revocations?status=unanswered").await.len(), 1);
    assert_eq!(officer.all("/v1/revocations?status=intended").await.len(), 0);
    let late = case.exporter.post(&format!("{path}/representations"), &answer()).await.problem(409);
    assert!(late["detail"].as_str().unwrap().contains("2026-06-16"), "{late}");
    case.exporter.because(&format!("{path}/waivers")).await.problem(409);
    assert_eq!(registry.sweep().await, 1);
    assert_eq!(registry.sweep().await, 0, "once");
    let silences = officer.all(&format!("{path}/silences")).await;
    assert_eq!((each(&silences, "actor"), each(&silences, "actorRole")), (vec!["clock"], vec!["clock"]));
    registry.head().await.because(&format!("{path}/orders")).await.ok();
    assert_eq!(case.license(&license).await["status"], "revoked");
}

#[tokio::test]
async fn an_order_finds_a_silence_that_the_sweeper_has_not_recorded() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let path = format!("/v1/revocations/{}", id(&case.intend(&license, false).await.ok()));
    registry.pass_days(16);
    registry.head().await.because(&format!("{path}/orders")).await.ok();
    let steps = registry.officer().await.all(&format!("{path}/history")).await;
    assert_eq!(each(&steps, "action"), ["intend", "record_silence", "order"]);
    assert_eq!(each(&steps, "actorRole"), ["licensing_officer", "clock", "head_of_agency"]);
}

#[tokio::test]
async fn a_license_that_ends_meanwhile_is_not_revoked_and_the_proceeding_can_be_dropped() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let path = format!("/v1/revocations/{}", id(&case.intend(&license, true).await.ok()));
    case.exporter.because(&format!("{path}/waivers")).await.ok();
    case.exporter.because(&format!("/v1/licenses/{license}/surrenders")).await.ok();
    let head = registry.head().await;
    head.because(&format!("{path}/orders")).await.problem(409);
    assert_eq!(head.get(&path).await.ok()["status"], "waived", "half an order is none");
    head.because(&format!("{path}/drops")).await.ok();
    assert_eq!(case.license(&license).await["status"], "surrendered");
}

#[tokio::test]
async fn proceedings_are_searched() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let notice = case.intend(&license, false).await.ok();
    let officer = registry.officer().await;
    for (query, found) in [
        ("status=intended".to_owned(), 1),
        ("status=ordered".to_owned(), 0),
        ("ground=end_use_breach".to_owned(), 1),
        ("ground=human_rights".to_owned(), 0),
        (format!("licenseId={license}&exporterId={}", case.exporter_id), 1),
        ("reference=RV-2026-000001".to_owned(), 1),
        (format!("intendedFrom={}", registry.day(1)), 0),
        (format!("intendedTo={}", registry.day(0)), 1),
    ] {
        assert_eq!(officer.all(&format!("/v1/revocations?{query}")).await.len(), found, "{query}");
    }
    assert_eq!(officer.get(&format!("/v1/revocations/{}", id(&notice))).await.ok(), {
        let mut seen = notice.clone();
        seen["allowedActions"] = json!(["record_hearing"]);
        seen
    });
}

#[tokio::test]
async fn the_term_to_answer_and_the_urgent_route_are_configured_by_ground() {
    let notice = NoticeTerms {
        days: 20,
        days_by_ground: vec![(Ground::NationalSecurity, 7)],
        urgent: vec![Ground::NationalSecurity],
    };
    let registry = Registry::with_policy(Policy { notice, ..Policy::default() }).await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let path = format!("/v1/licenses/{license}/revocations");
    let officer = registry.officer().await;
    let notice = |ground: &str, urgent: bool| json!({ "ground": ground, "reasons": "So.", "urgent": urgent });
    let before = registry.row_counts().await;
    let refused = officer.post(&path, &notice("human_rights", true)).await.problem(422);
    assert!(refused["detail"].as_str().unwrap().contains("human_rights"), "{refused}");
    assert_eq!(registry.row_counts().await, before, "nothing was stored");
    let ordinary = officer.post(&path, &notice("human_rights", false)).await.ok();
    assert_eq!(ordinary["respondBy"], registry.day(20));
    registry.head().await.because(&format!("/v1/revocations/{}/drops", id(&ordinary))).await.ok();
    let urgent = officer.post(&path, &notice("national_security", true)).await.ok();
    assert_eq!(urgent["respondBy"], registry.day(7));
    let freezes = case.license(&license).await["freezes"].clone();
    assert_eq!(freezes[0]["reviewOn"], registry.day(14), "as long after the answer as there was for it");
}

#[tokio::test]
async fn by_default_two_grounds_are_always_heard_first() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let path = format!("/v1/licenses/{license}/revocations");
    for ground in ["condition_breach", "false_particulars"] {
        let notice = json!({ "ground": ground, "reasons": "So.", "urgent": true });
        registry.officer().await.post(&path, &notice).await.problem(422);
    }
    assert_eq!(case.license(&license).await["status"], "active");
}

#[tokio::test]
async fn a_hearing_that_was_asked_for_comes_before_the_order() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let path = format!("/v1/revocations/{}", id(&case.intend(&license, false).await.ok()));
    let (orders, hearings) = (format!("{path}/orders"), format!("{path}/hearings"));
    let mut asked = answer();
    asked["hearingRequested"] = json!(true);
    let answered = case.exporter.post(&format!("{path}/representations"), &asked).await.ok();
    assert_eq!((&answered["hearingRequested"], &answered["heard"]), (&json!(true), &json!(false)));
    let head = registry.head().await;
    assert_eq!(
        head.get(&path).await.ok()["allowedActions"],
        json!(["drop", "record_hearing"]),
        "no order yet"
    );
    let owed = head.because(&orders).await.problem(422);
    assert!(owed["detail"].as_str().unwrap().contains("hearing"), "{owed}");
    assert_eq!(case.license(&license).await["status"], "active");
    registry.director().await;
    registry.pass_days(3);
    let hearing =
        |on: &str, chair: &str| json!({ "heldOn": on, "chairedBy": chair, "minutes": "The exporter spoke." });
    let officer = registry.officer().await;
    registry.auditor().await;
    let before = registry.row_counts().await;
    officer.post(&hearings, &hearing(&registry.day(1), "director")).await.names("/heldOn");
    officer.post(&hearings, &hearing(&registry.day(-4), "director")).await.names("/heldOn");
    officer.post(&hearings, &hearing(&registry.day(0), "nobody")).await.names("/chairedBy");
    officer.post(&hearings, &hearing(&registry.day(0), "officer")).await.names("/chairedBy");
    officer.post(&hearings, &hearing(&registry.day(0), &case.exporter.handle)).await.names("/chairedBy");
    case.exporter.post(&hearings, &hearing(&registry.day(0), "director")).await.problem(403);
    registry.auditor().await.post(&hearings, &hearing(&registry.day(0), "director")).await.problem(403);
    assert_eq!(registry.row_counts().await, before, "nothing was stored");
    officer.post(&hearings, &hearing(&registry.day(0), "director")).await.ok();
    officer.post(&hearings, &hearing(&registry.day(0), "director")).await.problem(409);
    let on_record = officer.all(&hearings).await;
    assert_eq!((each(&on_record, "chairedBy"), on_record[0]["number"].as_i64()), (vec!["director"], Some(1)));
    assert_eq!(head.get(&path).await.ok()["allowedActions"], json!(["order", "drop", "record_hearing"]));
    let own = case.exporter.all(&hearings).await;
    assert_eq!((each(&own, "chairedBy"), each(&own, "minutes")), (vec![], vec!["The exporter spoke."]));
    head.because(&orders).await.ok();
    assert_eq!(case.license(&license).await["status"], "revoked");
    officer.post(&hearings, &hearing(&registry.day(0), "director")).await.problem(409);
}

#[tokio::test]
async fn who_gave_notice_does_not_chair_and_a_hearing_may_be_fixed_unasked() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let head = registry.head().await;
    let notice = json!({ "ground": "human_rights", "reasons": "Reports." });
    let opened = head.post(&format!("/v1/licenses/{license}/revocations"), &notice).await.ok();
    let hearings = format!("/v1/revocations/{}/hearings", id(&opened));
    registry.director().await;
    let hearing = |chair: &str| json!({ "heldOn": registry.day(0), "chairedBy": chair, "minutes": "Heard." });
    registry.officer().await.post(&hearings, &hearing("head")).await.problem(422);
    // Nor with another of his tokens.
    let again = registry.bearer(&registry.token("head", Role::HeadOfAgency, None, None).await);
    again.post(&hearings, &hearing("head")).await.problem(422);
    again.post(&hearings, &hearing("director")).await.ok();
    assert_eq!(head.get(&format!("/v1/revocations/{}", id(&opened))).await.ok()["heard"], true);
}

#[tokio::test]
async fn who_gave_notice_does_not_order_with_another_token_either() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let head = registry.head().await;
    let notice = json!({ "ground": "human_rights", "reasons": "Reports." });
    let opened = head.post(&format!("/v1/licenses/{license}/revocations"), &notice).await.ok();
    let path = format!("/v1/revocations/{}", id(&opened));
    case.exporter.because(&format!("{path}/waivers")).await.ok();
    let again = registry.bearer(&registry.token("head", Role::HeadOfAgency, None, None).await);
    let entries = registry.audit_entries().await;
    again.because(&format!("{path}/orders")).await.problem(422);
    assert_eq!(registry.audit_entries().await, entries, "nothing was recorded");
    assert_eq!(head.get(&path).await.ok()["status"], "waived");
}
