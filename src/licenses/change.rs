//! Freezing and thawing a license.
//!
//! Any number of freezes lie on one license; lifting one leaves the others. Thawing passes the gate like a grant:
//! what could not be granted today is not thawed today, unless a departure is reasoned where the gate refers.

use crate::db::Conn;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::model::Freeze;
use super::store::{self, freezes};
use crate::act::Act;
use crate::history::{self, Step};
use crate::http::Problem;
use crate::ids::{LicenseId, ProductId};
use crate::measures::{self, Target};
use crate::rules::application::Purpose;
use crate::rules::gate::{Act as GateAct, EndUserFacts, ExporterFacts, Facts, TermFacts};
use crate::rules::license::{FreezeSource, Ground, LicenseCycle, Status, freeze_action, lift_action};
use crate::rules::replay;
use crate::rules::values::{Country, Prose, Territory};
use crate::rules::verdict::RecordedVerdict;
use crate::screening::{self, Parties};
use crate::{consignees, declarations, meters, reference, reviews};

/// How far ahead the review of a freeze may be set, in days: no freeze outlives the longest term unreviewed.
const LATEST_REVIEW_DAYS: i64 = 1827;

/// A freeze to be put on a license.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewFreeze {
    /// The ground.
    pub ground: Ground,
    /// The license's own reasons.
    pub reasons: Prose,
    /// When it is reviewed at the latest.
    pub review_on: NaiveDate,
    /// The lines it covers; the whole license where left out.
    #[serde(default)]
    pub lines: Option<Vec<i32>>,
}

/// The lifting of a freeze.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Lift {
    /// The reasons.
    pub reasons: Prose,
    /// The reasons for departing from a verdict that refers.
    #[serde(default)]
    pub departure: Option<Prose>,
}

/// Freezes a license, whole or in part.
pub async fn freeze(
    conn: &mut Conn,
    act: &Act,
    id: LicenseId,
    source: freezes::Source,
    new: &NewFreeze,
) -> Result<Freeze, Problem> {
    let subject = history::load::<LicenseCycle>(conn, act, id.0).await?;
    check_review(act, new.review_on)?;
    check_lines(conn, id, new).await?;
    let number = freezes::next_number(conn, id).await?;
    let status = subject.status.unwrap_or(Status::Annulled);
    let details = serde_json::json!({
        "freeze": number, "source": source.0, "sourceId": source.1, "lines": new.lines, "reviewOn": new.review_on,
    });
    let step = Step::new(freeze_action(status, new.lines.is_some()))
        .because(Some(new.ground.name()), new.reasons.as_str())
        .with(details);
    let stand = history::take(conn, act, &subject, step).await?;
    freezes::insert(conn, act, id, number, stand.version, source, new).await?;
    Ok(Freeze {
        number,
        source: source.0,
        source_id: source.1,
        ground: new.ground,
        reasons: new.reasons.to_string(),
        lines: new.lines.clone(),
        review_on: new.review_on,
        frozen_at: act.at,
        lifted_at: None,
        lift_reasons: None,
    })
}

/// A freeze is reviewed in a term of its own.
pub(super) fn check_review(act: &Act, review_on: NaiveDate) -> Result<(), Problem> {
    if (1..=LATEST_REVIEW_DAYS).contains(&(review_on - act.today()).num_days()) {
        Ok(())
    } else {
        Err(Problem::field("/reviewOn", "must be after today, at most five years ahead"))
    }
}

/// Named lines must be the license's, each once.
async fn check_lines(conn: &mut Conn, id: LicenseId, new: &NewFreeze) -> Result<(), Problem> {
    let Some(named) = &new.lines else { return Ok(()) };
    if named.is_empty() {
        return Err(Problem::field(
            "/lines",
            "name a line, or leave the field out to freeze the whole license",
        ));
    }
    let lines = store::remaining(conn, id).await?;
    for (index, line) in named.iter().enumerate() {
        if !lines.iter().any(|known| known.line == *line) {
            return Err(Problem::field(format!("/lines/{index}"), "is not a line of the license"));
        }
        if named.iter().take(index).any(|before| before == line) {
            return Err(Problem::field(format!("/lines/{index}"), "stands there already"));
        }
    }
    Ok(())
}

/// Lifts one freeze that rests on a decision of its own.
pub async fn lift(
    conn: &mut Conn,
    act: &Act,
    id: LicenseId,
    number: i32,
    lift: &Lift,
) -> Result<Freeze, Problem> {
    lift_where(conn, act, id, lift, |freeze| freeze.number == number, Some(FreezeSource::Decision)).await
}

/// Lifts one freeze whatever it rests on: for an objection that succeeded.
pub async fn lift_any(
    conn: &mut Conn,
    act: &Act,
    id: LicenseId,
    number: i32,
    lift: &Lift,
) -> Result<Freeze, Problem> {
    lift_where(conn, act, id, lift, |freeze| freeze.number == number, None).await
}

/// Lifts the freeze that a proceeding or measure put on the license.
pub async fn lift_of_source(
    conn: &mut Conn,
    act: &Act,
    id: LicenseId,
    source: (FreezeSource, uuid::Uuid),
    lift: &Lift,
) -> Result<Freeze, Problem> {
    lift_where(
        conn,
        act,
        id,
        lift,
        |freeze| freeze.source_id == Some(source.1) && freeze.lifted_at.is_none(),
        Some(source.0),
    )
    .await
}

async fn lift_where(
    conn: &mut Conn,
    act: &Act,
    id: LicenseId,
    lift: &Lift,
    wanted: impl Fn(&Freeze) -> bool,
    source: Option<FreezeSource>,
) -> Result<Freeze, Problem> {
    let subject = history::load::<LicenseCycle>(conn, act, id.0).await?;
    let all = freezes::list(conn, id).await?;
    let freeze = all.iter().find(|freeze| wanted(freeze)).cloned().ok_or_else(Problem::not_found)?;
    if freeze.lifted_at.is_some() {
        return Err(Problem::conflict("The freeze is already lifted."));
    }
    if source.is_some_and(|source| freeze.source != source) {
        let says = format!("The freeze rests on another act ({}): lift it there.", freeze.source);
        return Err(Problem::conflict(says));
    }
    let others = all
        .iter()
        .filter(|other| other.number != freeze.number && other.lifted_at.is_none() && other.lines.is_none())
        .count();
    let action = lift_action(freeze.lines.is_some(), others);
    let leads_to = history::open(&subject, action)?;
    let verdict = verdict_on(conn, act, GateAct::Unfreeze, id, subject.status).await?;
    // A license that stays frozen by another freeze is permitted nothing: the verdict is recorded and does not bind.
    if leads_to == Status::Active {
        require_passage(&verdict, lift.departure.is_some())?;
    }
    let details = serde_json::json!({ "freeze": freeze.number, "departure": lift.departure });
    let mut step = Step::new(action).because(Some(freeze.ground.name()), lift.reasons.as_str()).with(details);
    step.verdict = Some(&verdict);
    let stand = history::take(conn, act, &subject, step).await?;
    let recorded = serde_json::to_value(verdict.bare()).unwrap_or_default();
    if !freezes::lift(conn, act, id, freeze.number, stand.version, lift.reasons.as_str(), recorded).await? {
        return Err(Problem::conflict("The freeze is already lifted."));
    }
    Ok(Freeze { lifted_at: Some(act.at), lift_reasons: Some(lift.reasons.to_string()), ..freeze })
}

fn require_passage(verdict: &RecordedVerdict, departs: bool) -> Result<(), Problem> {
    if verdict.lets_through(departs) { Ok(()) } else { Err(Problem::refused(verdict)) }
}

/// What the gate says today of thawing or reinstating a license.
pub(super) async fn verdict_on(
    conn: &mut Conn,
    act: &Act,
    asked: GateAct,
    id: LicenseId,
    status: Option<Status>,
) -> Result<RecordedVerdict, Problem> {
    let row = freezes::thaw_row(conn, id).await?;
    let destination = single_country(&row.destinations);
    let embargo = match destination {
        Some(country) => reference::embargo(conn, country, act.today()).await?,
        None => None,
    };
    let declaration = match (row.declaration_id, row.application_id) {
        (Some(declaration), Some(application)) => {
            declarations::facts(conn, declaration.into(), application).await?
        }
        (None, _) | (_, None) => None,
    };
    let exporter = match (row.exporter_reference, row.exporter_status) {
        (Some(reference), Some(status)) => {
            Some(ExporterFacts { reference, status, registered_until: row.registered_until })
        }
        (None, _) | (_, None) => None,
    };
    let end_user = match (row.end_user_reference, row.end_user_kind, row.end_user_country) {
        (Some(reference), Some(kind), Some(country)) => Some(EndUserFacts { reference, kind, country }),
        _ => None,
    };
    let measures = measures::reaching(conn, act, Target::License(id)).await?;
    let products: Vec<ProductId> = row.products.iter().copied().map(Into::into).collect();
    let open_review = reviews::open_on(conn, row.end_user_id.map(Into::into), &products).await?;
    let consignees = consignees::facts(conn, row.application_id, act.today()).await?;
    let parties = Parties {
        exporter: row.exporter_id.map(Into::into),
        end_user: row.end_user_id.map(Into::into),
        consignees: &consignees.ids,
    };
    let screening = screening::standing_of(conn, act, parties).await?;
    let breach = declarations::breach_of(conn, row.end_user_id.map(Into::into)).await?;
    let facts = Facts {
        act: asked,
        today: act.today(),
        kind: row.kind,
        purpose: Purpose::New,
        stage: None,
        filed_on: None,
        exporter,
        destination,
        embargo,
        end_user,
        consignees: consignees.told,
        lines: Vec::new(),
        declaration,
        breach,
        required_positions: Vec::new(),
        positions: Vec::new(),
        measures,
        conditions: Vec::new(),
        exemption_conditions: Vec::new(),
        conditions_seen: None,
        like_refusal: None,
        open_review,
        screening,
        predecessor: None,
        term: Some(TermFacts { valid_until: row.valid_until, longest_days: act.policy.longest_term_days }),
        license: status,
        signatures: None,
    };
    let verdict = replay::record(&facts);
    meters::verdict(facts.act, verdict.outcome);
    Ok(verdict)
}

fn single_country(destinations: &[Territory]) -> Option<Country> {
    match destinations {
        [Territory::Country(country)] => Some(*country),
        _ => None,
    }
}
