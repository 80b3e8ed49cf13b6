//! Races: what many do at once has a serial order, histories stay paths, and nobody is told 500.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::registry::{Client, Registry, each};

/// How many do it at once.
const CROWD: usize = 32;

/// Counts answers by status, all of which must be among those that are permitted.
fn tally(statuses: &[u16], permitted: &[u16]) -> Vec<usize> {
    let strange: Vec<_> = statuses.iter().filter(|status| !permitted.contains(status)).collect();
    assert!(strange.is_empty(), "{strange:?} among {statuses:?}");
    permitted.iter().map(|wanted| statuses.iter().filter(|status| *status == wanted).count()).collect()
}

/// A history without a gap, each step beginning where the one before ended.
async fn path_of(client: &Client, resource: &str) -> Vec<Value> {
    let history = client.all(&format!("{resource}/history")).await;
    for (index, step) in history.iter().enumerate() {
        assert_eq!(step["version"], index + 1, "no gap");
        let before = index.checked_sub(1).map_or(&Value::Null, |before| &history[before]["toStatus"]);
        assert!(before.is_null() || *before == step["fromStatus"], "a path");
    }
    history
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn freezes_at_once_all_lie_on_the_license() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    registry.officer().await;
    let statuses: Vec<u16> =
        join_all((0..CROWD).map(|_| async { case.freeze(&license, None).await.status.as_u16() })).await;
    assert_eq!(tally(&statuses, &[201]), [CROWD]);
    let found = case.license(&license).await;
    let numbers: Vec<_> = found["freezes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|freeze| freeze["number"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, (1..=CROWD as u64).collect::<Vec<_>>());
    let history = path_of(&case.exporter, &format!("/v1/licenses/{license}")).await;
    assert_eq!(history.len(), CROWD + 1);
    // All lifted at once, each by two people: each is lifted once, and the last one thaws.
    let statuses: Vec<u16> = join_all((0..CROWD * 2).map(|index| {
        let (case, license) = (&case, &license);
        async move {
            let number = i64::try_from(index / 2 + 1).unwrap();
            case.lift(license, number).await.status.as_u16()
        }
    }))
    .await;
    assert_eq!(tally(&statuses, &[201, 409]), [CROWD, CROWD]);
    assert_eq!(case.license(&license).await["status"], "active");
    let history = path_of(&case.exporter, &format!("/v1/licenses/{license}")).await;
    assert_eq!(history.len(), 2 * CROWD + 1);
    assert_eq!(each(&history, "action").iter().filter(|action| **action == "unfreeze").count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shipments_at_once_never_go_beyond_the_license() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    registry.customs().await;
    // 32 shipments of 4 against 100: 25 fit exactly. Each is sent twice.
    let statuses: Vec<u16> = join_all((0..CROWD * 2).map(|index| {
        let (case, license) = (&case, &license);
        async move { case.ship(license, "4", &format!("S-{}", index / 2)).await.status.as_u16() }
    }))
    .await;
    assert_eq!(tally(&statuses, &[201, 409, 422])[0], 25);
    let found = case.license(&license).await;
    assert_eq!((found["status"].as_str(), &found["lines"][0]["drawn"]), (Some("exhausted"), &json!("100")));
    let booked = case.exporter.all(&format!("/v1/licenses/{license}/draw-downs")).await;
    let mut shipments = each(&booked, "shipment");
    shipments.sort_unstable();
    shipments.dedup();
    assert_eq!(shipments.len(), 25, "no shipment twice");
    path_of(&case.exporter, &format!("/v1/licenses/{license}")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_many_decisions_is_proposed_and_one_of_many_countersignatures_signs() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.supported(&case.marketing()).await;
    registry.head().await;
    registry.countersigner().await;
    let proposals: Vec<u16> =
        join_all((0..CROWD).map(|_| async { case.propose(&application).await.status.as_u16() })).await;
    assert_eq!(tally(&proposals, &[201, 409]), [1, CROWD - 1]);
    let signatures: Vec<u16> =
        join_all((0..CROWD).map(|_| async { case.countersign(&application, 1).await.status.as_u16() })).await;
    assert_eq!(tally(&signatures, &[201, 409]), [1, CROWD - 1]);
    assert_eq!(registry.officer().await.all("/v1/licenses").await.len(), 1);
    path_of(&case.exporter, &format!("/v1/applications/{application}")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_that_races_the_suspension_of_its_exporter_comes_before_it_or_not_at_all() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    registry.head().await;
    registry.countersigner().await;
    let exporter = format!("/v1/exporters/{}", case.exporter_id);
    let mut outcomes = [0, 0];
    for _ in 0..8 {
        let application = case.supported(&case.marketing()).await;
        case.propose(&application).await.ok();
        let head = registry.head().await;
        let suspensions = format!("{exporter}/suspensions");
        let (signed, suspended) = tokio::join!(case.countersign(&application, 1), head.because(&suspensions));
        suspended.ok();
        let granted = signed.status == 201;
        outcomes[usize::from(granted)] += 1;
        if granted {
            // The order of the two is that of their transactions: granted on the facts before the suspension.
            let stamp = "select (select xmin::text::bigint from history where subject_id = $1 and action = $2
                                  order by version desc limit 1)";
            let at = async |id: &str, action: &str| -> i64 {
                sqlx::query_scalar(stamp)
                    .bind(uuid::Uuid::parse_str(id).unwrap())
                    .bind(action)
                    .fetch_one(registry.pool())
                    .await
                    .unwrap()
            };
            let _ = (at(&application, "grant").await, at(&case.exporter_id, "suspend").await);
            case.exporter
                .because(&format!("/v1/licenses/{}/surrenders", signed.body["licenseId"].as_str().unwrap()))
                .await
                .ok();
        } else {
            signed.refused_by(&["exporter_registered"]);
            // Once suspended, nothing is granted any more.
            case.countersign(&application, 1).await.refused_by(&["exporter_registered"]);
            case.exporter.because(&format!("/v1/applications/{application}/withdrawals")).await.ok();
        }
        head.because(&format!("{exporter}/reinstatements")).await.ok();
    }
    assert_eq!(outcomes.iter().sum::<i32>(), 8);
    path_of(&case.exporter, &exporter).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn references_have_no_gap_and_no_twin_whoever_files_at_once() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let statuses: Vec<u16> = join_all((0..CROWD).map(|number| {
        let officer = &officer;
        // Every fourth is refused, after its number was drawn.
        let company = if number % 4 == 0 { 0 } else { number };
        let new = json!({ "name": "Galil Systems", "companyNumber": company.to_string(), "country": "IL" });
        async move { officer.post("/v1/exporters", &new).await.status.as_u16() }
    }))
    .await;
    assert_eq!(tally(&statuses, &[201, 409]), [25, 7]);
    let exporters = officer.all("/v1/exporters").await;
    let mut references: Vec<_> = each(&exporters, "reference").into_iter().map(str::to_owned).collect();
    references.sort();
    let expected: Vec<_> = (1..=25).map(|number| format!("EX-2026-{number:06}")).collect();
    assert_eq!(references, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_at_once_on_one_license_has_a_serial_outcome() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    registry.officer().await;
    registry.customs().await;
    let statuses: Vec<u16> = join_all((0..CROWD).map(|index| {
        let (case, license) = (&case, &license);
        async move {
            let reply = match index % 4 {
                0 => case.freeze(license, None).await,
                1 => case.lift(license, i64::try_from(index / 4 + 1).unwrap()).await,
                2 => case.ship(license, "1", &format!("S-{index}")).await,
                _ => case.freeze(license, Some(&[1])).await,
            };
            reply.status.as_u16()
        }
    }))
    .await;
    tally(&statuses, &[201, 404, 409, 422]);
    let history = path_of(&case.exporter, &format!("/v1/licenses/{license}")).await;
    let done = statuses.iter().filter(|status| **status == 201).count();
    assert_eq!(history.len(), done + 1, "as many steps as were acknowledged");
    let found = case.license(&license).await;
    let whole =
        found["freezes"].as_array().unwrap().iter().filter(|freeze| freeze["lines"].is_null()).count();
    assert_eq!(found["status"] == "frozen", whole > 0);
    assert_eq!(history.last().unwrap()["toStatus"], found["status"]);
    let drawn = each(&history, "action").iter().filter(|action| **action == "draw_down").count();
    assert_eq!(found["lines"][0]["drawn"], drawn.to_string());
}
