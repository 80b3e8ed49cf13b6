//! The steps of a revocation proceeding.

use chrono::Days;
use sqlx::PgConnection;

use super::model::{NewOrder, NewRepresentation, NewRevocation, Revocation};
use super::store;
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::{LicenseId, RevocationId};
use crate::licenses::{self, Lift, NewFreeze};
use crate::rules::license::{FreezeSource, Status as LicenseStatus};
use crate::rules::revocation::{Action, RevocationCycle};

/// Gives notice of intended revocation; the urgent route freezes the license in the same transaction.
pub async fn intend(
    conn: &mut PgConnection,
    act: &Act,
    license: LicenseId,
    new: &NewRevocation,
) -> Result<RevocationId, Problem> {
    let target = licenses::get(conn, act, license).await?.ok_or_else(Problem::not_found)?;
    if !matches!(target.status, LicenseStatus::Active | LicenseStatus::Frozen) {
        return Err(Problem::conflict(format!(
            "The license is {}: there is nothing to revoke.",
            target.status
        )));
    }
    let id: RevocationId = act.new_id();
    let notice = Days::new(act.policy.notice_days.into());
    let respond_by = act.today().checked_add_days(notice).unwrap_or(act.today());
    let reference = history::new_reference(conn, act, "RV").await?;
    store::insert(conn, act, id, &reference, &target, respond_by, new).await?;
    let details = serde_json::json!({ "licenseId": license, "urgent": new.urgent, "respondBy": respond_by });
    let step = Step::new(Action::Intend).because(Some(new.ground.name()), new.reasons.as_str()).with(details);
    history::take(conn, act, &Subject::<RevocationCycle>::new(id, target.exporter_id), step).await?;
    if new.urgent {
        let review_on =
            respond_by.checked_add_days(notice).unwrap_or(respond_by).max(act.today() + Days::new(1));
        let freeze = NewFreeze { ground: new.ground, reasons: new.reasons.clone(), review_on, lines: None };
        licenses::freeze(conn, act, license, (FreezeSource::Revocation, Some(id.0)), &freeze).await?;
    }
    Ok(id)
}

/// Takes the exporter's answer.
pub async fn represent(
    conn: &mut PgConnection,
    act: &Act,
    id: RevocationId,
    new: &NewRepresentation,
) -> Result<(), Problem> {
    let subject = history::load::<RevocationCycle>(conn, act, id.0).await?;
    store::set_representation(conn, id, new.representation.as_str()).await?;
    history::take(conn, act, &subject, Step::new(Action::Represent).with(new)).await?;
    Ok(())
}

/// Records that the exporter let its term pass; not before it has.
pub async fn record_silence(
    conn: &mut PgConnection,
    act: &Act,
    id: RevocationId,
    reasons: &str,
) -> Result<(), Problem> {
    let subject = history::load::<RevocationCycle>(conn, act, id.0).await?;
    let revocation = found(conn, act, id).await?;
    if act.today() <= revocation.respond_by {
        return Err(Problem::rule(format!("The exporter may answer until {}.", revocation.respond_by)));
    }
    history::take(conn, act, &subject, Step::new(Action::RecordSilence).because(None, reasons)).await?;
    Ok(())
}

/// Orders the revocation and revokes the license. Another person than the one who gave notice.
pub async fn order(
    conn: &mut PgConnection,
    act: &Act,
    id: RevocationId,
    new: &NewOrder,
) -> Result<(), Problem> {
    let subject = history::load::<RevocationCycle>(conn, act, id.0).await?;
    let revocation = found(conn, act, id).await?;
    if !store::sign_order(conn, act, id, new.reasons.as_str()).await? {
        return Err(Problem::rule("Who gave notice and who orders must be different persons."));
    }
    let step = Step::new(Action::Order).because(Some(revocation.ground.name()), new.reasons.as_str());
    history::take(conn, act, &subject, step).await?;
    licenses::revoke(conn, act, revocation.license_id, id.0, revocation.ground, new.reasons.as_str()).await
}

/// Drops the proceeding, and lifts the freeze that it put on the license.
pub async fn drop(
    conn: &mut PgConnection,
    act: &Act,
    id: RevocationId,
    new: &NewOrder,
) -> Result<(), Problem> {
    let subject = history::load::<RevocationCycle>(conn, act, id.0).await?;
    let revocation = found(conn, act, id).await?;
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

async fn found(conn: &mut PgConnection, act: &Act, id: RevocationId) -> Result<Revocation, Problem> {
    store::get(conn, &act.actor, id).await?.ok_or_else(Problem::not_found)
}
