//! The statements of examinations.

pub(super) mod holdings;
pub(super) mod log;
pub(super) mod steps;
