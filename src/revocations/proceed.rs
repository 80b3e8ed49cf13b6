//! The steps between notice and order: the exporter's answer, its silence, and the drop of a proceeding.

use crate::db::Conn;
use uuid::Uuid;

use super::model::{NewOrder, NewRepresentation};
use super::store::{self, bulk};
use crate::act::{Act, Actor};
use crate::etag::Head;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::{MeasureId, RevocationId};
use crate::licenses::{self, Lift};
use crate::rules::license::{FreezeSource, Status as LicenseStatus};
use crate::rules::revocation::{Action, RevocationCycle, Status};

/// Takes the exporter's answer, in its term.
pub async fn represent(
    conn: &mut Conn,
    act: &Act,
    id: RevocationId,
    new: &NewRepresentation,
) -> Result<(), Problem> {
    let subject = history::load::<RevocationCycle>(conn, act, id.0).await?;
    let revocation = store::get(conn, act, id).await?.ok_or_else(Problem::not_found)?;
    if subject.status == Some(Status::Unanswered) {
        let says = format!("The term to answer ended on {}.", revocation.respond_by);
        return Err(Problem::conflict(says));
    }
    history::open(&subject, Action::Represent)?;
    store::set_representation(conn, id, new).await?;
    history::take(conn, act, &subject, Step::new(Action::Represent).with(new)).await?;
    Ok(())
}

/// Holds proceedings for a step of many, those silent by now recorded so by the clock. 412 where the one that the caller
/// names is not in the version it expects.
pub(super) async fn hold(conn: &mut Conn, act: &Act, ids: &[Uuid]) -> Result<Vec<bulk::Proceeding>, Problem> {
    let mut held = bulk::hold(conn, ids).await?;
    let clock = Act { actor: Actor::clock(), ..act.clone() };
    let mut steps: Vec<(Subject<RevocationCycle>, Step<'_, Action>)> = Vec::new();
    for proceeding in &mut held {
        act.require_current(&Head::Id(proceeding.id.0), proceeding.version)?;
        if proceeding.status.on(act.today(), proceeding.respond_by) != proceeding.status {
            steps.push((proceeding.subject(), Step::new(Action::RecordSilence)));
            proceeding.version += 1;
            proceeding.status = Status::Unanswered;
        }
    }
    if !steps.is_empty() {
        history::take_all(conn, &clock, steps).await?;
    }
    Ok(held)
}

/// Records, as the clock, every silence among these proceedings: terms to answer that have passed. Gives how many
/// proceedings were looked at.
pub async fn record_silences(conn: &mut Conn, act: &Act, ids: &[Uuid]) -> Result<usize, Problem> {
    Ok(hold(conn, act, ids).await?.len())
}

/// Drops what a measure that has ended instructed against these licenses and nobody ordered, and lifts the freezes that
/// the proceedings put on them. Gives the licenses. The caller has frozen what other measures reach.
pub async fn drop_of_measure(
    conn: &mut Conn,
    act: &Act,
    measure: MeasureId,
    licenses: &[Uuid],
    reasons: &str,
) -> Result<Vec<Uuid>, Problem> {
    let open = bulk::hold_open_of(conn, measure, licenses).await?;
    let steps = open
        .iter()
        .map(|proceeding| {
            let step = Step::new(Action::Drop).because(Some(proceeding.ground.name()), reasons);
            (proceeding.subject(), step)
        })
        .collect::<Vec<_>>();
    if !steps.is_empty() {
        history::take_all(conn, act, steps).await?;
    }
    for proceeding in open.iter().filter(|proceeding| proceeding.license_status == LicenseStatus::Frozen) {
        licenses::lift_all(conn, act, proceeding.id.0, &[proceeding.license_id.0], reasons).await?;
    }
    Ok(open.iter().map(|proceeding| proceeding.license_id.0).collect())
}

/// Drops the proceeding, and lifts the freeze that it put on the license.
pub async fn drop(conn: &mut Conn, act: &Act, id: RevocationId, new: &NewOrder) -> Result<(), Problem> {
    let subject = history::load::<RevocationCycle>(conn, act, id.0).await?;
    let revocation = store::get(conn, act, id).await?.ok_or_else(Problem::not_found)?;
    let step = Step::new(Action::Drop).because(Some(revocation.ground.name()), new.reasons.as_str());
    history::take(conn, act, &subject, step).await?;
    let license = licenses::get(conn, act, revocation.license_id).await?.ok_or_else(Problem::not_found)?;
    if license.freezes.iter().any(|freeze| freeze.source_id == Some(id.0))
        && license.status == LicenseStatus::Frozen
    {
        let lift = Lift { reasons: new.reasons.clone(), departure: new.departure.clone() };
        licenses::lift_of_source(conn, act, revocation.license_id, (FreezeSource::Revocation, id.0), &lift)
            .await?;
    }
    Ok(())
}
