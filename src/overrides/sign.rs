//! The signature of the minister, and what follows from it; the end of an override that was not used.

use crate::db::Conn;

use super::model::Signature;
use super::store;
use crate::act::Act;
use crate::applications::{self, Reopening};
use crate::history::{self, Step};
use crate::http::Problem;
use crate::ids::OverrideId;
use crate::licenses::{self, Basis, OverrideNamed};
use crate::rules::application::Status as ApplicationStatus;
use crate::rules::overrides::{Action, OverrideCycle, concerns};

/// Signs an override. A refused application is reopened, so that it can be decided under the override; a revoked license
/// is reinstated through the gate, which the checks named do not stop.
pub async fn sign(conn: &mut Conn, act: &Act, id: OverrideId, new: &Signature) -> Result<(), Problem> {
    let subject = history::load::<OverrideCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::Sign)?;
    if !store::set_signature(conn, act, id, new.reasons.as_str()).await? {
        return Err(Problem::rule(
            "Who proposed the override or put the opinion on record does not sign it: the minister does.",
        ));
    }
    let step = Step::new(Action::Sign).because(None, new.reasons.as_str());
    history::take(conn, act, &subject, step).await?;
    let signed = store::signed(conn, id).await?;
    // The exporter reads the step of its own case: it names the override and says no more of it.
    let says = format!("Override {}.", signed.reference);
    if let (Some(application), Some(status)) = (signed.application_id, signed.application_status) {
        if !concerns(status) {
            return Err(Problem::conflict(format!(
                "The application is {status} meanwhile: the override has nothing to depart from."
            )));
        }
        if status == ApplicationStatus::Refused {
            applications::reopen(conn, act, application, Reopening::Override(id), &says).await?;
        }
    }
    if let Some(license) = signed.license_id {
        let basis = Basis::Override(OverrideNamed { id, rules: signed.rules });
        licenses::reinstate(conn, act, license, &basis, &says, None).await?;
        store::use_up(conn, act, id).await?;
    }
    Ok(())
}

/// Rescinds an override that was not used.
pub async fn rescind(conn: &mut Conn, act: &Act, id: OverrideId, new: &Signature) -> Result<(), Problem> {
    let subject = history::load::<OverrideCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::Rescind)?;
    if store::signed(conn, id).await?.used {
        return Err(Problem::conflict(
            "The override is used up: a license rests on it, which is frozen or revoked in its own proceeding.",
        ));
    }
    let step = Step::new(Action::Rescind).because(None, new.reasons.as_str());
    history::take(conn, act, &subject, step).await?;
    Ok(())
}
