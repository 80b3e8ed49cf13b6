//! Views as auditors read them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::page::Listed;
use crate::rules::values::{Handle, Term};

/// One look at a file.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileView {
    /// Identifier.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, by handle.
    pub person: String,
    /// In which role.
    pub role: String,
    /// With which token; null for a token of an identity provider.
    pub token_id: Option<Uuid>,
    /// The kind of file.
    pub subject_kind: String,
    /// The file.
    pub subject_id: Uuid,
    /// By which route: the file itself, or a part of it.
    pub route: String,
    /// In which request.
    pub request_id: Uuid,
    /// The batch it was written in, whose audit entry has the digest.
    pub batch_id: Uuid,
}

impl Listed for FileView {
    fn key(&self) -> Uuid {
        self.id
    }
}

/// Which views are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ViewFilter {
    /// Of this file.
    pub subject_id: Option<Uuid>,
    /// Of files of this kind.
    pub subject_kind: Option<Term>,
    /// By the person with this handle.
    pub person: Option<Handle>,
    /// Not before this time.
    pub from: Option<DateTime<Utc>>,
    /// Before this time.
    pub to: Option<DateTime<Utc>>,
}
