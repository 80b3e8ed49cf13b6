//! Which measures in force reach a case: what the gate is told, and what the people of the case are told.

use crate::db::Conn;

use super::model::MeasureNotice;
use super::store;
use crate::act::Act;
use crate::http::Problem;
use crate::ids::{ApplicationId, LicenseId};
use crate::rules::application::Purpose;
use crate::rules::gate::MeasureFacts;
use crate::rules::scope::Subject;

/// The case asked about.
#[derive(Clone, Copy, Debug)]
pub enum Target<'s> {
    /// An application.
    Application(ApplicationId),
    /// A license.
    License(LicenseId),
    /// What was read already, or is on no file.
    Subject(&'s Subject),
}

/// The measures in force that reach a case about to be permitted. Holds the policy epoch until the transaction ends.
pub async fn reaching(conn: &mut Conn, act: &Act, target: Target<'_>) -> Result<Vec<MeasureFacts>, Problem> {
    find(conn, act, target, true).await
}

/// The measures in force that reach a case that nothing is permitted on now.
pub async fn foreseen(conn: &mut Conn, act: &Act, target: Target<'_>) -> Result<Vec<MeasureFacts>, Problem> {
    find(conn, act, target, false).await
}

/// What one effect of a measure means for an application of this purpose; none where it does not concern it.
pub fn notice(facts: &MeasureFacts, purpose: Purpose) -> Option<MeasureNotice> {
    Some(MeasureNotice {
        says: facts.effect.says_of_application(purpose)?,
        measure: facts.reference.clone(),
        effect: facts.effect,
        clause: facts.clause.clone(),
        since: facts.since,
        review_on: facts.review_on,
        ends_on: facts.ends_on,
        condition: facts.condition.clone(),
    })
}

/// What the measures in force mean for an application, told when it is filed and not only when it is refused.
pub async fn notices(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
    purpose: Purpose,
) -> Result<Vec<MeasureNotice>, Problem> {
    // The agency looks into its own files, which the exporter may not; the exporter is told what concerns it.
    conn.enter_office().await?;
    let found = find(conn, act, Target::Application(id), false).await;
    conn.leave_office().await?;
    Ok(found?.iter().filter_map(|facts| notice(facts, purpose)).collect())
}

async fn find(
    conn: &mut Conn,
    act: &Act,
    target: Target<'_>,
    holding: bool,
) -> Result<Vec<MeasureFacts>, Problem> {
    let measures = store::in_force(conn, act.today(), holding).await?;
    if measures.is_empty() {
        return Ok(Vec::new());
    }
    let Some(subject) = subject(conn, target).await? else { return Ok(Vec::new()) };
    let named: Vec<String> = measures.iter().flat_map(|measure| measure.scope.groups()).collect();
    let groups = store::groups(conn, &named, act.today()).await?;
    let mut facts = Vec::new();
    for measure in &measures {
        let Some(reached) = measure.scope.reaches(&subject, &groups) else { continue };
        let clause = reached.clauses.first().map(|met| met.clause.clone()).unwrap_or_default();
        facts.extend(measure.effects.iter().map(|spec| MeasureFacts {
            reference: measure.reference.clone(),
            effect: spec.effect,
            clause: clause.clone(),
            since: measure.in_force_at.date_naive(),
            review_on: measure.review_on,
            ends_on: measure.ends_on,
            template: measure.template(spec),
            condition: spec.condition.as_ref().map(ToString::to_string),
            exemption: spec.exemption_id,
        }));
    }
    Ok(facts)
}

async fn subject(conn: &mut Conn, target: Target<'_>) -> sqlx::Result<Option<Subject>> {
    match target {
        Target::Application(id) => store::application(conn, id.0).await,
        Target::License(id) => {
            Ok(store::licenses(conn, &[id.0]).await?.into_iter().next().map(|(_, subject)| subject))
        }
        Target::Subject(subject) => Ok(Some(subject.clone())),
    }
}
