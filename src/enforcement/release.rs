//! Release: what a measure alone held becomes usable again, and nothing else.

use sqlx::PgConnection;
use uuid::Uuid;

use super::preview::on_file;
use super::store::decisions::{self as store, Basis};
use crate::act::Act;
use crate::http::Problem;
use crate::ids::{LicenseId, MeasureId};
use crate::licenses::{self, FreezeBasis};
use crate::measures;
use crate::operations::{Batch, Skipped};
use crate::rules::license::FreezeSource;
use crate::rules::measure::{DecisionAct, Effect};

/// Lifts what a measure holds of a batch of licenses. The lifting restores what was: a license whose last freeze it is
/// becomes active without being judged anew, except under the other measures in force, which freeze it first where
/// they reach it and do not hold it yet.
pub(super) async fn release(
    conn: &mut PgConnection,
    act: &Act,
    batch: &Batch,
) -> Result<Vec<Skipped>, Problem> {
    let id = MeasureId(batch.subject);
    let measure = on_file(conn, act, id).await?;
    let Some(content) = measure.standing() else { return Ok(Vec::new()) };
    hold_under_others(conn, act, id, &batch.ids).await?;
    let skipped = licenses::lift_all(conn, act, batch.subject, &batch.ids, &batch.reasons).await?;
    let basis = Basis {
        measure: id,
        operation: batch.operation,
        content_version: content.content_version,
        act: DecisionAct::Release,
        ground: content.ground.name(),
        review_on: None,
        due_on: None,
    };
    let says =
        |id: &Uuid| (*id, None, format!("What {} held is lifted: {}", measure.reference, batch.reasons));
    let released: Vec<_> =
        batch.ids.iter().filter(|id| !skipped.iter().any(|left_out| left_out.id == **id)).map(says).collect();
    store::insert(conn, act, basis, &released).await?;
    Ok(skipped)
}

/// Freezes the licenses that other measures in force freeze, where those do not hold them yet.
async fn hold_under_others(
    conn: &mut PgConnection,
    act: &Act,
    id: MeasureId,
    ids: &[Uuid],
) -> Result<(), Problem> {
    let others = measures::store::others_in_force(conn, act.today(), id).await?;
    for other in others {
        let Some(_) = other.effects.iter().find(|spec| spec.effect == Effect::FreezeExisting) else {
            continue;
        };
        let groups = measures::store::groups(conn, &other.scope.groups(), act.today()).await?;
        let subjects = measures::store::licenses(conn, ids).await?;
        let says = format!("Measure {} reaches the license and is in force", other.reference);
        let reached: Vec<_> = subjects
            .iter()
            .filter(|(_, subject)| other.scope.reaches(subject, &groups).is_some())
            .map(|(license, _)| (LicenseId(*license), says.clone()))
            .collect();
        let basis = FreezeBasis {
            source: (FreezeSource::Measure, other.id.0),
            ground: other.ground,
            review_on: other.review_on,
        };
        licenses::freeze_all(conn, act, basis, &reached).await?;
    }
    Ok(())
}
