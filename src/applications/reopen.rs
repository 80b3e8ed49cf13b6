//! Reopening: a refused application back in review, by an objection that succeeded or an override in effect.
//!
//! The refusal stays on file as it was signed. Who signs after it is another person than before, but where the decision
//! rests on an override.

use crate::db::Conn;

use super::store::reopenings;
use crate::act::Act;
use crate::history::{self, Step};
use crate::http::Problem;
use crate::ids::{ApplicationId, LicenseId, ObjectionId, OverrideId};
use crate::rules::application::{Action, ApplicationCycle, ReopeningSource, may_sign_anew};
use crate::rules::overrides::{self, OverrideCycle, Status};
use crate::rules::verdict::Rule;

/// What a reopening rests on.
#[derive(Clone, Copy, Debug)]
pub enum Reopening {
    /// An objection upheld or remitted.
    Objection(ObjectionId),
    /// An override in effect.
    Override(OverrideId),
}

impl Reopening {
    /// Its name.
    pub fn source(self) -> ReopeningSource {
        match self {
            Self::Objection(_) => ReopeningSource::Objection,
            Self::Override(_) => ReopeningSource::Override,
        }
    }
}

/// Puts a refused application back in review. 409 where it is not refused.
pub async fn reopen(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
    by: Reopening,
    reasons: &str,
) -> Result<(), Problem> {
    let subject = history::load::<ApplicationCycle>(conn, act, id.0).await?;
    let source_id = match by {
        Reopening::Objection(id) => id.0,
        Reopening::Override(id) => id.0,
    };
    let details = serde_json::json!({ "source": by.source(), "sourceId": source_id });
    let step = Step::new(Action::Reopen).because(None, reasons).with(details);
    let stand = history::take(conn, act, &subject, step).await?;
    Ok(reopenings::insert(conn, act, id, stand.version, by).await?)
}

/// 422 where the caller signed an earlier decision on the application.
pub(super) async fn require_other_signer(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
    under: Option<OverrideId>,
) -> Result<(), Problem> {
    let signed = reopenings::signed_before(conn, id).await?;
    if may_sign_anew(&act.actor.handle, &signed, under.is_some()) {
        Ok(())
    } else {
        Err(Problem::rule(
            "Who decided or countersigned before the reopening does not sign again: another person does.",
        ))
    }
}

/// Notes that a license has come to rest on an override: a step of it.
pub(super) async fn use_override(
    conn: &mut Conn,
    act: &Act,
    id: OverrideId,
    license: LicenseId,
) -> Result<(), Problem> {
    let subject = history::load::<OverrideCycle>(conn, act, id.0).await?;
    reopenings::use_override(conn, act, id).await?;
    let step = Step::new(overrides::Action::Use).with(serde_json::json!({ "licenseId": license }));
    history::take(conn, act, &subject, step).await?;
    Ok(())
}

/// The checks that the override of a decision departs from; none where it names none.
pub(super) async fn overridden(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
    named: Option<OverrideId>,
) -> Result<Vec<Rule>, Problem> {
    let Some(named) = named else { return Ok(Vec::new()) };
    let found = reopenings::override_of(conn, id, named).await?;
    let found =
        found.ok_or_else(|| Problem::field("/overrideId", "is not an override for this application"))?;
    if found.used {
        return Err(Problem::rule("The override is used up: a license rests on it already."));
    }
    match found.status.on(act.today(), found.valid_until, false) {
        Status::InEffect => Ok(found.rules),
        status @ (Status::Proposed | Status::OpinionRecorded | Status::Expired | Status::Rescinded) => {
            Err(Problem::rule(format!("The override is {status}: only one in effect lets a grant through.")))
        }
    }
}
