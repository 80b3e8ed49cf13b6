//! Pages for people, with nothing fetched from outside. The operations are described at `/docs/`.

use std::fmt::Write as _;

use axum::response::Html;

use super::problem::Kind;

impl Kind {
    /// What a caller does about it.
    const fn advice(self) -> &'static str {
        match self {
            Self::Malformed => {
                "Correct what errors[] points at and send the request again. Nothing was stored."
            }
            Self::Unauthorized => {
                "Send Authorization: Bearer with a token that is neither expired nor revoked."
            }
            Self::Forbidden => "Ask someone whose role holds the permission that detail names.",
            Self::NotFound => {
                "Check the path and the id. What belongs to another exporter is answered the same way."
            }
            Self::MethodNotAllowed => "See the OpenAPI document for the methods of the path.",
            Self::SlowBody => "Send the whole body without a pause. Nothing was stored.",
            Self::Conflict => {
                "Read the resource again: its status or another request stands against the act."
            }
            Self::InFlight => {
                "Wait a moment and send the same request with the same Idempotency-Key: its answer is given again."
            }
            Self::PreconditionFailed => {
                "Read the resource again, look at what has changed, and send its new ETag as If-Match if the act still fits."
            }
            Self::TooLarge => "Send less; detail names the limit. Large lists go by the command line.",
            Self::UriTooLong => "Shorten the query; detail names the limit.",
            Self::UnsupportedMediaType => "Send the media type that the OpenAPI document names.",
            Self::RefusedByRule => {
                "Cure what reasons[] lists: each has its rule, outcome, legal basis and the facts it read. \
                 Where the worst outcome is refer, a departure with written reasons is possible."
            }
            Self::TooManyRequests => {
                "Wait for Retry-After. RateLimit tells at each answer what is left, RateLimit-Policy the limit."
            }
            Self::HeadersTooLarge => "Send fewer and shorter header fields; detail names the limits.",
            Self::KeyReused => "Send a new Idempotency-Key with a new request. Nothing was stored.",
            Self::PreconditionRequired => {
                "Send the ETag of the resource at the head of the path as If-Match, or If-Match: * for whatever it is now."
            }
            Self::Internal => "A defect: report instance and X-Request-Id. Nothing was stored.",
            Self::WritesStopped => {
                "Wait until /health/ready says that the audit log has caught up, and send the same request again. Reading goes on."
            }
            Self::Unavailable => "Wait for Retry-After and send the same request again. Nothing was stored.",
        }
    }
}

/// `/docs/problems`: every kind of problem, as its `type` refers to it.
pub async fn problems() -> Html<String> {
    let mut rows = String::new();
    for kind in Kind::ALL {
        let anchor = kind.name().replace('_', "-");
        // Writing to a String cannot fail.
        let _ = writeln!(
            rows,
            "<tr id=\"{anchor}\"><td><code>{anchor}</code></td><td>{}</td><td>{}</td><td>{}</td></tr>",
            kind.status().as_u16(),
            kind.title(),
            kind.advice()
        );
    }
    Html(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Problems</title><style>\
         body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2430}}\
         table{{border-collapse:collapse;width:100%}}th,td{{text-align:left;vertical-align:top;padding:.5rem;\
         border-bottom:1px solid #cfd6de}}tr:target{{background:#fff3c4}}</style></head><body>\
         <h1>Problems</h1><p>Every error is <code>application/problem+json</code> (RFC 9457). Its <code>type</code> \
         refers to a row of this table. <a href=\"/docs/\">Operations</a></p>\
         <table><tr><th>kind</th><th>status</th><th>what it says</th><th>what to do</th></tr>{rows}</table></body></html>"
    ))
}
