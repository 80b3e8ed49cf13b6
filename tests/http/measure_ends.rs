//! Measures that meet what is under way already: proceedings, imports, operations that nobody asked for, their own end.

use export_license_registry::db::Isolation;
use serde_json::{Value, json};

use super::examination::{examined, published};
use super::lively::all_taken;
use super::screening::send;
use crate::support::case::Case;
use crate::support::measure::measure;
use crate::support::registry::{Registry, each, id};

fn to_germany() -> Value {
    json!({ "destinations": ["DE"] })
}

/// A measure that revokes at once what goes to Germany; gives its path.
async fn urgent(registry: &Registry) -> String {
    let mut new = measure(registry, &to_germany(), &["revoke_existing", "refuse_new"]);
    new["effects"][0]["urgent"] = json!(true);
    registry.drafted(&new).await
}

async fn usable(registry: &Registry, case: &Case<'_>, license: &str) -> Value {
    let reference = case.license(license).await["reference"].as_str().unwrap().to_owned();
    registry.public().get(&format!("/v1/public/license-verifications/{reference}")).await.ok()["valid"]
        .clone()
}

#[tokio::test]
async fn an_urgent_revocation_leaves_no_license_usable_for_a_proceeding_that_is_open_already() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let (open, free) = (case.marketing_license().await, case.marketing_license().await);
    let notice = id(&case.intend(&open, false).await.ok());
    let path = urgent(&registry).await;
    let operation = registry.enacted(&path).await;
    assert_eq!((&operation["done"], &operation["skipped"]), (&json!(2), &json!(0)), "{operation}");
    for license in [&open, &free] {
        assert_eq!(case.license(license).await["status"], "frozen");
        assert_eq!(usable(&registry, &case, license).await, false);
    }
    let decisions = registry.officer().await.all(&format!("{path}/decisions?licenseId={open}")).await;
    assert_eq!(each(&decisions, "act"), ["freeze"]);
    assert!(decisions[0]["reasons"].as_str().unwrap().contains("ME-"), "{decisions:?}");
    // The other proceeding is dropped: the measure holds the license still, until it ends.
    registry.head().await.because(&format!("/v1/revocations/{notice}/drops")).await.ok();
    assert_eq!(case.license(&open).await["status"], "frozen");
    registry.lifted(&path).await;
    for license in [&open, &free] {
        assert_eq!(case.license(license).await["status"], "active");
    }
}

#[tokio::test]
async fn the_end_of_a_measure_drops_what_it_instructed_and_nobody_ordered() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let (license, ordered, held) =
        (case.marketing_license().await, case.marketing_license().await, case.marketing_license().await);
    let path = urgent(&registry).await;
    registry.enacted(&path).await;
    case.freeze(&held, None).await.ok();
    let officer = registry.officer().await;
    let proceedings = officer.all("/v1/revocations?sort=oldest").await;
    assert_eq!(each(&proceedings, "status"), ["intended"; 3]);
    let of = |license: &str| {
        let found = proceedings.iter().find(|proceeding| proceeding["licenseId"] == license).unwrap();
        format!("/v1/revocations/{}", id(found))
    };
    case.exporter.because(&format!("{}/waivers", of(&ordered))).await.ok();
    registry.director().await.because(&format!("{}/orders", of(&ordered))).await.ok();
    let operation = registry.lifted(&path).await;
    assert_eq!((&operation["done"], &operation["skipped"]), (&json!(2), &json!(0)), "{operation}");
    let stands = [&license, &ordered, &held].map(|license| case.license(license));
    let [license_now, ordered_now, held_now] = stands;
    assert_eq!(license_now.await["status"], "active");
    assert_eq!(ordered_now.await["status"], "revoked", "nothing revoked is revived");
    assert_eq!(held_now.await["status"], "frozen", "it was frozen by itself");
    assert_eq!(officer.get(&of(&license)).await.ok()["status"], "dropped");
    assert_eq!(officer.get(&of(&ordered)).await.ok()["status"], "ordered");
    // Nothing is ordered under a measure that has ended.
    registry.pass_days(60);
    registry.head().await.because(&format!("{path}/revocation-orders")).await.problem(409);
}

#[tokio::test]
async fn a_measure_cannot_take_a_route_that_is_closed_on_its_ground() {
    let registry = Registry::open().await;
    let mut new = measure(&registry, &to_germany(), &["revoke_existing"]);
    new["effects"][0]["urgent"] = json!(true);
    new["ground"] = json!("condition_breach");
    registry.officer().await.post("/v1/measures", &new).await.names("/effects/0/urgent");
    new["effects"][0]["urgent"] = json!(false);
    registry.officer().await.post("/v1/measures", &new).await.ok();
}

const PROFILE: &str = r#"
name = "own"
register = "own-register"

[fields]
kind = { value = "export" }
number = "number"
issued_on = "issued"
valid_until = "until"
codes = "code"
description = "goods"
destinations = "to"

[dates]
formats = ["%Y-%m-%d"]
"#;

const LIST: &str = "number,issued,until,code,goods,to
1,2026-01-05,2029-12-31,4A005,Systems,Germany
2,2026-01-05,2029-12-31,4A005,Systems,France
3,2026-01-05,2029-12-31,ML1a,Rifles,Germany
";

#[tokio::test]
async fn a_license_that_is_imported_under_a_freeze_is_usable_for_no_moment() {
    let registry = Registry::open().await;
    let scope = json!({ "all": [to_germany(), { "controlCodes": ["4A005"] }] });
    let path = registry.in_force(&scope, &["freeze_existing"]).await;
    let officer = registry.officer().await;
    send(&officer, "/v1/imports", &[("list.csv", LIST)], &[("profile", PROFILE)]).await.ok();
    // The worker did nothing yet.
    let licenses = officer.all("/v1/licenses?sort=oldest").await;
    let mut stands: Vec<(&str, &str)> = licenses
        .iter()
        .map(|license| (license["sourceNumber"].as_str().unwrap(), license["status"].as_str().unwrap()))
        .collect();
    stands.sort_unstable();
    assert_eq!(stands, [("1", "frozen"), ("2", "active"), ("3", "active")]);
    let decisions = officer.all(&format!("{path}/decisions")).await;
    assert_eq!(each(&decisions, "act"), ["freeze"]);
    let rows = registry.row_counts().await;
    registry.worked_off().await;
    assert_eq!(registry.row_counts().await, rows, "the worker has nothing left to do");
    let operations = officer.all("/v1/operations?status=succeeded").await;
    assert_eq!(operations.len(), 2);
}

#[tokio::test]
async fn an_operation_that_nobody_asked_for_thaws_nothing_and_is_found() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let path = registry.in_force(&to_germany(), &["freeze_existing"]).await;
    let measure = path.rsplit('/').next().unwrap();
    for kind in ["measure_release", "measure_amendment", "measure_execution"] {
        let forged = format!(
            "with forged as (
                 insert into operations (id, reference, kind, subject_kind, subject_id, requested_by, requested_role, request_id,
                                         reasons, status, total, done, skipped, attempts, created_at, updated_at)
                 select gen_random_uuid(), 'OP-2026-9' || left(md5('{kind}'), 5), '{kind}', subject_kind, '{measure}', requested_by,
                        requested_role, gen_random_uuid(), 'Forged.', 'queued', 1, 0, 0, 0, created_at, updated_at
                   from operations limit 1 returning id)
             insert into operation_batches (operation_id, number, task, subject_ids)
             select id, 1, 'release', array['{license}']::uuid[] from forged"
        );
        sqlx::query(sqlx::AssertSqlSafe(forged)).execute(registry.pool()).await.unwrap();
    }
    registry.worked_off().await;
    assert_eq!(case.license(&license).await["status"], "frozen");
    all_taken(&registry).await;
    let against = published(&registry).await;
    let mut tx = registry.app.pool.office(Isolation::RecordsMuch).await.unwrap();
    let report = examined(&mut tx, &against).await;
    let found = report.findings.iter().filter(|finding| finding.says.starts_with("operation ")).count();
    assert_eq!(found, 3, "{:?}", report.findings);
}
