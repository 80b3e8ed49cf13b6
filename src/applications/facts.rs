//! Facts for the gate: what the rules are told about an application, read in the deciding transaction.

use std::collections::HashMap;

use crate::db::Conn;
use chrono::Days;

use super::decision::{DecisionLine, NewDecision};
use super::store::facts::{self as rows, CaseRow, LineRow};
use crate::act::Act;
use crate::http::Problem;
use crate::ids::{ApplicationId, ProductId};
use crate::measures::{self, Target};
use crate::rules::gate::{
    Act as GateAct, EndUserFacts, ExporterFacts, Facts, LineFacts, MeasureFacts, PredecessorFacts,
    Signatures, TermFacts,
};
use crate::rules::license::Status as LicenseStatus;
use crate::{declarations, exemptions, reference, reviews, screening};

/// An application as the decision needs it: what the gate is told, and the rows it came from.
pub(super) struct Case {
    pub(super) row: CaseRow,
    pub(super) lines: Vec<LineRow>,
    pub(super) facts: Facts,
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
    let embargo = reference::embargo(conn, row.destination, act.today()).await?;
    let declaration = match row.declaration_id {
        Some(declaration) => declarations::facts(conn, declaration.into(), id).await?,
        None => None,
    };
    let look_back = Days::new(u64::try_from(act.policy.look_back_days).unwrap_or_default());
    let since = act.today().checked_sub_days(look_back).unwrap_or_default();
    let like_refusal = rows::like_refusal(conn, id, since).await?;
    let measures = measures::reaching(conn, act, Target::Application(id)).await?;
    let products: Vec<ProductId> = lines.iter().map(|line| line.product_id.into()).collect();
    let open_review = reviews::open_on(conn, row.end_user_id.map(Into::into), &products).await?;
    let end_user_id = row.end_user_id.map(Into::into);
    let screening = screening::standing_of(conn, act, Some(row.exporter_id.into()), end_user_id).await?;
    let seen = asked.decision.conditions.as_ref().is_none_or(|conditions| {
        conditions.len() == row.proposed_conditions.len()
            && conditions.iter().zip(&row.proposed_conditions).all(|(given, seen)| given.as_str() == seen)
    });
    let conditions = match &asked.decision.conditions {
        Some(conditions) => conditions.iter().map(ToString::to_string).collect(),
        None => row.proposed_conditions.clone(),
    };
    let exempt = exempt(conn, act, id, &measures).await?;
    let breach = declarations::breach_of(conn, row.end_user_id.map(Into::into)).await?;
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
        embargo,
        end_user: end_user(&row),
        lines: line_facts(&lines, asked.granted, &exempt.lines),
        declaration,
        breach,
        required_positions: act.policy.required_positions.clone(),
        positions,
        measures,
        conditions,
        exemption_conditions: exempt.conditions,
        conditions_seen: Some(seen),
        like_refusal,
        open_review,
        screening,
        predecessor: predecessor(&row, act),
        term: asked
            .decision
            .valid_until
            .map(|valid_until| TermFacts { valid_until, longest_days: act.policy.longest_term_days }),
        license: None,
        signatures: Some(asked.signatures),
    };
    Ok(Case { row, lines, facts })
}

fn end_user(row: &CaseRow) -> Option<EndUserFacts> {
    let reference = row.end_user_reference.clone()?;
    Some(EndUserFacts { reference, kind: row.end_user_kind?, country: row.end_user_country? })
}

fn predecessor(row: &CaseRow, act: &Act) -> Option<PredecessorFacts> {
    let reference = row.predecessor_reference.clone()?;
    let today = row.predecessor_status?.on(act.today(), row.predecessor_until?);
    // The end of the term does not lift a freeze: what was frozen when it ran out is not renewed behind it.
    let status =
        if today == LicenseStatus::Expired && row.predecessor_held { LicenseStatus::Frozen } else { today };
    Some(PredecessorFacts { reference, status, same_case: row.predecessor_same_case.unwrap_or(false) })
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

/// The lines that need no marketing license, each under which exemption, and the conditions that those require.
#[derive(Default)]
struct Exempt {
    lines: HashMap<i32, String>,
    conditions: Vec<String>,
}

/// Reads the exemptions that stand and reach lines of the application, except those that a measure withdraws.
async fn exempt(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
    measures: &[MeasureFacts],
) -> Result<Exempt, Problem> {
    let mut exempt = Exempt::default();
    let standing = exemptions::store::standing(conn, act.today()).await?;
    if standing.is_empty() {
        return Ok(exempt);
    }
    let Some(subject) = measures::store::application(conn, id.0).await? else { return Ok(exempt) };
    for exemption in standing {
        if measures.iter().any(|measure| measure.exemption == Some(exemption.id.0)) {
            continue;
        }
        let groups = measures::store::groups(conn, &exemption.scope.groups(), act.today()).await?;
        let Some(reached) = exemption.scope.reaches(&subject, &groups) else { continue };
        for line in reached.lines {
            exempt.lines.entry(line).or_insert_with(|| exemption.reference.clone());
        }
        exempt.conditions.extend(exemption.conditions);
    }
    Ok(exempt)
}
