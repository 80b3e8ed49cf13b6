//! The lines of a pack.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::events::Event;
use crate::history::HistoryEntry;
use crate::tlog::Malformed;

/// The form of packs that is written and read here.
pub const FORMAT: u32 = 2;

/// A line of a pack, in the order in which they stand.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Part {
    /// What the pack is about.
    Head {
        /// The form of the pack.
        format: u32,
        /// The kind of resource, as in the entries.
        kind: String,
        /// The resource.
        subject: Uuid,
        /// When the pack was made.
        made_at: DateTime<Utc>,
    },
    /// How far the log had come: the head that all proofs lead to.
    Checkpoint {
        /// The signed note (C2SP tlog-checkpoint).
        note: String,
    },
    /// The resource as the registry showed it.
    Resource {
        /// As the API answers.
        value: Value,
    },
    /// A declaration that the resource rests on.
    Declaration(Declared),
    /// An entry of the log on the resource, or on one that it rests on.
    Entry(Box<Entry>),
    /// What the registry held on the resource, or on one that it rests on.
    Content(Content),
    /// A step of the resource's history.
    Step(Box<HistoryEntry>),
    /// What was told of a step to those who follow the events.
    Notice(Box<Event>),
    /// The signature over all lines before.
    Seal {
        /// The signed note; its text is a [`Seal`].
        note: String,
    },
}

/// A declaration and its document.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Declared {
    /// Which.
    pub id: Uuid,
    /// Of which version of its template.
    pub template_version: i32,
    /// SHA-256 of the signed document, in hex.
    pub document_sha256: String,
}

/// What the registry held on a resource when its last entry was taken into the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// The resource.
    pub subject: Uuid,
    /// What the commitment in the leaf was made with, in hex.
    pub salt: String,
    /// Its row with its parts, as the text that was hashed behind the salt.
    pub text: String,
}

/// An entry with its proof, and with what opens its commitments.
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its place in the log.
    pub index: i64,
    /// The bytes that were hashed: canonical JSON (RFC 8785).
    pub leaf: String,
    /// What was recorded; null where it was erased.
    pub particulars: Option<Value>,
    /// What the commitment to it was made with, in hex; null where it was erased.
    pub salt: Option<String>,
    /// The verdict that the act rests on.
    pub verdict: Option<Value>,
    /// What the commitment to the verdict was made with, in hex.
    pub verdict_salt: Option<String>,
    /// The proof of inclusion (RFC 6962, section 2.1.1), in base64 from the bottom up.
    #[sqlx(skip)]
    pub proof: Vec<String>,
}

/// The text that the seal of a pack signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal(pub [u8; 32]);

impl Seal {
    const TITLE: &str = "Evidence pack of an export-license registry";

    /// Over these bytes.
    pub fn over(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The text.
    pub fn text(&self) -> String {
        format!("{}\n{}\n", Self::TITLE, hex::encode(self.0))
    }

    /// Reads the text.
    pub fn read(text: &str) -> Result<Self, Malformed> {
        let digest = text.strip_prefix(Self::TITLE).and_then(|rest| rest.strip_prefix('\n'));
        let digest = digest.and_then(|rest| rest.strip_suffix('\n')).ok_or(Malformed)?;
        let bytes = hex::decode(digest).map_err(|_| Malformed)?;
        bytes.try_into().map(Self).map_err(|_| Malformed)
    }
}
