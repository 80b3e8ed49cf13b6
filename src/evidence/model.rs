//! Entries as the sequencer reads them; checkpoints and proofs as they are answered.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::audit::AuditEntry;
use crate::page::Listed;

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
    /// What was recorded; none where it was erased.
    pub particulars: Option<serde_json::Value>,
    /// What the commitment to the particulars is made with; none where they were erased.
    pub salt: Option<Vec<u8>>,
    /// The verdict it rests on.
    pub verdict: Option<serde_json::Value>,
    /// What the commitment to the verdict is made with; none where that was erased.
    pub verdict_salt: Option<Vec<u8>>,
    /// The erasure that took either.
    pub erasure_id: Option<Uuid>,
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

/// A checkpoint: how far the log had come.
#[derive(Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublishedCheckpoint {
    /// Identifier.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// How many entries the tree had.
    pub size: i64,
    /// The root over them, in base64.
    pub root_hash: String,
    /// The signed note (C2SP tlog-checkpoint), with the signatures of witnesses.
    pub note: String,
}

impl Listed for PublishedCheckpoint {
    fn key(&self) -> Uuid {
        self.id
    }
}

/// Which checkpoints are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckpointFilter {
    /// Not before this time.
    pub from: Option<DateTime<Utc>>,
    /// Before this time.
    pub to: Option<DateTime<Utc>>,
}

/// A public key of the log, and from which checkpoint to which it signs.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogKey {
    /// The key as a vkey (C2SP signed-note): name, id and key.
    pub key: String,
    /// When it signed its first checkpoint.
    pub since: DateTime<Utc>,
    /// The size of the tree in that checkpoint.
    pub since_size: i64,
    /// When the key after it signed its first checkpoint, which this one signed too; null for the key of now.
    pub until: Option<DateTime<Utc>>,
    /// The size of the tree in that checkpoint.
    pub until_size: Option<i64>,
}

/// An entry with what of it is in the log.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoggedEntry {
    /// The entry.
    pub entry: AuditEntry,
    /// The leaf: the canonical JSON (RFC 8785) that was hashed; null until the entry is in the log.
    pub leaf: Option<String>,
    /// The salt of the commitment to the particulars, in hexadecimal; null where they were erased.
    pub particulars_salt: Option<String>,
    /// The salt of the commitment to the verdict, in hexadecimal; null without a verdict, and where it was erased.
    pub verdict_salt: Option<String>,
}

/// That an entry is in the tree (RFC 6962, section 2.1.1). Hashes are in base64.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InclusionProof {
    /// The entry.
    pub entry_id: Uuid,
    /// Its place in the tree.
    pub index: u64,
    /// The hash of its leaf.
    pub leaf_hash: String,
    /// The size of the tree.
    pub size: u64,
    /// The root of the tree.
    pub root_hash: String,
    /// The hashes on the way up, the lowest first.
    pub hashes: Vec<String>,
    /// The checkpoint at this size, where there is one.
    pub checkpoint: Option<String>,
}

/// That a tree grew out of an older one (RFC 6962, section 2.1.2). Hashes are in base64.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsistencyProof {
    /// The size of the older tree.
    pub from: u64,
    /// Its root.
    pub from_root_hash: String,
    /// The size of the newer tree.
    pub to: u64,
    /// Its root.
    pub to_root_hash: String,
    /// The hashes.
    pub hashes: Vec<String>,
}

/// In which tree a proof is asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InTree {
    /// The size of the tree. Without it, the tree of the last checkpoint, or that of now where the entry came later.
    #[param(minimum = 1)]
    pub size: Option<u64>,
}

/// From which tree to which a proof is asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BetweenTrees {
    /// The size of the older tree.
    #[param(minimum = 1)]
    pub from: u64,
    /// The size of the newer tree. Without it, that of now.
    #[param(minimum = 1)]
    pub to: Option<u64>,
}

/// A leaf on file.
#[derive(Debug)]
pub(super) struct FiledLeaf {
    /// Its place in the tree.
    pub(super) index: i64,
    /// Its hash.
    pub(super) hash: Vec<u8>,
}
