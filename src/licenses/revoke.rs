//! Revocation: licenses revoked under ordered proceedings, one or many at once.
//!
//! The database refuses a revocation that no ordered proceeding stands behind.

use std::collections::HashMap;

use crate::db::Conn;

use super::store::revocations as rows;
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::{LicenseId, ObjectionId, RevocationId};
use crate::rules::license::{Action, Ground, LicenseCycle};

/// A license to be revoked.
#[derive(Clone, Debug)]
pub struct Revoking {
    /// The license.
    pub license: LicenseId,
    /// The ordered proceeding.
    pub revocation: RevocationId,
    /// The objection whose stay ends, where the order takes effect again.
    pub objection: Option<ObjectionId>,
    /// The ground.
    pub ground: Ground,
    /// The license's own reasons.
    pub reasons: String,
}

/// Revokes licenses under their ordered proceedings. 404 where one is not on file and 409 where one has ended: then none
/// is revoked.
pub async fn revoke_all(conn: &mut Conn, act: &Act, revokings: &[Revoking]) -> Result<(), Problem> {
    let ids: Vec<_> = revokings.iter().map(|revoking| revoking.license.0).collect();
    let held = rows::hold(conn, &ids).await?;
    let standing: HashMap<LicenseId, &rows::Standing> = held.iter().map(|row| (row.id, row)).collect();
    let mut steps = Vec::with_capacity(revokings.len());
    for revoking in revokings {
        let row = standing.get(&revoking.license).ok_or_else(Problem::not_found)?;
        let today = row.status.on(act.today(), row.valid_until);
        let subject = Subject::<LicenseCycle>::on_file(row.id, row.version, today, row.exporter_id);
        let mut details = serde_json::json!({ "revocationId": revoking.revocation });
        if let (Some(objection), Some(details)) = (revoking.objection, details.as_object_mut()) {
            details.insert("objectionId".to_owned(), serde_json::json!(objection));
        }
        let step =
            Step::new(Action::Revoke).because(Some(revoking.ground.name()), &revoking.reasons).with(details);
        steps.push((subject, step));
    }
    history::take_all(conn, act, steps).await?;
    Ok(())
}
