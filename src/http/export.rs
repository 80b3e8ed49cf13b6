//! Exports: lists of any length, streamed from one snapshot as NDJSON or CSV with flat memory.
//!
//! An export that breaks off is told from a whole one: the connection is cut before the end of the body.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::mpsc::Receiver;

use super::problem::Problem;

/// 200 with a list, a JSON object a line or as CSV (RFC 4180), as the caller asked.
#[derive(Debug)]
pub struct Export {
    /// Whether it is CSV.
    pub csv: bool,
    /// The chunks of the body.
    pub chunks: Receiver<Result<Bytes, Problem>>,
}

impl IntoResponse for Export {
    fn into_response(self) -> Response {
        let media = if self.csv { "text/csv; charset=utf-8" } else { "application/x-ndjson" };
        let stream = futures_util::stream::unfold(self.chunks, |mut chunks| async {
            let next = chunks.recv().await?;
            let next = next.map_err(|problem| {
                tracing::error!(cause = problem.cause(), "an export broke off");
                std::io::Error::other(problem.detail)
            });
            Some((next, chunks))
        });
        ([(header::CONTENT_TYPE, HeaderValue::from_static(media))], Body::from_stream(stream)).into_response()
    }
}

/// A cell of CSV, in quotes where it needs them. One that a spreadsheet would take for a formula is led by an
/// apostrophe.
pub fn csv_cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let led = if formula { format!("'{text}") } else { text.to_owned() };
    if led.contains([',', '"', '\n', '\r', '\'']) { format!("\"{}\"", led.replace('"', "\"\"")) } else { led }
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
    }
}
