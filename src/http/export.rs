//! Exports: lists of any length, streamed from one snapshot as NDJSON or CSV with flat memory.
//!
//! An export that breaks off is told from a whole one: the connection is cut before the end of the body. Whoever makes
//! it says where it ends; where that is missing, for whatever reason, it has broken off.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::list::ExportFormat;
use super::problem::Problem;

/// How many pieces wait to be read.
const WAITING: usize = 2;
/// How long a reader may take over one piece.
const PATIENCE: Duration = Duration::from_secs(25);

/// 200 with a list, a JSON object a line or as CSV (RFC 4180), as the caller asked.
#[derive(Debug)]
pub struct Export {
    format: ExportFormat,
    pieces: Receiver<Piece>,
}

/// What is sent of an export.
#[derive(Debug)]
enum Piece {
    Text(String),
    Failed(Problem),
    End,
}

/// Where an export is written to.
#[derive(Debug)]
pub struct Pieces {
    format: ExportFormat,
    columns: Vec<String>,
    out: Sender<Piece>,
}

/// Begins an export.
pub fn begin(format: ExportFormat) -> (Pieces, Export) {
    let (out, pieces) = channel(WAITING);
    (Pieces { format, columns: Vec::new(), out }, Export { format, pieces })
}

impl Pieces {
    /// Sends one piece; whether it was taken. A reader who takes none for long is given up.
    async fn send(&self, piece: Piece) -> bool {
        self.out.send_timeout(piece, PATIENCE).await.is_ok()
    }

    /// Sends text that was written already.
    pub async fn text(&self, text: String) -> bool {
        self.send(Piece::Text(text)).await
    }

    /// Begins with the line of names, where the form has one: the members of the type, as the document has them.
    pub async fn header<T: ToSchema>(&mut self) -> bool {
        self.columns = columns(&T::schema());
        match self.format {
            ExportFormat::Ndjson => true,
            ExportFormat::Csv => self.text(csv_line(self.columns.iter().map(String::as_str))).await,
        }
    }

    /// Sends rows.
    pub async fn rows<T: Serialize>(&self, rows: &[T]) -> bool {
        let mut text = String::new();
        for row in rows {
            match self.row(row) {
                Ok(line) => text.push_str(&line),
                Err(error) => {
                    self.fail(Problem::internal(&error)).await;
                    return false;
                }
            }
        }
        self.text(text).await
    }

    fn row<T: Serialize>(&self, row: &T) -> serde_json::Result<String> {
        match self.format {
            ExportFormat::Ndjson => serde_json::to_string(row).map(|line| line + "\n"),
            ExportFormat::Csv => {
                let row = serde_json::to_value(row)?;
                let cells: Vec<String> = self.columns.iter().map(|column| text_of(row.get(column))).collect();
                Ok(csv_line(cells.iter().map(String::as_str)))
            }
        }
    }

    /// Breaks the export off.
    pub async fn fail(&self, problem: Problem) {
        self.send(Piece::Failed(problem)).await;
    }

    /// Ends the export: it is whole.
    pub async fn end(self) {
        self.send(Piece::End).await;
    }
}

/// The names of the members of a type.
fn columns(schema: &RefOr<Schema>) -> Vec<String> {
    // What is listed is an object with members of its own.
    let RefOr::T(Schema::Object(object)) = schema else { return Vec::new() };
    object.properties.keys().cloned().collect()
}

/// A member as the text of a cell: nothing for null, and JSON for what has parts.
fn text_of(member: Option<&Value>) -> String {
    match member {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_))) => {
            other.to_string()
        }
    }
}

/// Cells as a line of CSV.
pub fn csv_line<'c>(cells: impl Iterator<Item = &'c str>) -> String {
    cells.map(csv_cell).collect::<Vec<_>>().join(",") + "\r\n"
}

impl IntoResponse for Export {
    fn into_response(self) -> Response {
        let media = match self.format {
            ExportFormat::Csv => "text/csv; charset=utf-8",
            ExportFormat::Ndjson => "application/x-ndjson",
        };
        let stream = futures_util::stream::unfold(Some(self.pieces), |pieces| async {
            let mut pieces = pieces?;
            let cut = |why: &str| {
                tracing::error!(cause = why, "an export broke off");
                Some((Err(std::io::Error::other("the export broke off")), None))
            };
            match pieces.recv().await {
                Some(Piece::Text(text)) => Some((Ok(Bytes::from(text)), Some(pieces))),
                Some(Piece::End) => None,
                Some(Piece::Failed(problem)) => cut(problem.cause()),
                None => cut("its reader was given no end"),
            }
        });
        ([(header::CONTENT_TYPE, HeaderValue::from_static(media))], Body::from_stream(stream)).into_response()
    }
}

/// A cell as a spreadsheet takes it for text: what it would take for a formula is led by an apostrophe. The full-width
/// forms of the signs (U+FF1D, U+FF0B, U+FF0D, U+FF20) begin one as well where the input is East Asian.
pub fn inert(text: &str) -> Cow<'_, str> {
    let formula =
        text.starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\t', '\r']);
    if formula { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// A cell of CSV, in quotes where it needs them. One that a spreadsheet would take for a formula is led by an
/// apostrophe.
pub fn csv_cell(text: &str) -> String {
    let led = inert(text);
    if led.contains([',', '"', '\n', '\r', '\'']) {
        format!("\"{}\"", led.replace('"', "\"\""))
    } else {
        led.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::csv_cell;

    #[test]
    fn a_cell_is_quoted_where_needed_and_is_never_a_formula() {
        assert_eq!(csv_cell("plain text"), "plain text");
        assert_eq!(csv_cell("a,b"), "\"a,b\"");
        assert_eq!(csv_cell("say \"so\""), "\"say \"\"so\"\"\"");
        assert_eq!(csv_cell("=1+1"), "\"'=1+1\"");
        assert_eq!(csv_cell("@sum"), "\"'@sum\"");
        for sign in ['\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'] {
            assert_eq!(csv_cell(&format!("{sign}1")), format!("\"'{sign}1\""));
        }
    }
}
