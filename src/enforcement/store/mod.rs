//! The statements of enforcement.

pub mod decisions;
pub(super) mod demand;
pub(super) mod enact;
pub(super) mod list;
pub(super) mod previews;
pub mod reached;
