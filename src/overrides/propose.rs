//! What leads to an override: the proposal, the legal opinion and the dissents.

use crate::db::Conn;

use super::model::{Dissent, NewDissent, NewOverride, Opinion};
use super::store;
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::{ApplicationId, LicenseId, OverrideId};
use crate::rules::application::Status as ApplicationStatus;
use crate::rules::license::Status as LicenseStatus;
use crate::rules::overrides::{Action, OverrideCycle, Status, concerns};

/// Proposes an override.
pub async fn propose(conn: &mut Conn, act: &Act, new: &NewOverride) -> Result<OverrideId, Problem> {
    check_rules(new)?;
    let days = (new.valid_until - act.today()).num_days();
    if !(0..=i64::from(act.policy.longest_term_days)).contains(&days) {
        return Err(Problem::field(
            "/validUntil",
            "must not be before today, nor beyond the longest term of a license",
        ));
    }
    match (new.application_id, new.license_id) {
        (Some(application), None) => check_application(conn, application, new).await?,
        (None, Some(license)) => check_license(conn, act, license).await?,
        (Some(_), Some(_)) | (None, None) => {
            return Err(Problem::field("", "must name one subject: applicationId or licenseId"));
        }
    }
    let id: OverrideId = act.new_id();
    let reference = history::new_reference(conn, act, "OV").await?;
    store::insert(conn, act, id, &reference, new).await?;
    let subject = Subject::<OverrideCycle>::new(id, None);
    let step = Step::new(Action::Propose).because(None, new.reasons.as_str()).with(new);
    history::take(conn, act, &subject, step).await?;
    Ok(id)
}

/// Each check is named once, and can be departed from.
fn check_rules(new: &NewOverride) -> Result<(), Problem> {
    for (index, rule) in new.rules.iter().enumerate() {
        if new.rules.iter().take(index).any(|before| before == rule) {
            return Err(Problem::field(format!("/rules/{index}"), "stands there already"));
        }
        if !rule.is_overridable() {
            return Err(Problem::rule(format!("No override departs from the check {rule}: leave it out.")));
        }
    }
    Ok(())
}

async fn check_application(conn: &mut Conn, id: ApplicationId, new: &NewOverride) -> Result<(), Problem> {
    let status = store::application_status(conn, id).await?;
    let status = status.ok_or_else(|| Problem::field("/applicationId", "is not on file"))?;
    if !concerns(status) {
        return Err(Problem::conflict(format!(
            "The application is {status}: an override is for one that is in review or refused."
        )));
    }
    if status == ApplicationStatus::InReview && new.rules.is_empty() {
        let says = "must name the checks that it departs from, for an application in review";
        return Err(Problem::field("/rules", says));
    }
    Ok(())
}

async fn check_license(conn: &mut Conn, act: &Act, id: LicenseId) -> Result<(), Problem> {
    let found = store::license(conn, id).await?;
    let found = found.ok_or_else(|| Problem::field("/licenseId", "is not on file"))?;
    if found.status != LicenseStatus::Revoked {
        let status = found.status.on(act.today(), found.valid_until);
        return Err(Problem::conflict(format!(
            "The license is {status}: an override is for one that is revoked."
        )));
    }
    if found.valid_until < act.today() {
        return Err(Problem::rule("The term of the license has ended: a new one is applied for."));
    }
    Ok(())
}

/// Puts the legal opinion on record; another person than who proposed the override.
pub async fn record_opinion(
    conn: &mut Conn,
    act: &Act,
    id: OverrideId,
    new: &Opinion,
) -> Result<(), Problem> {
    let subject = history::load::<OverrideCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::RecordOpinion)?;
    if !store::set_opinion(conn, act, id, new).await? {
        return Err(Problem::rule(
            "Who proposed the override does not put the legal opinion on record: another person does.",
        ));
    }
    history::take(conn, act, &subject, Step::new(Action::RecordOpinion).with(new)).await?;
    Ok(())
}

/// Puts a dissent of the caller's ministry, or the committee's, on record, before the signature or after it.
pub async fn dissent(
    conn: &mut Conn,
    act: &Act,
    id: OverrideId,
    new: &NewDissent,
) -> Result<Dissent, Problem> {
    let body = act.actor.speaks_for().ok_or_else(|| Problem::rule("The caller speaks for no ministry."))?;
    let subject = history::load::<OverrideCycle>(conn, act, id.0).await?;
    match subject.status {
        Some(Status::Proposed | Status::OpinionRecorded | Status::InEffect) => {}
        Some(Status::Expired | Status::Rescinded) | None => {
            return Err(Problem::conflict("The override is over: there is nothing to dissent from."));
        }
    }
    let number = store::insert_dissent(conn, act, id, body, new).await?;
    let details = serde_json::json!({ "number": number, "body": body, "dissent": new.dissent });
    history::take(conn, act, &subject, Step::new(Action::RecordDissent).with(details)).await?;
    Ok(Dissent {
        number,
        body,
        dissent: new.dissent.to_string(),
        recorded_by: act.actor.handle.clone(),
        recorded_at: act.at,
    })
}
