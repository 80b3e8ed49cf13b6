//! Drafting: what a measure is to say, revised until it is approved; its extension, and amendments given up.

use crate::db::Conn;

use super::model::{Measure, MeasureExtension, NewMeasure};
use super::store::{self, known};
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::MeasureId;
use crate::rules::measure::{Action, Effect, MeasureCycle, Term, check_effects, extendable};
use crate::rules::scope::Scope;

/// Puts a measure on file as a draft.
pub async fn draft(conn: &mut Conn, act: &Act, new: &NewMeasure) -> Result<MeasureId, Problem> {
    let term = check(conn, act, new).await?;
    let id: MeasureId = act.new_id();
    let reference = history::new_reference(conn, act, "ME").await?;
    store::insert(conn, act, id, &reference, new).await?;
    store::insert_content(conn, act, id, new, term).await?;
    let step = Step::new(Action::Draft).because(Some(new.ground.name()), new.reasons.as_str()).with(new);
    history::take(conn, act, &Subject::<MeasureCycle>::new(id, None), step).await?;
    Ok(id)
}

/// Proposes another content: of a draft in its place, of a measure in force as its amendment. What was previewed,
/// agreed and approved before does not carry over.
pub async fn revise(conn: &mut Conn, act: &Act, id: MeasureId, new: &NewMeasure) -> Result<(), Problem> {
    let subject = history::load::<MeasureCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::Revise)?;
    let term = check(conn, act, new).await?;
    let version = store::insert_content(conn, act, id, new, term).await?;
    let step = Step::new(Action::Revise)
        .because(Some(new.ground.name()), new.reasons.as_str())
        .with(serde_json::json!({ "contentVersion": version, "content": new }));
    history::take(conn, act, &subject, step).await?;
    Ok(())
}

/// Gives a proposed amendment up; what is in force stays.
pub async fn withdraw_amendment(
    conn: &mut Conn,
    act: &Act,
    id: MeasureId,
    reasons: &str,
) -> Result<(), Problem> {
    let subject = history::load::<MeasureCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::WithdrawAmendment)?;
    let measure = on_file(conn, act, id).await?;
    let Some(pending) = measure.pending() else {
        return Err(Problem::conflict("No amendment is proposed."));
    };
    store::withdraw_content(conn, id, pending.content_version, act.at).await?;
    let step = Step::new(Action::WithdrawAmendment)
        .because(None, reasons)
        .with(serde_json::json!({ "contentVersion": pending.content_version }));
    history::take(conn, act, &subject, step).await?;
    Ok(())
}

/// Sets a later review date, for fresh reasons.
pub async fn extend(
    conn: &mut Conn,
    act: &Act,
    id: MeasureId,
    new: &MeasureExtension,
) -> Result<(), Problem> {
    let subject = history::load::<MeasureCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::Extend)?;
    let measure = on_file(conn, act, id).await?;
    let Some(standing) = measure.standing() else { return Err(Problem::not_found()) };
    let term =
        Term { starts_on: standing.starts_on, review_on: measure.review_on, ends_on: standing.ends_on };
    if term.last_day() < act.today() {
        return Err(Problem::conflict(
            "The measure's last day has passed: it has lapsed. Draft a new one, with its own preview.",
        ));
    }
    let given = store::reasons_given(conn, id).await?;
    let limit = (act.today(), act.policy.measure_review_days);
    extendable(term, new.review_on, limit, &given, &new.reasons)
        .map_err(|(pointer, says)| Problem::field(pointer, says))?;
    store::set_review(conn, id, new.review_on).await?;
    let step = Step::new(Action::Extend)
        .because(Some(standing.ground.name()), new.reasons.as_str())
        .with(serde_json::json!({ "from": measure.review_on, "to": new.review_on }));
    history::take(conn, act, &subject, step).await?;
    Ok(())
}

async fn on_file(conn: &mut Conn, act: &Act, id: MeasureId) -> Result<Measure, Problem> {
    store::get(conn, &act.actor, id).await?.ok_or_else(Problem::not_found)
}

/// Refuses a content that cannot be used; nothing that it names may be unknown.
async fn check(conn: &mut Conn, act: &Act, new: &NewMeasure) -> Result<Term, Problem> {
    let term = new.term(act.today());
    term.check(act.today(), act.policy.measure_review_days)
        .map_err(|(pointer, says)| Problem::field(pointer, says))?;
    check_effects(&new.effects, new.review_id.is_some())
        .map_err(|(pointer, says)| Problem::field(pointer, says))?;
    check_scope(conn, &new.scope).await?;
    if let Some(index) = new.effects.iter().position(|spec| spec.urgent)
        && !act.policy.notice.is_urgent(new.ground)
    {
        let says = format!("the urgent route is not open on the ground {}: leave it out", new.ground);
        return Err(Problem::field(format!("/effects/{index}/urgent"), says));
    }
    for (index, spec) in new.effects.iter().enumerate() {
        if let (Effect::RequireDeclaration, Some(template)) = (spec.effect, spec.template_id)
            && !known::template_can_be_required(conn, template).await?
        {
            let at = format!("/effects/{index}/templateId");
            return Err(Problem::field(at, "is not a template in force: bring it into force first"));
        }
    }
    for (index, spec) in new.effects.iter().enumerate() {
        if let Some(exemption) = spec.exemption_id
            && !known::exemption_stands(conn, exemption).await?
        {
            let at = format!("/effects/{index}/exemptionId");
            return Err(Problem::field(at, "is not an exemption in force"));
        }
    }
    if let Some(review) = new.review_id
        && !known::review_is_open(conn, review).await?
    {
        return Err(Problem::field("/reviewId", "is not a review that is open"));
    }
    Ok(term)
}

/// Refuses a scope that cannot be used: empty, unbounded, or naming what is not on file.
pub async fn check_scope(conn: &mut Conn, scope: &Scope) -> Result<(), Problem> {
    scope.check().map_err(|unusable| Problem::field(format!("/scope{}", unusable.pointer), unusable.says))?;
    check_names(conn, scope).await
}

/// Refuses a scope that names what is not on file.
async fn check_names(conn: &mut Conn, scope: &Scope) -> Result<(), Problem> {
    let mut conditions = Vec::new();
    scope.each_condition(&mut |at, condition| conditions.push((at.to_owned(), condition.clone())));
    for (at, condition) in conditions {
        let unknown = match &condition {
            Scope::Destinations(named) => known::unknown_territory(conn, named).await?,
            Scope::CountryGroups(named) => known::unknown_group(conn, named).await?,
            Scope::ControlCodes(named) => known::unknown_prefix(conn, named).await?,
            Scope::Exporters(named) => known::unknown_exporter(conn, named).await?,
            Scope::EndUsers(named) => known::unknown_end_user(conn, named).await?,
            Scope::All(_)
            | Scope::Any(_)
            | Scope::Except(_)
            | Scope::ProductClasses(_)
            | Scope::TechnologyTags(_)
            | Scope::SecurityClassifications(_)
            | Scope::EndUserKinds(_)
            | Scope::LicenseKinds(_) => None,
        };
        if let Some(unknown) = unknown {
            let says = format!("names {unknown}, which is not on file");
            return Err(Problem::field(format!("/scope{at}"), says));
        }
    }
    Ok(())
}
