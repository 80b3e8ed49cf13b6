//! Control-list codes that a caller names: each below an entry that is on file.

use super::store;
use crate::db::Conn;
use crate::http::Problem;
use crate::rules::values::ControlCode;

/// The most codes that a classification may name.
const MOST_CODES: usize = 20;

/// Refuses codes that are too few or too many, that stand there twice, or that are below no entry; `at` is where they stand.
pub async fn check_codes(conn: &mut Conn, codes: &[ControlCode], at: &str) -> Result<(), Problem> {
    if !(1..=MOST_CODES).contains(&codes.len()) {
        return Err(Problem::field(at, "must name 1 to 20 codes"));
    }
    let known = store::known_heads(conn, codes).await?;
    for (index, code) in codes.iter().enumerate() {
        if !known.iter().any(|head| head == code.head()) {
            return Err(Problem::field(format!("{at}/{index}"), "is under no entry of the control list"));
        }
        if codes.iter().take(index).any(|before| before == code) {
            return Err(Problem::field(format!("{at}/{index}"), "is named twice"));
        }
    }
    Ok(())
}
