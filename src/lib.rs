//! The system of record of a defense-export licensing agency.

pub mod imports;
pub mod rules;
