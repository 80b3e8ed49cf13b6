//! Steps and the resources they move.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::ExporterId;
use crate::page::Listed;
use crate::rules::lifecycle::LifeCycle;
use crate::rules::values::{Name, Prose};
use crate::rules::verdict::RecordedVerdict;

/// A life cycle whose resources can be loaded for a step.
pub trait OnFile: LifeCycle<Status: std::str::FromStr> {
    /// Selects `version`, `status`, `owner` and `term_end` of the row `$1`, seen by exporter `$2` only if it is not null.
    const LOAD: &'static str;

    /// The step that the clock owes: the one for a term that has ended, where the life cycle has terms.
    fn due(_status: Self::Status, _term_end: NaiveDate, _today: NaiveDate) -> Option<Self::Action> {
        None
    }
}

/// A resource as a step finds it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<C: LifeCycle> {
    /// Which resource.
    pub id: Uuid,
    /// The version of its last step; 0 where none was taken yet.
    pub version: i32,
    /// Where it stands; none where it is not on file yet.
    pub status: Option<C::Status>,
    /// The exporter it belongs to.
    pub owner: Option<ExporterId>,
}

impl<C: LifeCycle> Subject<C> {
    /// A resource that is about to come on file.
    pub fn new(id: impl Into<Uuid>, owner: Option<ExporterId>) -> Self {
        Self { id: id.into(), version: 0, status: None, owner }
    }

    /// A resource on file.
    pub fn on_file(id: impl Into<Uuid>, version: i32, status: C::Status, owner: Option<ExporterId>) -> Self {
        Self { id: id.into(), version, status: Some(status), owner }
    }

    /// Where it stands after a step, ready for the next.
    #[must_use]
    pub fn after(self, stand: &Stand<C>) -> Self {
        Self { version: stand.version, status: Some(stand.status), ..self }
    }
}

/// What a step records besides the status.
#[derive(Clone, Debug)]
pub struct Step<'s, A> {
    /// The act.
    pub action: A,
    /// The legal ground.
    pub ground: Option<&'s str>,
    /// The reasons.
    pub reasons: Option<&'s str>,
    /// What else belongs to the step: an object.
    pub details: serde_json::Value,
    /// The verdict it rests on.
    pub verdict: Option<&'s RecordedVerdict>,
}

impl<'s, A> Step<'s, A> {
    /// A step with nothing but its action.
    pub fn new(action: A) -> Self {
        Self { action, ground: None, reasons: None, details: serde_json::json!({}), verdict: None }
    }

    /// Adds the reasons.
    #[must_use]
    pub fn because(mut self, ground: Option<&'s str>, reasons: &'s str) -> Self {
        self.ground = ground;
        self.reasons = Some(reasons);
        self
    }

    /// Adds what else belongs to the step: what serializes to an object.
    #[must_use]
    pub fn with(mut self, details: impl Serialize) -> Self {
        self.details = serde_json::to_value(details).unwrap_or_default();
        self
    }
}

/// Where a step led.
#[derive(Clone, Copy, Debug)]
pub struct Stand<C: LifeCycle> {
    /// The new version.
    pub version: i32,
    /// The new status.
    pub status: C::Status,
}

/// The ground and reasons of an act that needs nothing else.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Grounds {
    /// The legal ground.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<Name>,
    /// The reasons, which the person concerned will read.
    pub reasons: Prose,
}

/// What the entry of a step records.
pub fn recorded(
    from: &str,
    to: &str,
    ground: Option<&str>,
    reasons: Option<&str>,
    details: &serde_json::Value,
) -> serde_json::Value {
    serde_json::json!({ "from": from, "to": to, "ground": ground, "reasons": reasons, "details": details })
}

/// One step of a history.
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    /// The resource that moved.
    pub subject_id: Uuid,
    /// 1 for the first step, then without a gap.
    pub version: i32,
    /// The status before; `none` for the first step.
    pub from_status: String,
    /// The act.
    pub action: String,
    /// The status after.
    pub to_status: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, by handle; not shown to exporters.
    pub actor: Option<String>,
    /// In which role.
    pub actor_role: String,
    /// The legal ground.
    pub ground: Option<String>,
    /// The reasons.
    pub reasons: Option<String>,
    /// What else belongs to the step.
    pub details: serde_json::Value,
    /// The request that took the step.
    pub request_id: Uuid,
}

impl HistoryEntry {
    /// What its entry records.
    pub fn recorded(&self) -> serde_json::Value {
        let (ground, reasons) = (self.ground.as_deref(), self.reasons.as_deref());
        recorded(&self.from_status, &self.to_status, ground, reasons, &self.details)
    }
}

impl Listed for HistoryEntry {
    fn key(&self) -> Uuid {
        self.subject_id
    }
}
