//! What the benchmarks of the service share.

#![allow(dead_code, reason = "each benchmark includes all of it, and uses what it needs")]

pub(crate) mod asked;
pub(crate) mod data;
pub(crate) mod licenses;
pub(crate) mod load;
pub(crate) mod service;

/// The middle one of the values measured.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
