//! What the integration tests share.

#![allow(dead_code, reason = "each test program includes all of it, and uses what it needs")]

pub(crate) mod database;
pub(crate) mod scratch;
pub(crate) mod service;
