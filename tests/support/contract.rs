//! The contract: every answer has a status that the OpenAPI document gives its operation, a body of the schema it
//! gives, and the headers that every answer carries.

#![expect(clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use axum::http::Method;
use export_license_registry::api;
use export_license_registry::config::Contact;
use export_license_registry::http::openapi;
use serde_json::Value;

use super::registry::Reply;

/// The document, as it is served.
pub(crate) static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    openapi::document(&api::rooms(), &Contact::default()).unwrap_or_else(|error| panic!("{error}"))
});

/// The example of a media type; null where it has none.
pub(crate) fn example(content: &'static Value) -> &'static Value {
    let example = &content["examples"]["example"];
    let example = example["$ref"].as_str().map_or(example, resolve);
    &example["value"]
}

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
    let response = answer(&operation["responses"][status.to_string()]);
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
    let streams = ["application/x-ndjson", "text/csv", "text/plain"]
        .iter()
        .any(|media| reply.header("content-type").starts_with(media));
    let documented = response["headers"]["ETag"].is_object();
    assert!(tagged || status != 200 || streams || !documented, "{}: no tag", reply.asked);
    let media = reply.header("content-type").split(';').next().unwrap_or("").to_owned();
    let schema = &response["content"][&media]["schema"];
    assert!(schema.is_object(), "{} answers {status} as {media}, which is not documented", reply.asked);
    if media.contains("json") && !media.contains("ndjson") {
        conforms(schema, &reply.body, &format!("{} {status}", reply.asked));
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

/// Holds a value against a schema of the document: types, members, vocabularies, formats, patterns and bounds.
pub(crate) fn conforms(schema: &Value, value: &Value, place: &str) {
    // Its references are into the document, which the registry has under a name of its own.
    let schema = schema.to_string().replace("\"#/", &format!("\"{STRICT_NAME}#/"));
    let mut known = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    let validator = known.entry(schema).or_insert_with_key(|schema| {
        let schema: Value = serde_json::from_str(schema).unwrap_or_default();
        let options = jsonschema::options().with_registry(&STRICT).should_validate_formats(true);
        options.build(&schema).unwrap_or_else(|error| panic!("{place}: the schema is none: {error}"))
    });
    let faults: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(faults.is_empty(), "{place} is not as documented: {faults:#?}");
}

/// What the strict document is called among schemas.
const STRICT_NAME: &str = "urn:registry";

/// The validators of the schemas that were asked for.
static VALIDATORS: LazyLock<Mutex<HashMap<String, jsonschema::Validator>>> = LazyLock::new(Mutex::default);

/// The document with every object closed: a member that it does not name is a fault.
static STRICT: LazyLock<jsonschema::Registry<'static>> = LazyLock::new(|| {
    fn close(value: &mut Value, is_part: bool) {
        match value {
            Value::Object(members) => {
                if members.contains_key("properties") && !is_part {
                    members.entry("additionalProperties").or_insert(false.into());
                }
                members.iter_mut().for_each(|(name, member)| close(member, name == "allOf"));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| close(item, is_part)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut strict = DOCUMENT.clone();
    close(&mut strict["components"]["schemas"], false);
    let registry = jsonschema::Registry::new().add(STRICT_NAME, strict);
    registry.and_then(|registry| registry.prepare()).unwrap_or_else(|error| panic!("{error}"))
});

/// An answer of an operation, which many share by reference.
pub(crate) fn answer(described: &'static Value) -> &'static Value {
    described["$ref"].as_str().map_or(described, resolve)
}

/// What a reference of the document refers to.
pub(crate) fn resolve(reference: &str) -> &'static Value {
    let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} is not local"));
    DOCUMENT.pointer(pointer).unwrap_or_else(|| panic!("{reference} resolves to nothing"))
}
