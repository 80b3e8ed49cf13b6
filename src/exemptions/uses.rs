//! The use of an exemption: a license granted on it, line by line, on record and in the log.

use std::collections::BTreeMap;

use serde_json::json;

use super::store;
use crate::act::Act;
use crate::audit::{Entry, record};
use crate::db::Conn;
use crate::http::Problem;
use crate::ids::{ApplicationId, ExporterId, LicenseId};

/// Records that lines of a license rest on exemptions, named by human reference, in place of a marketing license.
pub async fn record_uses(
    conn: &mut Conn,
    act: &Act,
    (license, application, owner): (LicenseId, ApplicationId, Option<ExporterId>),
    lines: &[(i32, &str)],
) -> Result<(), Problem> {
    let mut by_exemption: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for (line, exemption) in lines {
        by_exemption.entry(exemption).or_default().push(*line);
    }
    for (reference, lines) in by_exemption {
        let used = store::uses::of_reference(conn, reference).await?;
        let used =
            used.ok_or_else(|| Problem::internal(&"an exemption that was relied on is not on file"))?;
        store::uses::insert(conn, act, (license, application), &used, &lines).await?;
        let particulars = json!({
            "licenseId": license, "applicationId": application, "lines": lines, "conditions": used.conditions,
        });
        let entry = Entry {
            act: "exemption.use",
            kind: "exemption",
            subject: used.id.0,
            owner,
            particulars,
            verdict: None,
        };
        record(conn, act, entry).await?;
    }
    Ok(())
}
