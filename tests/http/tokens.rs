//! `/v1/tokens`: shown once, stopped at the next request, never a second pair of eyes.

use export_license_registry::rules::authority::Role;
use serde_json::{Value, json};

use crate::support::case::registered;
use crate::support::registry::{Registry, each, id};

fn new(registry: &Registry, change: Value) -> Value {
    let mut new = json!({
        "holder": "d.cohen", "role": "licensing_officer", "name": "laptop", "expiresAt": "2026-12-31T00:00:00Z",
    });
    let _ = registry;
    for (name, value) in change.as_object().unwrap() {
        new[name] = value.clone();
    }
    new
}

#[tokio::test]
async fn a_token_is_shown_once_and_its_hash_alone_is_kept() {
    let registry = Registry::open().await;
    let administrator = registry.administrator();
    let issued = administrator.post("/v1/tokens", &new(&registry, json!({}))).await.ok();
    let token = issued["token"].as_str().unwrap();
    let secret = token.split('_').nth(2).unwrap();
    let found = administrator.get(&format!("/v1/tokens/{}", id(&issued))).await;
    assert!(!found.text.contains(secret));
    assert_eq!(found.ok()["status"], "active");
    assert!(!administrator.get("/v1/tokens").await.text.contains(secret));
    let dump: Vec<String> = sqlx::query_scalar(
        "select row_to_json(t)::text from tokens t union all select row_to_json(a)::text from audit_entries a",
    )
    .fetch_all(registry.pool())
    .await
    .unwrap();
    assert!(dump.iter().all(|row| !row.contains(secret)));
    registry.bearer(token).get("/v1/exporters").await.ok();
}

#[tokio::test]
async fn a_revoked_token_stops_at_the_next_request_and_the_other_one_goes_on() {
    let registry = Registry::open().await;
    let administrator = registry.administrator();
    let mut tokens = Vec::new();
    for _ in 0..2 {
        tokens.push(administrator.post("/v1/tokens", &new(&registry, json!({}))).await.ok());
    }
    let client = |token: &Value| registry.bearer(token["token"].as_str().unwrap());
    let path = format!("/v1/tokens/{}/revocations", id(&tokens[0]));
    client(&tokens[0]).get("/v1/exporters").await.ok();
    assert_eq!(administrator.because(&path).await.ok()["status"], "revoked");
    let refused = client(&tokens[0]).get("/v1/exporters").await;
    assert_eq!(refused.header("www-authenticate"), "Bearer");
    refused.problem(401);
    client(&tokens[1]).get("/v1/exporters").await.ok();
    administrator.because(&path).await.problem(409);
    let unknown = "/v1/tokens/00000000-0000-7000-8000-0000000000ff";
    administrator.because(&format!("{unknown}/revocations")).await.problem(404);
    administrator.get(unknown).await.problem(404);
    let listed = administrator.all("/v1/tokens?holder=d.cohen").await;
    assert_eq!(each(&listed, "status"), ["active", "revoked"]);
    registry.app.clock.set("2026-12-31T00:00:00Z".parse().unwrap());
    client(&tokens[1]).get("/v1/exporters").await.problem(401);
    assert_eq!(each(&administrator.all("/v1/tokens?holder=d.cohen").await, "status"), ["expired", "revoked"]);
}

#[tokio::test]
async fn what_a_token_says_must_fit_its_role() {
    let registry = Registry::open().await;
    let exporter = registered(&registry, "Negev Optics Ltd.", "51-1").await;
    let unknown = "00000000-0000-7000-8000-0000000000ff";
    for (change, pointer) in [
        (json!({ "role": "clock" }), "/role"),
        (json!({ "role": "emperor" }), "/role"),
        (json!({ "role": "reviewer" }), "/ministry"),
        (json!({ "ministry": "defense" }), "/ministry"),
        (json!({ "role": "exporter" }), "/exporterId"),
        (json!({ "exporterId": exporter }), "/exporterId"),
        (json!({ "role": "exporter", "exporterId": unknown }), "/exporterId"),
        (json!({ "holder": "D. Cohen" }), "/holder"),
        (json!({ "expiresAt": "2026-06-01T09:00:00Z" }), "/expiresAt"),
        (json!({ "expiresAt": "2037-01-01T00:00:00Z" }), "/expiresAt"),
        (json!({ "expiresAt": "+294276-12-31T00:00:00Z" }), "/expiresAt"),
        (json!({ "expiresAt": "+262000-12-31T00:00:00Z" }), "/expiresAt"),
        (json!({ "name": "" }), "/name"),
    ] {
        registry.administrator().post("/v1/tokens", &new(&registry, change)).await.names(pointer);
    }
}

#[tokio::test]
async fn a_person_keeps_one_role() {
    let registry = Registry::open().await;
    let administrator = registry.administrator();
    administrator.post("/v1/tokens", &new(&registry, json!({}))).await.ok();
    administrator.post("/v1/tokens", &new(&registry, json!({ "role": "head_of_agency" }))).await.problem(409);
    for handle in ["clock", "command-line"] {
        let taken = new(&registry, json!({ "holder": handle, "role": "licensing_officer" }));
        administrator.post("/v1/tokens", &taken).await.problem(409);
    }
}

#[tokio::test]
async fn tokens_are_found_by_holder_and_role() {
    let registry = Registry::open().await;
    registry.officer().await;
    registry.head().await;
    let auditor = registry.staff("auditor", Role::Auditor).await;
    assert_eq!(each(&auditor.all("/v1/tokens?role=head_of_agency").await, "holder"), ["head"]);
    assert_eq!(
        each(&auditor.all("/v1/tokens").await, "holder"),
        ["auditor", "head", "officer", "administrator", "administrator"]
    );
    auditor.get("/v1/tokens?role=emperor").await.names("?role");
    auditor.get("/v1/tokens?holder=A%20B").await.names("?holder");
}
