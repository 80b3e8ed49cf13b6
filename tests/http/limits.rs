//! Limits: rates of tokens and addresses, heads and bodies that are too large or too slow, and a pool that is used up.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{Method, Request};
use export_license_registry::api;
use export_license_registry::db;
use export_license_registry::http::limits::Terms;
use export_license_registry::http::limits::bucket::Rate;
use export_license_registry::rules::authority::Role;
use sqlx::postgres::PgPoolOptions;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::support::case::Case;
use crate::support::database::TestDatabase;
use crate::support::registry::{Client, Registry, Reply};

/// How long an answer may take that is given at once, on a busy machine.
const AT_ONCE: Duration = Duration::from_secs(20);

/// A bucket that does not fill while a test runs.
fn rate(burst: u32) -> Rate {
    Rate { burst, refill: Duration::from_hours(1) }
}

/// The router with other limits.
fn limited(registry: &Registry, terms: Terms) -> Router {
    api::router(&registry.app.clone().limited(terms))
}

/// A request with this token from this address, through these proxies.
async fn from(client: &Client, address: &str, path: &str, token: &str, forwarded: &str) -> Reply {
    let peer: SocketAddr = format!("{address}:4711").parse().unwrap();
    let mut request = Request::get(path).extension(ConnectInfo(peer));
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    if !forwarded.is_empty() {
        request = request.header("x-forwarded-for", forwarded);
    }
    client.raw(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_token_is_held_to_its_rate_and_is_told_where_it_stands() {
    let registry = Registry::open().await;
    let router =
        limited(&registry, Terms { token: Some(rate(3)), address: Some(rate(100)), ..Terms::default() });
    let first = registry.bearer(&registry.token("d.cohen", Role::Auditor, None, None).await);
    let first = first.with_router(router.clone());
    for left in [2, 1, 0] {
        // Also a request that is refused for what it asks counts, and is told.
        let reply = if left == 1 {
            first.post("/v1/exporters", &serde_json::json!({})).await
        } else {
            first.get("/v1/countries").await
        };
        assert_eq!(reply.header("ratelimit-policy"), "\"default\";q=3;w=10800");
        assert!(reply.header("ratelimit").starts_with(&format!("\"default\";r={left};t=")), "{reply:?}");
        assert_eq!(reply.status, if left == 1 { 403 } else { 200 });
    }
    for _ in 0..3 {
        let refused = first.get("/v1/countries").await;
        assert!(refused.header("ratelimit").starts_with("\"default\";r=0;t="), "{refused:?}");
        let wait: u64 = refused.header("retry-after").parse().unwrap();
        assert!((3500..=3600).contains(&wait), "{wait}");
        assert_eq!(refused.problem(429)["type"], "/docs/problems#too-many-requests");
    }
    // The same person's other token has a rate of its own; whether that is wanted is for who issues tokens.
    let second = registry.bearer(&registry.token("d.cohen", Role::Auditor, None, None).await);
    second.with_router(router.clone()).get("/v1/countries").await.ok();
    for _ in 0..200 {
        first.get("/health/live").await.ok();
        assert_eq!(first.get("/health/live").await.header("ratelimit"), "", "health is not limited");
    }
}

#[tokio::test]
async fn who_guesses_tokens_is_slowed_by_address_and_others_are_not() {
    let registry = Registry::open().await;
    let router =
        limited(&registry, Terms { token: Some(rate(1000)), address: Some(rate(5)), ..Terms::default() });
    let client = registry.public().with_router(router);
    let working = registry.token("d.cohen", Role::Auditor, None, None).await;
    let other = registry.token("d.cohen", Role::Auditor, None, None).await;
    from(&client, "192.0.2.1", "/v1/countries", &working, "").await.ok();
    let guess = |number: u64| {
        use export_license_registry::ids::{Ids, TokenId};
        use export_license_registry::tokens::Secret;
        let id = uuid::Uuid::parse_str(working.split('_').nth(1).unwrap()).unwrap();
        Secret::new(TokenId(id), &Ids::seeded(number)).written()
    };
    for number in 0..5 {
        from(&client, "192.0.2.1", "/v1/countries", &guess(number), "").await.problem(401);
    }
    // With every connection taken, a request that asked the database would be told 503.
    let mut held = Vec::new();
    for _ in 0..registry.app.pool.most() {
        held.push(taken(&registry).await);
    }
    for number in 5..20 {
        let refused = from(&client, "192.0.2.1", "/v1/countries", &guess(number), "").await;
        assert!(!refused.header("retry-after").is_empty());
        refused.problem(429);
    }
    drop(held);
    // No token, and what is open to all, are held to the same.
    from(&client, "192.0.2.1", "/v1/countries", "", "").await.problem(429);
    from(&client, "192.0.2.1", "/v1/public/declaration-templates", "", "").await.problem(429);
    // A token that has not been seen to work is not tried either; one that has works on.
    from(&client, "192.0.2.1", "/v1/countries", &other, "").await.problem(429);
    from(&client, "192.0.2.1", "/v1/countries", &working, "").await.ok();
    // The address is the peer's, whatever a header says.
    from(&client, "192.0.2.1", "/v1/public/declaration-templates", "", "198.51.100.7").await.problem(429);
    from(&client, "192.0.2.2", "/v1/countries", &other, "").await.ok();
    from(&client, "192.0.2.2", "/v1/public/declaration-templates", "", "").await.ok();
    for _ in 0..50 {
        from(&client, "192.0.2.1", "/health/live", "", "").await.ok();
    }
}

#[tokio::test]
async fn behind_trusted_proxies_the_client_is_whom_they_name() {
    let registry = Registry::open().await;
    let terms = Terms { address: Some(rate(2)), trusted_proxies: 1, ..Terms::default() };
    let client = registry.public().with_router(limited(&registry, terms));
    let path = "/v1/public/declaration-templates";
    for status in [200, 200, 429] {
        let reply = from(&client, "192.0.2.1", path, "", "203.0.113.1, 198.51.100.1").await;
        assert_eq!(reply.status, status);
    }
    // What the client itself wrote before it changes nothing.
    from(&client, "192.0.2.1", path, "", "203.0.113.2, 198.51.100.1").await.problem(429);
    from(&client, "192.0.2.1", path, "", "198.51.100.2").await.ok();
}

#[tokio::test]
async fn a_head_that_is_too_large_is_a_problem() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    officer.get(&format!("/v1/exporters?name={}", "x".repeat(9000))).await.problem(414);
    officer.get(&format!("/v1/exporters/{}", "7".repeat(9000))).await.problem(414);
    officer.get(&format!("/v1/{}", "x/".repeat(6000))).await.problem(414);
    officer.get(&format!("/v1/exporters?{}", "a=1&".repeat(1900))).await.problem(400);
    let public = registry.public();
    let with = |count: usize, value: &str| {
        let mut request = Request::get("/v1/exporters");
        for number in 0..count {
            request = request.header(format!("x-{number}"), value);
        }
        public.raw(request.body(Body::empty()).unwrap())
    };
    with(80, "x").await.problem(431);
    with(2, &"x".repeat(10_000)).await.problem(431);
    with(60, "x").await.problem(401);
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_given_up_and_holds_no_connection_meanwhile() {
    let registry = Registry::open().await;
    let router = limited(&registry, Terms { body_time: Duration::from_millis(400), ..Terms::default() });
    let officer = registry.officer().await.with_router(router);
    let mut waiting = JoinSet::new();
    for begun in ["", "{\"name\":\"Negev\""] {
        for _ in 0..20 {
            let (officer, first) = (officer.clone(), Bytes::from(begun));
            waiting.spawn(async move {
                use futures_util::StreamExt as _;
                let first = futures_util::stream::iter([Ok::<_, std::io::Error>(first)]);
                let body = Body::from_stream(first.chain(futures_util::stream::pending()));
                officer.send(Method::POST, "/v1/exporters", Some("application/json"), body).await
            });
        }
    }
    // More than the connections there are: others are served while these wait.
    for _ in 0..10 {
        officer.get("/v1/exporters").await.ok();
    }
    while let Some(reply) = waiting.join_next().await {
        let reply = reply.unwrap();
        assert_eq!(reply.header("connection"), "close");
        reply.problem(408);
    }
}

/// A registry over a pool of two connections for which requests wait without end.
async fn of_two_connections() -> Registry {
    let database = TestDatabase::create().await;
    let options = db::pool(database.connect_options(), 2).connect_options();
    let pool = PgPoolOptions::new().max_connections(2).acquire_timeout(Duration::from_mins(10));
    let pool = db::Pool::new(pool.connect_lazy_with(options));
    Registry::over(database, pool).await
}

/// Takes one of the connections that all share.
async fn taken(registry: &Registry) -> db::Tx {
    registry.app.pool.begin(db::Behalf::Public, db::Isolation::Reads).await.unwrap()
}

#[tokio::test]
async fn with_the_pool_used_up_a_bounded_number_waits_and_the_rest_is_told_at_once() {
    let registry = of_two_connections().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let reference = case.license(&license).await["reference"].as_str().unwrap().to_owned();
    let (officer, auditor) = (registry.officer().await, registry.auditor().await);
    let held = (taken(&registry).await, taken(&registry).await);
    let mut clients = JoinSet::new();
    for _ in 0..200 {
        let officer = officer.clone();
        clients.spawn(async move { officer.get("/v1/exporters").await });
    }
    for _ in 0..200 - 32 {
        let reply = timeout(AT_ONCE, clients.join_next()).await.expect("at once").unwrap().unwrap();
        assert_eq!(reply.header("retry-after"), "1");
        reply.problem(503);
    }
    // 16 a connection wait, and no more; what must be answered is.
    let verification = format!("/v1/public/license-verifications/{reference}");
    for _ in 0..20 {
        timeout(AT_ONCE, registry.public().get("/health/live")).await.expect("at once").ok();
        let told = timeout(AT_ONCE, registry.public().get(&verification)).await.expect("at once").ok();
        assert_eq!(told["valid"], true);
    }
    let ready = timeout(AT_ONCE, registry.public().get("/health/ready")).await.expect("at once");
    assert_eq!(ready.problem(503)["errors"][0]["pointer"], "/checks/pool");
    assert_eq!(timeout(AT_ONCE, auditor.get("/metrics")).await.expect("at once").status, 200);
    assert_eq!(clients.len(), 32);
    assert!(clients.try_join_next().is_none(), "those who wait are not told anything yet");
    drop(held);
    while let Some(reply) = timeout(AT_ONCE, clients.join_next()).await.expect("in the end") {
        reply.unwrap().ok();
    }
    registry.public().get("/health/ready").await.ok();
}

#[tokio::test]
async fn those_who_wait_are_told_within_the_time_a_request_waits_for_a_connection() {
    let database = TestDatabase::create().await;
    let pool = db::pool(database.connect_options(), 2);
    let registry = Registry::over(database, pool).await;
    let officer = registry.officer().await;
    let _held = (taken(&registry).await, taken(&registry).await);
    let mut clients = JoinSet::new();
    for number in 0..200 {
        let officer = officer.clone();
        clients.spawn(async move {
            if number % 2 == 0 {
                officer.get("/v1/exporters").await
            } else {
                officer.because("/v1/exporters").await
            }
        });
    }
    while let Some(reply) = timeout(AT_ONCE, clients.join_next()).await.expect("no hang") {
        reply.unwrap().problem(503);
    }
}
