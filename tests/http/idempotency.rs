//! No request twice: the first answer to a key is given to whoever asks again, and what it did is done once.

use axum::body::{Body, Bytes};
use axum::http::Method;
use export_license_registry::api;
use export_license_registry::http::Route;
use export_license_registry::http::route::Access;
use export_license_registry::rules::authority::Role;
use futures_util::future::join_all;
use futures_util::stream::once;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use utoipa::openapi::HttpMethod;

use crate::support::case::{Case, applied};
use crate::support::contract::DOCUMENT;
use crate::support::registry::{Registry, Reply};

fn exporter(number: usize) -> Value {
    json!({ "name": "Negev Optics Ltd.", "companyNumber": format!("51-{number}"), "country": "IL" })
}

/// What of an answer is given again.
fn letter(reply: &Reply) -> (u16, Vec<String>, String) {
    let kept = ["content-type", "etag", "location"].map(|name| reply.header(name).to_owned());
    (reply.status.as_u16(), kept.to_vec(), reply.text.clone())
}

fn is_replayed(reply: &Reply) -> bool {
    reply.header("idempotency-replayed") == "true"
}

async fn stored(registry: &Registry) -> i64 {
    sqlx::query_scalar("select count(*) from idempotent_answers").fetch_one(registry.pool()).await.unwrap()
}

#[tokio::test]
async fn every_post_needs_a_key_and_says_so_and_nothing_else_does() {
    let registry = Registry::open().await;
    let exporter_id = applied(&registry, "Negev Optics Ltd.", "51-1").await;
    for route in api::rooms().into_iter().flat_map(|room| room.routes) {
        let method = serde_json::to_value(&route.method).unwrap();
        let described = &DOCUMENT["paths"][route.path][method.as_str().unwrap()];
        let declared = described["parameters"].as_array().into_iter().flatten();
        let required =
            declared.filter(|one| one["name"] == "Idempotency-Key" && one["required"] == true).count();
        assert_eq!(required, usize::from(route.method == HttpMethod::Post), "{}", route.path);
    }
    for role in Role::ALL.iter().copied().filter(|role| *role != Role::Clock) {
        registry.any(role, &exporter_id).await;
    }
    let before = (registry.row_counts().await, stored(&registry).await);
    for route in api::rooms().into_iter().flat_map(|room| room.routes).filter(Route::needs_key) {
        let Access::Needs(needs) = route.access else { panic!("{}: a change that anyone makes", route.path) };
        let client = registry.any(needs.roles()[0], &exporter_id).await.with_no_key();
        let path =
            route.path.replace("{id}", &exporter_id).replace("{code}", "nato").replace("{number}", "1");
        let problem = client.post(&path, &json!({})).await.problem(400);
        assert!(problem["detail"].as_str().unwrap().contains("Idempotency-Key"), "{path}: {problem}");
    }
    let officer = registry.officer().await;
    let long = "k".repeat(256);
    for malformed in ["", "\"\"", "a b", &long] {
        officer.with_key(malformed).post("/v1/exporters", &exporter(2)).await.problem(400);
    }
    assert_eq!((registry.row_counts().await, stored(&registry).await), before, "nothing was stored");
    officer.with_key(&long[..255]).post("/v1/exporters", &exporter(2)).await.ok();
}

#[tokio::test]
async fn the_first_answer_is_given_again_to_the_letter() {
    let registry = Registry::open().await;
    let officer = registry.officer().await.with_key("\"first\"");
    let first = officer.post("/v1/exporters", &exporter(1)).await;
    assert_eq!(first.status, 201);
    assert!(!is_replayed(&first));
    let history = registry.audit_entries().await;
    // The quotes of the draft are not part of the key.
    for asked in [&officer, &officer.with_key("first")] {
        let again = asked.post("/v1/exporters", &exporter(1)).await;
        assert!(is_replayed(&again));
        assert_eq!(letter(&again), letter(&first));
        assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
    }
    assert_eq!(registry.audit_entries().await, history, "done once");
    // What came later does not change it.
    let path = first.header("location").to_owned();
    registry.head().await.because(&format!("{path}/refusals")).await.ok();
    assert_eq!(letter(&officer.post("/v1/exporters", &exporter(1)).await), letter(&first));
}

#[tokio::test]
async fn a_refusal_for_how_things_stood_is_given_again_and_other_mistakes_are_not() {
    let registry = Registry::open().await;
    let (officer, head) = (registry.officer().await, registry.head().await);
    let path = format!("/v1/exporters/{}", applied(&registry, "Negev Optics Ltd.", "51-1").await);
    // 409: not registered yet. The same key is told so even when it is.
    let suspend = head.with_key("suspend");
    let refused = suspend.because(&format!("{path}/suspensions")).await;
    assert_eq!(refused.status, 409);
    let registration = json!({ "registeredUntil": registry.day(900), "reasons": "Complete." });
    head.post(&format!("{path}/registrations"), &registration).await.ok();
    let again = suspend.because(&format!("{path}/suspensions")).await;
    assert!(is_replayed(&again));
    assert_eq!(letter(&again), letter(&refused));
    assert_eq!(again.body["instance"], format!("{path}/suspensions"));
    // 400, 403, 412 and 428 are corrected under the same key.
    let key = head.with_key("corrected");
    let suspensions = format!("{path}/suspensions");
    officer.with_key("corrected").because(&suspensions).await.problem(403);
    key.post(&suspensions, &json!({ "reason": "Misspelled." })).await.problem(400);
    key.expecting_nothing().because(&suspensions).await.problem(428);
    key.expecting("\"7-0123456789abcdef\"").because(&suspensions).await.problem(412);
    let done = key.because(&suspensions).await;
    assert!(!is_replayed(&done));
    done.ok();
}

#[tokio::test]
async fn a_key_stands_for_one_request_of_one_person() {
    let registry = Registry::open().await;
    let officer = registry.officer().await.with_key("k");
    let made = officer.post("/v1/exporters", &exporter(1)).await;
    let reused = "/docs/problems#key-reused";
    assert_eq!(
        officer.post("/v1/exporters", &exporter(2)).await.problem(422)["type"],
        reused,
        "another body"
    );
    let path = made.header("location").to_owned();
    let renewals = json!({ "registeredUntil": registry.day(900), "reasons": "Complete." });
    let head = registry.head().await.with_key("k");
    // Another person's key is another key.
    let registered = head.post(&format!("{path}/registrations"), &renewals).await;
    assert!(!is_replayed(&registered));
    registered.ok();
    assert_eq!(
        head.post(&format!("{path}/renewals"), &renewals).await.problem(422)["type"],
        reused,
        "another path"
    );
    // A second token of the same person is the same person.
    let second = registry.token("officer", Role::LicensingOfficer, None, None).await;
    let again = registry.bearer(&second).with_key("k").post("/v1/exporters", &exporter(1)).await;
    assert!(is_replayed(&again));
    assert_eq!(letter(&again), letter(&made));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_one_is_done_and_the_others_wait_or_are_told_the_same() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let path = format!("/v1/licenses/{}", case.marketing_license().await);
    let freeze = json!({ "ground": "human_rights", "reasons": "Reports.", "reviewOn": registry.day(30), "lines": [1] });
    for round in 0..2 {
        // Whatever it is now, and then in the version that was read.
        let officer = registry.officer().await.with_key(&format!("round-{round}"));
        let officer = if round == 0 { officer } else { officer.expecting(&officer.tag(&path).await) };
        let freezes = format!("{path}/freezes");
        let answers = join_all((0..20).map(|_| officer.post(&freezes, &freeze))).await;
        let done: Vec<&Reply> = answers.iter().filter(|reply| reply.status == 201).collect();
        assert_eq!(done.iter().filter(|reply| !is_replayed(reply)).count(), 1, "one effect");
        for reply in &answers {
            let in_flight = reply.status == 409 && reply.body["type"] == "/docs/problems#in-flight";
            assert!(in_flight || letter(reply) == letter(done[0]), "{}: {}", reply.status, reply.text);
        }
        let again = officer.post(&freezes, &freeze).await;
        assert!(is_replayed(&again) && letter(&again) == letter(done[0]));
        let found = registry.officer().await.get(&path).await.ok();
        assert_eq!(found["freezes"].as_array().unwrap().len(), round + 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_two_services_one_is_done() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let path = format!("/v1/licenses/{}", case.marketing_license().await);
    let second = registry.second();
    let freeze = json!({ "ground": "human_rights", "reasons": "Reports.", "reviewOn": registry.day(30) });
    let lift = json!({ "reasons": "Reviewed." });
    // One that records, and one that decides.
    for (key, path, body) in [
        ("freeze", format!("{path}/freezes"), &freeze),
        ("lift", format!("{path}/freezes/1/liftings"), &lift),
    ] {
        let first = registry.officer().await.with_key(key);
        let clients = [first.clone(), first.at(second.clone())];
        let answers = join_all((0..20).map(|number| clients[number % 2].post(&path, body))).await;
        let done: Vec<&Reply> = answers.iter().filter(|reply| reply.status.is_success()).collect();
        assert_eq!(done.iter().filter(|reply| !is_replayed(reply)).count(), 1, "{key}: one effect");
        for reply in &answers {
            let in_flight = reply.status == 409 && reply.body["type"] == "/docs/problems#in-flight";
            assert!(in_flight || letter(reply) == letter(done[0]), "{}: {}", reply.status, reply.text);
        }
        // Another request under the key is told so at either.
        for client in &clients {
            let reused = client.post(&path, &json!({ "reasons": "Otherwise." })).await.problem(422);
            assert_eq!(reused["type"], "/docs/problems#key-reused");
        }
    }
    let freezes: Vec<bool> = sqlx::query_scalar("select lifted_at is not null from license_freezes")
        .fetch_all(registry.pool())
        .await
        .unwrap();
    assert_eq!(freezes, [true], "one, and lifted");
}

#[tokio::test]
async fn a_request_whose_body_comes_after_the_answer_is_not_done_again() {
    let registry = Registry::open().await;
    let officer = registry.officer().await.with_key("k");
    let (signal, body_wanted) = oneshot::channel();
    let (let_in, awaited) = oneshot::channel::<()>();
    let body = Body::from_stream(once(async move {
        signal.send(()).unwrap();
        awaited.await.unwrap();
        Ok::<_, std::io::Error>(Bytes::from(exporter(1).to_string()))
    }));
    let caller = officer.clone();
    let late = tokio::spawn(async move {
        caller.send(Method::POST, "/v1/exporters", Some("application/json"), body).await
    });
    // It was let in while nothing was on file under the key.
    body_wanted.await.unwrap();
    let made = officer.post("/v1/exporters", &exporter(1)).await;
    assert!(made.status == 201 && !is_replayed(&made));
    let_in.send(()).unwrap();
    let again = late.await.unwrap();
    assert!(is_replayed(&again), "{}", again.text);
    assert_eq!(letter(&again), letter(&made));
    assert_eq!(officer.all("/v1/exporters").await.len(), 1);
}

#[tokio::test]
async fn a_new_token_is_told_again_to_its_caller_and_its_secret_lies_nowhere_in_clear() {
    let registry = Registry::open().await;
    let new = json!({ "holder": "k.dahan", "role": "customs", "name": "desk", "expiresAt": "2027-06-01T00:00:00Z" });
    let administrator = registry.administrator().with_key("issue");
    let first = administrator.post("/v1/tokens", &new).await;
    let again = administrator.post("/v1/tokens", &new).await;
    assert!(is_replayed(&again));
    assert_eq!(letter(&again), letter(&first));
    let secret = first.body["token"].as_str().unwrap();
    registry.bearer(secret).get("/v1/countries").await.ok();
    let held: Vec<Vec<u8>> =
        sqlx::query_scalar("select body from idempotent_answers").fetch_all(registry.pool()).await.unwrap();
    assert!(held.iter().all(|body| !String::from_utf8_lossy(body).contains("elr_")), "a secret in clear");
    // Another token of the same person cannot open it.
    let other = registry.token("administrator", Role::Administrator, None, None).await;
    let told = registry.bearer(&other).with_key("issue").post("/v1/tokens", &new).await.problem(409);
    assert!(told["detail"].as_str().unwrap().contains("secret"), "{told}");
    let tokens = registry.administrator().all("/v1/tokens?holder=k.dahan").await;
    assert_eq!(tokens.len(), 1, "issued once");
}

#[tokio::test]
async fn answers_are_kept_thirty_days() {
    let registry = Registry::open().await;
    let officer = registry.officer().await.with_key("k");
    let first = officer.post("/v1/exporters", &exporter(1)).await;
    registry.pass_days(30);
    registry.sweep().await;
    assert_eq!(letter(&officer.post("/v1/exporters", &exporter(1)).await), letter(&first));
    registry.pass_days(1);
    registry.sweep().await;
    assert_eq!(stored(&registry).await, 0);
    // It is a new request now, and refused as one.
    let later = officer.post("/v1/exporters", &exporter(1)).await;
    assert!(!is_replayed(&later));
    later.problem(409);
}

/// A PUT is told apart by its version: what is asked twice is stale the second time.
#[tokio::test]
async fn a_put_needs_no_key() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let path = format!("/v1/applications/{}", case.draft(&case.marketing()).await);
    let client = case.exporter.with_no_key().expecting(&case.exporter.tag(&path).await);
    client.put(&path, &case.marketing()).await.ok();
    client.put(&path, &case.marketing()).await.problem(412);
}

/// The database itself keeps a person's answers from others, whatever role a transaction took.
#[tokio::test]
async fn the_database_shows_a_person_its_own_answers_alone() {
    let registry = Registry::open().await;
    registry.officer().await.with_key("k").post("/v1/exporters", &exporter(1)).await.ok();
    let officer: uuid::Uuid = sqlx::query_scalar("select id from people where handle = 'officer'")
        .fetch_one(registry.pool())
        .await
        .unwrap();
    for (named, seen) in [(Some(officer), 1_i64), (Some(uuid::Uuid::nil()), 0), (None, 0)] {
        for role in ["registry_office", "registry_exporter"] {
            let mut tx = registry.pool().begin().await.unwrap();
            let take = format!("set local role {role}");
            sqlx::query(sqlx::AssertSqlSafe(take)).execute(&mut *tx).await.unwrap();
            sqlx::query("select set_config('registry.person', $1, true)")
                .bind(named.map(|person| person.to_string()).unwrap_or_default())
                .execute(&mut *tx)
                .await
                .unwrap();
            let found: i64 = sqlx::query_scalar("select count(*) from idempotent_answers")
                .fetch_one(&mut *tx)
                .await
                .unwrap();
            assert_eq!(found, seen, "{role} {named:?}");
            let changed = sqlx::query("update idempotent_answers set status = 409").execute(&mut *tx).await;
            assert!(changed.is_err(), "{role}: an answer is not changed");
        }
    }
}
