//! Decision and countersignature.
//!
//! The one way to a license: a decision proposed by one person passes the gate, is countersigned by another, passes
//! the gate again on the facts of that moment, and only then moves the application and issues the license, all in one
//! serializable transaction.

use crate::db::Conn;

use super::decision::{Decision, DecisionLine, NewDecision};
use super::facts::{Asked, Case, gather};
use super::reopen;
use super::store::{self, decisions::Proposal};
use crate::act::Act;
use crate::audit::{Entry, record};
use crate::exemptions;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::{ApplicationId, DecisionId, LicenseId};
use crate::licenses::{self, Grant, GrantedLine};
use crate::meters;
use crate::rules::application::{ApplicationCycle, Kind, Outcome};
use crate::rules::gate::Signatures;
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::replay;
use crate::rules::values::{Amount, Quantity};
use crate::rules::verdict::{Outcome as Says, RecordedVerdict, Rule};

/// Proposes a decision. 422 with every check that stands against it where the gate does not let a grant through.
pub async fn propose(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
    new: &NewDecision,
) -> Result<Decision, Problem> {
    let subject = history::load::<ApplicationCycle>(conn, act, id.0).await?;
    require_step(&subject, new.outcome)?;
    check(new)?;
    reopen::require_other_signer(conn, act, id, new.override_id).await?;
    let overridden = reopen::overridden(conn, act, id, new.override_id).await?;
    let granted = (new.outcome == Outcome::GrantInPart).then_some(new.lines.as_slice());
    let signatures = Signatures { decider: act.actor.handle.clone(), countersigner: None };
    let case = gather(conn, act, id, Asked { decision: new, granted, signatures }).await?;
    check_lines(new, &case)?;
    let verdict = replay::record(&case.facts);
    meters::verdict(case.facts.act, verdict.outcome);
    if new.outcome != Outcome::Refuse {
        require_passage(&verdict, new.departure.is_some(), &overridden)?;
    }
    let conditions = match &new.conditions {
        Some(conditions) => conditions.iter().map(ToString::to_string).collect(),
        None => case.row.proposed_conditions.clone(),
    };
    let lines = granted_lines(new, &case);
    let decision: DecisionId = act.new_id();
    let proposal = Proposal {
        id: decision,
        application: id,
        new,
        conditions: &conditions,
        lines: &lines,
        facts: &case.facts,
        verdict: &verdict,
    };
    let number = store::decisions::insert(conn, act, &proposal).await?;
    let entry = Entry {
        act: "application.propose_decision",
        kind: "application",
        subject: id.0,
        owner: None,
        particulars: new,
        verdict: Some(&verdict),
    };
    record(conn, act, entry).await?;
    store::decisions::get(conn, &act.actor, id, number).await?.ok_or_else(Problem::not_found)
}

/// Countersigns a proposed decision: the application moves and, for a grant, the license is issued.
pub async fn countersign(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
    number: i32,
) -> Result<Option<LicenseId>, Problem> {
    let subject = history::load::<ApplicationCycle>(conn, act, id.0).await?;
    let decision = open_proposal(conn, act, id, number).await?;
    require_step(&subject, decision.outcome)?;
    let new = as_proposed(&decision)?;
    reopen::require_other_signer(conn, act, id, new.override_id).await?;
    let overridden = reopen::overridden(conn, act, id, new.override_id).await?;
    let decider = decision.decided_by.clone().unwrap_or_default();
    let signatures = Signatures { decider, countersigner: Some(act.actor.handle.clone()) };
    let granted = (decision.outcome != Outcome::Refuse).then_some(decision.lines.0.as_slice());
    let case = gather(conn, act, id, Asked { decision: &new, granted, signatures }).await?;
    let verdict = replay::record(&case.facts);
    meters::verdict(case.facts.act, verdict.outcome);
    if decision.outcome == Outcome::Refuse {
        require_four_eyes(&verdict)?;
    } else {
        require_passage(&verdict, new.departure.is_some(), &overridden)?;
    }
    if !store::decisions::countersign(conn, act, decision.id, &case.facts, &verdict).await? {
        return Err(not_open());
    }
    let license = match decision.outcome {
        Outcome::Refuse => None,
        Outcome::Grant | Outcome::GrantInPart => Some(issue(conn, act, &subject, &decision, &case).await?),
    };
    if let (Some(named), Some(license)) = (new.override_id, license) {
        reopen::use_override(conn, act, named, license).await?;
    }
    let details = serde_json::json!({
        "decision": decision.number, "licenseId": license, "overrideId": new.override_id,
    });
    let mut step = Step::new(decision.outcome.action())
        .because(decision.ground.as_deref(), &decision.reasons)
        .with(details);
    step.verdict = Some(&verdict);
    history::take(conn, act, &subject, step).await?;
    Ok(license)
}

/// Sends a proposed decision back to who decided.
pub async fn send_back(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
    number: i32,
    reasons: &str,
) -> Result<Decision, Problem> {
    let subject = history::load::<ApplicationCycle>(conn, act, id.0).await?;
    let decision = open_proposal(conn, act, id, number).await?;
    if !store::decisions::send_back(conn, act, decision.id, reasons).await? {
        return Err(not_open());
    }
    let entry = Entry {
        act: "application.send_back_decision",
        kind: "application",
        subject: id.0,
        owner: subject.owner,
        particulars: serde_json::json!({ "decision": number, "reasons": reasons }),
        verdict: None,
    };
    record(conn, act, entry).await?;
    store::decisions::get(conn, &act.actor, id, number).await?.ok_or_else(Problem::not_found)
}

fn not_open() -> Problem {
    Problem::conflict("The decision is already signed or sent back.")
}

async fn open_proposal(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
    number: i32,
) -> Result<Decision, Problem> {
    let decision =
        store::decisions::get(conn, &act.actor, id, number).await?.ok_or_else(Problem::not_found)?;
    if decision.status == "proposed" { Ok(decision) } else { Err(not_open()) }
}

/// 409 where the application's status does not lead to the outcome.
fn require_step(subject: &Subject<ApplicationCycle>, outcome: Outcome) -> Result<(), Problem> {
    match ApplicationCycle::next(subject.status, outcome.action()) {
        Some(_) => Ok(()),
        None => Err(Problem::conflict(format!(
            "The application is {}: it cannot be decided on.",
            subject.status.map_or("not on file", |status| status.name())
        ))),
    }
}

/// 422 unless the gate passes, or refers and the departure is reasoned; what an override departs from does not count.
fn require_passage(verdict: &RecordedVerdict, departs: bool, overridden: &[Rule]) -> Result<(), Problem> {
    if verdict.lets_through_under(departs, overridden) { Ok(()) } else { Err(Problem::refused(verdict)) }
}

/// A refusal passes the gate whatever it says of the case, but never with one person on both sides.
fn require_four_eyes(verdict: &RecordedVerdict) -> Result<(), Problem> {
    match verdict.checks.iter().find(|check| check.rule == Rule::FourEyes && check.outcome == Says::Pass) {
        Some(_) => Ok(()),
        None => Err(Problem::refused(verdict)),
    }
}

fn check(new: &NewDecision) -> Result<(), Problem> {
    let grants = new.outcome != Outcome::Refuse;
    if grants != new.valid_until.is_some() {
        return Err(Problem::field(
            "/validUntil",
            "a grant, and only a grant, states the last day of its term",
        ));
    }
    if (new.outcome == Outcome::GrantInPart) == new.lines.is_empty() {
        return Err(Problem::field(
            "/lines",
            "a grant in part, and only such, states what is granted of which line",
        ));
    }
    if new.outcome == Outcome::Refuse && new.conditions.is_some() {
        return Err(Problem::field("/conditions", "a refusal has no conditions"));
    }
    if new.outcome == Outcome::Refuse && new.override_id.is_some() {
        return Err(Problem::field("/overrideId", "a refusal departs from nothing: leave the override out"));
    }
    Ok(())
}

/// A grant in part names lines of the application, each once, and grants less than the whole.
fn check_lines(new: &NewDecision, case: &Case) -> Result<(), Problem> {
    let mut whole = new.lines.len() == case.lines.len();
    for (index, part) in new.lines.iter().enumerate() {
        let Some(line) = case.lines.iter().find(|line| line.line == part.line) else {
            return Err(Problem::field(format!("/lines/{index}/line"), "is not a line of the application"));
        };
        if new.lines.iter().take(index).any(|before| before.line == part.line) {
            return Err(Problem::field(format!("/lines/{index}/line"), "stands there already"));
        }
        let same = part.quantity.map(|quantity| quantity.value()) == line.quantity
            && part.value.map(|value| value.value()) == line.value;
        whole &= same;
    }
    if whole && !new.lines.is_empty() {
        return Err(Problem::field("/lines", "grant the whole where nothing is left out"));
    }
    Ok(())
}

/// What is granted of each line, for the file.
fn granted_lines(new: &NewDecision, case: &Case) -> Vec<DecisionLine> {
    match new.outcome {
        Outcome::Refuse => Vec::new(),
        Outcome::GrantInPart => new.lines.clone(),
        Outcome::Grant => case
            .lines
            .iter()
            .map(|line| DecisionLine {
                line: line.line,
                quantity: line.quantity.and_then(Quantity::new),
                value: line.value.and_then(Amount::new),
            })
            .collect(),
    }
}

/// The proposal as it was made, read back from the file.
fn as_proposed(decision: &Decision) -> Result<NewDecision, Problem> {
    let conditions = (decision.outcome != Outcome::Refuse).then(|| decision.conditions.clone());
    Ok(NewDecision {
        outcome: decision.outcome,
        valid_until: decision.valid_until,
        conditions,
        ground: None,
        reasons: decision.reasons.parse()?,
        departure: decision.departure.as_deref().map(str::parse).transpose()?,
        lines: decision.lines.0.clone(),
        override_id: decision.override_id,
    })
}

/// Issues the license of a countersigned grant, and ends the license it replaces.
async fn issue(
    conn: &mut Conn,
    act: &Act,
    subject: &Subject<ApplicationCycle>,
    decision: &Decision,
    case: &Case,
) -> Result<LicenseId, Problem> {
    let application = ApplicationId(subject.id);
    if let (Kind::Export, Some(declaration)) = (case.row.kind, case.row.declaration_id) {
        store::decisions::use_declaration(conn, declaration, application).await?;
    }
    let lines = decision
        .lines
        .iter()
        .map(|line| GrantedLine { line: line.line, quantity: line.quantity, value: line.value })
        .collect();
    let grant = Grant {
        application,
        decision: decision.id,
        kind: case.row.kind,
        valid_until: decision.valid_until.unwrap_or_default(),
        conditions: decision.conditions.iter().map(ToString::to_string).collect(),
        lines,
    };
    let license = licenses::issue(conn, act, &grant).await?;
    if case.row.kind == Kind::Export {
        let granted = grant.lines.iter().map(|line| line.line);
        let relied_on = granted.filter_map(|line| Some((line, case.exempt.get(&line)?.as_str())));
        let owner = Some(case.row.exporter_id.into());
        exemptions::record_uses(conn, act, (license, application, owner), &relied_on.collect::<Vec<_>>())
            .await?;
    }
    Ok(license)
}
