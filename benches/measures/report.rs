//! The table.

use std::fmt::Write as _;
use std::time::Duration;

use crate::readers::Latencies;
use crate::{Memory, Round, Settings, common};

fn seconds(times: &[Duration]) -> f64 {
    common::median(times.iter().map(Duration::as_secs_f64).collect()).unwrap_or_default()
}

/// The value that so many of a hundred stay below, in milliseconds.
fn millis(mut times: Vec<Duration>, percent: usize) -> f64 {
    times.sort_unstable();
    times.get(times.len() * percent / 100).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}

/// What was measured, as Markdown.
pub(crate) fn table(
    settings: &Settings,
    version: &str,
    rounds: &[Round],
    memory: Memory,
) -> anyhow::Result<String> {
    let mut text = String::new();
    let cores = std::thread::available_parallelism()?;
    let Settings { licenses, touched, rate, .. } = settings;
    writeln!(
        text,
        "{cores} cores, PostgreSQL {version}, {licenses} licenses, a measure that touches {touched}, {} rounds, medians.\n",
        rounds.len()
    )?;
    let of = |pick: fn(&Round) -> Duration| seconds(&rounds.iter().map(pick).collect::<Vec<_>>());
    let all = |pick: fn(&Round) -> &Vec<Duration>| {
        seconds(&rounds.iter().flat_map(pick).copied().collect::<Vec<_>>())
    };
    writeln!(text, "| act | service, s | floor, s | ratio | goal | beside readers, s |")?;
    writeln!(text, "|---|--:|--:|--:|--:|--:|")?;
    let (preview, query) = (all(|round| &round.preview), all(|round| &round.query));
    writeln!(text, "| preview | {preview:.2} | {query:.2} | {:.2} | 1.5 | – |", preview / query)?;
    for (act, service, floor, read) in [
        (
            "execution",
            of(|round| round.execution),
            of(|round| round.execution_floor),
            of(|round| round.execution_read),
        ),
        (
            "lifting",
            of(|round| round.lifting),
            of(|round| round.lifting_floor),
            of(|round| round.lifting_read),
        ),
    ] {
        writeln!(text, "| {act} | {service:.2} | {floor:.2} | {:.2} | 2 | {read:.2} |", service / floor)?;
    }
    writeln!(text, "\n| {rate} reads a second | p50, ms | p99, ms | ratio of p99 | goal | reads |")?;
    writeln!(text, "|---|--:|--:|--:|--:|--:|")?;
    for (kind, pick) in [
        ("verification", (|latencies| &latencies.verifications) as fn(&Latencies) -> &Vec<Duration>),
        ("license by id", |latencies| &latencies.licenses),
    ] {
        let all = |when: fn(&Round) -> &Latencies| -> Vec<Duration> {
            rounds.iter().flat_map(|round| pick(when(round))).copied().collect()
        };
        let idle = all(|round| &round.idle);
        let calm = millis(idle.clone(), 99);
        for (when, times) in [
            ("at rest", idle),
            ("during the execution", all(|round| &round.executing)),
            ("during the lifting", all(|round| &round.lifted)),
            ("during the floor of the execution", all(|round| &round.floor_beside)),
        ] {
            let (reads, p50, p99) = (times.len(), millis(times.clone(), 50), millis(times, 99));
            let ratio = format!("{:.2}", p99 / calm);
            let (ratio, goal) = match when {
                "at rest" => ("–", "–"),
                "during the floor of the execution" => (ratio.as_str(), "–"),
                _ => (ratio.as_str(), "2"),
            };
            writeln!(text, "| {kind} {when} | {p50:.2} | {p99:.2} | {ratio} | {goal} | {reads} |")?;
        }
    }
    let Memory { before, peak, after } = memory;
    writeln!(
        text,
        "\nResident memory of the service: {} MB before, {} MB at most, {} MB after; it grew by {} MB (goal: under 64).",
        before / 1024,
        peak / 1024,
        after / 1024,
        peak.saturating_sub(before) / 1024
    )?;
    Ok(text)
}
