//! `/v1/tokens`: shown once, stopped at the next request, never a second pair of eyes.

use export_license_registry::rules::authority::Role;
use serde_json::{Value, json};

use crate::support::case::registered;
use crate::support::registry::{Registry, each, id};

fn new(change: Value) -> Value {
    let mut new = json!({
        "holder": "d.cohen", "role": "licensing_officer", "name": "laptop", "expiresAt": "2026-12-31T00:00:00Z",
    });
    for (name, value) in change.as_object().unwrap() {
        new[name] = value.clone();
    }
    new
}

#[tokio::test]
async fn a_token_is_shown_once_and_its_hash_alone_is_kept() {
    let registry = Registry::open().await;
    let administrator = registry.administrator();
    let issued = administrator.post("/v1/tokens", &new(json!({}))).await.ok();
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
        tokens.push(administrator.post("/v1/tokens", &new(json!({}))).await.ok());
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
        registry.administrator().post("/v1/tokens", &new(change)).await.names(pointer);
    }
}

#[tokio::test]
async fn a_person_keeps_one_role() {
    let registry = Registry::open().await;
    let administrator = registry.administrator();
    administrator.post("/v1/tokens", &new(json!({}))).await.ok();
    administrator.post("/v1/tokens", &new(json!({ "role": "head_of_agency" }))).await.problem(409);
    for handle in ["clock", "command-line"] {
        let taken = new(json!({ "holder": handle, "role": "licensing_officer" }));
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

#[tokio::test]
async fn a_token_may_do_no_more_than_it_is_for() {
    let registry = Registry::open().await;
    let administrator = registry.administrator();
    for (scopes, pointer) in [
        (json!([]), "/scopes"),
        (json!(["read_register", "decide"]), "/scopes/1"),
        (json!(["read_everything"]), "/scopes/0"),
    ] {
        administrator.post("/v1/tokens", &new(json!({ "scopes": scopes }))).await.names(pointer);
    }
    let narrow = new(json!({ "scopes": ["read_register"] }));
    let issued = administrator.post("/v1/tokens", &narrow).await.ok();
    let found = administrator.get(&format!("/v1/tokens/{}", id(&issued))).await.ok();
    assert_eq!(found["scopes"], json!(["read_register"]));
    let client = registry.bearer(issued["token"].as_str().unwrap());
    client.get("/v1/exporters").await.ok();
    let refused = client.get("/v1/licenses").await.problem(403);
    assert!(refused["detail"].as_str().unwrap().contains("read_licenses"), "{refused}");
    client.post("/v1/exporters", &json!({})).await.problem(403);
}

#[tokio::test]
async fn a_token_is_followed_once_and_two_work_for_a_while() {
    let registry = Registry::open().await;
    let administrator = registry.administrator();
    let narrow = new(json!({ "scopes": ["read_register", "rotate_token"] }));
    let first = administrator.post("/v1/tokens", &narrow).await.ok();
    let client = |token: &Value| registry.bearer(token["token"].as_str().unwrap());
    let path = |token: &Value| format!("/v1/tokens/{}/rotations", id(token));
    let body = json!({ "overlapHours": 2 });
    client(&first).post(&path(&first), &json!({ "overlapHours": 169 })).await.names("/overlapHours");
    let late = json!({ "expiresAt": "2027-12-31T00:00:00Z" });
    client(&first).post(&path(&first), &late).await.names("/expiresAt");
    let second = client(&first).post(&path(&first), &body).await.ok();
    assert_eq!((&second["holder"], &second["role"]), (&json!("d.cohen"), &json!("licensing_officer")));
    for token in [&first, &second] {
        client(token).get("/v1/exporters").await.ok();
        client(token).get("/v1/licenses").await.problem(403);
    }
    client(&first).post(&path(&first), &body).await.problem(409);
    let on_file = administrator.get(&format!("/v1/tokens/{}", id(&second))).await.ok();
    assert_eq!(
        (&on_file["replaces"], &on_file["scopes"]),
        (&first["id"], &json!(["read_register", "rotate_token"]))
    );
    registry.app.clock.set(registry.now() + chrono::TimeDelta::hours(2));
    client(&first).get("/v1/exporters").await.problem(401);
    client(&second).get("/v1/exporters").await.ok();
    client(&second).post(&path(&first), &body).await.problem(409);
    client(&second).post(&path(&second), &body).await.ok();
}

#[tokio::test]
async fn two_of_a_chain_live_at_a_time_however_often_it_is_rotated() {
    let registry = Registry::open().await;
    let administrator = registry.administrator();
    let client = |token: &Value| registry.bearer(token["token"].as_str().unwrap());
    let mut chain = vec![administrator.post("/v1/tokens", &new(json!({}))).await.ok()];
    for rotations in 1..=4 {
        let last = chain.last().unwrap();
        let path = format!("/v1/tokens/{}/rotations", id(last));
        // A token that comes before the last rotates it as well, and ends by that.
        let by = &chain[chain.len().saturating_sub(2)];
        let next = client(by).post(&path, &json!({ "overlapHours": 24 })).await.ok();
        chain.push(next);
        for (at, token) in chain.iter().enumerate() {
            let reply = client(token).get("/v1/exporters").await;
            let lives = at + 2 >= chain.len();
            assert_eq!(reply.status == 200, lives, "after {rotations} rotations, the one at {at}");
            let on_file = administrator.get(&format!("/v1/tokens/{}", id(token))).await.ok();
            assert_eq!(on_file["status"], if lives { "active" } else { "revoked" });
        }
    }
    // Each that ended is told of in the log.
    let revoked = registry.auditor().await.all("/v1/audit?act=token.revoke").await;
    let ended: Vec<&Value> = revoked.iter().rev().map(|entry| &entry["subjectId"]).collect();
    assert_eq!(ended, [&chain[0]["id"], &chain[1]["id"], &chain[2]["id"]]);
    assert!(revoked[0]["particulars"]["reasons"].as_str().unwrap().contains("rotated"), "{}", revoked[0]);
}

#[tokio::test]
async fn one_rotates_ones_own_tokens_and_the_administrator_anyones() {
    let registry = Registry::open().await;
    let exporter = registered(&registry, "Negev Optics Ltd.", "51-1").await;
    let administrator = registry.administrator();
    let issued = administrator.post("/v1/tokens", &new(json!({}))).await.ok();
    let path = format!("/v1/tokens/{}/rotations", id(&issued));
    let nowhere = "/v1/tokens/00000000-0000-7000-8000-0000000000ff/rotations";
    for stranger in [registry.head().await, registry.exporter(&exporter).await] {
        let (mut theirs, mut none) = (
            stranger.post(&path, &json!({})).await.problem(404),
            stranger.post(nowhere, &json!({})).await.problem(404),
        );
        (theirs["instance"], none["instance"]) = (Value::Null, Value::Null);
        assert_eq!(theirs, none);
    }
    administrator.post(&path, &json!({})).await.ok();
    // An exporter's person, whom the database lets see no key, rotates its own.
    let own = new(json!({ "holder": "e.levi", "role": "exporter", "exporterId": exporter }));
    let own = administrator.post("/v1/tokens", &own).await.ok();
    let client = registry.bearer(own["token"].as_str().unwrap());
    let next = client.post(&format!("/v1/tokens/{}/rotations", id(&own)), &json!({})).await.ok();
    registry.bearer(next["token"].as_str().unwrap()).get("/v1/exporters").await.ok();
    let revoked = format!("/v1/tokens/{}", id(&next));
    administrator.because(&format!("{revoked}/revocations")).await.ok();
    administrator.post(&format!("{revoked}/rotations"), &json!({})).await.problem(409);
}

#[tokio::test]
async fn the_last_use_of_a_token_is_noted_now_and_then() {
    let registry = Registry::open().await;
    let administrator = registry.administrator();
    let issued = administrator.post("/v1/tokens", &new(json!({}))).await.ok();
    let path = format!("/v1/tokens/{}", id(&issued));
    let client = registry.bearer(issued["token"].as_str().unwrap());
    assert_eq!(administrator.get(&path).await.ok()["lastUsedAt"], Value::Null);
    client.get("/v1/exporters").await.ok();
    let first = administrator.get(&path).await.ok()["lastUsedAt"].clone();
    assert!(first.as_str().unwrap().starts_with("2026-06-01T09:00:00"), "{first}");
    for (minutes, noted) in [(5, false), (6, true)] {
        registry.app.clock.set(registry.now() + chrono::TimeDelta::minutes(minutes));
        client.get("/v1/exporters").await.ok();
        let last = administrator.get(&path).await.ok()["lastUsedAt"].clone();
        assert_eq!(last != first, noted, "after {minutes} minutes more");
    }
}
