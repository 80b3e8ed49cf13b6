//! Release: what a measure alone held becomes usable again, and nothing else.

use crate::db::Conn;
use uuid::Uuid;

use super::cases::{Carried, record};
use super::demand;
use super::preview::on_file;
use super::store::decisions::{self, Basis, Entry, Stands};
use super::store::enact;
use crate::act::Act;
use crate::http::Problem;
use crate::ids::{LicenseId, MeasureId};
use crate::licenses::{self, FreezeBasis};
use crate::measures::{self, Content, Measure};
use crate::operations::{Batch, Skipped};
use crate::revocations;
use crate::rules::license::FreezeSource;
use crate::rules::measure::{DecisionAct, Effect, Status};
use crate::rules::operation::Kind;
use crate::rules::reasons;

/// Lifts what a measure holds of a batch of licenses, and of one that has ended drops the proceedings that it instructed
/// and that nobody ordered yet. What an operation on file asks for is not done while the measure says otherwise. The lifting restores what was: a license whose last freeze it is
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
        Kind::MeasureRelease if has_ended(status) => Vec::new(),
        Kind::MeasureExecution | Kind::MeasureRelease | Kind::RevocationOrders => {
            let held = batch.ids.iter().map(|id| Skipped::new(*id, "the measure is in force and holds it"));
            return Ok(held.collect());
        }
    };
    let stays = |id: &Uuid, skipped: &[Skipped]| skipped.iter().any(|left_out| left_out.id == *id);
    let ids: Vec<Uuid> = batch.ids.iter().filter(|id| !stays(id, &skipped)).copied().collect();
    hold_under_others(conn, act, id, &ids).await?;
    let dropped = if has_ended(status) {
        revocations::drop_of_measure(conn, act, id, &ids, &batch.reasons).await?
    } else {
        Vec::new()
    };
    let not_lifted = licenses::lift_all(conn, act, batch.subject, &ids, &batch.reasons).await?;
    skipped.extend(not_lifted.into_iter().filter(|left_out| !dropped.contains(&left_out.id)));
    let basis = Basis {
        measure: id,
        operation: batch.operation,
        content_version: content.content_version,
        act: DecisionAct::Release,
        ground: content.ground.name(),
        review_on: None,
    };
    let let_go: Vec<Uuid> = ids.into_iter().filter(|id| !stays(id, &skipped)).collect();
    let entry = |license: &Stands| Entry {
        license: license.id,
        matched: None,
        reasons: reasons::of_release(
            &measure.reference,
            license.told(act.today()),
            &batch.reasons,
            act.today(),
        ),
        due_on: None,
    };
    let released: Vec<Entry> = decisions::stands(conn, &let_go).await?.iter().map(entry).collect();
    record(conn, act, basis, &released).await?;
    Ok(skipped)
}

fn has_ended(status: Status) -> bool {
    match status {
        Status::Lifted | Status::Lapsed => true,
        Status::Draft | Status::Previewed | Status::Approved | Status::InForce | Status::Withdrawn => false,
    }
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

/// Those that an amendment still freezes; and those that it does not freeze any more but for which the period of a
/// declaration is over: they stay held for want of it, which is recorded.
async fn kept(
    conn: &mut Conn,
    act: &Act,
    measure: &Measure,
    content: &Content,
    batch: &Batch,
) -> Result<Vec<Skipped>, Problem> {
    let mut skipped = still_frozen(conn, act, measure, content, batch).await?;
    let Some(spec) = content.effect(Effect::RequireDeclaration) else { return Ok(skipped) };
    let (under, decision) = (Effect::RequireDeclaration, DecisionAct::Freeze);
    let carried = Carried { measure, content, specs: vec![spec], under, decision };
    let rest: Vec<Uuid> =
        batch.ids.iter().filter(|id| !skipped.iter().any(|left_out| left_out.id == **id)).copied().collect();
    let (cases, _) = carried.cases(conn, act, &rest).await?;
    let entries: Vec<Entry> = cases.into_iter().map(|case| case.entry).collect();
    carried.record(conn, act, batch, &entries).await?;
    let says = "stays frozen for want of the declaration that was required";
    skipped.extend(entries.iter().map(|entry| Skipped::new(entry.license, says)));
    Ok(skipped)
}

/// Those that the measure freezes as it is in force now.
async fn still_frozen(
    conn: &mut Conn,
    act: &Act,
    measure: &Measure,
    content: &Content,
    batch: &Batch,
) -> Result<Vec<Skipped>, Problem> {
    let Some(spec) = content.effect(Effect::FreezeExisting) else { return Ok(Vec::new()) };
    let (under, decision) = (Effect::FreezeExisting, DecisionAct::Freeze);
    let carried = Carried { measure, content, specs: vec![spec], under, decision };
    let (cases, _) = carried.cases(conn, act, &batch.ids).await?;
    Ok(cases.iter().map(|case| Skipped::new(case.license.id, "is still frozen by the measure")).collect())
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
