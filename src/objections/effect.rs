//! What the decision on an objection does to the act objected to.

use crate::db::Conn;

use super::model::NewObjectionDecision;
use super::store::Held;
use crate::act::Act;
use crate::applications::{self, Reopening};
use crate::http::Problem;
use crate::ids::ObjectionId;
use crate::licenses::{self, Basis, Lift, Revoking};
use crate::rules::application::Status as ApplicationStatus;
use crate::rules::license::Status as LicenseStatus;
use crate::rules::objection::{Consequence, Remedy};

/// Carries the remedy out. Where the act does not stand any more, nothing is left to change.
pub(super) async fn apply(
    conn: &mut Conn,
    act: &Act,
    id: ObjectionId,
    held: &Held,
    remedy: Remedy,
    new: &NewObjectionDecision,
) -> Result<Consequence, Problem> {
    match remedy {
        Remedy::Record => Ok(Consequence::Unchanged),
        Remedy::Stands => revoke_again(conn, act, id, held, new.reasons.as_str()).await,
        Remedy::Reopen => reopen(conn, act, id, held, new).await,
        Remedy::Lift => lift(conn, act, held, new).await,
        Remedy::Reinstate => reinstate(conn, act, id, held, new).await,
        Remedy::ReinstateOnConditions => {
            let effect = reinstate(conn, act, id, held, new).await?;
            if let (Some(license), true) = (held.license_id, effect != Consequence::Unchanged) {
                licenses::add_conditions(conn, act, license, id, &new.conditions).await?;
            }
            Ok(effect)
        }
    }
}

async fn reopen(
    conn: &mut Conn,
    act: &Act,
    id: ObjectionId,
    held: &Held,
    new: &NewObjectionDecision,
) -> Result<Consequence, Problem> {
    match (held.application_id, held.application_status) {
        (Some(application), Some(ApplicationStatus::Refused)) => {
            let by = Reopening::Objection(id);
            applications::reopen(conn, act, application, by, new.reasons.as_str()).await?;
            Ok(Consequence::Reopened)
        }
        (Some(_) | None, _) => Ok(Consequence::Unchanged),
    }
}

async fn lift(
    conn: &mut Conn,
    act: &Act,
    held: &Held,
    new: &NewObjectionDecision,
) -> Result<Consequence, Problem> {
    match (held.license_id, held.freeze_number) {
        (Some(license), Some(number)) if held.freeze_in_force && is_in_force(act, held) => {
            let lift = Lift { reasons: new.reasons.clone(), departure: new.departure.clone() };
            licenses::lift_any(conn, act, license, number, &lift).await?;
            Ok(Consequence::FreezeLifted)
        }
        (Some(_) | None, _) => Ok(Consequence::Unchanged),
    }
}

/// Reinstates a license whose term still runs; one that was stayed is thawed.
async fn reinstate(
    conn: &mut Conn,
    act: &Act,
    id: ObjectionId,
    held: &Held,
    new: &NewObjectionDecision,
) -> Result<Consequence, Problem> {
    let Some(license) = held.license_id else { return Ok(Consequence::Unchanged) };
    let in_term = held.license_until.is_some_and(|until| until >= act.today());
    let status = if held.license_status == Some(LicenseStatus::Revoked) && in_term {
        let basis = Basis::Objection(id);
        licenses::reinstate(conn, act, license, &basis, new.reasons.as_str(), new.departure.as_ref()).await?
    } else if held.stayed && is_in_force(act, held) {
        let lift = Lift { reasons: new.reasons.clone(), departure: new.departure.clone() };
        licenses::end_stay(conn, act, license, &lift).await?
    } else {
        return Ok(Consequence::Unchanged);
    };
    Ok(if status == LicenseStatus::Frozen { Consequence::ReinstatedFrozen } else { Consequence::Reinstated })
}

/// Ends a stay that came to nothing: the license is revoked again, unless it has ended meanwhile.
pub(super) async fn revoke_again(
    conn: &mut Conn,
    act: &Act,
    id: ObjectionId,
    held: &Held,
    reasons: &str,
) -> Result<Consequence, Problem> {
    match (held.license_id, held.revocation_id, held.ground) {
        (Some(license), Some(revocation), Some(ground)) if held.stayed && is_in_force(act, held) => {
            let revoking =
                Revoking { license, revocation, objection: Some(id), ground, reasons: reasons.to_owned() };
            licenses::revoke_all(conn, act, &[revoking]).await?;
            Ok(Consequence::RevokedAgain)
        }
        (Some(_) | None, _, _) => Ok(Consequence::Unchanged),
    }
}

/// Whether the license has not ended.
fn is_in_force(act: &Act, held: &Held) -> bool {
    held.license_status
        .zip(held.license_until)
        .is_some_and(|(status, until)| status.on(act.today(), until).is_in_force())
}
