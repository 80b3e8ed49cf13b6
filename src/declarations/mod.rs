//! stub
use sqlx::PgConnection;
use crate::ids::{ApplicationId, DeclarationId};
use crate::rules::gate::DeclarationFacts;
/// stub
pub async fn facts(_: &mut PgConnection, _: DeclarationId, _: ApplicationId) -> sqlx::Result<Option<DeclarationFacts>> { Ok(None) }
