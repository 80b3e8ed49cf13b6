//! stub
use crate::ids::{ApplicationId, DeclarationId};
use crate::rules::gate::DeclarationFacts;
use sqlx::PgConnection;
/// stub
pub async fn facts(
    _: &mut PgConnection,
    _: DeclarationId,
    _: ApplicationId,
) -> sqlx::Result<Option<DeclarationFacts>> {
    Ok(None)
}
