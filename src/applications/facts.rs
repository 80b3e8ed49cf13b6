//! Facts for the gate: what the rules are told about an application, read in the deciding transaction.

use std::collections::HashMap;

use crate::db::Conn;

use super::around::{self, Surroundings, around};
use super::decision::{DecisionLine, NewDecision};
use super::store::facts::{self as rows, CaseRow, LineRow};
use crate::act::Act;
use crate::http::Problem;
use crate::ids::{ApplicationId, ProductId};
use crate::rules::gate::{
    Act as GateAct, EndUserFacts, ExporterFacts, Facts, LineFacts, PredecessorFacts, Signatures, TermFacts,
};
use crate::{declarations, measures};

/// An application as the decision needs it: what the gate is told, and the rows it came from.
pub(super) struct Case {
    pub(super) row: CaseRow,
    pub(super) lines: Vec<LineRow>,
    pub(super) facts: Facts,
    /// The lines that rely on an exemption, each with its human reference.
    pub(super) exempt: HashMap<i32, String>,
}

/// The decision the gate is asked about.
pub(super) struct Asked<'a> {
    pub(super) decision: &'a NewDecision,
    /// What is granted of each line; for a proposal to grant the whole, all of it.
    pub(super) granted: Option<&'a [DecisionLine]>,
    pub(super) signatures: Signatures,
}

/// Reads everything the gate is told.
pub(super) async fn gather(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
    asked: Asked<'_>,
) -> Result<Case, Problem> {
    let row = rows::case(conn, id).await?;
    let lines = rows::lines(conn, act, id).await?;
    let positions = rows::positions(conn, id).await?;
    let declaration = match row.declaration_id {
        Some(declaration) => declarations::facts(conn, declaration.into(), id).await?,
        None => None,
    };
    let predecessor = predecessor(conn, act, &row).await?;
    let around = surroundings(conn, act, id, &row, &lines).await?;
    let uncovered = lines.iter().filter(|line| line.covered_by.is_none()).map(|line| line.line);
    let seen = asked.decision.conditions.as_ref().is_none_or(|conditions| {
        conditions.len() == row.proposed_conditions.len()
            && conditions.iter().zip(&row.proposed_conditions).all(|(given, seen)| given.as_str() == seen)
    });
    let conditions = match &asked.decision.conditions {
        Some(conditions) => conditions.iter().map(ToString::to_string).collect(),
        None => row.proposed_conditions.clone(),
    };
    let exempt = around.exempt(&uncovered.collect::<Vec<_>>(), &conditions);
    let facts = Facts {
        act: GateAct::Grant,
        today: act.today(),
        kind: row.kind,
        purpose: row.purpose,
        stage: Some(row.status),
        filed_on: row.filed_at.map(|filed| filed.date_naive()),
        exporter: Some(ExporterFacts {
            reference: row.exporter_reference.clone(),
            status: row.exporter_status,
            registered_until: row.registered_until,
        }),
        destination: Some(row.destination),
        embargo: around.embargo,
        end_user: end_user(&row),
        consignees: around.consignees,
        lines: line_facts(&lines, asked.granted, &exempt.lines),
        declaration,
        breach: around.breach,
        required_positions: act.policy.required_positions.clone(),
        positions,
        measures: around.measures,
        conditions,
        exemption_conditions: exempt.conditions,
        conditions_seen: Some(seen),
        like_refusal: around.like_refusal,
        open_review: around.open_review,
        screening: around.screening,
        predecessor,
        term: asked
            .decision
            .valid_until
            .map(|valid_until| TermFacts { valid_until, longest_days: act.policy.longest_term_days }),
        license: None,
        signatures: Some(asked.signatures),
    };
    Ok(Case { row, lines, facts, exempt: exempt.lines })
}

/// Reads what stands around the application.
async fn surroundings(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
    row: &CaseRow,
    lines: &[LineRow],
) -> Result<Surroundings, Problem> {
    let subject = measures::store::application(conn, id.0).await?.ok_or_else(Problem::not_found)?;
    let products: Vec<ProductId> = lines.iter().map(|line| line.product_id.into()).collect();
    let case = around::Case {
        application: Some(id),
        subject: &subject,
        destination: row.destination,
        products: &products,
        stranger: false,
        permits: true,
    };
    around(conn, act, &case).await
}

fn end_user(row: &CaseRow) -> Option<EndUserFacts> {
    let reference = row.end_user_reference.clone()?;
    Some(EndUserFacts { reference, kind: row.end_user_kind?, country: row.end_user_country? })
}

async fn predecessor(conn: &mut Conn, act: &Act, row: &CaseRow) -> sqlx::Result<Option<PredecessorFacts>> {
    let Some(license) = row.predecessor_id else { return Ok(None) };
    let case = (row.exporter_id.into(), row.kind, row.destination);
    rows::predecessor(conn, license.into(), case, act.today()).await
}

/// The lines that are to be granted, with what is granted of each.
fn line_facts(
    lines: &[LineRow],
    granted: Option<&[DecisionLine]>,
    exempt: &HashMap<i32, String>,
) -> Vec<LineFacts> {
    let granted: Option<HashMap<i32, &DecisionLine>> =
        granted.map(|lines| lines.iter().map(|line| (line.line, line)).collect());
    lines
        .iter()
        .filter_map(|line| {
            let part = match &granted {
                None => None,
                Some(granted) => Some(*granted.get(&line.line)?),
            };
            Some(LineFacts {
                product: line.product.clone(),
                owned: line.owned,
                status: line.status,
                class: line.class,
                pinned: line.pinned,
                current: line.current,
                applied: line.quantity,
                granted: part.map_or(line.quantity, |part| part.quantity.map(|quantity| quantity.value())),
                applied_value: line.value,
                granted_value: part.map_or(line.value, |part| part.value.map(|value| value.value())),
                declared: line.declared,
                covered_by: line.covered_by.clone(),
                exempt_by: exempt.get(&line.line).cloned(),
            })
        })
        .collect()
}
