//! Choices: a value that has exactly one of several members, as JSON Schema and generated clients know it best.
//!
//! The schema of such a type is a list of objects with one member each (`oneOf`). Many generators cannot follow a list
//! that refers to itself; they all know an object that has one member of several, which takes the same values.

use serde_json::{Map, Value, json};

/// Writes every choice among the named schemas as one object.
pub(super) fn write_as_objects(document: &mut Value) {
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    for schema in schemas.into_iter().flat_map(|schemas| schemas.values_mut()) {
        if let Some(object) = as_object(schema) {
            *schema = object;
        }
    }
}

/// The object that takes the same values; `None` where the schema is no such choice.
fn as_object(schema: &Value) -> Option<Value> {
    let mut members = Map::new();
    for form in schema.get("oneOf")?.as_array()? {
        let properties = form.get("properties").and_then(Value::as_object)?;
        let (name, member) = properties.iter().next().filter(|_| properties.len() == 1)?;
        if form.get("required")? != &json!([name]) || members.contains_key(name) {
            return None;
        }
        members.insert(name.clone(), member.clone());
    }
    let mut object = json!({
        "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": false, "properties": members,
    });
    if let (Some(object), Some(says)) = (object.as_object_mut(), schema.get("description")) {
        object.insert("description".to_owned(), says.clone());
    }
    Some(object)
}
