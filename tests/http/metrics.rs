//! `/metrics`: what is counted, with labels that no caller can multiply.

use std::collections::BTreeSet;

use axum::http::Method;
use export_license_registry::{api, meters};

use crate::support::case::Case;
use crate::support::registry::Registry;

/// The samples of a page: name with labels, and value.
fn samples(page: &str) -> Vec<(String, f64)> {
    let lines = page.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

/// A sample's value; zero where there is none. Other tests count in the same process, so values only grow.
fn value(page: &str, sample: &str) -> f64 {
    samples(page).into_iter().find(|(name, _)| name == sample).map_or(0.0, |(_, value)| value)
}

#[tokio::test]
async fn what_happens_is_counted() {
    meters::install();
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let auditor = registry.auditor().await;
    let before = auditor.get("/metrics").await;
    assert_eq!(before.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let license = case.marketing_license().await;
    case.freeze(&license, None).await.ok();
    case.lift(&license, 1).await.ok();
    case.lift(&license, 7).await.problem(404);
    let after = registry.administrator().get("/metrics").await.text;
    for (sample, grown) in [
        (
            "registry_http_requests_total{method=\"POST\",route=\"/v1/licenses/{id}/freezes\",status=\"2xx\"}",
            1.0,
        ),
        (
            "registry_http_requests_total{method=\"POST\",route=\"/v1/licenses/{id}/freezes/{number}/liftings\",status=\"4xx\"}",
            1.0,
        ),
        ("registry_http_request_seconds_count{method=\"POST\",route=\"/v1/licenses/{id}/freezes\"}", 1.0),
        ("registry_gate_verdicts_total{act=\"unfreeze\",outcome=\"pass\"}", 1.0),
        // Proposed, and countersigned.
        ("registry_gate_verdicts_total{act=\"grant\",outcome=\"pass\"}", 2.0),
    ] {
        let difference = value(&after, sample) - value(&before.text, sample);
        assert!(difference >= grown, "{sample}: {difference}\n{after}");
    }
    assert!(value(&after, "registry_pool_connections{pool=\"main\",state=\"most\"}") > 0.0);
    assert!(samples(&after).iter().any(|(name, _)| name == "registry_outbox_lag_seconds"));
    assert!(
        samples(&after).iter().any(|(name, _)| name == "registry_operations_unfinished{status=\"queued\"}")
    );
}

#[tokio::test]
async fn no_caller_multiplies_the_labels() {
    meters::install();
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    for number in 0..20 {
        officer.get(&format!("/v1/licenses/00000000-0000-7000-8000-{number:012}")).await.problem(404);
        officer.get(&format!("/v1/nowhere/{number}")).await.problem(404);
        officer.get(&format!("/v1/public/license-verifications/EL-2026-{number:06}")).await.problem(404);
        let method = Method::from_bytes(format!("M{number}").as_bytes()).unwrap();
        officer.send(method, "/v1/exporters", None, "").await.problem(405);
    }
    let page = registry.auditor().await.get("/metrics").await.text;
    let templates: BTreeSet<&str> =
        api::rooms().into_iter().flat_map(|room| room.routes).map(|route| route.path).collect();
    let pages = ["none", "/", "/docs/problems", "/v1/openapi.json"];
    for (name, _) in samples(&page) {
        let label = |label: &str| {
            let opening = format!("{label}=\"");
            name.split_once(&opening).map(|(_, rest)| rest.split('"').next().unwrap().to_owned())
        };
        if let Some(route) = label("route") {
            let known = templates.contains(route.as_str()) || pages.contains(&route.as_str());
            assert!(known || route.starts_with("/docs"), "{name}");
        }
        if let Some(method) = label("method") {
            assert!(["GET", "HEAD", "POST", "PUT", "other"].contains(&method.as_str()), "{name}");
        }
        assert!(!name.contains("EL-2026"), "{name}");
    }
}
