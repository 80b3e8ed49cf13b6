//! Examples in the document: one for every body and every answer, put together from the schemas.
//!
//! An example follows its schema: each value gives the example that it has itself, a vocabulary its first member, and
//! a text the one of its field's name. So an example is there for every operation and cannot fall behind the schema.

use serde_json::{Map, Value, json};

/// Schemas nest no deeper than this; a deeper part is left out of an example.
const DEEPEST: usize = 12;

/// What stands in a field of this name, where its schema takes text.
const TEXTS: &[(&str, &str)] = &[
    ("authority", "Ministry of Defense of the Federal Republic of Germany"),
    ("clause", "The goods are not re-exported without consent."),
    ("companyNumber", "51-234567-8"),
    ("conditions", "Delivery is reported within 30 days."),
    ("description", "Thermal imaging camera, uncooled, 640 x 480"),
    ("detail", "The state of the resource does not permit this."),
    ("endUse", "Border surveillance by the end user."),
    ("file", "number;date\n1;2013-01-02\n"),
    ("findings", "The evidence supports the concern."),
    ("legalBasis", "Defense Export Control Law, section 9"),
    ("minutes", "The holder was heard and answered the grounds."),
    ("name", "Example Optics Ltd."),
    ("placeOfUse", "Berlin"),
    ("profile", "nl-dual-use"),
    ("reference", "EL-2026-000123"),
    ("question", "Are the goods used as declared?"),
    ("shipment", "AWB 020-12345675"),
    ("signatoryName", "E. Beispiel"),
    ("signatoryTitle", "Head of procurement"),
    ("source", "Freedom index"),
    ("summary", "The assessment as a whole."),
    ("title", "Thermal imaging"),
    ("type", "/docs/problems#conflict"),
];

/// Days in fields of this name: past ones, and ones that follow each other.
const DAYS: &[(&str, &str)] = &[
    ("heldOn", "2026-05-15"),
    ("judgedOn", "2026-05-15"),
    ("lodgedOn", "2026-05-15"),
    ("receivedOn", "2026-05-15"),
    ("signedOn", "2026-05-15"),
    ("startsOn", "2026-07-01"),
    ("validFrom", "2026-07-01"),
    ("reviewOn", "2027-03-31"),
    ("endsOn", "2027-12-31"),
];

/// Whole examples of what has members that exclude each other, or that go with some values alone.
const WHOLE: &[(&str, &str)] = &[
    ("Scope", r#"{"controlCodes":["5A001","4D004"]}"#),
    ("EffectSpec", r#"{"effect":"freeze_issuing"}"#),
    (
        "NewApplication",
        r#"{"kind":"export","purpose":"new","destination":"DE","endUserId":"01936f2e-5c00-7a31-9d6b-2f1c0a9e4b57",
            "declarationId":"01936f2e-5c00-7a31-9d6b-2f1c0a9e4b58","endUse":"Border surveillance by the end user.",
            "lines":[{"productId":"01936f2e-5c00-7a31-9d6b-2f1c0a9e4b59","quantity":"12","unit":"piece",
                      "value":"125000.00","currency":"EUR"}],
            "consignees":[{"role":"intermediate_consignee","name":"Example Forwarding Ltd.","kind":"private_company",
                           "country":"NL"}]}"#,
    ),
    (
        "NewAllegation",
        r#"{"sourceKind":"media","receivedOn":"2026-05-15","text":"The goods were seen elsewhere.","documentSha256s":[],
            "endUserId":"01936f2e-5c00-7a31-9d6b-2f1c0a9e4b57"}"#,
    ),
    (
        "NewEligibilityCheck",
        r#"{"kind":"export","purpose":"new","destination":"DE","productId":"01936f2e-5c00-7a31-9d6b-2f1c0a9e4b59",
            "endUser":{"kind":"law_enforcement","country":"DE"},"quantity":"12","unit":"piece"}"#,
    ),
    (
        "NewObjection",
        r#"{"revocationId":"01936f2e-5c00-7a31-9d6b-2f1c0a9e4b57","grounds":"The end user has given account."}"#,
    ),
    (
        "NewTemplate",
        r#"{"productClass":"dual_use","title":"Thermal imaging","framework":true,"transitionRule":"until_date",
            "transitionUntil":"2027-06-30","clauses":["The goods are not re-exported without consent."]}"#,
    ),
    (
        "NewToken",
        r#"{"holder":"d.cohen","role":"licensing_officer","name":"Workstation","expiresAt":"2027-06-30T00:00:00Z"}"#,
    ),
];

/// What the tables have under a name.
fn listed(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(listed, _)| *listed == name).map(|(_, example)| *example)
}

/// Puts an example beside every schema of a body or an answer. That of a named schema stands once, under its name.
pub(super) fn add(document: &mut Value) {
    let schemas = document.pointer("/components/schemas").cloned().unwrap_or_default();
    let mut named = Map::new();
    let operations = document
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(|paths| paths.values_mut())
        .filter_map(Value::as_object_mut)
        .flat_map(|item| item.values_mut());
    for operation in operations {
        contents(operation.get_mut("requestBody"), &schemas, &mut named);
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        for response in responses.into_iter().flat_map(|responses| responses.values_mut()) {
            contents(Some(response), &schemas, &mut named);
        }
    }
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.insert("examples".to_owned(), Value::Object(named));
    }
}

/// Adds to each media type of a body or an answer. Text has its own form, which no schema tells.
fn contents(of: Option<&mut Value>, schemas: &Value, named: &mut Map<String, Value>) {
    let contents = of.and_then(|of| of.get_mut("content")).and_then(Value::as_object_mut);
    for (media, content) in contents.into_iter().flatten() {
        let Some(content) = content.as_object_mut() else { continue };
        let structured =
            (media.ends_with("json") && !media.ends_with("ndjson")) || media == "multipart/form-data";
        let Some(schema) = content.get("schema").filter(|_| structured) else { continue };
        let Some(value) = of_schema(schema, "", schemas, 0) else { continue };
        let example = json!({ "value": value });
        let name =
            schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.rsplit('/').next());
        let example = match name {
            Some(name) => {
                named.insert(name.to_owned(), example);
                json!({ "$ref": format!("#/components/examples/{name}") })
            }
            None => example,
        };
        content.insert("examples".to_owned(), json!({ "example": example }));
    }
}

/// An example of a schema in the field of this name; `None` where it is nested too deep.
fn of_schema(schema: &Value, field: &str, schemas: &Value, depth: usize) -> Option<Value> {
    if depth > DEEPEST {
        return None;
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = reference.rsplit('/').next().unwrap_or_default();
        if let Some(whole) = listed(WHOLE, name) {
            return serde_json::from_str(whole).ok();
        }
        return of_schema(schemas.get(name)?, field, schemas, depth + 1);
    }
    if let Some(text) = text_of(schema, field) {
        return Some(text.into());
    }
    let own = schema.get("example").or_else(|| schema.get("const"));
    let first = |list: &str| schema.get(list).and_then(Value::as_array).and_then(|list| list.first());
    if let Some(own) = own.or_else(|| first("examples")).or_else(|| first("enum")) {
        return Some(own.clone());
    }
    let alternatives =
        ["oneOf", "anyOf"].into_iter().filter_map(|of| schema.get(of)).find_map(Value::as_array);
    if let Some(alternatives) = alternatives {
        let meant = alternatives.iter().find(|one| one.get("type").is_none_or(|kind| kind != "null"))?;
        return of_schema(meant, field, schemas, depth + 1);
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        let mut whole = Map::new();
        for part in parts {
            if let Some(Value::Object(members)) = of_schema(part, field, schemas, depth + 1) {
                whole.extend(members);
            }
        }
        return Some(Value::Object(whole));
    }
    Some(of_type(schema, field, schemas, depth))
}

/// The text of the field's name, where the schema takes any text.
fn text_of(schema: &Value, field: &str) -> Option<&'static str> {
    let is_text = kind(schema) == Some("string");
    let bound = ["enum", "format", "const"].iter().any(|keyword| schema.get(keyword).is_some());
    let narrow = schema.get("maxLength").and_then(Value::as_u64).is_some_and(|longest| longest < 200);
    (is_text && !bound && !narrow).then_some(())?;
    listed(TEXTS, field)
}

/// The type of a schema, the one that is not null.
fn kind(schema: &Value) -> Option<&str> {
    let kind = schema.get("type")?;
    let named =
        kind.as_array().and_then(|kinds| kinds.iter().filter_map(Value::as_str).find(|k| *k != "null"));
    named.or_else(|| kind.as_str())
}

fn of_type(schema: &Value, field: &str, schemas: &Value, depth: usize) -> Value {
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    match (kind(schema), format) {
        (Some("object"), _) => of_object(schema, schemas, depth),
        (Some("array"), _) => {
            let item = schema.get("items").and_then(|items| of_schema(items, field, schemas, depth + 1));
            Value::Array(item.into_iter().collect())
        }
        (Some("string"), "uuid") => json!("01936f2e-5c00-7a31-9d6b-2f1c0a9e4b57"),
        (Some("string"), "date") => json!(listed(DAYS, field).unwrap_or("2027-06-30")),
        (Some("string"), "date-time") => json!("2026-06-01T09:00:00Z"),
        (Some("string"), _) => json!("text"),
        (Some("integer"), _) => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        (Some("number"), _) => json!(1.5),
        (Some("boolean"), _) => json!(true),
        (Some("null"), _) => Value::Null,
        // A schema without a type takes anything.
        (_, _) => json!({}),
    }
}

/// Every member of an object that is not nested too deep, or as many as it may have, the last ones: a choice names what
/// nests first. Of a map, one entry.
fn of_object(schema: &Value, schemas: &Value, depth: usize) -> Value {
    let mut members = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let most =
        schema.get("maxProperties").and_then(Value::as_u64).and_then(|most| usize::try_from(most).ok());
    for (name, member) in
        properties.rev().take(most.unwrap_or(usize::MAX)).collect::<Vec<_>>().into_iter().rev()
    {
        if let Some(example) = of_schema(member, name, schemas, depth + 1) {
            members.insert(name.clone(), example);
        }
    }
    if let Some(entry) = schema.get("additionalProperties").filter(|entry| entry.is_object()) {
        let key = schema.get("propertyNames").and_then(|names| of_schema(names, "", schemas, depth + 1));
        let key = key.as_ref().and_then(Value::as_str).unwrap_or("EUR").to_owned();
        if let Some(example) = of_schema(entry, "", schemas, depth + 1) {
            members.insert(key, example);
        }
    }
    Value::Object(members)
}
