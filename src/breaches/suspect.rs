//! Suspicion, confirmation and clearance of a breach.

use crate::db::Conn;
use chrono::Days;
use uuid::Uuid;

use super::model::{Breach, Touched};
use super::store;
use crate::act::Act;
use crate::declarations::{self, Declaration};
use crate::enforcement::store::decisions::{Named, named};
use crate::history::{self, Grounds, Step, Subject};
use crate::http::Problem;
use crate::ids::{DeclarationId, LicenseId};
use crate::licenses::{self, FreezeBasis};
use crate::operations::Skipped;
use crate::revocations::{self, Notice};
use crate::rules::declaration::{Action, DeclarationCycle};
use crate::rules::license::{FreezeSource, Ground};
use crate::rules::reasons;
use crate::rules::values::Name;

/// Suspects a breach: every license in force of the end user is frozen until the suspicion is cleared.
pub async fn suspect(
    conn: &mut Conn,
    act: &Act,
    id: DeclarationId,
    grounds: &Grounds,
) -> Result<Breach, Problem> {
    let (subject, declaration) = load(conn, act, id, Action::SuspectBreach).await?;
    let licenses = in_force(conn, act, &declaration).await?;
    let days = Days::new(act.policy.breach_review_days.into());
    let review_on = act.today().checked_add_days(days).unwrap_or(act.today());
    let breach = told(act, &declaration, grounds);
    let each: Vec<(LicenseId, String)> = licenses
        .iter()
        .map(|license| {
            let facts = license.facts(|_| true);
            (LicenseId(license.id), reasons::of_suspicion(&facts, breach, review_on))
        })
        .collect();
    let basis = FreezeBasis {
        source: (FreezeSource::Declaration, id.0),
        ground: Ground::DeclarationBreach,
        review_on,
    };
    let skipped = licenses::freeze_all(conn, act, basis, &each).await?;
    let touched = Touched::all_but(each.into_iter().map(|(license, _)| license), skipped);
    step(conn, act, &subject, Action::SuspectBreach, grounds, touched).await
}

/// Confirms a suspected breach: a revocation proceeding is opened for every license in force of the end user. Another
/// person than the one who suspected it.
pub async fn confirm(
    conn: &mut Conn,
    act: &Act,
    id: DeclarationId,
    grounds: &Grounds,
) -> Result<Breach, Problem> {
    let (subject, declaration) = load(conn, act, id, Action::ConfirmBreach).await?;
    if store::suspected_by(conn, id).await? == Some(act.actor.person) {
        let says = "Who suspected the breach and who confirms it must be different persons.";
        return Err(Problem::rule(says));
    }
    let licenses = in_force(conn, act, &declaration).await?;
    let breach = told(act, &declaration, grounds);
    let notices: Vec<(LicenseId, String)> = licenses
        .iter()
        .map(|license| {
            let facts = license.facts(|_| true);
            (LicenseId(license.id), reasons::of_confirmation(&facts, breach))
        })
        .collect();
    let skipped = intend(conn, act, &notices).await?;
    let touched = Touched::all_but(notices.into_iter().map(|(license, _)| license), skipped);
    step(conn, act, &subject, Action::ConfirmBreach, grounds, touched).await
}

/// Clears the suspicion: its freezes are lifted, and what it alone held is thawed.
pub async fn clear(
    conn: &mut Conn,
    act: &Act,
    id: DeclarationId,
    grounds: &Grounds,
) -> Result<Breach, Problem> {
    let (subject, _) = load(conn, act, id, Action::ClearSuspicion).await?;
    let held = store::held_by(conn, id).await?;
    let skipped = licenses::lift_all(conn, act, id.0, &held, grounds.reasons.as_str()).await?;
    let touched = Touched::all_but(held.into_iter().map(LicenseId), skipped);
    step(conn, act, &subject, Action::ClearSuspicion, grounds, touched).await
}

async fn load(
    conn: &mut Conn,
    act: &Act,
    id: DeclarationId,
    action: Action,
) -> Result<(Subject<DeclarationCycle>, Declaration), Problem> {
    let subject = history::load::<DeclarationCycle>(conn, act, id.0).await?;
    history::open(&subject, action)?;
    let declaration = declarations::store::get(conn, act, id).await?.ok_or_else(Problem::not_found)?;
    Ok((subject, declaration))
}

/// The licenses in force of the end user that the declaration names, held until the transaction ends.
async fn in_force(conn: &mut Conn, act: &Act, declaration: &Declaration) -> Result<Vec<Named>, Problem> {
    let ids: Vec<Uuid> = store::in_force_of(conn, declaration.end_user_id, act.today()).await?;
    Ok(named(conn, &ids).await?)
}

fn told<'b>(act: &Act, declaration: &'b Declaration, grounds: &'b Grounds) -> reasons::Breach<'b> {
    reasons::Breach {
        declaration: &declaration.reference,
        signed_on: declaration.signed_on,
        reasons: grounds.reasons.as_str(),
        today: act.today(),
    }
}

/// Gives notice of intended revocation for each license, for its own reasons: urgent where that route is open on the
/// ground. Gives those left out.
async fn intend(
    conn: &mut Conn,
    act: &Act,
    notices: &[(LicenseId, String)],
) -> Result<Vec<Skipped>, Problem> {
    let ground = Ground::DeclarationBreach;
    let notices = notices
        .iter()
        .map(|(license, reasons)| Notice {
            license: *license,
            ground,
            reasons: reasons.clone(),
            urgent: act.policy.notice.is_urgent(ground),
            measure: None,
        })
        .collect();
    Ok(revocations::intend_all(conn, act, notices).await?.skipped)
}

/// Takes the step, and answers with the declaration as it stands after it and with what it touched.
async fn step(
    conn: &mut Conn,
    act: &Act,
    subject: &Subject<DeclarationCycle>,
    action: Action,
    grounds: &Grounds,
    touched: Touched,
) -> Result<Breach, Problem> {
    let ground = grounds.ground.as_ref().map(Name::as_str);
    let details = serde_json::json!({ "licenses": touched.licenses.len(), "leftOut": touched.skipped.len() });
    let step = Step::new(action).because(ground, grounds.reasons.as_str()).with(details);
    history::take(conn, act, subject, step).await?;
    let id = DeclarationId(subject.id);
    let declaration = declarations::store::get(conn, act, id).await?.ok_or_else(Problem::not_found)?;
    Ok(touched.of(declaration))
}
