//! Notices and orders by the thousand: the verbs that a bulk act calls, which the routes of single proceedings call too.

use std::collections::BTreeSet;

use export_license_registry::db::Isolation;
use export_license_registry::ids::{LicenseId, RevocationId};
use export_license_registry::revocations::{self, Given, Notice, Ordered};
use export_license_registry::rules::authority::Role;
use export_license_registry::rules::license::Ground;
use export_license_registry::rules::revocation::Obstacle;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::case::Case;
use crate::support::measure::measure;
use crate::support::registry::{Client, Registry, each, id};

fn license_id(license: &str) -> LicenseId {
    LicenseId(license.parse().unwrap())
}

fn notice(license: &str, urgent: bool, measure: Option<Uuid>) -> Notice {
    Notice {
        license: license_id(license),
        ground: Ground::HumanRights,
        reasons: format!("License {license} goes to a unit that the reports name."),
        urgent,
        measure,
    }
}

async fn intend_all(registry: &Registry, by: &Client, notices: Vec<Notice>) -> Given {
    let act = registry.act_of(by, Role::LicensingOfficer).await;
    let mut tx = registry.app.pool.office(Isolation::Decides).await.unwrap();
    let given =
        revocations::intend_all(&mut tx, &act, notices).await.map_err(|problem| problem.detail).unwrap();
    tx.commit().await.unwrap();
    given
}

async fn order_all(registry: &Registry, by: &Client, ids: &[RevocationId]) -> Ordered {
    let act = registry.act_of(by, Role::HeadOfAgency).await;
    let mut tx = registry.app.pool.office(Isolation::Decides).await.unwrap();
    let done = revocations::order_all(&mut tx, &act, ids, "The measure of June.").await;
    let done = done.map_err(|problem| problem.detail).unwrap();
    tx.commit().await.unwrap();
    done
}

/// The proceedings by license.
async fn proceedings(registry: &Registry, query: &str) -> Vec<Value> {
    registry.officer().await.all(&format!("/v1/revocations?{query}")).await
}

#[tokio::test]
async fn notice_is_given_to_all_that_can_be_revoked_each_with_its_own_reasons() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let mut licenses = Vec::new();
    for _ in 0..6 {
        licenses.push(case.marketing_license().await);
    }
    case.exporter.because(&format!("/v1/licenses/{}/surrenders", licenses[0])).await.ok();
    case.intend(&licenses[1], false).await.ok();
    case.freeze(&licenses[2], None).await.ok();
    let drafted =
        registry.drafted(&measure(&registry, &json!({ "destinations": ["DE"] }), &["revoke_existing"])).await;
    let measure: Uuid = drafted.rsplit('/').next().unwrap().parse().unwrap();
    let officer = registry.officer().await;
    let mut notices: Vec<Notice> = licenses
        .iter()
        .enumerate()
        .map(|(at, license)| notice(license, at % 2 == 0, Some(measure)))
        .collect();
    // A license named twice is noticed once; one that is not on file is left out.
    notices.push(notice(&licenses[5], true, Some(measure)));
    notices.push(notice("00000000-0000-7000-8000-0000000000ff", false, Some(measure)));
    let given = intend_all(&registry, &officer, notices).await;
    assert_eq!(given.opened.len(), 4, "all but the one that ended and the one with a proceeding");
    let left_out: Vec<String> = given.skipped.iter().map(|skipped| skipped.id.to_string()).collect();
    assert_eq!(left_out, [&licenses[0], &licenses[1], "00000000-0000-7000-8000-0000000000ff"]);
    let opened = proceedings(&registry, &format!("measureId={measure}")).await;
    let mut references = each(&opened, "reference");
    references.sort_unstable();
    let expected: Vec<String> = (2..=5).map(|number| format!("RV-2026-00000{number}")).collect();
    assert_eq!(references, expected, "without a gap");
    for proceeding in &opened {
        let license = proceeding["licenseId"].as_str().unwrap();
        assert!(proceeding["reasons"].as_str().unwrap().contains(license), "its own reasons");
        let urgent = proceeding["urgent"] == true;
        let found = case.license(license).await;
        let frozen = urgent || license == licenses[2];
        assert_eq!(found["status"], if frozen { "frozen" } else { "active" }, "{license}");
        let of_it = |freeze: &&Value| freeze["sourceId"] == proceeding["id"];
        assert_eq!(found["freezes"].as_array().unwrap().iter().filter(of_it).count(), usize::from(urgent));
        let steps = case.exporter.all(&format!("/v1/revocations/{}/history", id(proceeding))).await;
        assert_eq!((each(&steps, "action"), each(&steps, "ground")), (vec!["intend"], vec!["human_rights"]));
        assert_eq!(steps[0]["details"]["measureId"], json!(measure));
    }
    // The same notices again: every license has its proceeding now.
    let again = licenses.iter().map(|license| notice(license, false, None)).collect();
    let again = intend_all(&registry, &officer, again).await;
    assert_eq!((again.opened.len(), again.skipped.len()), (0, 6));
    let none = intend_all(&registry, &officer, Vec::new()).await;
    assert_eq!((none.opened.len(), none.skipped.len()), (0, 0));
}

#[tokio::test]
async fn an_urgent_notice_on_a_ground_that_is_heard_first_is_left_out_and_says_why() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let (one, other) = (case.marketing_license().await, case.marketing_license().await);
    let patient = Notice { ground: Ground::ConditionBreach, ..notice(&other, true, None) };
    let officer = registry.officer().await;
    let given = intend_all(&registry, &officer, vec![notice(&one, true, None), patient]).await;
    assert_eq!((given.opened.len(), given.skipped.len()), (1, 1));
    assert!(given.skipped[0].reason.contains("condition_breach"), "{:?}", given.skipped);
    assert_eq!(case.license(&one).await["status"], "frozen");
    assert_eq!(case.license(&other).await["status"], "active");
}

#[tokio::test]
async fn what_no_one_answered_is_ordered_and_the_rest_is_left_with_a_reason_each() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let mut licenses = Vec::new();
    for _ in 0..8 {
        licenses.push(case.marketing_license().await);
    }
    let (officer, head) = (registry.officer().await, registry.head().await);
    let given =
        intend_all(&registry, &officer, licenses.iter().map(|license| notice(license, true, None)).collect())
            .await
            .opened;
    let path = |at: usize| format!("/v1/revocations/{}", given[at].0);
    let answer = json!({ "representation": "We did not.", "hearingRequested": true });
    case.exporter.because(&format!("{}/waivers", path(0))).await.ok();
    case.exporter.post(&format!("{}/representations", path(1)), &answer).await.ok();
    head.because(&format!("{}/drops", path(2))).await.ok();
    case.exporter.because(&format!("{}/waivers", path(3))).await.ok();
    case.exporter.because(&format!("/v1/licenses/{}/surrenders", licenses[3])).await.ok();
    // One of the head's own notices among them.
    let own = json!({ "ground": "human_rights", "reasons": "Reports." });
    let own = head.post(&format!("/v1/licenses/{}/revocations", licenses[2]), &own).await.ok();
    case.exporter.because(&format!("/v1/revocations/{}/waivers", id(&own))).await.ok();
    let mut ids = given.clone();
    ids.push(RevocationId(id(&own).parse().unwrap()));
    let early = order_all(&registry, &head, &ids[4..8]).await;
    assert_eq!(early.ordered, []);
    assert!(early.skipped.iter().all(|(_, why)| *why == Obstacle::NotAnswered), "{early:?}");

    registry.pass_days(16);
    // Neither swept nor read: the order finds the silences itself.
    let done = order_all(&registry, &head, &ids).await;
    let ordered: BTreeSet<RevocationId> = done.ordered.iter().copied().collect();
    assert_eq!(ordered, [0, 4, 5, 6, 7].map(|at| given[at]).into());
    let why = |id: RevocationId| done.skipped.iter().find(|(skipped, _)| *skipped == id).map(|(_, why)| *why);
    assert_eq!(why(given[1]), Some(Obstacle::Represented));
    assert_eq!(why(given[2]), Some(Obstacle::NotOpen));
    assert_eq!(why(given[3]), Some(Obstacle::LicenseEnded));
    assert_eq!(why(ids[8]), Some(Obstacle::SamePerson));
    assert_eq!(done.skipped.len(), 4);
    for (at, license) in licenses.iter().enumerate() {
        let revoked = [0, 4, 5, 6, 7].contains(&at);
        assert_eq!(case.license(license).await["status"] == "revoked", revoked, "{at}");
        if revoked {
            let steps = case.exporter.all(&format!("/v1/licenses/{license}/history")).await;
            let last = steps.last().unwrap();
            let reasons = last["reasons"].as_str().unwrap();
            assert!(
                reasons.contains("The measure of June.") && reasons.contains(license.as_str()),
                "{reasons}"
            );
            assert_eq!(last["details"]["revocationId"], json!(given[at]));
        }
    }
    let silent = officer.all(&format!("{}/history", path(4))).await;
    assert_eq!(each(&silent, "actorRole"), ["licensing_officer", "clock", "head_of_agency"]);
    // The same list again changes nothing.
    let entries = registry.audit_entries().await;
    let again = order_all(&registry, &head, &done.ordered).await;
    assert_eq!((again.ordered.len(), again.skipped.len()), (0, 5));
    assert_eq!(registry.audit_entries().await, entries);
}

#[tokio::test]
async fn silences_are_swept_in_batches() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let mut notices = Vec::new();
    for _ in 0..4 {
        notices.push(notice(&case.marketing_license().await, false, None));
    }
    let officer = registry.officer().await;
    intend_all(&registry, &officer, notices).await;
    registry.pass_days(16);
    assert_eq!(registry.sweep().await, 4);
    let steps: Vec<String> = sqlx::query_scalar(
        "select p.handle from history h join people p on p.id = h.actor_id where h.action = 'record_silence'",
    )
    .fetch_all(registry.pool())
    .await
    .unwrap();
    assert_eq!(steps, ["clock"; 4]);
    let audited: i64 =
        sqlx::query_scalar("select count(*) from audit_entries where act = 'revocation.record_silence'")
            .fetch_one(registry.pool())
            .await
            .unwrap();
    assert_eq!(audited, 4, "one entry for each");
}
