//! What the integration tests share.

#![allow(dead_code, reason = "each test program includes all of it, and uses what it needs")]

pub(crate) mod case;
pub(crate) mod compat;
pub(crate) mod contract;
pub(crate) mod database;
pub(crate) mod link;
pub(crate) mod measure;
pub(crate) mod registry;
pub(crate) mod scratch;
pub(crate) mod service;
