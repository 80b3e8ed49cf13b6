//! Entries as the sequencer reads them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// An entry with everything that its leaf says.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Recorded {
    /// Identifier.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; none where an attempt was refused of someone who is not known.
    pub actor_id: Option<Uuid>,
    /// In which role.
    pub actor_role: Option<String>,
    /// With which key.
    pub token_id: Option<Uuid>,
    /// In which request.
    pub request_id: Uuid,
    /// What was done, as resource.act.
    pub act: String,
    /// The kind of resource it was done to.
    pub subject_kind: Option<String>,
    /// The resource.
    pub subject_id: Option<Uuid>,
    /// Its version after.
    pub subject_version: Option<i32>,
    /// The exporter it belongs to.
    pub owner_id: Option<Uuid>,
    /// `done` or `refused`.
    pub outcome: String,
    /// The kind of problem that a refused attempt was answered with.
    pub problem: Option<String>,
    /// What was recorded.
    pub particulars: serde_json::Value,
    /// What the commitment to the particulars is made with.
    pub salt: Vec<u8>,
    /// The verdict it rests on.
    pub verdict: Option<serde_json::Value>,
    /// What the commitment to the verdict is made with.
    pub verdict_salt: Vec<u8>,
}

/// A leaf on its way to the table.
#[derive(Debug)]
pub(super) struct NewLeaf {
    /// Its place in the tree.
    pub(super) index: i64,
    /// The entry.
    pub(super) entry: Uuid,
    /// The resource of the entry.
    pub(super) subject: Option<Uuid>,
    /// The bytes that were hashed.
    pub(super) leaf: Vec<u8>,
    /// Their leaf hash.
    pub(super) hash: Vec<u8>,
}
