//! What the integration tests share.

#[expect(clippy::allow_attributes, reason = "an expectation would fail where all of it is used")]
#[allow(dead_code, reason = "each test program includes all of it, and uses what it needs")]
pub(crate) mod database;
