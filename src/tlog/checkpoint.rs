//! Checkpoints (C2SP tlog-checkpoint): the head of a log at a time, as the text of a note.

use std::fmt;
use std::str::FromStr;

use super::TreeHead;
use super::note::{Malformed, Note, NoteSignature, VerifierKey};

/// The head of a log with the name of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// How far it had come.
    pub head: TreeHead,
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.head.size, self.head.root)
    }
}

impl FromStr for Checkpoint {
    type Err = Malformed;

    /// Reads the text of a note. Lines after the third are left to whoever knows them.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let mut lines = text.strip_suffix('\n').ok_or(Malformed)?.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(Malformed);
        };
        let number: u64 = size.parse().map_err(|_| Malformed)?;
        if origin.is_empty() || number.to_string() != size {
            return Err(Malformed);
        }
        Ok(Self { origin: origin.to_owned(), head: TreeHead { size: number, root: root.parse()? } })
    }
}

impl Checkpoint {
    /// Reads a checkpoint out of a note that one of these keys has signed.
    pub fn verified(note: &Note, keys: &[VerifierKey]) -> Result<Self, Malformed> {
        let checkpoint: Self = note.text.parse()?;
        let mut of_log = keys.iter().filter(|key| !key.is_of_witness() && key.name() == checkpoint.origin);
        if of_log.any(|key| key.verified(note).is_some()) { Ok(checkpoint) } else { Err(Malformed) }
    }
}

/// That a witness saw the checkpoint, and saw it to follow from all it had seen before (C2SP tlog-cosignature).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    /// The signature line.
    pub signature: NoteSignature,
    /// When the witness signed, in seconds since 1970 by its clock.
    pub time: u64,
}

impl Cosignature {
    /// The cosignature of a witness under a note, if there is one and it is right.
    pub fn of(witness: &VerifierKey, note: &Note) -> Option<Self> {
        let signature = witness.is_of_witness().then(|| witness.verified(note)).flatten()?;
        let (time, _) = signature.bytes.split_first_chunk::<8>()?;
        Some(Self { signature: signature.clone(), time: u64::from_be_bytes(*time) })
    }
}
