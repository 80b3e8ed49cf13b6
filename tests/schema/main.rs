//! The schema: that it mirrors the rules, is documented, and refuses what is illegal from whatever program writes.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::format_push_string, reason = "SQL is put together for reading, not for speed")]

#[path = "../support/mod.rs"]
mod support;

mod append_only;
mod assessments;
mod case;
mod cases;
mod catalog;
mod declarations;
mod due_process;
mod histories;
mod licenses;
mod measures;
mod mirror;
mod prefixes;
mod references;
