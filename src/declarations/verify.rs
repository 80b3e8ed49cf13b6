//! Verifying the signature of a declaration.

use crate::db::Conn;
use serde_json::json;

use super::model::{Acceptance, Verification};
use super::store;
use crate::act::Act;
use crate::history::{self, Step};
use crate::http::Problem;
use crate::ids::DeclarationId;
use crate::rules::declaration::{Action, DeclarationCycle};

/// Begins the verification of a lodged declaration.
pub async fn begin_verification(
    conn: &mut Conn,
    act: &Act,
    id: DeclarationId,
    verification: &Verification,
) -> Result<(), Problem> {
    let subject = history::load::<DeclarationCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::BeginVerification)?;
    store::set_verification(conn, id, &verification.channel, None).await?;
    let step = Step::new(Action::BeginVerification)
        .because(None, verification.reasons.as_str())
        .with(json!({ "channel": verification.channel }));
    history::take(conn, act, &subject, step).await?;
    Ok(())
}

/// Accepts a declaration whose signature was verified.
pub async fn accept(
    conn: &mut Conn,
    act: &Act,
    id: DeclarationId,
    acceptance: &Acceptance,
) -> Result<(), Problem> {
    let subject = history::load::<DeclarationCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::Accept)?;
    store::set_verification(conn, id, &acceptance.channel, Some(&acceptance.result)).await?;
    let step = Step::new(Action::Accept)
        .because(None, acceptance.reasons.as_str())
        .with(json!({ "channel": acceptance.channel, "result": acceptance.result }));
    history::take(conn, act, &subject, step).await?;
    Ok(())
}
