//! A grant racing a measure: whatever the order, no license is active under a measure in force.

use futures_util::future::join;
use futures_util::future::join_all;
use serde_json::json;

use crate::support::case::Case;
use crate::support::measure::{approval, measure};
use crate::support::registry::Registry;

/// How many grants race the measure.
const GRANTS: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_that_races_a_measure_never_yields_an_active_license() {
    for round in 0_u64..4 {
        let registry = Registry::open().await;
        let case = Case::with_product(&registry).await;
        let mut proposed = Vec::new();
        for _ in 0..GRANTS {
            let application = case.supported(&case.marketing()).await;
            case.propose(&application).await.ok();
            proposed.push(application);
        }
        let scope = json!({ "all": [{ "destinations": ["DE"] }, { "controlCodes": ["ML5"] }] });
        let path = registry.drafted(&measure(&registry, &scope, &["freeze_existing"])).await;
        let preview = registry.previewed(&path).await;
        let (head, countersigner) = (registry.head().await, registry.countersigner().await);
        head.post(&format!("{path}/approvals"), &approval(&preview)).await.ok();
        let digest = json!({ "digest": preview["digest"] });
        let grants = join_all(proposed.iter().map(|application| {
            let path = format!("/v1/applications/{application}/decisions/1/countersignatures");
            let countersigner = countersigner.clone();
            async move { countersigner.act(&path).await.status.as_u16() }
        }));
        let enacting = async {
            tokio::time::sleep(std::time::Duration::from_millis(round * 8)).await;
            // A grant that came first changed what would be touched: a new look, until one holds.
            let mut digest = digest;
            loop {
                let reply = head.post(&format!("{path}/executions"), &digest).await;
                if reply.status == 202 {
                    return;
                }
                reply.problem(409);
                let preview = registry.previewed(&path).await;
                head.post(&format!("{path}/approvals"), &approval(&preview)).await;
                digest = json!({ "digest": preview["digest"] });
            }
        };
        let (statuses, ()) = join(grants, enacting).await;
        assert!(statuses.iter().all(|status| [201, 422].contains(status)), "{statuses:?}");
        registry.worked_off().await;
        let granted = statuses.iter().filter(|status| **status == 201).count();
        let found: Vec<(String, i64)> =
            sqlx::query_as("select status, count(*) from licenses group by status order by status")
                .fetch_all(registry.pool())
                .await
                .expect("count");
        let expected = if granted == 0 {
            Vec::new()
        } else {
            vec![("frozen".to_owned(), i64::try_from(granted).expect("few"))]
        };
        assert_eq!(found, expected, "round {round}: {statuses:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_measure_is_brought_into_force_and_lifted_once() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let scope = json!({ "destinations": ["DE"] });
    let path = registry.drafted(&measure(&registry, &scope, &["freeze_existing"])).await;
    let preview = registry.previewed(&path).await;
    let head = registry.head().await;
    head.post(&format!("{path}/approvals"), &approval(&preview)).await.ok();
    let digest = json!({ "digest": preview["digest"] });
    let once = |statuses: Vec<u16>| {
        assert_eq!(statuses.iter().filter(|status| **status == 202).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [202, 409].contains(status)), "{statuses:?}");
    };
    let executions = format!("{path}/executions");
    once(join_all((0..8).map(|_| async { head.post(&executions, &digest).await.status.as_u16() })).await);
    // Lifted while it is carried out: what was frozen is thawed, what was not is left alone.
    let liftings = format!("{path}/liftings");
    let lifting = join_all((0..8).map(|_| async { head.because(&liftings).await.status.as_u16() }));
    let (statuses, ()) = join(lifting, registry.worked_off()).await;
    once(statuses);
    registry.worked_off().await;
    assert_eq!(case.license(&license).await["status"], "active");
}
