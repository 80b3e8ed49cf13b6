//! Lodging: what can be objected to, until when, and what the date says.

use crate::db::Conn;
use chrono::NaiveDate;

use super::model::NewObjection;
use super::store::{self, Lodged, contested as rows};
use crate::act::{Act, Actor};
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::{ApplicationId, DecisionId, ExporterId, LicenseId, ObjectionId, RevocationId};
use crate::rules::application::{Outcome, Status as ApplicationStatus};
use crate::rules::license::{FreezeSource, Status as LicenseStatus};
use crate::rules::objection::{Action, Admissibility, Against, ObjectionCycle, admissibility};
use crate::rules::revocation::Status as RevocationStatus;

/// The act objected to.
pub(super) struct Contested {
    pub(super) against: Against,
    pub(super) decision: Option<DecisionId>,
    pub(super) application: Option<ApplicationId>,
    pub(super) revocation: Option<RevocationId>,
    pub(super) license: Option<LicenseId>,
    pub(super) freeze: Option<uuid::Uuid>,
    /// The day of the act.
    pub(super) on: NaiveDate,
}

/// Lodges an objection. What is lodged in its term is admissible at once; what is late is taken with an excuse only.
pub async fn lodge(conn: &mut Conn, act: &Act, new: &NewObjection) -> Result<ObjectionId, Problem> {
    let exporter = act.actor.exporter.ok_or_else(|| Problem::rule("Only an exporter's person objects."))?;
    let contested = contested(conn, act, exporter, new).await?;
    let term_ends = act.policy.objections.ends(contested.against, contested.on);
    let says = admissibility(act.today(), term_ends, new.excuse.is_some());
    if says == Admissibility::Late {
        return Err(Problem::rule(format!(
            "The term to object ended on {term_ends}: a late objection needs an excuse, which says why it is late."
        )));
    }
    let id: ObjectionId = act.new_id();
    let reference = history::new_reference(conn, act, "OB").await?;
    let lodged = Lodged { id, reference: &reference, exporter, term_ends, contested: &contested, new };
    store::insert(conn, act, &lodged).await?;
    let subject = Subject::<ObjectionCycle>::new(id, Some(exporter));
    let stand = history::take(conn, act, &subject, Step::new(Action::Lodge).with(new)).await?;
    if says == Admissibility::OnTime {
        // The date alone decides, so no person does.
        let clock = Act { actor: Actor::clock(), ..act.clone() };
        let reasons = format!("Lodged in its term, which ends on {term_ends}.");
        let step = Step::new(Action::Admit).because(None, &reasons);
        history::take(conn, &clock, &subject.after(&stand), step).await?;
    }
    Ok(id)
}

/// The one act that the objection names, which stands and can be objected to.
async fn contested(
    conn: &mut Conn,
    act: &Act,
    exporter: ExporterId,
    new: &NewObjection,
) -> Result<Contested, Problem> {
    match (new.decision_id, new.revocation_id, new.license_id, new.freeze_number) {
        (Some(decision), None, None, None) => decided(conn, exporter, decision).await,
        (None, Some(revocation), None, None) => revoked(conn, exporter, revocation).await,
        (None, None, Some(license), Some(number)) => frozen(conn, act, exporter, license, number).await,
        (None, None, Some(_), None) => {
            Err(Problem::field("/freezeNumber", "must name the freeze of the license"))
        }
        (None, None, None, Some(_)) => Err(Problem::field("/licenseId", "must name the frozen license")),
        _ => Err(Problem::field(
            "",
            "must name one act: decisionId, or revocationId, or licenseId with freezeNumber",
        )),
    }
}

async fn decided(conn: &mut Conn, exporter: ExporterId, id: DecisionId) -> Result<Contested, Problem> {
    let found = rows::decision(conn, exporter, id).await?;
    let found = found.ok_or_else(|| Problem::field("/decisionId", "is not on file"))?;
    let against = match found.outcome {
        Outcome::Refuse => Against::Refusal,
        Outcome::GrantInPart => Against::GrantInPart,
        Outcome::Grant => {
            return Err(Problem::rule(
                "The application was granted as it was made: there is nothing to object to.",
            ));
        }
    };
    if against == Against::Refusal && (found.application_status != ApplicationStatus::Refused || !found.last)
    {
        return Err(Problem::conflict("The refusal does not stand any more: the application was reopened."));
    }
    Ok(Contested {
        against,
        decision: Some(id),
        application: Some(found.application_id),
        revocation: None,
        license: None,
        freeze: None,
        on: found.signed_on,
    })
}

async fn revoked(conn: &mut Conn, exporter: ExporterId, id: RevocationId) -> Result<Contested, Problem> {
    let found = rows::revocation(conn, exporter, id).await?;
    let found = found.ok_or_else(|| Problem::field("/revocationId", "is not on file"))?;
    if found.status != RevocationStatus::Ordered {
        return Err(Problem::conflict(format!(
            "The proceeding is {}: an objection is open once the revocation is ordered; until then, answer the notice.",
            found.status
        )));
    }
    if found.license_status != LicenseStatus::Revoked {
        return Err(Problem::conflict(format!(
            "The license is {}: the revocation does not stand any more.",
            found.license_status
        )));
    }
    Ok(Contested {
        against: Against::Revocation,
        decision: None,
        application: None,
        revocation: Some(id),
        license: Some(found.license_id),
        freeze: None,
        on: found.ordered_on,
    })
}

async fn frozen(
    conn: &mut Conn,
    act: &Act,
    exporter: ExporterId,
    license: LicenseId,
    number: i32,
) -> Result<Contested, Problem> {
    let found = rows::freeze(conn, exporter, license, number).await?;
    let found =
        found.ok_or_else(|| Problem::field("/freezeNumber", "is not a freeze of a license on file"))?;
    if found.lifted {
        return Err(Problem::conflict("The freeze is lifted: there is nothing to object to."));
    }
    let status = found.license_status.on(act.today(), found.valid_until);
    if !status.is_in_force() {
        return Err(Problem::conflict(format!("The license is {status}: its freeze matters no more.")));
    }
    if found.source == FreezeSource::Objection {
        return Err(Problem::rule(
            "The freeze is the stay that an objection brought: it ends with that one.",
        ));
    }
    Ok(Contested {
        against: Against::Freeze,
        decision: None,
        application: None,
        revocation: None,
        license: Some(license),
        freeze: Some(found.id),
        on: found.frozen_on,
    })
}
