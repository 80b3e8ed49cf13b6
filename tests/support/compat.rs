//! What differs between two OpenAPI documents, for a client that was written against the first.
//!
//! What a client sends must still be taken, and what it is answered must be what it was told to expect. Unknown fields
//! and parameters are refused here, so taking one away breaks; so does a new member of a vocabulary in an answer, which
//! a generated client cannot read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// One difference.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Change {
    /// Whether a client of the first document can fail on it.
    pub(crate) breaks: bool,
    /// Where, and what.
    pub(crate) says: String,
}

/// Who writes what a schema describes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Asked,
    Answered,
}

struct Comparison<'d> {
    old: &'d Value,
    new: &'d Value,
    found: Vec<Change>,
    /// Pairs of references that are compared or being compared.
    met: BTreeSet<(String, String, bool)>,
}

/// Every difference between two documents.
pub(crate) fn changes(old: &Value, new: &Value) -> Vec<Change> {
    let mut comparison = Comparison { old, new, found: Vec::new(), met: BTreeSet::new() };
    let (before, after) = (operations(old), operations(new));
    for (name, operation) in &before {
        match after.get(name) {
            None => comparison.note(true, name, "is gone"),
            Some(now) => comparison.operation(name, operation, now),
        }
    }
    for name in after.keys().filter(|name| !before.contains_key(*name)) {
        comparison.note(false, name, "is new");
    }
    comparison.found.sort();
    comparison.found.dedup();
    comparison.found
}

fn operations(document: &Value) -> BTreeMap<String, &Value> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, item)| {
            let methods = item.as_object().into_iter().flatten();
            methods.map(move |(method, operation)| (format!("{method} {path}"), operation))
        })
        .collect()
}

/// Members by name; none where there is no object.
fn members(value: &Value) -> BTreeMap<&str, &Value> {
    value.as_object().into_iter().flatten().map(|(name, member)| (name.as_str(), member)).collect()
}

/// Texts of a list, or the one text that stands for a list of one.
fn texts(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Array(list) => list.iter().map(ToString::to_string).collect(),
        Value::Null => BTreeSet::new(),
        one @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
            BTreeSet::from([one.to_string()])
        }
    }
}

impl<'d> Comparison<'d> {
    fn note(&mut self, breaks: bool, place: &str, says: &str) {
        self.found.push(Change { breaks, says: format!("{place} {says}") });
    }

    fn operation(&mut self, name: &str, old: &'d Value, new: &'d Value) {
        if old["operationId"] != new["operationId"] {
            self.note(true, name, "has another operationId");
        }
        if old["security"] != new["security"] {
            self.note(!new["security"].is_null(), name, "asks for other credentials");
        }
        if old["deprecated"] != new["deprecated"] {
            self.note(false, name, "is deprecated, or no longer");
        }
        self.parameters(name, old, new);
        let (before, after) = (&old["requestBody"], &new["requestBody"]);
        if after["required"] == true && before["required"] != true {
            self.note(true, name, "requires a body");
        }
        self.contents(&format!("{name} body"), before, after, Side::Asked);
        let (before, after) = (members(&old["responses"]), members(&new["responses"]));
        for (status, answer) in &before {
            let place = format!("{name} {status}");
            match after.get(status) {
                Some(now) => {
                    let (answer, now) = (resolved(self.old, answer), resolved(self.new, now));
                    let (had, has) = (members(&answer["headers"]), members(&now["headers"]));
                    self.names(&format!("{place} header"), &had, &has, true, false);
                    self.contents(&place, answer, now, Side::Answered);
                }
                None => self.note(status.starts_with('2'), &place, "is answered no longer"),
            }
        }
        for status in after.keys().filter(|status| !before.contains_key(*status)) {
            self.note(status.starts_with('2'), name, &format!("answers {status} now"));
        }
    }

    fn parameters(&mut self, name: &str, old: &'d Value, new: &'d Value) {
        let keyed = |operation: &'d Value| -> BTreeMap<String, &'d Value> {
            let list = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
            list.iter().map(|one| (format!("{} {}", one["in"], one["name"]), one)).collect()
        };
        let (before, after) = (keyed(old), keyed(new));
        for (key, parameter) in &before {
            let place = format!("{name} {key}");
            let Some(now) = after.get(key) else {
                self.note(true, &place, "is taken no longer");
                continue;
            };
            if now["required"] == true && parameter["required"] != true {
                self.note(true, &place, "is required");
            }
            self.schema(&place, &parameter["schema"], &now["schema"], Side::Asked);
        }
        for (key, parameter) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
            self.note(parameter["required"] == true, &format!("{name} {key}"), "is new");
        }
    }

    fn contents(&mut self, place: &str, old: &'d Value, new: &'d Value, side: Side) {
        let (before, after) = (members(&old["content"]), members(&new["content"]));
        self.names(&format!("{place} as"), &before, &after, true, false);
        for (media, content) in before {
            if let Some(now) = after.get(media) {
                self.schema(&format!("{place} {media}"), &content["schema"], &now["schema"], side);
            }
        }
    }

    /// Compares names alone: what it means that one is gone, and that one is new.
    fn names<T>(
        &mut self,
        place: &str,
        old: &BTreeMap<&str, T>,
        new: &BTreeMap<&str, T>,
        gone_breaks: bool,
        new_breaks: bool,
    ) {
        for name in old.keys().filter(|name| !new.contains_key(*name)) {
            self.note(gone_breaks, &format!("{place} {name}"), "is gone");
        }
        for name in new.keys().filter(|name| !old.contains_key(*name)) {
            self.note(new_breaks, &format!("{place} {name}"), "is new");
        }
    }

    fn schema(&mut self, place: &str, old: &'d Value, new: &'d Value, side: Side) {
        let (old_name, new_name) = (old["$ref"].as_str(), new["$ref"].as_str());
        if let (Some(old), Some(new)) = (old_name, new_name)
            && !self.met.insert((old.to_owned(), new.to_owned(), side == Side::Asked))
        {
            return;
        }
        let (old, new) = (resolved(self.old, old), resolved(self.new, new));
        if old.is_null() && new.is_null() {
            return;
        }
        self.sets(place, old, new, side);
        self.bounds(place, old, new, side);
        self.properties(place, old, new, side);
        for part in ["items", "additionalProperties", "propertyNames"] {
            match (old[part].is_object(), new[part].is_object()) {
                (true, true) => self.schema(&format!("{place}/{part}"), &old[part], &new[part], side),
                (false, false) if old[part] == new[part] => {}
                _ => self.note(true, &format!("{place}/{part}"), "is another"),
            }
        }
        for of in ["oneOf", "anyOf", "allOf"] {
            self.alternatives(&format!("{place}/{of}"), &old[of], &new[of], side);
        }
    }

    /// Types and vocabularies: what is asked may grow, what is answered may shrink.
    fn sets(&mut self, place: &str, old: &Value, new: &Value, side: Side) {
        for keyword in ["type", "enum", "const"] {
            let (before, after) = (texts(&old[keyword]), texts(&new[keyword]));
            if before.is_empty() != after.is_empty() {
                // A vocabulary where any text stood, or the other way round.
                self.note(
                    before.is_empty() == (side == Side::Asked),
                    place,
                    &format!("has another {keyword}"),
                );
                continue;
            }
            for gone in before.difference(&after) {
                self.note(side == Side::Asked, place, &format!("has {gone} no longer"));
            }
            for came in after.difference(&before) {
                self.note(side == Side::Answered, place, &format!("has {came} now"));
            }
        }
    }

    /// Bounds, patterns and formats of what is asked; an answer keeps its format.
    fn bounds(&mut self, place: &str, old: &Value, new: &Value, side: Side) {
        if old["format"] != new["format"] {
            self.note(true, place, "has another format");
        }
        if old["pattern"] != new["pattern"] {
            self.note(side == Side::Asked && !new["pattern"].is_null(), place, "has another pattern");
        }
        let limits = [
            ("maxLength", 1.0),
            ("maximum", 1.0),
            ("maxItems", 1.0),
            ("minLength", -1.0),
            ("minimum", -1.0),
            ("minItems", -1.0),
        ];
        for (keyword, direction) in limits {
            let bound =
                |schema: &Value| schema[keyword].as_f64().map_or(f64::INFINITY, |bound| bound * direction);
            let (before, after) = (bound(old), bound(new));
            if after < before {
                self.note(side == Side::Asked, place, &format!("has a narrower {keyword}"));
            } else if after > before {
                self.note(false, place, &format!("has a wider {keyword}"));
            }
        }
    }

    fn properties(&mut self, place: &str, old: &'d Value, new: &'d Value, side: Side) {
        let (before, after) = (members(&old["properties"]), members(&new["properties"]));
        self.names(&format!("{place} field"), &before, &after, true, false);
        for (name, member) in before {
            if let Some(now) = after.get(name) {
                self.schema(&format!("{place}/{name}"), member, now, side);
            }
        }
        let (had, has) = (texts(&old["required"]), texts(&new["required"]));
        for name in had.symmetric_difference(&has) {
            let asked_more = has.contains(name) && side == Side::Asked;
            let told_less = had.contains(name) && side == Side::Answered;
            self.note(asked_more || told_less, place, &format!("requires {name}, or no longer"));
        }
    }

    /// Each form that a client knows must have one that takes its place.
    fn alternatives(&mut self, place: &str, old: &'d Value, new: &'d Value, side: Side) {
        let list = |value: &'d Value| value.as_array().map_or(&[][..], Vec::as_slice);
        let (before, after) = (list(old), list(new));
        let (kept, offered) = if side == Side::Asked { (before, after) } else { (after, before) };
        for form in kept {
            let fits = offered.iter().any(|other| {
                let (old, new) = if side == Side::Asked { (form, other) } else { (other, form) };
                let mut trial =
                    Comparison { old: self.old, new: self.new, found: Vec::new(), met: self.met.clone() };
                trial.schema("", old, new, side);
                trial.found.iter().all(|change| !change.breaks)
            });
            if !fits {
                self.note(true, place, "lacks a form, or has one more");
            }
        }
        if before.len() != after.len() {
            self.note(false, place, "has another number of forms");
        }
    }
}

/// A schema, or what it refers to.
fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    let pointer = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(schema)
}

/// Why the version of the second document does not tell what changed; `None` where it does.
pub(crate) fn untold(old: &Value, new: &Value) -> Option<String> {
    let version = |document: &Value| -> Vec<u64> {
        let text = document.pointer("/info/version").and_then(Value::as_str).unwrap_or_default();
        text.split('.').filter_map(|part| part.parse().ok()).collect()
    };
    let (before, after) = (version(old), version(new));
    let told = |parts: usize| before.iter().take(parts).lt(after.iter().take(parts));
    let changes = changes(old, new);
    let listed = |breaks: bool| -> Vec<_> {
        changes.iter().filter(|change| change.breaks == breaks).map(|change| change.says.as_str()).collect()
    };
    if !listed(true).is_empty() && !told(1) {
        return Some(format!("breaks clients, so the major version must move:\n{}", listed(true).join("\n")));
    }
    if !changes.is_empty() && !told(2) {
        return Some(format!("adds, so the minor version must move:\n{}", listed(false).join("\n")));
    }
    (after < before).then(|| "the version goes back".to_owned())
}
