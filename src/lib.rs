//! The system of record of a defense-export licensing agency.

pub mod db;
pub mod rules;
