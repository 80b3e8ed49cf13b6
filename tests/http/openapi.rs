//! The OpenAPI document: whole, true to the routes, and held by every answer these tests see.

use std::collections::BTreeSet;

use export_license_registry::api;
use export_license_registry::http::route::Access;
use serde_json::Value;

use crate::support::contract::{DOCUMENT, answer as contract_answer, conforms, example, resolve};
use crate::support::registry::Registry;

#[tokio::test]
async fn the_document_is_open_to_all_and_is_openapi_3_1() {
    let registry = Registry::open().await;
    let served = registry.public().get("/v1/openapi.json").await.ok();
    assert_eq!(&served, &*DOCUMENT);
    assert!(served["openapi"].as_str().unwrap().starts_with("3.1."));
    let pages = registry.public().get("/docs/").await;
    assert_eq!(pages.status, 200);
    assert!(pages.header("content-type").starts_with("text/html"));
    for elsewhere in ["https://", "http://", "//cdn"] {
        assert!(!pages.text.contains(elsewhere), "the pages fetch from {elsewhere}");
    }
    assert_eq!(registry.public().get("/").await.status, 307);
}

/// The routes as `method path`.
fn routes() -> BTreeSet<String> {
    let routes = api::rooms().into_iter().flat_map(|room| room.routes);
    routes
        .map(|route| {
            format!("{} {}", serde_json::to_value(&route.method).unwrap().as_str().unwrap(), route.path)
        })
        .collect()
}

fn operations() -> Vec<(String, &'static Value)> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.map(move |(method, operation)| (format!("{method} {path}"), operation))
        })
        .collect()
}

#[test]
fn every_route_is_in_the_document_and_every_operation_is_a_route() {
    let documented: BTreeSet<String> = operations().into_iter().map(|(name, _)| name).collect();
    assert_eq!(documented, routes());
    assert_eq!(
        routes().len(),
        api::rooms().iter().map(|room| room.routes.len()).sum::<usize>(),
        "none twice"
    );
}

#[test]
fn every_operation_is_named_once_summed_up_and_says_who_may_call_it() {
    let mut names = BTreeSet::new();
    for (operation, described) in operations() {
        assert!(names.insert(described["operationId"].as_str().unwrap()), "{operation}");
        assert!(described["summary"].as_str().is_some_and(|says| !says.is_empty()), "{operation}");
        let responses = described["responses"].as_object().unwrap();
        let successes = responses.keys().filter(|status| status.starts_with('2')).count();
        assert_eq!(successes, 1, "{operation}");
        let parameters = described["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        for name in operation.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            let found =
                parameters.iter().any(|parameter| parameter["name"] == name && parameter["in"] == "path");
            assert!(found, "{operation}: {{{name}}}");
        }
    }
    for route in api::rooms().into_iter().flat_map(|room| room.routes) {
        let method = serde_json::to_value(&route.method).unwrap();
        let described = &DOCUMENT["paths"][route.path][method.as_str().unwrap()];
        assert_eq!(described["security"].is_array(), route.access != Access::Public, "{}", route.path);
    }
}

#[test]
fn every_reference_resolves_and_every_name_is_camel_case() {
    fn walk(value: &Value, references: &mut usize) {
        match value {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    resolve(reference);
                    *references += 1;
                }
                if let Some(properties) = members.get("properties").and_then(Value::as_object) {
                    for name in properties.keys() {
                        let camel = name.chars().all(|c| c.is_ascii_alphanumeric())
                            && name.starts_with(|c: char| c.is_ascii_lowercase());
                        assert!(camel, "{name} is not camelCase");
                    }
                }
                members.values().for_each(|member| walk(member, references));
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, references)),
            _ => {}
        }
    }
    let mut references = 0;
    walk(&DOCUMENT, &mut references);
    assert!(references > 100, "{references}");
}

#[test]
fn paths_are_plural_nouns_in_kebab_case() {
    for path in DOCUMENT["paths"].as_object().unwrap().keys() {
        let kebab = |part: &str| {
            part.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '.' || c.is_ascii_digit())
        };
        let apart = path.starts_with("/health/") || path == "/metrics";
        assert!(path.starts_with("/v1/") || apart, "{path}");
        assert!(!path.ends_with('/'), "{path}");
        let mut parts = path.split('/').skip(1).filter(|part| !part.starts_with('{'));
        assert!(parts.all(kebab), "{path}");
    }
}

/// Every media type of every body and answer that has a schema: where, and what the document says of it.
fn contents() -> Vec<(String, &'static Value)> {
    let mut found = Vec::new();
    for (name, operation) in operations() {
        let body = operation["requestBody"]["content"].as_object().into_iter().flatten();
        found.extend(body.map(|(media, content)| (format!("{name} body {media}"), content)));
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let answers = contract_answer(answer)["content"].as_object().into_iter().flatten();
            found.extend(answers.map(|(media, content)| (format!("{name} {status} {media}"), content)));
        }
    }
    found
}

#[test]
fn every_body_and_every_answer_has_an_example_of_its_schema() {
    let mut checked = 0;
    for (place, content) in contents() {
        let is_text = ["csv", "ndjson", "plain", "octet-stream"].iter().any(|form| place.ends_with(form));
        assert_eq!(content["examples"].is_null(), is_text, "{place}");
        if !is_text {
            conforms(&content["schema"], example(content), &place);
            checked += 1;
        }
    }
    assert!(checked > 500, "{checked}");
}

#[test]
fn every_parameter_is_described_and_every_text_that_is_taken_is_bounded() {
    for (operation, described) in operations() {
        for parameter in described["parameters"].as_array().into_iter().flatten() {
            let place = format!("{operation} {}", parameter["name"]);
            assert!(parameter["description"].as_str().is_some_and(|says| !says.is_empty()), "{place}");
            bounded(&parameter["schema"], &place, &mut Vec::new());
        }
        let body = &described["requestBody"]["content"]["application/json"]["schema"];
        bounded(body, &operation, &mut Vec::new());
    }
}

/// Fails on a text without a length, a vocabulary or a format.
fn bounded(schema: &'static Value, place: &str, met: &mut Vec<&'static str>) {
    if !schema.is_object() {
        return;
    }
    if let Some(reference) = schema["$ref"].as_str() {
        if !met.contains(&reference) {
            met.push(reference);
            bounded(resolve(reference), place, met);
        }
        return;
    }
    if schema["type"].to_string().contains("\"string\"") {
        let is_bounded = ["maxLength", "enum", "format"].iter().any(|keyword| !schema[keyword].is_null());
        assert!(is_bounded, "{place}: {schema}");
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        bounded(member, &format!("{place}/{name}"), met);
    }
    for part in ["items", "additionalProperties"] {
        bounded(&schema[part], place, met);
    }
    for form in ["oneOf", "anyOf", "allOf"].iter().filter_map(|of| schema[of].as_array()).flatten() {
        bounded(form, place, met);
    }
}

#[test]
fn every_answer_tells_its_headers() {
    for (operation, described) in operations() {
        for (status, answer) in described["responses"].as_object().unwrap() {
            for header in ["API-Version", "X-Request-Id"] {
                let reference = contract_answer(answer)["headers"][header]["$ref"].as_str();
                assert!(
                    reference.is_some_and(|reference| !resolve(reference).is_null()),
                    "{operation} {status}"
                );
            }
        }
    }
    let information = &DOCUMENT["info"];
    for told in ["/contact/name", "/contact/url", "/contact/email", "/license/identifier"] {
        assert!(information.pointer(told).is_some_and(Value::is_string), "{told}");
    }
    assert_eq!(DOCUMENT["servers"][0]["url"], "/");
}
