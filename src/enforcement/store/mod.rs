//! The statements of enforcement.

pub(super) mod decisions;
pub(super) mod enact;
pub(super) mod list;
pub(super) mod previews;
pub mod reached;
