//! Tokens: the keys of people.
//!
//! Tables: `people`, `tokens`. A token is `elr_<id>_<secret>_<checksum>`: 32 hexadecimal digits of its id, 64 of a
//! 256-bit random secret, 8 of a checksum that tells a mistyped token from a wrong one without asking the database.
//! Only the SHA-256 of the secret is stored (a random 256-bit secret needs no slow hash), and it is compared in
//! constant time. A token belongs to a person with one role: a second token is never a second pair of eyes.

mod model;
mod rotation;
mod routes;
mod secret;
pub mod store;

pub use model::{Holder, NewToken, Token};
pub use routes::room;
pub use secret::{Secret, Shown};

use chrono::Days;

use crate::act::Act;
use crate::db::{Conn, Isolation, Pool};
use crate::http::Problem;
use crate::rules::authority::Role;

/// How long the first administrator's token lasts, in days.
const FIRST_TOKEN_DAYS: u64 = 365;

/// On an empty registry, makes the first administrator and gives the token, which is shown once and never again.
pub async fn first_administrator(pool: &Pool, act: &Act) -> Result<Option<String>, Problem> {
    let mut tx = pool.office(Isolation::Decides).await?;
    if store::any_administrator(&mut tx).await? {
        return Ok(None);
    }
    let token = issue_administrator(&mut tx, act, "first token").await?;
    tx.commit().await?;
    Ok(Some(token))
}

/// A further token of the first administrator, for whoever has the machine and has lost the token.
pub async fn another_administrator_token(pool: &Pool, act: &Act) -> Result<String, Problem> {
    let mut tx = pool.office(Isolation::Decides).await?;
    let token = issue_administrator(&mut tx, act, "issued on the command line").await?;
    tx.commit().await?;
    Ok(token)
}

async fn issue_administrator(conn: &mut Conn, act: &Act, name: &str) -> Result<String, Problem> {
    let expires_at = act.at.checked_add_days(Days::new(FIRST_TOKEN_DAYS)).unwrap_or(act.at);
    let new = NewToken::new("administrator", Role::Administrator, name, expires_at)?;
    let (_, secret) = store::issue(conn, act, &new).await?;
    Ok(secret.written())
}
