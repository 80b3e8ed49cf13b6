//! How good the matching is, measured on labelled pairs of names, beside the plainest method there is.

use super::compare::compare;
use super::weights::Weights;
use super::words::{Name, Subject};

/// What two names score, with the shipped weights.
pub fn score(one: &str, other: &str, subject: Subject, weights: &Weights) -> f64 {
    compare(&Name::new(one, subject).weighed(weights), &Name::new(other, subject).weighed(weights)).score
}

/// The floor: the words in small letters and in order, and how much of the letters is in common, from 0 to 1.
pub fn token_sort_ratio(one: &str, other: &str) -> f64 {
    let sorted = |name: &str| {
        let lower = name.to_lowercase();
        let mut words: Vec<&str> =
            lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        words.sort_unstable();
        words.join(" ")
    };
    rapidfuzz::fuzz::ratio(sorted(one).chars(), sorted(other).chars())
}

/// How well a threshold parts pairs that match from pairs that do not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Pairs with at least this score are taken to match.
    pub threshold: f64,
    /// The share of pairs taken to match that do.
    pub precision: f64,
    /// The share of pairs that match that are taken to.
    pub recall: f64,
}

impl Point {
    /// The harmonic mean of both.
    pub fn f1(&self) -> f64 {
        let sum = self.precision + self.recall;
        if sum > 0.0 { 2.0 * self.precision * self.recall / sum } else { 0.0 }
    }
}

/// How well a threshold parts these scores; each comes with whether its pair matches. Without any score above it, the
/// precision is 1: nothing was taken wrongly.
pub fn point(scores: &[(f64, bool)], threshold: f64) -> Point {
    let count = |of: &dyn Fn(&(f64, bool)) -> bool| {
        u32::try_from(scores.iter().filter(|score| of(score)).count()).map_or(f64::MAX, f64::from)
    };
    let right = count(&|(score, is_match)| *is_match && *score >= threshold);
    let taken = count(&|(score, _)| *score >= threshold);
    let matching = count(&|(_, is_match)| *is_match);
    let share = |of: f64, all: f64| if all > 0.0 { of / all } else { 1.0 };
    Point { threshold, precision: share(right, taken), recall: share(right, matching) }
}

/// The points at every score that occurs.
fn points(scores: &[(f64, bool)]) -> Vec<Point> {
    let mut thresholds: Vec<f64> = scores.iter().map(|(score, _)| *score).collect();
    thresholds.sort_by(f64::total_cmp);
    thresholds.dedup();
    thresholds.into_iter().map(|threshold| point(scores, threshold)).collect()
}

/// The point of the best F1.
pub fn best(scores: &[(f64, bool)]) -> Option<Point> {
    points(scores).into_iter().max_by(|one, other| one.f1().total_cmp(&other.f1()))
}

/// The point of the most recall with at least this precision.
pub fn recall_at(scores: &[(f64, bool)], precision: f64) -> Option<Point> {
    points(scores)
        .into_iter()
        .filter(|point| point.precision >= precision)
        .max_by(|one, other| one.recall.total_cmp(&other.recall))
}
