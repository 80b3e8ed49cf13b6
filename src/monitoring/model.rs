//! What is looked up when the meters are read.

use crate::rules::operation::Status;

/// How many operations have a status.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unfinished {
    /// The status.
    pub(super) status: Status,
    /// How many.
    pub(super) count: i64,
}
