//! The database: how the registry reaches it and keeps it.

pub mod embedded;
