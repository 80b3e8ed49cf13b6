//! Carrying out: one batch of licenses, each with its own decision record, in one transaction.

use chrono::Days;
use sqlx::PgConnection;
use uuid::Uuid;

use super::preview::on_file;
use super::store::decisions::{self as store, Basis, Named};
use super::{release, store::enact};
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::{LicenseId, MeasureId};
use crate::licenses::{self, FreezeBasis};
use crate::measures::{self, Content, Measure};
use crate::operations::{Batch, Skipped};
use crate::revocations;
use crate::rules::license::{Action as LicenseAction, FreezeSource, LicenseCycle, Status as LicenseStatus};
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::measure::{DecisionAct, Effect, EffectSpec, Status};
use crate::rules::operation::Task;
use crate::rules::reasons::{self, Consequence, Facts, Policy};
use crate::rules::scope::{Groups, Match};

/// Carries a batch out. Gives the licenses it could not be carried out on, with the reason.
pub(super) async fn carry_out(
    conn: &mut PgConnection,
    act: &Act,
    batch: &Batch,
) -> Result<Vec<Skipped>, Problem> {
    match batch.task {
        Task::Release => release::release(conn, act, batch).await,
        Task::OrderRevocation => {
            let ids: Vec<_> = batch.ids.iter().map(|id| (*id).into()).collect();
            let done = revocations::order_all(conn, act, &ids, &batch.reasons).await?;
            Ok(done.skipped.into_iter().map(|(id, why)| Skipped::new(id, why.says())).collect())
        }
        Task::Freeze => decide(conn, act, batch, (Effect::FreezeExisting, DecisionAct::Freeze)).await,
        Task::IntendRevocation => {
            decide(conn, act, batch, (Effect::RevokeExisting, DecisionAct::IntendRevocation)).await
        }
        Task::RequireDeclaration => {
            decide(conn, act, batch, (Effect::RequireDeclaration, DecisionAct::RequireDeclaration)).await
        }
        Task::AddCondition => {
            decide(conn, act, batch, (Effect::AddCondition, DecisionAct::AddCondition)).await
        }
    }
}

/// A license to be decided on: what is on file, why the measure reaches it, and its own reasons.
struct Case {
    license: Named,
    met: Match,
    reasons: String,
}

/// Decides on each license of a batch under a measure in force.
async fn decide(
    conn: &mut PgConnection,
    act: &Act,
    batch: &Batch,
    (effect, decision): (Effect, DecisionAct),
) -> Result<Vec<Skipped>, Problem> {
    let ended =
        || batch.ids.iter().map(|id| Skipped::new(*id, "the measure is no longer in force")).collect();
    if enact::hold(conn, batch.subject).await? != Status::InForce {
        return Ok(ended());
    }
    let measure = on_file(conn, act, MeasureId(batch.subject)).await?;
    let Some(content) = measure.standing() else { return Ok(ended()) };
    let specs: Vec<&EffectSpec> = content.effects.iter().filter(|spec| spec.effect == effect).collect();
    let Some(spec) = specs.first().copied() else { return Ok(ended()) };
    let due_on = spec.within_days.and_then(|days| act.today().checked_add_days(Days::new(days.into())));
    let conditions: Vec<String> =
        specs.iter().filter_map(|spec| spec.condition.as_ref()).map(ToString::to_string).collect();
    let condition = conditions.join("; ");
    let consequence = Consequence {
        act: decision,
        today: act.today(),
        due_on,
        condition: (!condition.is_empty()).then_some(condition.as_str()),
        urgent: spec.urgent,
    };
    let (cases, mut skipped) = cases(conn, act, batch, &measure, content, consequence).await?;
    let left_out = match decision {
        DecisionAct::Freeze => freeze(conn, act, &measure, content, &cases).await?,
        DecisionAct::IntendRevocation => intend(conn, act, &measure, content, spec, &cases).await?,
        DecisionAct::RequireDeclaration => {
            tell(conn, act, &measure, LicenseAction::RequireDeclaration, &cases).await?
        }
        DecisionAct::AddCondition => {
            let ids: Vec<Uuid> = cases.iter().map(|case| case.license.id).collect();
            for condition in &conditions {
                store::add_condition(conn, measure.id, &ids, condition).await?;
            }
            tell(conn, act, &measure, LicenseAction::AddCondition, &cases).await?
        }
        DecisionAct::Release => Vec::new(),
    };
    let basis = Basis {
        measure: measure.id,
        operation: batch.operation,
        content_version: content.content_version,
        act: decision,
        ground: content.ground.name(),
        review_on: Some(measure.review_on),
        due_on,
    };
    let decided: Vec<_> = cases
        .into_iter()
        .filter(|case| !left_out.iter().any(|skipped| skipped.id == case.license.id))
        .map(|case| (case.license.id, serde_json::to_value(&case.met).ok(), case.reasons))
        .collect();
    store::insert(conn, act, basis, &decided).await?;
    skipped.extend(left_out);
    Ok(skipped)
}

/// The licenses of a batch that are still in force and still reached, with their reasons; and those left out.
async fn cases(
    conn: &mut PgConnection,
    act: &Act,
    batch: &Batch,
    measure: &Measure,
    content: &Content,
    consequence: Consequence<'_>,
) -> Result<(Vec<Case>, Vec<Skipped>), Problem> {
    let groups = measures::store::groups(conn, &content.scope.groups(), act.today()).await?;
    let licenses = store::named(conn, &batch.ids).await?;
    let subjects = measures::store::licenses(conn, &batch.ids).await?;
    let mut cases = Vec::with_capacity(licenses.len());
    let mut skipped = Vec::new();
    for (license, (_, subject)) in licenses.into_iter().zip(subjects) {
        let status = license.status.on(act.today(), license.valid_until);
        if !matches!(status, LicenseStatus::Active | LicenseStatus::Frozen) {
            skipped.push(Skipped::new(license.id, format!("is {status} by now")));
            continue;
        }
        let Some(met) = reached(content, &subject, &groups) else {
            skipped.push(Skipped::new(license.id, "is no longer reached by the scope"));
            continue;
        };
        let reasons = reasons_of(measure, content, &license, &met, consequence);
        cases.push(Case { license, met, reasons });
    }
    Ok((cases, skipped))
}

fn reached(content: &Content, subject: &crate::rules::scope::Subject, groups: &Groups) -> Option<Match> {
    content.scope.reaches(subject, groups)
}

fn reasons_of(
    measure: &Measure,
    content: &Content,
    license: &Named,
    met: &Match,
    consequence: Consequence<'_>,
) -> String {
    let policy = Policy {
        reference: &measure.reference,
        title: &measure.title,
        ground: content.ground,
        legal_basis: &content.legal_basis,
        reasons: &content.reasons,
        review_on: measure.review_on,
    };
    let lines = license.lines.iter().filter(|(line, _, _)| met.lines.contains(line));
    let facts = Facts {
        reference: &license.reference,
        source_number: license.source_number.as_deref(),
        kind: license.kind,
        issued_on: license.issued_on,
        valid_until: license.valid_until,
        exporter: license.exporter.as_deref(),
        end_user: license.end_user.as_deref(),
        destinations: license.destinations.iter().map(String::as_str).collect(),
        lines: lines.map(|(line, text, codes)| (*line, text.as_str(), codes.join(", "))).collect(),
    };
    reasons::of_license(policy, &facts, met, consequence)
}

/// Freezes each license; the freeze names the measure, whose decision record has the license's own reasons.
async fn freeze(
    conn: &mut PgConnection,
    act: &Act,
    measure: &Measure,
    content: &Content,
    cases: &[Case],
) -> Result<Vec<Skipped>, Problem> {
    let basis = FreezeBasis {
        source: (FreezeSource::Measure, measure.id.0),
        ground: content.ground,
        review_on: measure.review_on,
    };
    let says = format!("Measure {}: {}", measure.reference, measure.title);
    let each: Vec<_> = cases.iter().map(|case| (LicenseId(case.license.id), says.clone())).collect();
    licenses::freeze_all(conn, act, basis, &each).await
}

/// Gives notice of intended revocation for each license, for its own reasons.
async fn intend(
    conn: &mut PgConnection,
    act: &Act,
    measure: &Measure,
    content: &Content,
    spec: &EffectSpec,
    cases: &[Case],
) -> Result<Vec<Skipped>, Problem> {
    let notices = cases
        .iter()
        .map(|case| revocations::Notice {
            license: LicenseId(case.license.id),
            ground: content.ground,
            reasons: case.reasons.clone(),
            urgent: spec.urgent,
            measure: Some(measure.id.0),
        })
        .collect();
    Ok(revocations::intend_all(conn, act, notices).await?.skipped)
}

/// Tells each license's people what the measure requires, as a step of its history.
async fn tell(
    conn: &mut PgConnection,
    act: &Act,
    measure: &Measure,
    action: LicenseAction,
    cases: &[Case],
) -> Result<Vec<Skipped>, Problem> {
    let mut steps = Vec::with_capacity(cases.len());
    for case in cases {
        let license = &case.license;
        let subject =
            Subject::<LicenseCycle>::on_file(license.id, license.version, license.status, license.owner);
        if LicenseCycle::next(subject.status, action).is_some() {
            let details = serde_json::json!({ "measureId": measure.id, "measure": measure.reference });
            steps.push((subject, Step::new(action).because(None, &case.reasons).with(details)));
        }
    }
    history::take_all(conn, act, steps).await?;
    Ok(Vec::new())
}
