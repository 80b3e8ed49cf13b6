//! The single checks of a pack: an entry against the checkpoint and against what opens it, a step against its entry, the
//! resource against its last step.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::model::Entry;
use crate::evidence::commitment;
use crate::history::HistoryEntry;
use crate::tlog::{TreeHash, TreeHead, verify_inclusion};

/// What a leaf says, as far as a pack needs it.
#[derive(Debug, Deserialize)]
pub(super) struct Leaf {
    pub(super) id: Uuid,
    pub(super) at: DateTime<Utc>,
    pub(super) actor: Option<Uuid>,
    pub(super) role: Option<String>,
    pub(super) request: Uuid,
    pub(super) act: String,
    pub(super) subject: Option<Subject>,
    pub(super) outcome: String,
    pub(super) previous: Option<i64>,
    pub(super) particulars: String,
    pub(super) verdict: Option<String>,
    pub(super) content: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Subject {
    pub(super) id: Uuid,
    pub(super) version: Option<i32>,
}

/// Whether the leaf is in the tree.
pub(super) fn prove(entry: &Entry, head: &TreeHead) -> Result<(), String> {
    let proof: Vec<TreeHash> = entry
        .proof
        .iter()
        .map(|hash| hash.parse())
        .collect::<Result<_, _>>()
        .map_err(|_| "a hash of the proof is not one".to_owned())?;
    let index = u64::try_from(entry.index).map_err(|_| "there is no such place in a log".to_owned())?;
    let leaf = TreeHash::of_leaf(entry.leaf.as_bytes());
    let holds = verify_inclusion(index, leaf, head, &proof);
    if holds { Ok(()) } else { Err("the proof does not lead to the checkpoint".to_owned()) }
}

/// Which of the two values of an entry were erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Gone {
    pub(super) particulars: bool,
    pub(super) verdict: bool,
}

/// What of an entry was erased; what is there is what the leaf commits to.
pub(super) fn opened(leaf: &Leaf, entry: &Entry) -> Result<Gone, String> {
    let opens = |committed: &str, value: &Value, salt: &str| {
        let salt = hex::decode(salt).ok()?;
        Some(hex::encode(commitment(&salt, value).ok()?) == committed)
    };
    let verdict = match (&leaf.verdict, &entry.verdict, &entry.verdict_salt) {
        (None, None, _) => false,
        (Some(committed), Some(value), Some(salt)) => {
            if opens(committed, value, salt) != Some(true) {
                return Err("the verdict is not the one that the log commits to".to_owned());
            }
            false
        }
        (Some(_), None, None) => true,
        (Some(_), Some(_), None) | (Some(_), None, Some(_)) | (None, Some(_), _) => {
            return Err("the verdict and its commitment do not belong together".to_owned());
        }
    };
    match (&entry.particulars, &entry.salt) {
        (Some(value), Some(salt)) if opens(&leaf.particulars, value, salt) == Some(true) => {
            Ok(Gone { particulars: false, verdict })
        }
        (None, None) => Ok(Gone { particulars: true, verdict }),
        (Some(_), _) | (None, Some(_)) => Err("what was recorded is not what the log commits to".to_owned()),
    }
}

/// Whether the particulars of an entry are those of a step.
pub(super) fn says(particulars: &Value, step: &HistoryEntry) -> bool {
    *particulars == step.recorded()
}

/// Where the resource stands, which must be where its last step led; a term that has ended ends it by itself.
pub(super) fn stands(
    resource: &Value,
    last: &HistoryEntry,
    subject: Uuid,
    made_on: NaiveDate,
) -> Result<String, String> {
    let text = |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("id") != subject.to_string()
        || resource.get("version").and_then(Value::as_i64) != Some(last.version.into())
    {
        return Err(
            "the resource is not the one that the history is of, or not in its last version".to_owned()
        );
    }
    let runs = ["active", "frozen"].contains(&last.to_status.as_str());
    let is_over = runs
        && text("status") == "expired"
        && text("validUntil").parse::<NaiveDate>().is_ok_and(|end| end < made_on);
    if text("status") != last.to_status && !is_over {
        return Err(format!("it is shown as {}, and its history ends at {}", text("status"), last.to_status));
    }
    Ok(text("status").to_owned())
}
