//! Notice of intended revocation, of one license or of thousands.

use std::collections::HashSet;

use crate::db::Conn;
use uuid::Uuid;

use super::model::NewRevocation;
use super::store::bulk::{self, Intended};
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::{ExporterId, LicenseId, RevocationId};
use crate::licenses::{self, Freezing};
use crate::operations::Skipped;
use crate::rules::license::{FreezeSource, Ground, LicenseCycle};
use crate::rules::revocation::{Action, RevocationCycle};

/// A notice to be given.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The license to be revoked.
    pub license: LicenseId,
    /// The ground.
    pub ground: Ground,
    /// The license's own reasons.
    pub reasons: String,
    /// Whether the license is frozen at once and the exporter heard afterwards.
    pub urgent: bool,
    /// The measure that the proceeding carries out.
    pub measure: Option<Uuid>,
}

/// Gives notice of intended revocation; the urgent route freezes the license in the same transaction.
pub async fn intend(
    conn: &mut Conn,
    act: &Act,
    license: LicenseId,
    new: &NewRevocation,
) -> Result<RevocationId, Problem> {
    let status = history::load::<LicenseCycle>(conn, act, license.0).await?.status;
    if let Some(status) = status.filter(|status| !status.is_in_force()) {
        return Err(Problem::conflict(format!("The license is {status}: there is nothing to revoke.")));
    }
    if new.urgent && !act.policy.notice.is_urgent(new.ground) {
        return Err(Problem::rule(format!("No notice is given: {}.", closed(new.ground))));
    }
    let notice = Notice {
        license,
        ground: new.ground,
        reasons: new.reasons.to_string(),
        urgent: new.urgent,
        measure: None,
    };
    let given = intend_all(conn, act, vec![notice]).await?;
    given.opened.first().copied().ok_or_else(|| {
        Problem::conflict("A revocation proceeding is already open for this license: end that one first.")
    })
}

/// Why the urgent route is not taken.
fn closed(ground: Ground) -> String {
    format!("on the ground {ground} the urgent route is not open: give notice and hear the exporter first")
}

/// What became of notices.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The proceedings that were opened, in the order of the notices.
    pub opened: Vec<RevocationId>,
    /// The licenses that were left out, and why.
    pub skipped: Vec<Skipped>,
}

/// Gives notice to many, each with its own reasons. Licenses that have ended, against which a proceeding is open, or for
/// whose ground the urgent route asked for is not open are left out.
pub async fn intend_all(conn: &mut Conn, act: &Act, notices: Vec<Notice>) -> Result<Given, Problem> {
    let (taken, skipped) = targets(conn, act, notices).await?;
    if taken.is_empty() {
        return Ok(Given { opened: Vec::new(), skipped });
    }
    let references = history::new_references(conn, act, "RV", taken.len()).await?;
    let terms = &act.policy.notice;
    let intended: Vec<Intended> = taken
        .into_iter()
        .zip(references)
        .map(|((notice, exporter), reference)| Intended {
            id: act.new_id(),
            reference,
            exporter,
            respond_by: terms.respond_by(notice.ground, act.today()),
            notice,
        })
        .collect();
    bulk::insert(conn, act, &intended).await?;
    let steps = intended.iter().map(|proceeding| (subject(proceeding), step(proceeding))).collect();
    history::take_all::<RevocationCycle>(conn, act, steps).await?;
    freeze_urgent(conn, act, &intended).await?;
    Ok(Given { opened: intended.iter().map(|proceeding| proceeding.id).collect(), skipped })
}

/// A notice that is given, with who holds the license.
type Taken = (Notice, Option<ExporterId>);

/// The notices that can be given, one a license; and the licenses left out.
async fn targets(
    conn: &mut Conn,
    act: &Act,
    notices: Vec<Notice>,
) -> Result<(Vec<Taken>, Vec<Skipped>), Problem> {
    let ids: Vec<Uuid> = notices.iter().map(|notice| notice.license.0).collect();
    let found = bulk::targets(conn, act, &ids).await?;
    let (mut taken, mut skipped) = (Vec::with_capacity(notices.len()), Vec::new());
    let mut seen = HashSet::new();
    for notice in notices {
        let license = notice.license;
        if notice.urgent && !act.policy.notice.is_urgent(notice.ground) {
            skipped.push(Skipped::new(license, format!("is left out: {}", closed(notice.ground))));
        } else if let Some(exporter) = found.get(&license) {
            if seen.insert(license) {
                taken.push((notice, *exporter));
            }
        } else {
            skipped.push(Skipped::new(license, "has ended, or a proceeding is open against it"));
        }
    }
    Ok((taken, skipped))
}

fn subject(proceeding: &Intended) -> Subject<RevocationCycle> {
    Subject::new(proceeding.id, proceeding.exporter)
}

fn step(proceeding: &Intended) -> Step<'_, Action> {
    let notice = &proceeding.notice;
    let details = serde_json::json!({
        "licenseId": notice.license, "urgent": notice.urgent, "respondBy": proceeding.respond_by,
        "measureId": notice.measure,
    });
    Step::new(Action::Intend).because(Some(notice.ground.name()), &notice.reasons).with(details)
}

/// Freezes the licenses of urgent proceedings, those of one ground at once.
async fn freeze_urgent(conn: &mut Conn, act: &Act, intended: &[Intended]) -> Result<(), Problem> {
    for &ground in Ground::ALL {
        let each: Vec<Freezing> = intended
            .iter()
            .filter(|proceeding| proceeding.notice.urgent && proceeding.notice.ground == ground)
            .map(|proceeding| Freezing {
                license: proceeding.notice.license,
                source: proceeding.id.0,
                reasons: proceeding.notice.reasons.clone(),
            })
            .collect();
        if !each.is_empty() {
            let review_on = act.policy.notice.review_on(ground, act.today());
            licenses::freeze_each(conn, act, (FreezeSource::Revocation, ground, review_on), &each).await?;
        }
    }
    Ok(())
}
