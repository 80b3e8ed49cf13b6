//! What an erasure says of a subject in the log: which entries lost what they recorded, and what is left of their steps.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::leaf::commitment;

/// What the entries of erasures do, after the kind of their subject: `end_user.erase`.
pub const ERASE: &str = "erase";

/// The particulars of an entry of an erasure. Nothing in them is personal, and nothing takes them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Erased {
    /// The erasure.
    pub erasure: Uuid,
    /// Its human reference.
    pub reference: String,
    /// What was taken of the subject, as table.column.
    pub columns: Vec<String>,
    /// The entries on the subject that lost something.
    pub entries: Vec<ErasedEntry>,
}

/// An entry that lost something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasedEntry {
    /// The entry.
    pub id: Uuid,
    /// Whether it lost its particulars.
    pub particulars: bool,
    /// Whether it lost its verdict.
    pub verdict: bool,
    /// Of an entry of a step, the [`digest`] of what is left of the step.
    pub step: Option<String>,
}

impl Erased {
    /// Reads the particulars of an entry, where it is one of an erasure.
    pub fn read(act: &str, particulars: &Value) -> Option<Self> {
        act.strip_suffix(ERASE)?.strip_suffix('.')?;
        Self::deserialize(particulars).ok()
    }
}

/// SHA-256 of the canonical JSON of a value, in hexadecimal.
pub fn digest(value: &Value) -> Result<String, serde_json::Error> {
    Ok(hex::encode(commitment(&[], value)?))
}
