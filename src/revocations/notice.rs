//! Notice of intended revocation, of one license or of thousands.

use std::collections::HashSet;

use sqlx::PgConnection;
use uuid::Uuid;

use super::model::NewRevocation;
use super::store::bulk::{self, Intended};
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::{LicenseId, RevocationId};
use crate::licenses::{self, NewFreeze};
use crate::rules::license::{FreezeSource, Ground};
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
    conn: &mut PgConnection,
    act: &Act,
    license: LicenseId,
    new: &NewRevocation,
) -> Result<RevocationId, Problem> {
    let target = licenses::get(conn, act, license).await?.ok_or_else(Problem::not_found)?;
    if !target.status.is_in_force() {
        let says = format!("The license is {}: there is nothing to revoke.", target.status);
        return Err(Problem::conflict(says));
    }
    let notice = Notice {
        license,
        ground: new.ground,
        reasons: new.reasons.to_string(),
        urgent: new.urgent,
        measure: None,
    };
    let given = intend_all(conn, act, vec![notice]).await?;
    given.first().copied().ok_or_else(|| {
        Problem::conflict("A revocation proceeding is already open for this license: end that one first.")
    })
}

/// Gives notice to many, each with its own reasons. Licenses that have ended or against which a proceeding is open are
/// left out. Gives the proceedings that were opened, in the order of the notices.
pub async fn intend_all(
    conn: &mut PgConnection,
    act: &Act,
    notices: Vec<Notice>,
) -> Result<Vec<RevocationId>, Problem> {
    let closed = |notice: &&Notice| notice.urgent && !act.policy.notice.is_urgent(notice.ground);
    if let Some(notice) = notices.iter().find(closed) {
        return Err(Problem::rule(format!(
            "The urgent route is not open on the ground {}: give notice and hear the exporter first.",
            notice.ground
        )));
    }
    let intended = open(conn, act, notices).await?;
    let given: Vec<RevocationId> = intended.iter().map(|proceeding| proceeding.id).collect();
    bulk::insert(conn, act, &intended).await?;
    let steps = intended.iter().map(|proceeding| (subject(proceeding), step(proceeding))).collect();
    history::take_all::<RevocationCycle>(conn, act, steps).await?;
    let urgent: Vec<&Intended> = intended.iter().filter(|proceeding| proceeding.notice.urgent).collect();
    freeze_urgent(conn, act, &urgent).await?;
    Ok(given)
}

/// The proceedings that notices open: one a license in force, with a reference and a term to answer each.
async fn open(conn: &mut PgConnection, act: &Act, notices: Vec<Notice>) -> Result<Vec<Intended>, Problem> {
    let ids: Vec<Uuid> = notices.iter().map(|notice| notice.license.0).collect();
    let targets = bulk::targets(conn, act, &ids).await?;
    let mut seen = HashSet::new();
    let taken: Vec<_> = notices
        .into_iter()
        .filter_map(|notice| {
            let exporter = targets.get(&notice.license)?;
            seen.insert(notice.license).then_some((notice, *exporter))
        })
        .collect();
    let references = history::new_references(conn, act, "RV", taken.len()).await?;
    let terms = &act.policy.notice;
    Ok(taken
        .into_iter()
        .zip(references)
        .map(|((notice, exporter), reference)| Intended {
            id: act.new_id(),
            reference,
            exporter,
            respond_by: terms.respond_by(notice.ground, act.today()),
            notice,
        })
        .collect())
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

/// Freezes the licenses of urgent proceedings.
async fn freeze_urgent(conn: &mut PgConnection, act: &Act, urgent: &[&Intended]) -> Result<(), Problem> {
    for proceeding in urgent {
        let notice = &proceeding.notice;
        let freeze = NewFreeze {
            ground: notice.ground,
            reasons: notice.reasons.parse()?,
            review_on: act.policy.notice.review_on(notice.ground, act.today()),
            lines: None,
        };
        let source = (FreezeSource::Revocation, Some(proceeding.id.0));
        licenses::freeze(conn, act, notice.license, source, &freeze).await?;
    }
    Ok(())
}
