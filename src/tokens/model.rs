//! Tokens as administrators see them: never with their secret.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::act::Actor;
use crate::http::Problem;
use crate::ids::{ExporterId, PersonId, TokenId};
use crate::page::Listed;
use crate::rules::authority::{Ministry, Permission, Role};
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
    /// The permissions of the role that it is for; without them, all of the role's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<Permission>>,
    /// For a login instead of a secret: the subject (`sub`) at the agency's identity provider, whose access tokens are
    /// then taken as this token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<Name>,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
}

/// A token to follow another of the same person, name and scopes.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewRotation {
    /// When the new token stops working; without it, it lasts as long as the old one was to last.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
    /// How long the old token goes on working beside it, in hours, 0 to 168 (default 24).
    #[serde(default = "day")]
    #[schema(minimum = 0, maximum = 168)]
    pub overlap_hours: u32,
}

const fn day() -> u32 {
    24
}

/// Whose token was shown, and what it is for.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The person.
    pub actor: Actor,
    /// The permissions that the token is for; none named where it is for all of the role's.
    pub scopes: Option<Vec<String>>,
}

impl Holder {
    /// Whether the token is for this.
    pub fn is_for(&self, permission: Permission) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.iter().any(|scope| scope == permission.name()))
    }
}

impl NewToken {
    /// A token for a person of the staff.
    pub fn new(holder: &str, role: Role, name: &str, expires_at: DateTime<Utc>) -> Result<Self, Problem> {
        let (holder, name) = (holder.parse()?, name.parse()?);
        Ok(Self {
            holder,
            role,
            ministry: None,
            exporter_id: None,
            name,
            scopes: None,
            login: None,
            expires_at,
        })
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
    /// 1, and one more once it is followed by another and once it is revoked.
    pub version: i32,
    /// The permissions of the role that it is for; null for all of them.
    pub scopes: Option<Vec<String>>,
    /// The subject at the identity provider, for a login.
    pub login: Option<String>,
    /// The token that it was issued to follow.
    pub replaces: Option<TokenId>,
    /// When it was issued.
    pub created_at: DateTime<Utc>,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last shown, to within ten minutes.
    pub last_used_at: Option<DateTime<Utc>>,
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
    /// What to send as `Authorization: Bearer …`; null for a login, which has the identity provider's.
    pub token: Option<String>,
    /// The person it belongs to.
    pub holder: String,
    /// What the person acts as.
    pub role: Role,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
}

/// Which tokens are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenFilter {
    /// Of the person with this handle.
    pub holder: Option<Handle>,
    /// Of people with this role.
    #[param(inline)]
    pub role: Option<Role>,
}
