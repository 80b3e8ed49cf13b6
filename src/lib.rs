//! The system of record of a defense-export licensing agency.

pub mod rules;
