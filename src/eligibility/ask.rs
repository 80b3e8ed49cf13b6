//! Asking: the case is read, judged and told, and what was asked and told goes on file.

use serde::Serialize;
use serde_json::Value;

use super::facts::{Case, gather};
use super::model::{EligibilityAnswer, ExemptionFound, NewEligibilityCheck};
use super::store::{self, New};
use crate::act::Act;
use crate::applications::{References, on_file};
use crate::audit::{Entry, record};
use crate::db::Conn;
use crate::http::Problem;
use crate::ids::{EligibilityCheckId, ExporterId};
use crate::rules::application::{Kind, Purpose};
use crate::rules::eligibility::{AsThingsStand, Audience, strictest_class};
use crate::{exporters, history, measures, reference};

/// Answers what would become of a case, and puts the question and the answer on file.
pub async fn ask(
    conn: &mut Conn,
    act: &Act,
    asked: &NewEligibilityCheck,
) -> Result<EligibilityCheckId, Problem> {
    let exporter = exporter(conn, act, asked).await?;
    check(asked)?;
    check_on_file(conn, act, exporter, asked).await?;
    let id: EligibilityCheckId = act.new_id();
    // The agency looks into its own files, and keeps the record; the exporter is told what concerns it.
    conn.enter_office().await?;
    let case = gather(conn, act, exporter, asked).await?;
    let answer = answer(conn, act, &case, Audience::Staff).await?;
    let told = match act.actor.sees_only() {
        Some(_) => Some(json(&self::answer(conn, act, &case, Audience::Exporter).await?)?),
        None => None,
    };
    let verdict = case.prospect.verdict();
    // Last, since whoever takes a number keeps the next one waiting.
    let reference = history::new_reference(conn, act, "EC").await?;
    let new = New {
        id,
        reference: &reference,
        exporter,
        asked: json(asked)?,
        facts: json(&case.prospect.facts)?,
        verdict: json(&verdict.bare())?,
        answer: json(&answer)?,
        told,
    };
    store::insert(conn, act, &new).await?;
    let entry = Entry {
        act: "eligibility_check.ask",
        kind: "eligibility_check",
        subject: id.0,
        owner: act.actor.sees_only(),
        particulars: asked,
        verdict: Some(&verdict),
    };
    record(conn, act, entry).await?;
    conn.leave_office().await?;
    Ok(id)
}

fn json(value: &impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(value).map_err(|error| Problem::internal(&error))
}

/// Whose case it would be: an exporter's own, or the one that staff name.
async fn exporter(conn: &mut Conn, act: &Act, asked: &NewEligibilityCheck) -> Result<ExporterId, Problem> {
    match (asked.exporter_id, act.actor.sees_only()) {
        (Some(named), _) if exporters::store::get(conn, act, named).await?.is_none() => {
            Err(Problem::field("/exporterId", "is not on file"))
        }
        (Some(named), _) => Ok(named),
        (None, Some(own)) => Ok(own),
        (None, None) => Err(Problem::field("/exporterId", "must name the exporter whose case it would be")),
    }
}

/// What must hold of the question, each fault with its field.
fn check(asked: &NewEligibilityCheck) -> Result<(), Problem> {
    let faults = [
        (
            asked.product_id.is_none() && asked.product.is_none(),
            "/productId",
            "must be given, or the product described",
        ),
        (
            asked.product_id.is_some() && asked.product.is_some(),
            "/product",
            "is left out where the product is on file",
        ),
        (
            asked.end_user_id.is_some() && asked.end_user.is_some(),
            "/endUser",
            "is left out where the end user is on file",
        ),
        (
            asked.kind != Kind::Marketing && asked.end_user_id.is_none() && asked.end_user.is_none(),
            "/endUserId",
            "must be given, or the end user described, except for marketing",
        ),
        (
            (asked.purpose == Purpose::New) == asked.predecessor_id.is_some(),
            "/predecessorId",
            "a renewal or amendment, and only such, names the license it continues",
        ),
        (asked.quantity.is_some() != asked.unit.is_some(), "/unit", "goes with a quantity"),
        (asked.value.is_some() != asked.currency.is_some(), "/currency", "goes with a value"),
    ];
    match faults.into_iter().find(|(is_fault, _, _)| *is_fault) {
        Some((_, pointer, says)) => Err(Problem::field(pointer, says)),
        None => Ok(()),
    }
}

/// What it names is on file for the exporter, and the codes are below entries of the control list.
async fn check_on_file(
    conn: &mut Conn,
    act: &Act,
    exporter: ExporterId,
    asked: &NewEligibilityCheck,
) -> Result<(), Problem> {
    let named = References {
        end_user: asked.end_user_id,
        predecessor: asked.predecessor_id,
        declaration: asked.declaration_id,
        products: asked.product_id.into_iter().collect(),
    };
    let found = on_file(conn, exporter, &named).await?;
    let parts = [
        (found.missing_product.is_none(), "/productId"),
        (found.end_user, "/endUserId"),
        (found.declaration, "/declarationId"),
        (found.predecessor, "/predecessorId"),
    ];
    if let Some((_, pointer)) = parts.into_iter().find(|(known, _)| !known) {
        return Err(Problem::field(pointer, "is not on file"));
    }
    match &asked.product {
        Some(described) => {
            reference::check_codes(conn, &described.control_codes, "/product/controlCodes", act.today()).await
        }
        None => Ok(()),
    }
}

/// What is told of the case.
async fn answer(
    conn: &mut Conn,
    act: &Act,
    case: &Case,
    audience: Audience,
) -> Result<EligibilityAnswer, Problem> {
    let facts = &case.prospect.facts;
    let finding = case.prospect.finding(audience);
    if finding.as_things_stand == AsThingsStand::NoLicenseNeeded {
        return Ok(finding.into());
    }
    // Any of them will do, on its own conditions: where one does without the marketing license, all that reach are told.
    let relies = facts.lines.iter().any(|line| line.covered_by.is_none() && line.exempt_by.is_some());
    let exemptions = case.around.exemptions.iter().filter(|_| relies).map(|(exemption, _)| ExemptionFound {
        id: exemption.id,
        reference: exemption.reference.clone(),
        title: exemption.title.clone(),
        legal_basis: exemption.legal_basis.clone(),
        valid_until: exemption.valid_until,
        conditions: exemption.conditions.clone(),
    });
    let declaration = match strictest_class(facts).filter(|_| facts.kind == Kind::Export) {
        Some(class) => store::template(conn, class).await?,
        None => None,
    };
    Ok(EligibilityAnswer {
        exemptions: exemptions.collect(),
        measures: facts
            .measures
            .iter()
            .filter_map(|measure| measures::notice(measure, facts.purpose))
            .collect(),
        declaration,
        duration: store::duration(conn, act, facts.kind).await?,
        ..finding.into()
    })
}
