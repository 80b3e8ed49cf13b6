//! Events as they are read.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::page::Listed;
use crate::rules::values::Term;

/// Something that happened: a step of a history.
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Identifier; the order of the feed.
    pub id: Uuid,
    /// What happened, as resource.act, such as `license.freeze`.
    pub kind: String,
    /// The kind of resource it happened to.
    pub subject_kind: String,
    /// The resource.
    pub subject_id: Uuid,
    /// The version of the resource after it.
    pub subject_version: i32,
    /// The status before; `none` for the first step.
    pub from_status: String,
    /// The status after.
    pub to_status: String,
    /// The legal ground.
    pub ground: Option<String>,
    /// The reasons.
    pub reasons: Option<String>,
    /// What else belongs to it.
    pub details: serde_json::Value,
    /// When.
    pub at: DateTime<Utc>,
}

impl Listed for Event {
    fn key(&self) -> Uuid {
        self.id
    }
}

/// Which events are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventFilter {
    /// Of this kind, as resource.act.
    pub kind: Option<Term>,
    /// Of this kind of resource.
    pub subject_kind: Option<Term>,
    /// Of this resource.
    pub subject_id: Option<Uuid>,
    /// On this day or later.
    pub from: Option<NaiveDate>,
    /// Where to go on: the identifier of the last event seen, or the cursor of the page before.
    pub after: Option<Uuid>,
}
