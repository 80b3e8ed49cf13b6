//! What every answer keeps to: problems, headers, paths and names.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Method, Request};
use export_license_registry::http::{Answer, App, Found, Room, Route, outer};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::case::Case;
use crate::support::registry::Registry;

#[tokio::test]
async fn every_error_is_a_problem_with_a_stable_type() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(300 * 1024));
    for (reply, status, kind) in [
        (officer.get("/v1/nothing").await, 404, "not-found"),
        (officer.get("/v1/exporters/").await, 404, "not-found"),
        (officer.get("/v1/exporters/00000000-0000-7000-8000-0000000000ff").await, 404, "not-found"),
        (officer.get("/v1/exporters/7").await, 400, "malformed"),
        (officer.send(Method::DELETE, "/v1/exporters", None, "").await, 405, "method-not-allowed"),
        (officer.send(Method::PATCH, "/v1/licenses", None, "").await, 405, "method-not-allowed"),
        (officer.post_bytes("/v1/exporters", "{").await, 400, "malformed"),
        (officer.post_bytes("/v1/exporters", large).await, 413, "too-large"),
        (
            officer.send(Method::POST, "/v1/exporters", Some("text/plain"), "{}").await,
            415,
            "unsupported-media-type",
        ),
        (officer.send(Method::POST, "/v1/exporters", None, "{}").await, 415, "unsupported-media-type"),
        (registry.public().get("/v1/exporters").await, 401, "unauthorized"),
        (officer.get("/v1/audit").await, 403, "forbidden"),
    ] {
        let asked = reply.asked.clone();
        assert_eq!(reply.problem(status)["type"], format!("/docs/problems#{kind}"), "{asked}");
    }
    let charset = "Application/JSON; charset=utf-8";
    officer.send(Method::POST, "/v1/exporters", Some(charset), "{}").await.problem(400);
    registry.public().send(Method::DELETE, "/v1/exporters", None, "").await.problem(405);
}

#[tokio::test]
async fn a_method_that_is_not_taken_is_told_with_those_that_are() {
    let registry = Registry::open().await;
    let reply = registry.officer().await.send(Method::DELETE, "/v1/exporters", None, "").await;
    let mut allowed: Vec<_> = reply.header("allow").split(',').map(str::trim).collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD", "POST"]);
}

#[tokio::test]
async fn a_panic_is_a_problem_that_tells_nothing() {
    let registry = Registry::open().await;
    let rooms = vec![Room { name: "test", about: "", routes: vec![Route::public("/boom", boom)] }];
    let router: Router = outer::router(&registry.app, rooms, Router::new());
    let response = router.oneshot(Request::get("/boom").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 500);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert!(response.headers().contains_key("x-request-id"));
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let problem: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((&problem["status"], &problem["instance"]), (&json!(500), &json!("/boom")));
    assert!(!problem.to_string().contains("secret"), "{problem}");
}

/// A route that fails as no route should.
async fn boom(_: State<App>) -> Answer<Found<Value>> {
    tokio::task::yield_now().await;
    panic!("a secret in a panic")
}

#[tokio::test]
async fn every_answer_carries_its_headers() {
    let registry = Registry::open().await;
    let mut ids = std::collections::HashSet::new();
    for path in ["/health/live", "/v1/nothing", "/v1/openapi.json", "/docs/", "/v1/exporters"] {
        let reply = registry.public().get(path).await;
        for (name, value) in [
            ("api-version", "1.0.0"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("strict-transport-security", "max-age=31536000"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(reply.header(name), value, "{path}");
        }
        assert!(reply.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert!(ids.insert(reply.header("x-request-id").to_owned()), "{path}: a request id of its own");
    }
}

#[tokio::test]
async fn names_are_camel_case_at_every_depth() {
    fn walk(value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    assert!(!name.contains(['_', '-', ' ']), "{name}");
                    // What a step or a check recorded has names of its own.
                    if !matches!(name.as_str(), "details" | "facts" | "particulars") {
                        walk(member);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(walk),
            _ => {}
        }
    }
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    case.freeze(&license, None).await.ok();
    case.object_to_freeze(&license, 1).await.ok();
    let refused = case.supported(&case.marketing()).await;
    case.refused(&refused).await;
    case.advised_override(&json!({ "applicationId": refused }), &[]).await;
    let auditor = registry.auditor().await;
    for path in [
        "/v1/exporters",
        "/v1/products",
        "/v1/end-users",
        "/v1/consignees",
        "/v1/declaration-templates",
        "/v1/declarations",
        "/v1/applications",
        "/v1/licenses",
        "/v1/revocations",
        "/v1/objections",
        "/v1/overrides",
        "/v1/audit",
        "/v1/tokens",
        "/v1/control-list",
        "/v1/reference-editions",
        "/v1/countries",
        "/v1/public/declaration-templates",
    ] {
        let page = auditor.get(path).await.ok();
        walk(&page);
        for item in page["items"].as_array().unwrap() {
            for member in ["createdAt", "updatedAt", "at"] {
                let time = &item[member];
                assert!(time.is_null() || time.as_str().unwrap().ends_with('Z'), "{path}: {time} is UTC");
            }
        }
    }
}

#[tokio::test]
async fn a_resource_answers_its_common_members() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    case.intend(&license, false).await.ok();
    case.freeze(&license, None).await.ok();
    case.object_to_freeze(&license, 1).await.ok();
    let refused = case.supported(&case.marketing()).await;
    case.refused(&refused).await;
    case.advised_override(&json!({ "applicationId": refused }), &[]).await;
    let officer = registry.officer().await;
    for list in [
        "exporters",
        "products",
        "end-users",
        "declaration-templates",
        "declarations",
        "applications",
        "licenses",
        "revocations",
        "objections",
        "overrides",
    ] {
        let items = officer.all(&format!("/v1/{list}")).await;
        assert!(!items.is_empty(), "{list}");
        for item in items {
            for member in ["id", "reference", "status", "createdAt", "updatedAt"] {
                assert!(item[member].is_string(), "{list}: no {member}");
            }
            assert!(item["version"].is_i64() && item["allowedActions"].is_array(), "{list}");
            let one = format!("/v1/{list}/{}", item["id"].as_str().unwrap());
            assert_eq!(officer.get(&one).await.ok()["reference"], item["reference"]);
            let history = officer.all(&format!("{one}/history")).await;
            assert_eq!(json!(history.len()), item["version"], "{one}");
            assert_eq!(history.last().unwrap()["toStatus"], item["status"], "{one}");
            assert_eq!(history.last().unwrap()["at"], item["updatedAt"], "{one}");
            for pair in history.windows(2) {
                assert_eq!(pair[0]["toStatus"], pair[1]["fromStatus"], "{one} is a path");
            }
        }
    }
}

#[tokio::test]
async fn head_answers_as_get_without_a_body() {
    let registry = Registry::open().await;
    let reply = registry.public().send(Method::HEAD, "/health/live", None, "").await;
    assert_eq!((reply.status.as_u16(), reply.text.as_str()), (200, ""));
}
