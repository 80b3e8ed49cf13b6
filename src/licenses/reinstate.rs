//! Reinstatement: a revoked license in force again, by an objection, a court order or an override.
//!
//! Kept: it names what it rests on; it passes the gate, as a thaw does; never past its term, nor after its renewal; not by
//! who ordered the revocation. The freezes that were part of the revocation end with it, and any other stays in force.

use crate::db::Conn;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::change::{self, Lift};
use super::model::Freeze;
use super::store::freezes;
use super::store::revocations as rows;
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::{LicenseId, ObjectionId, OverrideId};
use crate::rules::gate::Act as GateAct;
use crate::rules::license::{
    Action, FreezeSource, LicenseCycle, ReinstatementSource, Status, ends_with_reinstatement,
    reinstate_action,
};
use crate::rules::values::{Digest, Name, Prose};
use crate::rules::verdict::{Outcome, RecordedVerdict, Rule};

/// The order of a court that a license be in force again.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CourtOrder {
    /// The court.
    pub court: Name,
    /// The number of the case before it.
    pub court_case: Name,
    /// The day of the order.
    pub judged_on: NaiveDate,
    /// Digest of the order's document.
    pub document_sha256: Digest,
    /// The reasons.
    pub reasons: Prose,
    /// The reasons for departing from a verdict that refers.
    #[serde(default)]
    pub departure: Option<Prose>,
}

/// An override in effect, as a reinstatement needs it.
#[derive(Clone, Debug)]
pub struct OverrideNamed {
    /// The override.
    pub id: OverrideId,
    /// The checks that it departs from.
    pub rules: Vec<Rule>,
}

/// What a reinstatement rests on.
#[derive(Clone, Debug)]
pub enum Basis {
    /// An objection that succeeded, or stays the revocation.
    Objection(ObjectionId),
    /// The order of a court.
    CourtOrder(CourtOrder),
    /// An override by the minister.
    Override(OverrideNamed),
}

impl Basis {
    /// Its name.
    pub fn source(&self) -> ReinstatementSource {
        match self {
            Self::Objection(_) => ReinstatementSource::Objection,
            Self::CourtOrder(_) => ReinstatementSource::CourtOrder,
            Self::Override(_) => ReinstatementSource::Override,
        }
    }

    fn overridden(&self) -> &[Rule] {
        match self {
            Self::Override(named) => &named.rules,
            Self::Objection(_) | Self::CourtOrder(_) => &[],
        }
    }

    fn details(&self) -> serde_json::Value {
        match self {
            Self::Objection(id) => serde_json::json!({ "source": self.source(), "sourceId": id }),
            Self::Override(named) => serde_json::json!({ "source": self.source(), "sourceId": named.id }),
            Self::CourtOrder(order) => serde_json::json!({
                "source": self.source(), "sourceId": order.court_case, "court": order.court, "judgedOn": order.judged_on,
                "documentSha256": order.document_sha256,
            }),
        }
    }
}

/// A reinstatement on file.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reinstatement {
    /// The step of the license's history.
    pub version: i32,
    /// What it rests on.
    pub source: ReinstatementSource,
    /// The objection.
    pub objection_id: Option<ObjectionId>,
    /// The override.
    pub override_id: Option<OverrideId>,
    /// The human reference of the override.
    pub override_reference: Option<String>,
    /// The court.
    pub court: Option<String>,
    /// The number of the case before it.
    pub court_case: Option<String>,
    /// The day of the court's order.
    pub judged_on: Option<NaiveDate>,
    /// The reasons.
    pub reasons: String,
    /// When.
    pub reinstated_at: DateTime<Utc>,
}

/// Carries out the order of a court.
pub async fn execute(
    conn: &mut Conn,
    act: &Act,
    id: LicenseId,
    order: &CourtOrder,
) -> Result<Status, Problem> {
    if order.judged_on > act.today() {
        return Err(Problem::field("/judgedOn", "must not be after today"));
    }
    let basis = Basis::CourtOrder(order.clone());
    reinstate(conn, act, id, &basis, order.reasons.as_str(), order.departure.as_ref()).await
}

/// Reinstates a revoked license: active, through the gate; or frozen, where a freeze of the whole stays in force. 409
/// where it is not revoked; 422 where the gate or a rule stands against it.
pub async fn reinstate(
    conn: &mut Conn,
    act: &Act,
    id: LicenseId,
    basis: &Basis,
    reasons: &str,
    departure: Option<&Prose>,
) -> Result<Status, Problem> {
    let subject = history::load::<LicenseCycle>(conn, act, id.0).await?;
    let open_proceeding = check(conn, act, id, &subject, Action::Reinstate).await?;
    let (ending, staying) = in_force(conn, id, open_proceeding).await?;
    let held = staying.iter().filter(|freeze| freeze.lines.is_none()).count();
    let verdict = change::verdict_on(conn, act, GateAct::Reinstate, id, subject.status).await?;
    if held > 0 {
        require_revoked_in_term(&verdict)?;
    } else {
        // The signature of an override is a departure, and has its reasons.
        let departs = departure.is_some() || basis.source() == ReinstatementSource::Override;
        if !verdict.lets_through_under(departs, basis.overridden()) {
            return Err(Problem::refused(&verdict));
        }
    }
    let lifted: Vec<i32> = ending.iter().map(|freeze| freeze.number).collect();
    let details = with(basis, serde_json::json!({ "liftedFreezes": lifted, "departure": departure }));
    let mut step = Step::new(reinstate_action(held)).because(None, reasons).with(details);
    step.verdict = Some(&verdict);
    let stand = history::take(conn, act, &subject, step).await?;
    for number in lifted {
        let recorded = recorded(&verdict);
        freezes::lift(conn, act, id, number, stand.version, reasons, recorded).await?;
    }
    rows::insert_reinstatement(conn, act, id, stand.version, basis, reasons, recorded(&verdict)).await?;
    Ok(stand.status)
}

/// A license that comes back frozen is permitted nothing: of the gate, only what it says of the license itself binds; the
/// rest is recorded, and asked again when the license is thawed.
fn require_revoked_in_term(verdict: &RecordedVerdict) -> Result<(), Problem> {
    let mut checks = verdict.checks.iter();
    match checks.find(|check| check.rule == Rule::LicenseFreezable && check.outcome > Outcome::Pass) {
        None => Ok(()),
        Some(against) => {
            let alone =
                RecordedVerdict { outcome: against.outcome, checks: vec![against.clone()], case: None };
            Err(Problem::refused(&alone))
        }
    }
}

/// Stays a revocation: the license is in force again, and frozen until the objection is decided, so that nothing can be
/// shipped.
pub async fn stay(
    conn: &mut Conn,
    act: &Act,
    id: LicenseId,
    objection: ObjectionId,
    freeze: &change::NewFreeze,
) -> Result<(), Problem> {
    change::check_review(act, freeze.review_on)?;
    let subject = history::load::<LicenseCycle>(conn, act, id.0).await?;
    check(conn, act, id, &subject, Action::ReinstateFrozen).await?;
    let verdict = change::verdict_on(conn, act, GateAct::Reinstate, id, subject.status).await?;
    require_revoked_in_term(&verdict)?;
    let number = freezes::next_number(conn, id).await?;
    let basis = Basis::Objection(objection);
    let details =
        with(&basis, serde_json::json!({ "stay": true, "freeze": number, "reviewOn": freeze.review_on }));
    let reasons = freeze.reasons.as_str();
    let mut step =
        Step::new(Action::ReinstateFrozen).because(Some(freeze.ground.name()), reasons).with(details);
    step.verdict = Some(&verdict);
    let stand = history::take(conn, act, &subject, step).await?;
    let source = (FreezeSource::Objection, Some(objection.0));
    freezes::insert(conn, act, id, number, stand.version, source, freeze).await?;
    rows::insert_reinstatement(conn, act, id, stand.version, &basis, reasons, recorded(&verdict)).await?;
    Ok(())
}

/// Ends the stay of a revocation that did not hold: lifts, through the gate, what the revocation and its stay froze.
/// Gives where the license then stands.
pub async fn end_stay(conn: &mut Conn, act: &Act, id: LicenseId, lift: &Lift) -> Result<Status, Problem> {
    let open_proceeding = rows::hindrance(conn, act, id).await?.open_proceeding;
    let (ending, staying) = in_force(conn, id, open_proceeding).await?;
    for freeze in ending {
        change::lift_any(conn, act, id, freeze.number, lift).await?;
    }
    let held = staying.iter().any(|freeze| freeze.lines.is_none());
    Ok(if held { Status::Frozen } else { Status::Active })
}

/// Adds conditions to a license on which an objection reinstated it.
pub async fn add_conditions(
    conn: &mut Conn,
    act: &Act,
    id: LicenseId,
    objection: ObjectionId,
    conditions: &[Prose],
) -> Result<(), Problem> {
    let conditions: Vec<String> = conditions.iter().map(ToString::to_string).collect();
    Ok(rows::add_conditions(conn, id, objection, &conditions, act.at).await?)
}

/// What stands against a reinstatement besides the gate. Gives the proceeding that is open against the license.
async fn check(
    conn: &mut Conn,
    act: &Act,
    id: LicenseId,
    subject: &Subject<LicenseCycle>,
    action: Action,
) -> Result<Option<uuid::Uuid>, Problem> {
    history::open(subject, action)?;
    let hindrance = rows::hindrance(conn, act, id).await?;
    if hindrance.replaced {
        return Err(Problem::rule("The license was replaced by its renewal or amendment: that one holds."));
    }
    if hindrance.ordered_by_actor {
        return Err(Problem::rule("Who ordered the revocation does not reinstate: another person does."));
    }
    Ok(hindrance.open_proceeding)
}

/// The freezes in force: those that end with the reinstatement, and those that stay. What an open proceeding froze
/// stays.
async fn in_force(
    conn: &mut Conn,
    id: LicenseId,
    open_proceeding: Option<uuid::Uuid>,
) -> Result<(Vec<Freeze>, Vec<Freeze>), Problem> {
    let all = freezes::list(conn, id).await?;
    // A measure that ended while the license was revoked had nothing to thaw: what it held ends here.
    let ended = freezes::of_ended_measures(conn, id).await?;
    let of_open = |freeze: &Freeze| open_proceeding.is_some() && freeze.source_id == open_proceeding;
    let ends = |freeze: &Freeze| {
        ended.contains(&freeze.number) || (ends_with_reinstatement(freeze.source) && !of_open(freeze))
    };
    Ok(all.into_iter().filter(|freeze| freeze.lifted_at.is_none()).partition(ends))
}

/// The details of a step: what it rests on, and more.
fn with(basis: &Basis, more: serde_json::Value) -> serde_json::Value {
    let mut details = basis.details();
    if let (Some(details), serde_json::Value::Object(more)) = (details.as_object_mut(), more) {
        details.extend(more);
    }
    details
}

fn recorded(verdict: &RecordedVerdict) -> serde_json::Value {
    serde_json::to_value(verdict.bare()).unwrap_or_default()
}
