//! Corpora of bad input: every document of the JSON test suite as a body, every naughty text in every kind of field.
//! Nothing is answered with a 5xx, and what is taken is kept in NFC and given back the same.

use axum::http::Method;
use export_license_registry::api;
use export_license_registry::http::extract::parse_json;
use export_license_registry::http::route::Access;
use export_license_registry::rules::authority::Role;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization as _;

use crate::support::case::Case;
use crate::support::contract::{DOCUMENT, example};
use crate::support::registry::{Client, Registry};

fn corpus<T: serde::de::DeserializeOwned>(name: &str) -> Vec<T> {
    let path = format!("{}/tests/fixtures/corpora/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn documents() -> Vec<(String, String)> {
    let mut documents: Vec<(String, String)> = corpus("json-test-suite.json");
    documents.push(("n_deep_arrays".to_owned(), "[".repeat(100_000)));
    documents.push(("n_deep_objects".to_owned(), "{\"a\":".repeat(40_000)));
    documents.push(("i_deep_but_closed".to_owned(), format!("{}{}", "[".repeat(50_000), "]".repeat(50_000))));
    documents
}

fn naughty() -> Vec<String> {
    corpus("blns.json")
}

#[test]
fn what_is_json_is_read_and_what_is_none_is_not() {
    let (mut read, mut refused) = (0, 0);
    for (name, document) in documents() {
        let taken = parse_json::<Value>(document.as_bytes()).is_ok();
        match name.split('_').next() {
            Some("y") => {
                assert!(taken, "{name} is JSON");
                read += 1;
            }
            Some("n") => {
                assert!(!taken, "{name} is no JSON");
                refused += 1;
            }
            _ => {}
        }
    }
    assert!(read > 90 && refused > 180, "{read} {refused}");
}

#[tokio::test]
async fn no_document_of_the_suite_is_more_than_malformed() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let before = registry.row_counts().await;
    for (name, document) in documents() {
        // None of them is an exporter or a country: as a body, and as the value of a field.
        let within = format!("{{\"name\":\"x\",\"companyNumber\":\"1\",\"country\":{document}}}");
        for body in [document, within] {
            officer.post_bytes("/v1/exporters", body).await.problem(400);
        }
        assert_eq!(officer.get("/v1/exporters?limit=1").await.status, 200, "{name}");
    }
    assert_eq!(registry.row_counts().await, before, "nothing was stored");
}

/// What a text is kept as.
fn kept(text: &str) -> String {
    text.nfc().collect::<String>().trim().to_owned()
}

#[tokio::test]
async fn a_naughty_text_is_kept_as_it_is_or_refused() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let officer = registry.officer().await;
    let exporter = registry.exporter(&case.exporter_id).await;
    let (mut names, mut texts) = (0, 0);
    for (number, text) in naughty().into_iter().enumerate() {
        let new = json!({ "name": text, "companyNumber": format!("n-{number}"), "country": "IL" });
        let reply = officer.post("/v1/exporters", &new).await;
        if reply.status == 400 {
            reply.names("/name");
        } else {
            let location = reply.header("location").to_owned();
            assert_eq!(reply.ok()["name"], kept(&text));
            assert_eq!(officer.get(&location).await.ok()["name"], kept(&text));
            names += 1;
        }
        let mut new = case.marketing();
        new["endUse"] = json!(text);
        let reply = exporter.post("/v1/applications", &new).await;
        if reply.status == 400 {
            reply.names("/endUse");
        } else {
            let location = reply.header("location").to_owned();
            reply.ok();
            assert_eq!(exporter.get(&location).await.ok()["endUse"], kept(&text));
            texts += 1;
        }
    }
    assert!(names > 350 && texts > 400, "{names} {texts}");
}

#[tokio::test]
async fn no_naughty_text_breaks_a_path_a_query_or_a_header() {
    let registry = Registry::open().await;
    let auditor = registry.auditor().await;
    for text in naughty() {
        let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        for path in [
            format!("/v1/exporters?name={encoded}"),
            format!("/v1/exporters?{encoded}=x"),
            format!("/v1/licenses?reference={encoded}&sourceNumber={encoded}"),
            format!("/v1/licenses?cursor={encoded}"),
            format!("/v1/audit?actor={encoded}&act={encoded}"),
            format!("/v1/control-list?q={encoded}&category={encoded}"),
            format!("/v1/control-list/proposals?text={encoded}"),
            format!("/v1/countries?name={encoded}"),
            format!("/v1/licenses/{}", encoded.replace('+', "%20")),
        ] {
            let reply = auditor.get(&path).await;
            assert!(matches!(reply.status.as_u16(), 200 | 307 | 308 | 400 | 404), "{path}: {}", reply.text);
        }
        let shown = registry.bearer(&text.replace(|c: char| c.is_control(), " "));
        shown.get("/v1/exporters").await.problem(401);
    }
}

/// Every text in a body, by JSON Pointer.
fn texts_of(value: &Value, place: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(place.to_owned()),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| texts_of(item, &format!("{place}/{at}"), found));
        }
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| texts_of(member, &format!("{place}/{name}"), found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The changing operations that take JSON: method, path and the example of the body, with someone who may call them.
async fn changing(registry: &Registry, case: &Case<'_>) -> Vec<(Method, &'static str, Value, Client)> {
    let mut clients = Vec::new();
    for role in Role::ALL.iter().copied().filter(|role| *role != Role::Clock) {
        clients.push((role, registry.any(role, &case.exporter_id).await));
    }
    let mut found = Vec::new();
    for route in api::rooms().into_iter().flat_map(|room| room.routes).filter(|route| route.changes()) {
        let Access::Needs(permission) = route.access else { continue };
        let method =
            if route.method == utoipa::openapi::HttpMethod::Put { Method::PUT } else { Method::POST };
        let operation = &DOCUMENT["paths"][route.path][method.as_str().to_ascii_lowercase()];
        let body = example(&operation["requestBody"]["content"]["application/json"]);
        let client =
            clients.iter().find(|(role, _)| permission.allows(*role)).map(|(_, client)| client.clone());
        if let (false, Some(client)) = (body.is_null(), client) {
            found.push((method, route.path, body.clone(), client));
        }
    }
    found
}

/// A path with its parameters filled in.
fn filled(path: &str, id: &str) -> String {
    path.replace("{id}", id).replace("{number}", "1").replace("{code}", "eu")
}

#[tokio::test]
async fn no_naughty_text_breaks_any_field_of_any_body() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let naughty = naughty();
    let mut turn = 0;
    for (method, path, example, client) in changing(&registry, &case).await {
        let mut places = Vec::new();
        texts_of(&example, "", &mut places);
        for place in places {
            // A share of the texts to each field, so that each text meets many.
            for text in naughty.iter().cycle().skip(turn).take(5) {
                let mut body = example.clone();
                *body.pointer_mut(&place).unwrap() = json!(text);
                let path = filled(path, &license);
                let reply =
                    client.send(method.clone(), &path, Some("application/json"), body.to_string()).await;
                assert!(reply.status.as_u16() < 500, "{method} {path} {place} {text:?}: {}", reply.text);
            }
            turn = (turn + 5) % naughty.len();
        }
    }
}

#[tokio::test]
async fn the_example_of_every_body_is_of_its_form() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let nowhere = "00000000-0000-7000-8000-00000000abcd";
    let mut failures = Vec::new();
    for (method, path, example, client) in changing(&registry, &case).await {
        let path = filled(path, nowhere);
        let reply = client.send(method.clone(), &path, Some("application/json"), example.to_string()).await;
        // Who and what it names is not on file, which is another matter than its form.
        let detail = reply.body["detail"].as_str().unwrap_or_default();
        let named = detail.contains("is not on file")
            || detail.contains("is not a review that is open")
            || detail.contains("the handle of a person on the staff");
        if reply.status == 400 && !named {
            failures.push(format!("{method} {path} {example}: {}", reply.body["detail"]));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
