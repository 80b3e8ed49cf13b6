//! What was published of the log.

use crate::tlog::{Checkpoint, Note, TreeHead, VerifierKey};

/// A checkpoint that the log is held against.
#[derive(Clone, Debug)]
pub struct Against {
    /// Where it was read.
    pub source: String,
    /// The head of the log; none where what was read is not signed by a key of the log.
    pub head: Option<TreeHead>,
}

impl Against {
    /// A head that is known to be the log's.
    pub fn head(source: &str, head: TreeHead) -> Self {
        Self { source: source.to_owned(), head: Some(head) }
    }
}

/// Reads signed notes.
pub fn read(source: &str, notes: &[String], keys: &[VerifierKey]) -> Vec<Against> {
    let head = |note: &String| {
        let note: Note = note.parse().ok()?;
        Checkpoint::verified(&note, keys).ok().map(|checkpoint| checkpoint.head)
    };
    notes.iter().map(|note| Against { source: source.to_owned(), head: head(note) }).collect()
}
