//! The contract: every answer has a status that the OpenAPI document gives its operation, a body of the schema it
//! gives, and the headers that every answer carries.

#![expect(clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::LazyLock;

use axum::http::Method;
use export_license_registry::{api, http::openapi};
use serde_json::Value;

use super::registry::Reply;

/// The document, as it is served.
pub(crate) static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::to_value(openapi::document(&api::rooms())).unwrap_or_default());

/// Headers every answer carries.
const HEADERS: [&str; 8] = [
    "api-version",
    "cache-control",
    "content-security-policy",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
    "x-request-id",
];

/// Holds one answer against the contract.
pub(crate) fn check(method: &Method, path: &str, reply: &Reply) {
    for name in HEADERS {
        assert!(reply.headers.contains_key(name), "{}: no {name}", reply.asked);
    }
    let status = reply.status.as_u16();
    if status >= 400 {
        assert_eq!(reply.header("content-type"), "application/problem+json", "{}", reply.asked);
        for member in ["type", "title", "detail"] {
            assert!(reply.body[member].is_string(), "{}: no {member} in {}", reply.asked, reply.text);
        }
        assert_eq!(reply.body["status"], status, "{}", reply.asked);
        assert_eq!(reply.body["instance"], path, "{}", reply.asked);
    }
    let Some(operation) = operation(method, path) else { return };
    if matches!(status, 405 | 308) {
        return;
    }
    let response = &operation["responses"][status.to_string()];
    assert!(response.is_object(), "{} answers {status}, which is not documented", reply.asked);
    let tagged = reply.headers.contains_key("etag");
    assert!(
        !tagged || response["headers"]["ETag"].is_object(),
        "{}: a tag that is not documented",
        reply.asked
    );
    if status == 304 {
        assert!(tagged && reply.text.is_empty(), "{}: {}", reply.asked, reply.text);
        return;
    }
    let streams = ["application/x-ndjson", "text/csv"]
        .iter()
        .any(|media| reply.header("content-type").starts_with(media));
    assert!(tagged || status != 200 || streams, "{}: no tag", reply.asked);
    let media = reply.header("content-type").split(';').next().unwrap_or("").to_owned();
    let schema = &response["content"][&media]["schema"];
    assert!(schema.is_object(), "{} answers {status} as {media}, which is not documented", reply.asked);
    if media.contains("json") && !media.contains("ndjson") {
        conforms(schema, &reply.body, &mut reply.asked.clone());
    }
}

/// The operation that serves a path.
fn operation(method: &Method, path: &str) -> Option<&'static Value> {
    let paths = DOCUMENT["paths"].as_object()?;
    let parts: Vec<_> = path.split('/').collect();
    let fits = |template: &str| {
        let wanted: Vec<_> = template.split('/').collect();
        let same = |(wanted, part): (&&str, &&str)| wanted.starts_with('{') || wanted == part;
        wanted.len() == parts.len() && wanted.iter().zip(&parts).all(same)
    };
    let item =
        paths.get(path).or_else(|| paths.iter().find(|(template, _)| fits(template)).map(|(_, i)| i))?;
    item.get(method.as_str().to_ascii_lowercase())
}

/// Whether a value is what a schema describes: types, members, items and enumerations.
fn conforms(schema: &Value, value: &Value, place: &mut String) {
    if let Some(reference) = schema["$ref"].as_str() {
        return conforms(resolve(reference), value, place);
    }
    for alternatives in ["oneOf", "anyOf"] {
        if let Some(alternatives) = schema[alternatives].as_array() {
            let fitting = alternatives.iter().filter(|one| fits(one, value)).collect::<Vec<_>>();
            assert!(!fitting.is_empty(), "{place}: {value} is none of {alternatives:?}");
            return fitting.iter().for_each(|one| conforms(one, value, place));
        }
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        conforms(part, value, place);
    }
    assert!(shape(schema, value), "{place}: {value} is not {schema}");
    if let Some(permitted) = schema["enum"].as_array() {
        assert!(permitted.contains(value), "{place}: {value} is not one of {permitted:?}");
    }
    if let (Some(members), Some(properties)) = (value.as_object(), schema["properties"].as_object()) {
        for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            assert!(members.contains_key(required), "{place}: no {required}");
        }
        for (name, member) in members {
            let Some(schema) = properties.get(name) else { panic!("{place}: {name} is not documented") };
            let length = place.len();
            place.push('/');
            place.push_str(name);
            conforms(schema, member, place);
            place.truncate(length);
        }
    }
    if let (Some(items), true) = (value.as_array(), schema["items"].is_object()) {
        for item in items {
            conforms(&schema["items"], item, place);
        }
    }
}

/// What a reference of the document refers to.
pub(crate) fn resolve(reference: &str) -> &'static Value {
    let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} is not local"));
    DOCUMENT.pointer(pointer).unwrap_or_else(|| panic!("{reference} resolves to nothing"))
}

/// Whether an alternative is the one meant: the type, and for an object every required member.
fn fits(schema: &Value, value: &Value) -> bool {
    if let Some(reference) = schema["$ref"].as_str() {
        return fits(resolve(reference), value);
    }
    let mut required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    shape(schema, value)
        && value.as_object().is_none_or(|members| required.all(|name| members.contains_key(name)))
}

/// Whether a value has the type of a schema.
fn shape(schema: &Value, value: &Value) -> bool {
    if let Some(reference) = schema["$ref"].as_str() {
        return shape(resolve(reference), value);
    }
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other} is no type"),
    };
    let names = schema["type"].as_array().map(|names| names.iter().filter_map(Value::as_str).any(is));
    names.or_else(|| schema["type"].as_str().map(is)).unwrap_or(true)
}
