//! Deprecation: an operation that is to go says so in the document and in every answer, long before it goes.
//!
//! `Deprecation` (RFC 9745) says since when, `Sunset` (RFC 8594) when it stops answering.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use chrono::{NaiveDate, NaiveTime};
use serde_json::{Value, json};

/// That an operation is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deprecation {
    /// Since when it is deprecated, in UTC.
    pub since: NaiveDate,
    /// From when it may no longer answer, in UTC.
    pub sunset: NaiveDate,
}

const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

impl Deprecation {
    /// Adds both headers to an answer.
    pub(super) fn tell(self, headers: &mut HeaderMap) {
        let [since, sunset] = [self.since, self.sunset].map(|day| day.and_time(NaiveTime::MIN).and_utc());
        // A structured date (RFC 9651), and an HTTP date (RFC 9110): both are plain ASCII.
        let told = [
            (DEPRECATION, format!("@{}", since.timestamp())),
            (SUNSET, sunset.format("%a, %d %b %Y %H:%M:%S GMT").to_string()),
        ];
        for (name, value) in told {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }

    /// The headers as the document describes them.
    pub(super) fn described(self) -> [(&'static str, Value); 2] {
        let text = |says: String| json!({ "description": says, "schema": { "type": "string" } });
        [
            (
                "Deprecation",
                text(format!("Since when the operation is deprecated (RFC 9745): {}.", self.since)),
            ),
            ("Sunset", text(format!("From when it may no longer answer (RFC 8594): {}.", self.sunset))),
        ]
    }
}
