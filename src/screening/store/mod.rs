//! The statements of screening.

pub(super) mod editions;
pub(super) mod flags;
pub(super) mod hits;
pub(super) mod lists;
pub(super) mod parties;
pub(super) mod standing;
