//! Control-list codes that a caller names: each is, or is below, an entry in force.

use chrono::NaiveDate;

use super::store;
use crate::db::Conn;
use crate::http::Problem;
use crate::rules::values::ControlCode;

/// The most codes that a classification may name.
const MOST_CODES: usize = 20;

/// Refuses codes that are too few or too many, that stand there twice, or that are below no entry in force on the day; `at`
/// is where they stand.
pub async fn check_codes(
    conn: &mut Conn,
    codes: &[ControlCode],
    at: &str,
    on: NaiveDate,
) -> Result<(), Problem> {
    if !(1..=MOST_CODES).contains(&codes.len()) {
        return Err(Problem::field(at, "must name 1 to 20 codes"));
    }
    let entered = store::control_list::entered(conn, codes, on).await?;
    for (index, code) in codes.iter().enumerate() {
        if !entered.iter().any(|entered| entered == code.as_str()) {
            let says = "is under no entry of the control list in force";
            return Err(Problem::field(format!("{at}/{index}"), says));
        }
        if codes.iter().take(index).any(|before| before == code) {
            return Err(Problem::field(format!("{at}/{index}"), "is named twice"));
        }
    }
    Ok(())
}
