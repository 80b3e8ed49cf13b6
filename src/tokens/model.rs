//! Tokens as administrators see them: never with their secret.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::http::Problem;
use crate::ids::{ExporterId, PersonId, TokenId};
use crate::page::Listed;
use crate::rules::authority::{Ministry, Role};
use crate::rules::values::{Handle, Name};

/// A token to be issued.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewToken {
    /// The person it is for; entered if not yet known.
    pub holder: Handle,
    /// What the person acts as; it must be the role the person has on file.
    pub role: Role,
    /// The ministry a reviewer speaks for.
    #[serde(default)]
    pub ministry: Option<Ministry>,
    /// The exporter an exporter's person acts for.
    #[serde(default)]
    pub exporter_id: Option<ExporterId>,
    /// What the token is used for.
    pub name: Name,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
}

impl NewToken {
    /// A token for a person of the staff.
    pub fn new(holder: &str, role: Role, name: &str, expires_at: DateTime<Utc>) -> Result<Self, Problem> {
        let (holder, name) = (holder.parse()?, name.parse()?);
        Ok(Self { holder, role, ministry: None, exporter_id: None, name, expires_at })
    }
}

/// A token on file.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// Identifier, the public part of the token.
    pub id: TokenId,
    /// The person it belongs to.
    pub person_id: PersonId,
    /// The person's handle.
    pub holder: String,
    /// What the person acts as.
    pub role: Role,
    /// The ministry a reviewer speaks for.
    pub ministry: Option<Ministry>,
    /// The exporter an exporter's person acts for.
    pub exporter_id: Option<ExporterId>,
    /// What the token is used for.
    pub name: String,
    /// `active`, `expired` or `revoked`.
    pub status: String,
    /// 1, and 2 once it is revoked.
    pub version: i32,
    /// When it was issued.
    pub created_at: DateTime<Utc>,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Listed for Token {
    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// A token just issued, with its secret, which is shown this once.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssuedToken {
    /// Identifier.
    pub id: TokenId,
    /// What to send as `Authorization: Bearer …`.
    pub token: String,
    /// The person it belongs to.
    pub holder: String,
    /// What the person acts as.
    pub role: Role,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
}

/// Which tokens are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenFilter {
    /// Of the person with this handle.
    pub holder: Option<Handle>,
    /// Of people with this role.
    #[param(inline)]
    pub role: Option<Role>,
    /// Items a page, 1 to 200 (default 50).
    pub limit: Option<i64>,
    /// The cursor of the page before.
    pub cursor: Option<String>,
}
