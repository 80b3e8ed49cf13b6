//! Leaves: what of an entry goes into the tree, as canonical JSON (RFC 8785).
//!
//! What can name a person or give a case away stands behind a commitment, SHA-256 of a random salt and of the canonical
//! JSON of the value: whoever has the salt and the value can check it, and when both are erased nothing of them is left
//! in the tree, whose hashes stay as they are.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::model::Recorded;

#[derive(Serialize)]
struct Leaf<'e> {
    id: Uuid,
    #[serde(serialize_with = "to_the_microsecond")]
    at: DateTime<Utc>,
    actor: Option<Uuid>,
    role: Option<&'e str>,
    token: Option<Uuid>,
    request: Uuid,
    act: &'e str,
    subject: Option<Subject<'e>>,
    owner: Option<Uuid>,
    outcome: &'e str,
    problem: Option<&'e str>,
    previous: Option<u64>,
    particulars: String,
    verdict: Option<String>,
    content: Option<String>,
}

#[derive(Serialize)]
struct Subject<'e> {
    kind: Option<&'e str>,
    id: Uuid,
    version: Option<i32>,
}

fn to_the_microsecond<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.to_rfc3339_opts(SecondsFormat::Micros, true))
}

/// The bytes of the leaf of an entry. `previous` is the index of the entry before it on the same subject; `content` the
/// digest of what the registry held on the subject after it, where the leaf says that.
pub fn derive(
    entry: &Recorded,
    previous: Option<u64>,
    content: Option<[u8; 32]>,
) -> Result<Vec<u8>, serde_json::Error> {
    let verdict =
        entry.verdict.as_ref().map(|verdict| commitment(&entry.verdict_salt, verdict)).transpose()?;
    let kind = entry.subject_kind.as_deref();
    let leaf = Leaf {
        id: entry.id,
        at: entry.at,
        actor: entry.actor_id,
        role: entry.actor_role.as_deref(),
        token: entry.token_id,
        request: entry.request_id,
        act: &entry.act,
        subject: entry.subject_id.map(|id| Subject { kind, id, version: entry.subject_version }),
        owner: entry.owner_id,
        outcome: &entry.outcome,
        problem: entry.problem.as_deref(),
        previous,
        particulars: hex::encode(commitment(&entry.salt, &entry.particulars)?),
        verdict: verdict.map(hex::encode),
        content: content.map(hex::encode),
    };
    serde_json_canonicalizer::to_vec(&leaf)
}

/// The commitment to a value: SHA-256 of the salt followed by the canonical JSON of the value.
pub fn commitment(salt: &[u8], value: &Value) -> Result<[u8; 32], serde_json::Error> {
    let json = serde_json_canonicalizer::to_vec(value)?;
    Ok(Sha256::new().chain_update(salt).chain_update(json).finalize().into())
}
