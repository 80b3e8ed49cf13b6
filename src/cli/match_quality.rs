//! `match-quality`: how well the matching of names parts labelled pairs.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Args;
use serde::Deserialize;

use crate::rules::screening::quality::{Point, best, point, recall_at, score, token_sort_ratio};
use crate::rules::screening::{Subject, Weights};

/// Which pairs to measure on.
#[derive(Clone, Debug, Args)]
pub(super) struct MatchQualityArgs {
    /// A CSV with the columns schema (`Person`, `Company`, `Organization`, `Vessel`, `LegalEntity`), `name1`, `name2` and `is_match`.
    pairs: PathBuf,
}

/// A labelled pair.
#[derive(Debug, Deserialize)]
struct Pair {
    #[serde(default)]
    schema: String,
    name1: String,
    name2: String,
    is_match: String,
}

/// The scores of a method, each with whether the pair matches, and how long they took together.
struct Measured {
    method: &'static str,
    scores: Vec<(f64, bool)>,
    took: Duration,
}

/// Measures and prints a table for the matching and for the floor.
pub(super) fn measure(args: &MatchQualityArgs) -> anyhow::Result<()> {
    let pairs = pairs(args)?;
    let weights = Weights::default();
    let ours =
        measured("matching", &pairs, |pair, subject| score(&pair.name1, &pair.name2, subject, &weights));
    let floor = measured("token-sort ratio", &pairs, |pair, _| token_sort_ratio(&pair.name1, &pair.name2));
    let matching = ours.scores.iter().filter(|(_, is_match)| *is_match).count();
    tell!("{} pairs, {matching} of them match", pairs.len());
    for measured in [ours, floor] {
        tell_measured(&measured);
    }
    Ok(())
}

fn pairs(args: &MatchQualityArgs) -> anyhow::Result<Vec<Pair>> {
    let at = || args.pairs.display().to_string();
    let mut reader = csv::Reader::from_path(&args.pairs).with_context(at)?;
    let pairs = reader.deserialize().collect::<Result<Vec<Pair>, _>>().with_context(at)?;
    anyhow::ensure!(!pairs.is_empty(), "{}: there are no pairs", at());
    for pair in &pairs {
        let label = pair.is_match.as_str();
        anyhow::ensure!(is_match(label).is_some(), "{}: {label:?} is neither true nor false", at());
    }
    Ok(pairs)
}

fn is_match(label: &str) -> Option<bool> {
    match label.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" => Some(false),
        _other => None,
    }
}

fn subject(schema: &str) -> Subject {
    match schema {
        "Person" => Subject::Person,
        "Company" | "Organization" | "PublicBody" => Subject::Organization,
        "Vessel" | "Airplane" | "Vehicle" => Subject::Craft,
        _other => Subject::Unknown,
    }
}

fn measured(method: &'static str, pairs: &[Pair], of: impl Fn(&Pair, Subject) -> f64) -> Measured {
    // The tables of words are read at the first use, which is no part of what a pair takes.
    let _first = pairs.first().map(|pair| of(pair, subject(&pair.schema)));
    let begun = Instant::now();
    let scored = pairs
        .iter()
        .map(|pair| (of(pair, subject(&pair.schema)), is_match(&pair.is_match).unwrap_or_default()));
    let all = scored.collect();
    Measured { method, scores: all, took: begun.elapsed() }
}

fn tell_measured(measured: &Measured) {
    let Measured { method, scores, took } = measured;
    let each = took.as_secs_f64() * 1e6 / f64::from(u32::try_from(scores.len()).unwrap_or(u32::MAX));
    tell!("\n{method}: {each:.1} µs a pair");
    tell!("  threshold  precision  recall     F1");
    for percent in (50_u32..=95).step_by(5) {
        tell_point("", &point(scores, f64::from(percent) / 100.0));
    }
    if let Some(best) = best(scores) {
        tell_point("best F1", &best);
    }
    match recall_at(scores, 0.93) {
        Some(point) => tell_point("most recall at precision 0.93", &point),
        None => tell!("  no threshold has precision 0.93"),
    }
}

fn tell_point(says: &str, point: &Point) {
    let Point { threshold, precision, recall } = point;
    tell!("      {threshold:.3}      {precision:.3}   {recall:.3}  {:.3}  {says}", point.f1());
}
