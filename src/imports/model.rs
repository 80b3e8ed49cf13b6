//! Imports as they are read.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::act::Actor;
use crate::history::OnFile;
use crate::ids::ImportId;
use crate::page::Listed;
use crate::rules::import::{ImportCycle, Status};
use crate::rules::lifecycle::LifeCycle as _;
use crate::rules::values::Name;

impl OnFile for ImportCycle {
    const LOAD: &'static str =
        "select version, status, null::uuid as owner, null::date as term_end from imports
                                 where id = $1 and $2::uuid is null for update";
}

/// An import of a license list.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Import {
    /// Identifier.
    pub id: ImportId,
    /// Human reference, such as IM-2026-000123.
    pub reference: String,
    /// Where it stands.
    pub status: Status,
    /// The version of its last step.
    pub version: i32,
    /// The register whose numbers the licenses carry.
    pub source: String,
    /// The name of the profile.
    pub profile_name: String,
    /// The name of the file.
    pub file_name: String,
    /// SHA-256 of profile and file together: the same input is taken once.
    pub input_sha256: String,
    /// Data rows of the file; `rowsAccepted` + `rowsRejected`, always.
    pub rows_read: i64,
    /// Rows taken.
    pub rows_accepted: i64,
    /// Rows reported.
    pub rows_rejected: i64,
    /// Licenses put on file.
    pub licenses_created: i64,
    /// Licenses already on file with the same content.
    pub licenses_unchanged: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
    /// What this caller could do next.
    #[sqlx(skip)]
    pub allowed_actions: Vec<&'static str>,
}

impl Import {
    /// The import as `actor` sees it.
    #[must_use]
    pub fn seen_by(mut self, actor: &Actor) -> Self {
        self.allowed_actions = ImportCycle::allowed(self.status, actor.role);
        self
    }
}

impl Listed for Import {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// A row that was not taken, with the reason; a row with several faults has several.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportReject {
    /// The number of the reject, as a UUID: the order of the file.
    #[serde(skip)]
    pub key: Uuid,
    /// The line in the file where the row begins.
    pub line: i64,
    /// The column at fault.
    pub column_name: Option<String>,
    /// What stands there, shortened.
    pub value: Option<String>,
    /// What is wrong with it.
    pub reason: String,
}

impl Listed for ImportReject {
    fn key(&self) -> Uuid {
        self.key
    }
}

/// Which imports are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportFilter {
    /// In this status.
    #[param(inline)]
    pub status: Option<Status>,
    /// Of this register.
    pub source: Option<Name>,
}

/// Which rejects are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RejectFilter {}
