//! Statistics as a table: a row for each figure with its definition, then a row for each cell of its breakdown.

use super::model::{Cell, Statistics};

const COLUMNS: [&str; 11] = [
    "year",
    "figure",
    "kind",
    "origin",
    "destination",
    "outcome",
    "status",
    "ground",
    "value",
    "unit",
    "definition",
];

/// The table (RFC 4180, UTF-8). Every value is a number or a name of the registry's own, so no cell can be taken for
/// a formula.
pub(super) fn table(statistics: &Statistics) -> String {
    let year = statistics.year.to_string();
    let mut rows = vec![COLUMNS.join(",")];
    for figure in &statistics.figures {
        let value = figure.value.map(|value| value.to_string()).unwrap_or_default();
        let definition = quoted(figure.definition);
        rows.push(format!("{year},{},,,,,,,{value},{},{definition}", figure.name, figure.unit));
        rows.extend(figure.by.iter().map(|cell| {
            let Cell { kind, origin, destination, outcome, status, ground, value } = cell;
            let dimensions = [kind, origin, destination, outcome, status, ground]
                .map(|dimension| quoted(dimension.as_deref().unwrap_or_default()))
                .join(",");
            format!("{year},{},{dimensions},{value},{},", figure.name, figure.unit)
        }));
    }
    rows.push(String::new());
    rows.join("\r\n")
}

/// A field, in quotes where it needs them.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}
