//! The facts of a case that is not filed: read as those of an application are, and for what is only described, as it would
//! stand on file.

use super::model::NewEligibilityCheck;
use super::store;
use crate::act::Act;
use crate::applications::{self, Surroundings, around};
use crate::db::Conn;
use crate::declarations;
use crate::http::Problem;
use crate::ids::{ApplicationId, ExporterId};
use crate::rules::application::Kind;
use crate::rules::eligibility::Prospect;
use crate::rules::gate::{Act as GateAct, EndUserFacts, Facts, LineFacts};
use crate::rules::product::Status;
use crate::rules::scope::{Goods, Subject};
use crate::rules::values::{Quantity, Territory};

/// The reference of what is only described.
const DESCRIBED: &str = "as described";
/// The one line of the case.
const LINE: i32 = 1;

/// A case with what stands around it.
pub(super) struct Case {
    pub(super) prospect: Prospect,
    pub(super) around: Surroundings,
}

/// Reads the case that is asked about.
pub(super) async fn gather(
    conn: &mut Conn,
    act: &Act,
    exporter: ExporterId,
    asked: &NewEligibilityCheck,
) -> Result<Case, Problem> {
    let end_user = end_user(conn, asked).await?;
    let (line, goods) = product(conn, act, exporter, asked).await?;
    let subject = Subject {
        kind: asked.kind,
        exporter: Some(exporter.0),
        end_user: asked.end_user_id.map(|end_user| end_user.0),
        end_user_kind: end_user.as_ref().map(|end_user| end_user.kind),
        destinations: vec![Territory::Country(asked.destination)],
        lines: vec![goods],
    };
    let products: Vec<_> = asked.product_id.into_iter().collect();
    let case = applications::Case {
        application: None,
        subject: &subject,
        destination: asked.destination,
        products: &products,
        stranger: asked.end_user.is_some(),
        permits: false,
    };
    let mut around = around(conn, act, &case).await?;
    if asked.kind == Kind::Marketing {
        // An exemption is from the marketing license that an export would need: asked as of that export.
        let export = Subject { kind: Kind::Export, ..subject };
        around.exemptions = applications::exemptions(conn, act, &export, &around.measures).await?;
    }
    let uncovered = if line.covered_by.is_none() { &[LINE][..] } else { &[] };
    let mut exempt = around.exempt(uncovered, &[]);
    let line = LineFacts { exempt_by: exempt.lines.remove(&LINE), ..line };
    let declaration = match asked.declaration_id {
        // No application has this identifier, so that every use of the declaration is another's.
        Some(id) => declarations::facts(conn, id, ApplicationId(uuid::Uuid::nil())).await?,
        None => None,
    };
    let predecessor = match asked.predecessor_id {
        Some(id) => {
            let continued = (exporter, asked.kind, asked.destination);
            applications::predecessor(conn, id, continued, act.today()).await?
        }
        None => None,
    };
    let facts = Facts {
        act: GateAct::Grant,
        today: act.today(),
        kind: asked.kind,
        purpose: asked.purpose,
        stage: None,
        filed_on: None,
        exporter: store::exporter(conn, exporter).await?,
        destination: Some(asked.destination),
        embargo: around.embargo.take(),
        end_user,
        consignees: std::mem::take(&mut around.consignees),
        lines: vec![line],
        declaration,
        breach: around.breach.take(),
        required_positions: act.policy.required_positions.clone(),
        positions: Vec::new(),
        measures: around.measures.clone(),
        conditions: Vec::new(),
        exemption_conditions: exempt.conditions,
        conditions_seen: None,
        like_refusal: around.like_refusal.take(),
        open_review: around.open_review.take(),
        screening: std::mem::take(&mut around.screening),
        predecessor,
        term: None,
        license: None,
        signatures: None,
    };
    let (product_on_file, end_user_on_file) = (asked.product_id.is_some(), asked.end_user.is_none());
    Ok(Case { prospect: Prospect { facts, product_on_file, end_user_on_file }, around })
}

async fn end_user(conn: &mut Conn, asked: &NewEligibilityCheck) -> Result<Option<EndUserFacts>, Problem> {
    if let Some(described) = asked.end_user {
        let reference = DESCRIBED.to_owned();
        return Ok(Some(EndUserFacts { reference, kind: described.kind, country: described.country }));
    }
    match asked.end_user_id {
        Some(id) => Ok(store::end_user(conn, id).await?),
        None => Ok(None),
    }
}

/// The one line of the case, for the gate and as scopes see it.
async fn product(
    conn: &mut Conn,
    act: &Act,
    exporter: ExporterId,
    asked: &NewEligibilityCheck,
) -> Result<(LineFacts, Goods), Problem> {
    let described = match (&asked.product, asked.product_id) {
        (Some(described), _) => described,
        (None, Some(id)) => return on_file(conn, act, exporter, id, asked).await,
        (None, None) => return Err(Problem::field("/productId", "must be given, or the product described")),
    };
    let line = LineFacts {
        product: DESCRIBED.to_owned(),
        owned: false,
        status: Status::Submitted,
        class: Some(described.product_class),
        pinned: None,
        current: None,
        ..amounts(asked)
    };
    let goods = Goods {
        line: LINE,
        codes: described.control_codes.clone(),
        class: Some(described.product_class),
        security: described.security_classification,
        tags: described.technology_tags.clone(),
    };
    Ok((line, goods))
}

async fn on_file(
    conn: &mut Conn,
    act: &Act,
    exporter: ExporterId,
    id: crate::ids::ProductId,
    asked: &NewEligibilityCheck,
) -> Result<(LineFacts, Goods), Problem> {
    let row = store::product(conn, id).await?.ok_or_else(Problem::not_found)?;
    let covered_by = if asked.kind == Kind::Export {
        store::cover(conn, (exporter, id), asked.destination, asked.end_user_id, act.today()).await?
    } else {
        None
    };
    let declared = match asked.declaration_id {
        Some(declaration) => store::declared(conn, declaration, id, asked.unit).await?,
        None => None,
    };
    let line = LineFacts {
        product: row.reference,
        owned: true,
        status: row.status,
        class: row.class,
        // What would be pinned at filing.
        pinned: row.version,
        current: row.version,
        declared,
        covered_by,
        ..amounts(asked)
    };
    let (codes, tags) = (row.codes.unwrap_or_default(), row.tags.unwrap_or_default());
    Ok((line, Goods { line: LINE, codes, class: row.class, security: row.security, tags }))
}

/// A line of these amounts, all of which would be granted.
fn amounts(asked: &NewEligibilityCheck) -> LineFacts {
    let quantity = asked.quantity.map(Quantity::value);
    let value = asked.value.map(|value| value.value());
    LineFacts {
        product: String::new(),
        owned: false,
        status: Status::Submitted,
        class: None,
        pinned: None,
        current: None,
        applied: quantity,
        granted: quantity,
        applied_value: value,
        granted_value: value,
        declared: None,
        covered_by: None,
        exempt_by: None,
    }
}
