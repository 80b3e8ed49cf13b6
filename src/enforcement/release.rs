//! Release: what a measure alone held becomes usable again, and nothing else.

use crate::db::Conn;
use uuid::Uuid;

use super::cases::{Carried, record};
use super::demand;
use super::preview::on_file;
use super::store::decisions::{Basis, Entry};
use super::store::enact;
use crate::act::Act;
use crate::http::Problem;
use crate::ids::{LicenseId, MeasureId};
use crate::licenses::{self, FreezeBasis};
use crate::measures::{self, Content, Measure};
use crate::operations::{Batch, Skipped};
use crate::rules::license::FreezeSource;
use crate::rules::measure::{DecisionAct, Effect, Status};
use crate::rules::operation::Kind;

/// Lifts what a measure holds of a batch of licenses. The lifting restores what was: a license whose last freeze it is
/// becomes active without being judged anew, except under the other measures in force, which freeze it first where
/// they reach it and do not hold it yet.
pub(super) async fn release(conn: &mut Conn, act: &Act, batch: &Batch) -> Result<Vec<Skipped>, Problem> {
    let id = MeasureId(batch.subject);
    let status = enact::hold(conn, batch.subject).await?;
    let measure = on_file(conn, act, id).await?;
    let Some(content) = measure.standing() else { return Ok(Vec::new()) };
    let mut skipped = match batch.kind {
        Kind::DeclarationDeadline => not_thawed(conn, act, status, content, batch).await?,
        Kind::MeasureAmendment => kept(conn, act, &measure, content, batch).await?,
        Kind::MeasureExecution | Kind::MeasureRelease | Kind::RevocationOrders => Vec::new(),
    };
    let stays = |id: &Uuid, skipped: &[Skipped]| skipped.iter().any(|left_out| left_out.id == *id);
    let ids: Vec<Uuid> = batch.ids.iter().filter(|id| !stays(id, &skipped)).copied().collect();
    hold_under_others(conn, act, id, &ids).await?;
    skipped.extend(licenses::lift_all(conn, act, batch.subject, &ids, &batch.reasons).await?);
    let basis = Basis {
        measure: id,
        operation: batch.operation,
        content_version: content.content_version,
        act: DecisionAct::Release,
        ground: content.ground.name(),
        review_on: None,
    };
    let entry = |id: &Uuid| Entry {
        license: *id,
        matched: None,
        reasons: format!("What {} held is lifted: {}", measure.reference, batch.reasons),
        due_on: None,
    };
    let released: Vec<Entry> = ids.iter().filter(|id| !stays(id, &skipped)).map(entry).collect();
    record(conn, act, basis, &released).await?;
    Ok(skipped)
}

/// Those that are not held for want of a declaration any more, or not covered after all.
async fn not_thawed(
    conn: &mut Conn,
    act: &Act,
    status: Status,
    content: &Content,
    batch: &Batch,
) -> Result<Vec<Skipped>, Problem> {
    let covered = match status {
        Status::InForce => demand::covered(conn, act, MeasureId(batch.subject), content, &batch.ids).await?,
        Status::Draft
        | Status::Previewed
        | Status::Approved
        | Status::Lifted
        | Status::Lapsed
        | Status::Withdrawn => Vec::new(),
    };
    let says = "is not held for want of a declaration, or not covered by now";
    let left_out = batch.ids.iter().filter(|id| !covered.contains(id));
    Ok(left_out.map(|id| Skipped::new(*id, says)).collect())
}

/// Those that an amendment does not freeze any more but for which the period of a declaration is over: they stay held
/// for want of it, which is recorded.
async fn kept(
    conn: &mut Conn,
    act: &Act,
    measure: &Measure,
    content: &Content,
    batch: &Batch,
) -> Result<Vec<Skipped>, Problem> {
    let Some(spec) = content.effect(Effect::RequireDeclaration) else { return Ok(Vec::new()) };
    let (under, decision) = (Effect::RequireDeclaration, DecisionAct::Freeze);
    let carried = Carried { measure, content, specs: vec![spec], under, decision };
    let (cases, _) = carried.cases(conn, act, &batch.ids).await?;
    let entries: Vec<Entry> = cases.into_iter().map(|case| case.entry).collect();
    carried.record(conn, act, batch, &entries).await?;
    let says = "stays frozen for want of the declaration that was required";
    Ok(entries.iter().map(|entry| Skipped::new(entry.license, says)).collect())
}

/// Freezes the licenses that other measures in force freeze, where those do not hold them yet.
async fn hold_under_others(conn: &mut Conn, act: &Act, id: MeasureId, ids: &[Uuid]) -> Result<(), Problem> {
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
