//! Issue: the license of a countersigned grant.

use crate::db::Conn;
use chrono::NaiveDate;

use super::store;
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::{ApplicationId, DecisionId, ExporterId, LicenseId};
use crate::rules::application::Kind;
use crate::rules::license::{Action, LicenseCycle, Status};
use crate::rules::values::{Amount, Quantity};

/// What was granted.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The application.
    pub application: ApplicationId,
    /// The countersigned decision.
    pub decision: DecisionId,
    /// What is permitted.
    pub kind: Kind,
    /// The last day of the term.
    pub valid_until: NaiveDate,
    /// The conditions.
    pub conditions: Vec<String>,
    /// What is granted of each line.
    pub lines: Vec<GrantedLine>,
}

/// What is granted of one line of the application.
#[derive(Clone, Copy, Debug)]
pub struct GrantedLine {
    /// The line of the application.
    pub line: i32,
    /// The quantity.
    pub quantity: Option<Quantity>,
    /// The value.
    pub value: Option<Amount>,
}

/// Issues the license and ends the one it replaces. The database refuses a license without a countersigned grant.
pub async fn issue(conn: &mut Conn, act: &Act, grant: &Grant) -> Result<LicenseId, Problem> {
    let id: LicenseId = act.new_id();
    let prefix = match grant.kind {
        Kind::Marketing => "ML",
        Kind::Export => "EL",
        Kind::Brokering => "BL",
    };
    let reference = history::new_reference(conn, act, prefix).await?;
    let issued = store::insert(conn, act, id, &reference, grant).await?;
    store::insert_lines(conn, id, grant).await?;
    store::insert_conditions(conn, id, &grant.conditions).await?;
    let exporter = ExporterId(issued.exporter_id);
    let details = serde_json::json!({
        "reference": reference, "applicationId": grant.application, "decisionId": grant.decision,
        "validUntil": grant.valid_until, "predecessorId": issued.predecessor_id,
    });
    let subject = Subject::<LicenseCycle>::new(id, Some(exporter));
    history::take(conn, act, &subject, Step::new(Action::Issue).with(details)).await?;
    if let Some(predecessor) = issued.predecessor_id {
        supersede(conn, act, predecessor, id).await?;
    }
    Ok(id)
}

/// Ends the license that a renewal or amendment replaces; one that has run out stays as it is.
async fn supersede(
    conn: &mut Conn,
    act: &Act,
    predecessor: uuid::Uuid,
    by: LicenseId,
) -> Result<(), Problem> {
    let old = history::load::<LicenseCycle>(conn, act, predecessor).await?;
    if matches!(old.status, Some(Status::Active | Status::Frozen)) {
        let step = Step::new(Action::Supersede).with(serde_json::json!({ "successorId": by }));
        history::take(conn, act, &old, step).await?;
    }
    Ok(())
}
