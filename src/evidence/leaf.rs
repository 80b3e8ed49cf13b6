//! Leaves: what of an entry goes into the tree, as canonical JSON (RFC 8785).
//!
//! What can name a person or give a case away stands behind a commitment, SHA-256 of a random salt and of the canonical
//! JSON of the value: whoever has the salt and the value can check it, and when both are erased nothing of them is left
//! in the tree, whose hashes stay as they are.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize, Serializer};
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
    particulars: Option<String>,
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

/// What of a leaf cannot be derived from its entry: what the registry held on the subject after it, and commitments to what
/// was erased since.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Kept {
    /// The salted digest of what the registry held, where the leaf says that.
    pub content: Option<String>,
    /// The commitment to the particulars.
    pub particulars: Option<String>,
    /// The commitment to the verdict.
    pub verdict: Option<String>,
}

/// The bytes of the leaf of an entry. `previous` is the index of the entry before it on the same subject. What was erased
/// of the entry is taken from what is kept: nothing else is.
pub fn derive(entry: &Recorded, previous: Option<u64>, kept: &Kept) -> Result<Vec<u8>, serde_json::Error> {
    let committed = |value: &Option<Value>, salt: &Option<Vec<u8>>, kept: &Option<String>| match (value, salt)
    {
        (Some(value), Some(salt)) => commitment(salt, value).map(|digest| Some(hex::encode(digest))),
        (None, Some(_)) => Ok(None),
        (Some(_) | None, None) => Ok(kept.clone()),
    };
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
        particulars: committed(&entry.particulars, &entry.salt, &kept.particulars)?,
        verdict: committed(&entry.verdict, &entry.verdict_salt, &kept.verdict)?,
        content: kept.content.clone(),
    };
    serde_json_canonicalizer::to_vec(&leaf)
}

/// The commitment to a value: SHA-256 of the salt followed by the canonical JSON of the value.
pub fn commitment(salt: &[u8], value: &Value) -> Result<[u8; 32], serde_json::Error> {
    let json = serde_json_canonicalizer::to_vec(value)?;
    Ok(Sha256::new().chain_update(salt).chain_update(json).finalize().into())
}
