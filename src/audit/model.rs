//! Audit entries as auditors read them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::page::Listed;
use crate::rules::values::{Handle, Term};

crate::rules::vocabulary! {
    /// What came of what was tried.
    EntryOutcome { Done, Refused }
}

/// One entry.
#[derive(Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// Identifier.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, by handle; null where an attempt was refused of someone who is not known.
    pub actor: Option<String>,
    /// In which role.
    pub actor_role: Option<String>,
    /// With which token; null for the clock and the command line.
    pub token_id: Option<Uuid>,
    /// In which request.
    pub request_id: Uuid,
    /// What was done, as resource.act.
    pub act: String,
    /// The kind of resource it was done to; null where a refused attempt named none.
    pub subject_kind: Option<String>,
    /// The resource.
    pub subject_id: Option<Uuid>,
    /// Its version after.
    pub subject_version: Option<i32>,
    /// `done`; or `refused`, and then nothing was changed.
    pub outcome: String,
    /// The kind of problem that a refused attempt was answered with.
    pub problem: Option<String>,
    /// Its place in the log; null until it is there.
    pub index: Option<i64>,
    /// The hash of its leaf in the log, in base64.
    pub leaf_hash: Option<String>,
    /// What was recorded; null where it was erased.
    pub particulars: Option<serde_json::Value>,
    /// The verdict it rests on; null where there is none, or where it was erased.
    pub verdict: Option<serde_json::Value>,
    /// The erasure that took the particulars, the verdict or both.
    pub erasure_id: Option<Uuid>,
}

impl Listed for AuditEntry {
    fn key(&self) -> Uuid {
        self.id
    }
}

/// Which entries are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuditFilter {
    /// Of this resource.
    pub subject_id: Option<Uuid>,
    /// By the person with this handle.
    pub actor: Option<Handle>,
    /// Of this act, as resource.act.
    pub act: Option<Term>,
    /// With this outcome.
    #[param(inline)]
    pub outcome: Option<EntryOutcome>,
    /// In this request.
    pub request_id: Option<Uuid>,
    /// Not before this time.
    pub from: Option<DateTime<Utc>>,
    /// Before this time.
    pub to: Option<DateTime<Utc>>,
}
