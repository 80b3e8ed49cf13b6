//! Admissibility, stay, decision and withdrawal.

use crate::db::Conn;

use super::effect::{self, revoke_again};
use super::model::{NewObjectionDecision, NewStay};
use super::store::{self, Held};
use crate::act::{Act, Actor};
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::ObjectionId;
use crate::licenses::{self, NewFreeze};
use crate::rules::objection::{Action, Against, ObjectionCycle, Outcome, may_decide, remedy, stay as stays};
use crate::rules::values::Prose;

/// The most conditions that a decision may add.
const MOST_CONDITIONS: usize = 50;

/// Loads an objection for someone who decides on it: 422 where he took part in the act objected to.
async fn held(
    conn: &mut Conn,
    act: &Act,
    id: ObjectionId,
) -> Result<(Subject<ObjectionCycle>, Held), Problem> {
    let subject = history::load::<ObjectionCycle>(conn, act, id.0).await?;
    let held = store::held(conn, id).await?;
    let took_part = store::took_part(conn, id).await?;
    if may_decide(&act.actor.handle, &took_part) {
        Ok((subject, held))
    } else {
        Err(Problem::rule(
            "Who decided, countersigned, proposed or ordered the act does not decide on the objection to it: another \
             director general does.",
        ))
    }
}

/// Admits a late objection: its excuse holds.
pub async fn admit(conn: &mut Conn, act: &Act, id: ObjectionId, reasons: &Prose) -> Result<(), Problem> {
    let (subject, _) = held(conn, act, id).await?;
    history::open(&subject, Action::Admit)?;
    store::set_admissibility(conn, act, id, reasons.as_str()).await?;
    let step = Step::new(Action::Admit).because(None, reasons.as_str());
    history::take(conn, act, &subject, step).await?;
    Ok(())
}

/// Finds an objection late: its excuse does not hold. A stay ends with it.
pub async fn find_late(conn: &mut Conn, act: &Act, id: ObjectionId, reasons: &Prose) -> Result<(), Problem> {
    let (subject, held) = held(conn, act, id).await?;
    history::open(&subject, Action::FindLate)?;
    store::set_admissibility(conn, act, id, reasons.as_str()).await?;
    let effect = revoke_again(conn, act, id, &held, reasons.as_str()).await?;
    store::set_effect(conn, id, effect).await?;
    let step = Step::new(Action::FindLate)
        .because(None, reasons.as_str())
        .with(serde_json::json!({ "effect": effect }));
    history::take(conn, act, &subject, step).await?;
    Ok(())
}

/// Stays a revocation while the objection is open: the license is in force again and frozen.
pub async fn stay(conn: &mut Conn, act: &Act, id: ObjectionId, new: &NewStay) -> Result<(), Problem> {
    let (subject, held) = held(conn, act, id).await?;
    history::open(&subject, Action::Stay)?;
    stays(held.against).map_err(Problem::rule)?;
    if held.stayed {
        return Err(Problem::conflict("The act is already stayed."));
    }
    // A revocation always has its license and its ground.
    let (Some(license), Some(ground)) = (held.license_id, held.ground) else {
        return Err(Problem::internal(&"an objection to a revocation names no license"));
    };
    store::set_stay(conn, act, id, new.reasons.as_str()).await?;
    let freeze = NewFreeze { ground, reasons: new.reasons.clone(), review_on: new.review_on, lines: None };
    licenses::stay(conn, act, license, id, &freeze).await?;
    let step = Step::new(Action::Stay)
        .because(None, new.reasons.as_str())
        .with(serde_json::json!({ "reviewOn": new.review_on }));
    history::take(conn, act, &subject, step).await?;
    Ok(())
}

/// Decides on an objection, and does what follows to the act objected to.
pub async fn decide(
    conn: &mut Conn,
    act: &Act,
    id: ObjectionId,
    new: &NewObjectionDecision,
) -> Result<(), Problem> {
    let (subject, held) = held(conn, act, id).await?;
    history::open(&subject, new.outcome.action())?;
    let remedy = remedy(held.against, new.outcome).map_err(Problem::rule)?;
    check(held.against, new)?;
    let effect = effect::apply(conn, act, id, &held, remedy, new).await?;
    store::set_decision(conn, act, id, new).await?;
    store::set_effect(conn, id, effect).await?;
    let details = serde_json::json!({
        "variation": new.variation, "conditions": new.conditions, "departure": new.departure, "effect": effect,
    });
    let step = Step::new(new.outcome.action()).because(None, new.reasons.as_str()).with(details);
    history::take(conn, act, &subject, step).await?;
    Ok(())
}

/// What a decision must state, and must not.
fn check(against: Against, new: &NewObjectionDecision) -> Result<(), Problem> {
    let varies = new.outcome == Outcome::Varied;
    if varies != new.variation.is_some() {
        let says = "goes with a decision that varies: say what is varied";
        return Err(Problem::field("/variation", says));
    }
    if new.conditions.len() > MOST_CONDITIONS {
        return Err(Problem::field("/conditions", format!("must be at most {MOST_CONDITIONS}")));
    }
    if (varies && against == Against::Revocation) == new.conditions.is_empty() {
        let says = "a revocation that is varied, and only such, states the further conditions of its license";
        return Err(Problem::field("/conditions", says));
    }
    Ok(())
}

/// Withdraws an objection that is not decided. A stay ends with it.
pub async fn withdraw(conn: &mut Conn, act: &Act, id: ObjectionId, reasons: &Prose) -> Result<(), Problem> {
    let subject = history::load::<ObjectionCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::Withdraw)?;
    let held = store::held(conn, id).await?;
    // What follows is not the exporter's act.
    let clock = Act { actor: Actor::clock(), ..act.clone() };
    let says = "The objection that stayed the revocation was withdrawn.";
    let effect = revoke_again(conn, &clock, id, &held, says).await?;
    store::set_effect(conn, id, effect).await?;
    let step = Step::new(Action::Withdraw)
        .because(None, reasons.as_str())
        .with(serde_json::json!({ "effect": effect }));
    history::take(conn, act, &subject, step).await?;
    Ok(())
}
