use crate::act::Act;
use crate::http::Problem;
use crate::ids::*;
use crate::operations::Skipped;
use sqlx::PgConnection;
pub struct Notice {
    pub license: LicenseId,
    pub ground: crate::rules::license::Ground,
    pub reasons: String,
    pub urgent: bool,
    pub measure: Option<uuid::Uuid>,
}
pub async fn intend_all(_: &mut PgConnection, _: &Act, n: Vec<Notice>) -> Result<Vec<Skipped>, Problem> {
    let _ = n.iter().map(|n| (n.license, n.ground, &n.reasons, n.urgent, n.measure)).count();
    Ok(vec![])
}
pub async fn order_all(
    _: &mut PgConnection,
    _: &Act,
    _: &[RevocationId],
    _: &str,
) -> Result<Vec<Skipped>, Problem> {
    Ok(vec![])
}
