//! Who may call what: every route for every role, walked off the list of routes.

use axum::http::Method;
use export_license_registry::api;
use export_license_registry::http::route::Access;
use export_license_registry::rules::authority::Role;
use serde_json::json;
use utoipa::openapi::HttpMethod;

use crate::support::case::Case;
use crate::support::registry::{Client, Registry, Reply};

/// An id that nothing has.
const NOWHERE: &str = "00000000-0000-7000-8000-0000000000ff";

/// Every route: its method, its path with an id in it, and who may call it.
fn routes() -> Vec<(Method, String, Access)> {
    let routes = api::rooms().into_iter().flat_map(|room| room.routes);
    routes
        .map(|route| {
            let method = match route.method {
                HttpMethod::Post => Method::POST,
                HttpMethod::Put => Method::PUT,
                _ => Method::GET,
            };
            let path = route.path.replace("{id}", NOWHERE).replace("{number}", "1");
            let path = path.replace("{code}", "zz-top");
            (method, path.replace("{reference}", "EL-2026-999999"), route.access)
        })
        .collect()
}

/// A request that any route may refuse for what it says, once it let the caller in.
async fn call(client: &Client, method: &Method, path: &str) -> Reply {
    let media = (method != Method::GET).then_some("application/json");
    let body = if method == Method::GET { "" } else { "{\"nonsense\":true}" };
    client.send(method.clone(), path, media, body).await
}

#[tokio::test]
async fn a_route_lets_in_the_roles_that_hold_its_permission_and_no_other() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let before = registry.row_counts().await;
    let mut clients = Vec::new();
    for role in Role::ALL.iter().copied().filter(|role| *role != Role::Clock) {
        clients.push((role, registry.any(role, &case.exporter_id).await));
    }
    let people = registry.row_counts().await;
    let mut refused = 0;
    for (method, path, access) in routes() {
        for (role, client) in &clients {
            let status = call(client, &method, &path).await.status.as_u16();
            let allowed = match access {
                Access::Public => true,
                Access::Needs(permission) => permission.allows(*role),
            };
            refused += usize::from(!allowed);
            assert_eq!(status == 403, !allowed, "{method} {path} as {role}: {status}");
            assert!(status != 401 && status < 500, "{method} {path} as {role}: {status}");
        }
    }
    assert!(refused > 500, "the walk went somewhere: {refused}");
    assert_eq!(registry.row_counts().await, people, "nothing was stored");
    assert_ne!(before, people);
}

#[tokio::test]
async fn no_route_but_the_public_ones_lets_in_a_caller_without_a_working_token() {
    let registry = Registry::open().await;
    let working = registry.token("d.cohen", Role::Auditor, None, None).await;
    let flipped = if working.ends_with('0') { "1" } else { "0" };
    let mistyped = format!("{}{flipped}", &working[..working.len() - 1]);
    let expired = json!({
        "holder": "d.cohen", "role": "auditor", "name": "short", "expiresAt": "2026-06-01T09:00:01Z",
    });
    let expired = registry.administrator().post("/v1/tokens", &expired).await.ok();
    let revoked = registry.token("d.cohen", Role::Auditor, None, None).await;
    let id = uuid::Uuid::parse_str(revoked.split('_').nth(1).unwrap()).unwrap();
    registry.administrator().because(&format!("/v1/tokens/{id}/revocations")).await.ok();
    registry.app.clock.set(registry.now() + chrono::TimeDelta::seconds(1));
    // A well-formed token that was never issued: another secret for a known id.
    let guessed = {
        use export_license_registry::ids::{Ids, TokenId};
        use export_license_registry::tokens::Secret;
        Secret::new(TokenId(id), &Ids::seeded(1)).written()
    };
    let clients = [
        ("none", registry.public()),
        ("mistyped", registry.bearer(&mistyped)),
        ("expired", registry.bearer(expired["token"].as_str().unwrap())),
        ("revoked", registry.bearer(&revoked)),
        ("guessed", registry.bearer(&guessed)),
        ("empty", registry.bearer("")),
        ("nonsense", registry.bearer("elr_x_y_z")),
    ];
    for (method, path, access) in routes() {
        for (what, client) in &clients {
            let reply = call(client, &method, &path).await;
            match access {
                Access::Public => {
                    assert!(reply.status != 401 && reply.status != 403, "{method} {path}: {what}");
                }
                Access::Needs(_) => {
                    assert_eq!(reply.status, 401, "{method} {path}: {what}");
                    assert_eq!(reply.header("www-authenticate"), "Bearer");
                }
            }
        }
    }
    registry.bearer(&working).get("/v1/audit").await.ok();
}

#[tokio::test]
async fn the_scheme_is_read_in_any_case_and_other_schemes_are_not_read() {
    use axum::body::Body;
    use axum::http::Request;
    let registry = Registry::open().await;
    let token = registry.token("d.cohen", Role::Auditor, None, None).await;
    for (header, status) in [
        (format!("Bearer {token}"), 200),
        (format!("bearer {token}"), 200),
        (format!("BEARER  {token}"), 200),
        (format!("Basic {token}"), 401),
        (token.clone(), 401),
        (format!("Bearer {token} {token}"), 401),
    ] {
        let request = Request::get("/v1/countries").header("authorization", &header).body(Body::empty());
        assert_eq!(registry.public().raw(request.unwrap()).await.status, status, "{header}");
    }
}
