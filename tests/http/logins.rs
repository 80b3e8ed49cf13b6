//! Logins: access tokens of an identity provider (RFC 9068), here a small issuer with a key that it changes.

use std::sync::{Arc, Mutex};

use axum::routing::get;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use export_license_registry::api;
use export_license_registry::http::App;
use export_license_registry::http::oidc::Oidc;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

use crate::support::case::registered;
use crate::support::registry::{Client, Registry, id};

const AUDIENCE: &str = "https://registry.example";

/// An issuer with one key at a time.
struct Issuer {
    url: String,
    key: EcdsaKeyPair,
    kid: String,
    published: Arc<Mutex<Value>>,
    asked: Arc<Mutex<u32>>,
    /// While it holds its answers back, which are 503 then.
    hangs: tokio::sync::watch::Sender<bool>,
}

fn key_pair() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap()
}

impl Issuer {
    async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (published, asked) = (Arc::new(Mutex::new(json!({ "keys": [] }))), Arc::new(Mutex::new(0)));
        let discovery = json!({ "issuer": url, "jwks_uri": format!("{url}/keys") });
        let (keys, count) = (published.clone(), asked.clone());
        let hangs = tokio::sync::watch::Sender::new(false);
        let held = hangs.clone();
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(async move || Json(discovery.clone())))
            .route(
                "/keys",
                get(async move || {
                    *count.lock().unwrap() += 1;
                    let mut held = held.subscribe();
                    if *held.borrow() {
                        held.wait_for(|hangs| !hangs).await.unwrap();
                        return Err(axum::http::StatusCode::SERVICE_UNAVAILABLE);
                    }
                    Ok(Json(keys.lock().unwrap().clone()))
                }),
            );
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mut issuer = Self { url, key: key_pair(), kid: String::new(), published, asked, hangs };
        issuer.change_key("first");
        issuer
    }

    fn times_asked(&self) -> u32 {
        *self.asked.lock().unwrap()
    }

    /// Waits until it was asked so many times.
    async fn is_asked(&self, times: u32) {
        while self.times_asked() < times {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    /// Signs with a new key from now on, and publishes it.
    fn change_key(&mut self, kid: &str) {
        (self.key, self.kid) = (key_pair(), kid.to_owned());
        let point = self.key.public_key().as_ref().to_vec();
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        *self.published.lock().unwrap() = json!({ "keys": [
            { "kty": "oct", "kid": "shared", "k": "c2VjcmV0" },
            { "kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "x": part(&point[1..33]), "y": part(&point[33..]) },
        ] });
    }

    fn signed(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let signature = self.key.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }

    fn header(&self) -> Value {
        json!({ "alg": "ES256", "typ": "at+jwt", "kid": self.kid })
    }

    /// What a token of this subject says now.
    fn claims(&self, registry: &Registry, subject: &str) -> Value {
        let now = registry.now().timestamp();
        json!({
            "iss": self.url, "aud": AUDIENCE, "sub": subject, "client_id": "desk", "jti": "1", "iat": now, "exp": now + 300,
        })
    }

    fn token(&self, registry: &Registry, subject: &str) -> String {
        self.signed(&self.header(), &self.claims(registry, subject))
    }
}

/// A registry that takes the issuer's tokens, and a client for one.
fn with(registry: &Registry, oidc: Oidc) -> impl Fn(&str) -> Client {
    let app = App { oidc: Some(Arc::new(oidc)), ..registry.app.clone() };
    let router = api::router(&app).with_state(());
    let registry = registry.bearer("");
    move |token: &str| registry.with_token(token).with_router(router.clone())
}

/// Enters the login of an officer; gives the issued token.
async fn entered(registry: &Registry, subject: &str) -> Value {
    let new = json!({
        "holder": "d.cohen", "role": "licensing_officer", "name": "login", "login": subject, "expiresAt": registry.day(90) + "T00:00:00Z",
    });
    registry.administrator().post("/v1/tokens", &new).await.ok()
}

#[tokio::test]
async fn a_person_with_a_login_comes_in_as_who_the_registry_knows_it_to_be() {
    let registry = Registry::open().await;
    let issuer = Issuer::open().await;
    let client = with(&registry, Oidc::new(&issuer.url, AUDIENCE).unwrap());
    let token = issuer.token(&registry, "00u1");
    client(&token).get("/v1/exporters").await.problem(401);
    let login = entered(&registry, "00u1").await;
    assert_eq!(login["token"], Value::Null);
    let exporter = registered(&registry, "Negev Optics Ltd.", "51-1").await;
    client(&token).get(&format!("/v1/exporters/{exporter}")).await.ok();
    // What the provider says of roles gives none.
    let mut claims = issuer.claims(&registry, "00u1");
    claims["roles"] = json!(["administrator"]);
    client(&issuer.signed(&issuer.header(), &claims)).get("/v1/tokens").await.problem(403);
    let on_file = registry.administrator().get(&format!("/v1/tokens/{}", id(&login))).await.ok();
    assert_eq!((&on_file["login"], on_file["lastUsedAt"].is_string()), (&json!("00u1"), true));
    // An act is recorded under the login.
    let new = json!({ "name": "Galil Systems", "companyNumber": "51-2", "country": "IL" });
    client(&token).post("/v1/exporters", &new).await.ok();
    let entries = registry.auditor().await.all("/v1/audit?act=exporter.apply").await;
    assert_eq!(entries[0]["tokenId"], login["id"]);
    // It has no secret to be followed, and it ends as any key does.
    let path = format!("/v1/tokens/{}", id(&login));
    registry.administrator().post(&format!("{path}/rotations"), &json!({})).await.problem(409);
    registry.administrator().because(&format!("{path}/revocations")).await.ok();
    client(&token).get("/v1/exporters").await.problem(401);
    entered(&registry, "00u1").await;
    client(&token).get("/v1/exporters").await.ok();
    // Without a provider such a token is none.
    registry.bearer(&token).get("/v1/exporters").await.problem(401);
}

#[tokio::test]
async fn a_token_that_is_not_what_it_should_be_is_refused_in_one_text() {
    let registry = Registry::open().await;
    let issuer = Issuer::open().await;
    let client = with(&registry, Oidc::new(&issuer.url, AUDIENCE).unwrap());
    entered(&registry, "00u1").await;
    let (header, claims) = (issuer.header(), issuer.claims(&registry, "00u1"));
    client(&issuer.signed(&header, &claims)).get("/v1/exporters").await.ok();
    let now = registry.now().timestamp();
    let changed = |of: &Value, name: &str, value: Value| {
        let mut changed = of.clone();
        changed[name] = value;
        changed
    };
    let mut forged =
        vec![String::new(), "a.b.c".to_owned(), "..".to_owned(), format!("{}.x", "a".repeat(9000))];
    for (name, value) in [
        ("iss", json!("https://elsewhere.example")),
        ("aud", json!("https://other.example")),
        ("aud", json!([])),
        ("exp", json!(now - 61)),
        ("exp", json!("tomorrow")),
        ("iat", json!(now + 120)),
        ("nbf", json!(now + 120)),
        ("sub", json!("")),
        ("sub", json!("00u2")),
        ("jti", Value::Null),
        ("client_id", json!(7)),
    ] {
        forged.push(issuer.signed(&header, &changed(&claims, name, value)));
    }
    for (name, value) in [
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("RS256")),
        ("typ", json!("JWT")),
        ("kid", json!("shared")),
        ("kid", json!("unknown")),
        ("crit", json!(["exp"])),
    ] {
        forged.push(issuer.signed(&changed(&header, name, value), &claims));
    }
    let whole = issuer.signed(&header, &claims);
    let (text, signature) = whole.rsplit_once('.').unwrap();
    let parts: Vec<&str> = text.split('.').collect();
    let other = URL_SAFE_NO_PAD.encode(changed(&claims, "sub", json!("00u3")).to_string());
    forged.extend([format!("{text}."), format!("{}.{other}.{signature}", parts[0]), format!("{whole}.x")]);
    let refusal = client("elr_x").get("/v1/exporters").await.problem(401)["title"].clone();
    for token in forged {
        let reply = client(&token).get("/v1/exporters").await;
        assert_eq!(reply.problem(401)["title"], refusal, "{token}");
    }
    // Keys that no token could name are asked for once in a while, not at each.
    assert_eq!(*issuer.asked.lock().unwrap(), 1);
    let several = changed(&claims, "aud", json!(["https://other.example", AUDIENCE]));
    client(&issuer.signed(&header, &several)).get("/v1/exporters").await.ok();
}

#[tokio::test]
async fn a_provider_that_is_away_or_calls_itself_otherwise_lets_no_one_in() {
    let registry = Registry::open().await;
    let mut issuer = Issuer::open().await;
    entered(&registry, "00u1").await;
    let away = with(&registry, Oidc::new("http://127.0.0.1:1", AUDIENCE).unwrap());
    away(&issuer.token(&registry, "00u1")).get("/v1/exporters").await.problem(503);
    let alias = issuer.url.replace("127.0.0.1", "localhost");
    let other = with(&registry, Oidc::new(&alias, AUDIENCE).unwrap());
    other(&issuer.token(&registry, "00u1")).get("/v1/exporters").await.problem(503);
    // A key that the provider has put away verifies nothing for whoever starts now.
    let old = issuer.token(&registry, "00u1");
    issuer.change_key("second");
    let client = with(&registry, Oidc::new(&issuer.url, AUDIENCE).unwrap());
    client(&old).get("/v1/exporters").await.problem(401);
    client(&issuer.token(&registry, "00u1")).get("/v1/exporters").await.ok();
}

#[tokio::test]
async fn a_provider_that_hangs_keeps_no_one_waiting_whose_key_is_known() {
    let registry = Registry::open().await;
    let mut issuer = Issuer::open().await;
    entered(&registry, "00u1").await;
    let client = with(&registry, Oidc::new(&issuer.url, AUDIENCE).unwrap());
    let path = "/v1/exporters";
    client(&issuer.token(&registry, "00u1")).get(path).await.ok();
    let unknown = |issuer: &Issuer, registry: &Registry, number: u32| {
        let header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": format!("random {number}") });
        issuer.signed(&header, &issuer.claims(registry, "00u1"))
    };
    issuer.hangs.send_replace(true);
    let pass = |seconds| registry.app.clock.set(registry.now() + chrono::TimeDelta::seconds(seconds));
    pass(31);
    let strangers: Vec<_> = (0..8)
        .map(|number| {
            let client = client(&unknown(&issuer, &registry, number));
            tokio::spawn(async move { client.get(path).await })
        })
        .collect();
    issuer.is_asked(2).await;
    client(&issuer.token(&registry, "00u1")).get(path).await.ok();
    assert!(strangers.iter().all(|stranger| !stranger.is_finished()), "the strangers alone wait");
    issuer.hangs.send_replace(false);
    for stranger in strangers {
        stranger.await.unwrap().problem(503);
    }
    // It was asked once for all of them, and is let rest though it did not answer.
    client(&unknown(&issuer, &registry, 9)).get(path).await.problem(503);
    assert_eq!(issuer.times_asked(), 2);
    // Keys that are to be asked for again are used meanwhile, though not for ever.
    issuer.hangs.send_replace(true);
    pass(3600);
    client(&issuer.token(&registry, "00u1")).get(path).await.ok();
    issuer.is_asked(3).await;
    client(&issuer.token(&registry, "00u1")).get(path).await.ok();
    issuer.hangs.send_replace(false);
    *issuer.published.lock().unwrap() = json!({});
    pass(3600);
    client(&issuer.token(&registry, "00u1")).get(path).await.problem(503);
    // It answers again, with another key.
    pass(31);
    issuer.change_key("second");
    client(&issuer.token(&registry, "00u1")).get(path).await.ok();
    client(&unknown(&issuer, &registry, 10)).get(path).await.problem(401);
}
