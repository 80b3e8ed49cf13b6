//! Shared answers: what many operations answer in the same words stands once in the document, and they refer to it.
//!
//! Most of an operation's answers are problems that every other one has as well. Written out at each, they were nine
//! tenths of the document.

use serde_json::{Map, Value, json};

/// The status from which answers are shared: those of success are an operation's own.
const FROM: &str = "300";

/// The responses of every operation.
fn every_response(document: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let operations = paths
        .into_iter()
        .flat_map(|paths| paths.values_mut())
        .filter_map(Value::as_object_mut)
        .flat_map(|operations| operations.values_mut());
    operations
        .filter_map(|operation| operation.get_mut("responses")?.as_object_mut())
        .flatten()
        .filter(|(status, _)| status.as_str() >= FROM)
}

/// Puts each answer that stands in more than one place under `components`, named by its status.
pub(super) fn share_answers(document: &mut Value) {
    let mut met: Vec<(String, Value, usize)> = Vec::new();
    for (status, response) in every_response(document) {
        match met.iter_mut().find(|(of, known, _)| of == status && known == response) {
            Some((_, _, times)) => *times += 1,
            None => met.push((status.clone(), response.clone(), 1)),
        }
    }
    let mut shared = Map::new();
    for (status, response, _) in met.into_iter().filter(|(_, _, times)| *times > 1) {
        let alike = shared.keys().filter(|name: &&String| name.contains(&status)).count();
        let name = if alike == 0 { format!("Answer{status}") } else { format!("Answer{status}Of{alike}") };
        shared.insert(name, response);
    }
    for (_, response) in every_response(document) {
        if let Some((name, _)) = shared.iter().find(|(_, known)| *known == response) {
            *response = json!({ "$ref": format!("#/components/responses/{name}") });
        }
    }
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.insert("responses".to_owned(), Value::Object(shared));
    }
}
