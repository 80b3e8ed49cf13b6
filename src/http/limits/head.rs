//! The head of a request: how long its target and how large its header section may be.
//!
//! What is far above these limits never becomes a request: `http/server.rs` refuses it while it is read.

use axum::http::request::Parts;

use crate::http::problem::{Kind, Problem};

/// The path and the query may have this many bytes.
const TARGET: usize = 8 * 1024;
/// A request may have this many header fields.
const FIELDS: usize = 64;
/// Their names and values may have this many bytes.
const FIELD_BYTES: usize = 16 * 1024;

/// Refuses a head that is too large.
pub fn check(parts: &Parts) -> Result<(), Problem> {
    let target = parts.uri.path_and_query().map_or(0, |target| target.as_str().len());
    if target > TARGET {
        let says = format!("The path and the query may have {TARGET} bytes.");
        return Err(Problem::new(Kind::UriTooLong, says));
    }
    let bytes: usize = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if parts.headers.len() > FIELDS || bytes > FIELD_BYTES {
        let says = format!("At most {FIELDS} header fields of {FIELD_BYTES} bytes together are taken.");
        return Err(Problem::new(Kind::HeadersTooLarge, says));
    }
    Ok(())
}
