//! The document against the one that was released: what breaks a client moves the major version, what is added the
//! minor one. And the comparison itself, on changes that must be found.

use serde_json::{Value, json};

use crate::support::compat::{changes, untold};
use crate::support::contract::DOCUMENT;

fn checked_in(name: &str) -> Value {
    let path = format!("{}/docs/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("the document is checked in");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn the_checked_in_document_is_the_one_that_is_served() {
    let same = checked_in("openapi.json") == *DOCUMENT;
    assert!(same, "run: cargo run -q --locked -- openapi > docs/openapi.json");
}

#[test]
fn a_change_of_the_released_document_moves_the_version() {
    if let Some(why) = untold(&checked_in("openapi-released.json"), &DOCUMENT) {
        panic!("against docs/openapi-released.json the document {why}\nSee docs/api.md, Versions.");
    }
}

fn small() -> Value {
    json!({
        "info": { "version": "1.0.0" },
        "paths": { "/v1/things": { "post": {
            "operationId": "post_things",
            "parameters": [
                { "name": "kind", "in": "query", "required": false, "schema": { "type": "string", "enum": ["a", "b"] } },
            ],
            "requestBody": { "required": true, "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/NewThing" } } } },
            "responses": {
                "201": { "headers": { "Location": {} }, "content": { "application/json": {
                    "schema": { "$ref": "#/components/schemas/Thing" } } } },
                "409": { "content": {} },
            },
        } } },
        "components": { "schemas": {
            "NewThing": {
                "type": "object", "required": ["name"],
                "properties": {
                    "name": { "type": "string", "maxLength": 200, "pattern": "^x" },
                    "note": { "type": ["string", "null"] },
                    "source": { "oneOf": [{ "type": "string" }, { "type": "integer", "format": "int32" }] },
                },
            },
            "Thing": {
                "type": "object", "required": ["id", "parts"],
                "properties": {
                    "id": { "type": "string", "format": "uuid" },
                    "status": { "type": "string", "enum": ["open", "shut"] },
                    "parts": { "type": "array", "items": { "$ref": "#/components/schemas/Thing" } },
                },
            },
        } },
    })
}

/// The small document with what stands at a pointer replaced; taken out where there is nothing to put there.
fn with(pointer: &str, value: Option<Value>) -> Value {
    let mut document = small();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = document.pointer_mut(parent).expect("a parent").as_object_mut().expect("an object");
    let name = name.replace("~1", "/");
    match value {
        Some(value) => parent.insert(name, value),
        None => parent.remove(&name),
    };
    document
}

const POST: &str = "/paths/~1v1~1things/post";
const NEW: &str = "/components/schemas/NewThing";
const THING: &str = "/components/schemas/Thing";

#[test]
fn what_breaks_a_client_is_found() {
    let text = |most: u64| json!({ "type": "string", "maxLength": most, "pattern": "^x" });
    for (pointer, value) in [
        (POST.to_owned(), None),
        (format!("{POST}/operationId"), Some(json!("other"))),
        (format!("{POST}/security"), Some(json!([{ "token": [] }]))),
        (format!("{POST}/parameters"), Some(json!([]))),
        (
            format!("{POST}/parameters"),
            Some(json!([
                { "name": "kind", "in": "query", "required": true, "schema": { "type": "string", "enum": ["a", "b"] } }
            ])),
        ),
        (
            format!("{POST}/parameters"),
            Some(json!([
                { "name": "kind", "in": "query", "required": false, "schema": { "type": "string", "enum": ["a"] } }
            ])),
        ),
        (format!("{POST}/requestBody/content"), Some(json!({ "text/csv": {} }))),
        (format!("{POST}/responses/201"), None),
        (format!("{POST}/responses/202"), Some(json!({}))),
        (format!("{POST}/responses/201/headers"), Some(json!({}))),
        (format!("{NEW}/required"), Some(json!(["name", "note"]))),
        (format!("{NEW}/properties/note"), None),
        (format!("{NEW}/properties/note/type"), Some(json!("string"))),
        (format!("{NEW}/properties/name"), Some(text(100))),
        (format!("{NEW}/properties/name/pattern"), Some(json!("^y"))),
        (format!("{NEW}/properties/name/minLength"), Some(json!(2))),
        (format!("{NEW}/properties/source/oneOf"), Some(json!([{ "type": "string" }]))),
        (format!("{NEW}/additionalProperties"), Some(json!(false))),
        (format!("{THING}/properties/id"), None),
        (format!("{THING}/properties/id/format"), None),
        (format!("{THING}/properties/id/type"), Some(json!(["string", "null"]))),
        (format!("{THING}/properties/status/enum"), Some(json!(["open", "shut", "lost"]))),
        (format!("{THING}/properties/parts/items"), Some(json!({ "type": "string" }))),
        (format!("{THING}/required"), Some(json!(["id"]))),
    ] {
        let new = with(&pointer, value);
        assert!(changes(&small(), &new).iter().any(|change| change.breaks), "{pointer}");
        assert!(untold(&small(), &new).is_some_and(|why| why.contains("major")), "{pointer}");
        let mut told = new;
        told["info"]["version"] = json!("2.0.0");
        assert_eq!(untold(&small(), &told), None, "{pointer}");
    }
}

#[test]
fn what_is_added_asks_for_a_minor_version_alone() {
    for (pointer, value) in [
        ("/paths/~1v1~1others".to_owned(), json!({ "get": { "responses": {} } })),
        (format!("{POST}/responses/412"), json!({})),
        (format!("{POST}/deprecated"), json!(true)),
        (format!("{POST}/requestBody/content/text~1csv"), json!({})),
        (format!("{NEW}/properties/colour"), json!({ "type": "string" })),
        (format!("{NEW}/required"), json!([])),
        (format!("{NEW}/properties/name/maxLength"), json!(300)),
        (format!("{THING}/properties/made"), json!({ "type": "string" })),
        (format!("{THING}/properties/status/enum"), json!(["open"])),
    ] {
        let new = with(&pointer, Some(value));
        let found = changes(&small(), &new);
        assert!(!found.is_empty() && found.iter().all(|change| !change.breaks), "{pointer}: {found:?}");
        assert!(untold(&small(), &new).is_some_and(|why| why.contains("minor")), "{pointer}");
        let mut told = new;
        told["info"]["version"] = json!("1.1.0");
        assert_eq!(untold(&small(), &told), None, "{pointer}");
    }
}

#[test]
fn what_says_the_same_is_no_change_and_a_version_never_goes_back() {
    assert_eq!(changes(&small(), &small()), []);
    assert_eq!(untold(&small(), &small()), None);
    let described = with(&format!("{THING}/description"), Some(json!("A thing.")));
    assert_eq!(changes(&small(), &described), []);
    let mut older = small();
    older["info"]["version"] = json!("0.9.0");
    assert_eq!(untold(&small(), &older).as_deref(), Some("the version goes back"));
}
