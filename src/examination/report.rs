//! What an examination found.

use std::fmt;

/// Something that is not as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The first index of the log that it touches; none where the log does not hold what it is about.
    pub index: Option<u64>,
    /// What is wrong.
    pub says: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "index {index}: {}", self.says),
            None => write!(f, "outside the log: {}", self.says),
        }
    }
}

/// The outcome of an examination.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many entries the log has.
    pub entries: u64,
    /// How many checkpoints were recomputed.
    pub checkpoints: usize,
    /// What was found, the first index first.
    pub findings: Vec<Finding>,
    /// How many further findings are not listed.
    pub more: u64,
}

impl Report {
    /// How many findings are listed.
    const LISTED: usize = 1000;

    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// The first index of the log at which something is wrong.
    pub fn first_bad_index(&self) -> Option<u64> {
        self.findings.iter().find_map(|finding| finding.index)
    }

    pub(super) fn finds(&mut self, index: Option<u64>, says: impl Into<String>) {
        if self.findings.len() < Self::LISTED {
            self.findings.push(Finding { index, says: says.into() });
        } else {
            self.more += 1;
        }
    }

    pub(super) fn sort(&mut self) {
        self.findings.sort_by_key(|finding| (finding.index.is_none(), finding.index));
    }
}
