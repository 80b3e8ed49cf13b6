//! Freezing and lifting by the thousand: the same steps as one by one, in a few statements.
//!
//! The rows are locked in the order of their identifiers, so that two bulk acts never wait for each other in a ring.
//! A license that the act cannot be done on is left out with the reason, and the others are done.

use std::collections::HashMap;

use crate::db::Conn;
use chrono::NaiveDate;
use uuid::Uuid;

use super::store::bulk::{self as store, FreezeRow};
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::LicenseId;
use crate::operations::Skipped;
use crate::rules::license::{FreezeSource, Ground, LicenseCycle, Status, freeze_action, lift_action};

/// What a bulk freeze rests on, the same for every license.
#[derive(Clone, Copy, Debug)]
pub struct FreezeBasis {
    /// What it rests on: only the act it rests on can lift it.
    pub source: (FreezeSource, Uuid),
    /// The ground.
    pub ground: Ground,
    /// When it is reviewed at the latest.
    pub review_on: NaiveDate,
}

/// A license to be frozen, where each freeze rests on an act of its own.
#[derive(Clone, Debug)]
pub struct Freezing {
    /// The license.
    pub license: LicenseId,
    /// The proceeding or measure that its freeze rests on.
    pub source: Uuid,
    /// Its own reasons.
    pub reasons: String,
}

/// Freezes many licenses, each for its own reasons. Gives those left out.
pub async fn freeze_all(
    conn: &mut Conn,
    act: &Act,
    basis: FreezeBasis,
    each: &[(LicenseId, String)],
) -> Result<Vec<Skipped>, Problem> {
    let (kind, source) = basis.source;
    let each: Vec<Freezing> = each
        .iter()
        .map(|(license, reasons)| Freezing { license: *license, source, reasons: reasons.clone() })
        .collect();
    freeze_each(conn, act, (kind, basis.ground, basis.review_on), &each).await
}

/// Freezes many licenses, each by an act of its own of one kind. Gives those left out.
pub async fn freeze_each(
    conn: &mut Conn,
    act: &Act,
    (kind, ground, review_on): (FreezeSource, Ground, NaiveDate),
    each: &[Freezing],
) -> Result<Vec<Skipped>, Problem> {
    let ids: Vec<Uuid> = each.iter().map(|freezing| freezing.license.0).collect();
    let sources: Vec<Uuid> = each.iter().map(|freezing| freezing.source).collect();
    let own: HashMap<Uuid, &String> =
        each.iter().map(|freezing| (freezing.license.0, &freezing.reasons)).collect();
    let mut skipped = Vec::new();
    let mut steps = Vec::new();
    let mut rows = Vec::new();
    for found in store::lock(conn, &ids, &sources).await? {
        let status = found.status.on(act.today(), found.valid_until);
        if found.held {
            skipped.push(Skipped::new(found.id, "is held by it already"));
        } else if !status.is_in_force() {
            skipped.push(Skipped::new(found.id, format!("is {status}: there is nothing to freeze")));
        } else if let Some(reasons) = own.get(&found.id).copied() {
            let details = serde_json::json!({
                "freeze": found.number, "source": kind, "sourceId": found.source, "lines": null, "reviewOn": review_on,
            });
            let step =
                Step::new(freeze_action(status, false)).because(Some(ground.name()), reasons).with(details);
            steps
                .push((Subject::<LicenseCycle>::on_file(found.id, found.version, status, found.owner), step));
            rows.push(FreezeRow {
                license: found.id,
                source: found.source,
                number: found.number,
                version: found.version + 1,
                reasons: reasons.clone(),
            });
        }
    }
    if !rows.is_empty() {
        history::take_all(conn, act, steps).await?;
        store::insert_freezes(conn, act, kind, ground, review_on, &rows).await?;
    }
    Ok(skipped)
}

/// Lifts what a source holds of many licenses: those it alone held become active, the others stay frozen. What has
/// ended stays ended. Gives those left out.
pub async fn lift_all(
    conn: &mut Conn,
    act: &Act,
    source: Uuid,
    ids: &[Uuid],
    reasons: &str,
) -> Result<Vec<Skipped>, Problem> {
    let held = store::lock_held(conn, ids, source).await?;
    let mut skipped: Vec<Skipped> = ids
        .iter()
        .filter(|id| !held.iter().any(|found| found.id == **id))
        .map(|id| Skipped::new(*id, "is not held by it any more"))
        .collect();
    let mut steps = Vec::new();
    let mut rows = Vec::new();
    for found in held {
        let status = found.status.on(act.today(), found.valid_until);
        if !matches!(status, Status::Active | Status::Frozen) {
            skipped.push(Skipped::new(found.id, format!("is {status}: there is nothing to thaw")));
            continue;
        }
        let action = lift_action(found.part, usize::try_from(found.others).unwrap_or(usize::MAX));
        let details = serde_json::json!({ "freeze": found.number, "sourceId": source });
        let subject = Subject::<LicenseCycle>::on_file(found.id, found.version, status, found.owner);
        steps.push((subject, Step::new(action).because(None, reasons).with(details)));
        rows.push((found.id, found.number, found.version + 1));
    }
    if !rows.is_empty() {
        history::take_all(conn, act, steps).await?;
        store::lift_freezes(conn, act, &rows, reasons).await?;
    }
    Ok(skipped)
}
