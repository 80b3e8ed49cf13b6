//! Screening over a list in the size of the US Consolidated Screening List: one name, ten thousand names, loading and
//! memory, each beside a token-sort ratio with every name of the list.
//!
//! `cargo bench --bench screening -- --list LIST.csv`; without a list, over invented names of the same count.
//! `docs/benchmarks.md` says what is measured and how to read it.

#![expect(clippy::print_stdout, reason = "the table is the result")]

#[path = "common/asked.rs"]
mod asked;

use std::time::{Duration, Instant};

use anyhow::Context as _;
use asked::asked;
use export_license_registry::rules::screening::entry::{Entry, Kind, ListedName, Quality};
use export_license_registry::rules::screening::quality::token_sort_ratio;
use export_license_registry::rules::screening::{Facts, Matcher, Party};
use export_license_registry::screening::read::{File, Limits, read};

/// The size of the invented list.
const PARTIES: u32 = 57_000;
/// How many names are screened one by one for the times of one.
const SINGLE: usize = 2_000;
/// How many are screened on two threads.
const MANY: usize = 10_000;
/// How many are screened by the floor, which takes much longer.
const BY_FLOOR: usize = 20;
/// From which score on there is a hit.
const THRESHOLD: f64 = 0.7;

/// Screens names over a list.
#[derive(clap::Parser)]
struct Settings {
    /// The list, in any form that the registry reads [default: invented names].
    #[arg(long, value_name = "FILE")]
    list: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let Some(settings) = asked::<Settings>() else {
        println!("benchmarks are run by `cargo bench`");
        return Ok(());
    };
    let begun = Instant::now();
    let entries = settings.list.map_or_else(|| Ok(invented()), |path| loaded(&path))?;
    let read = begun.elapsed();
    let before = resident()?;
    let begun = Instant::now();
    let matcher = Matcher::new(entries.iter());
    let made = begun.elapsed();
    println!("{} names of {} entries", matcher.len(), entries.len());
    println!(
        "load: read {read:.2?}, made ready {made:.2?}, {} MiB resident for it",
        (resident()? - before) / 1024
    );
    let queries = queries(&entries);
    single(&matcher, &queries);
    many(&matcher, &queries)?;
    floor(&entries, &queries);
    Ok(())
}

fn loaded(path: &str) -> anyhow::Result<Vec<Entry>> {
    let bytes = std::fs::read(path).with_context(|| path.to_owned())?;
    Ok(read(&[File { name: path, bytes: &bytes }], None, &Limits::default())?.entries)
}

/// Invented parties, the same in every run.
fn invented() -> Vec<Entry> {
    let syllables = [
        "ka", "ro", "min", "tal", "ves", "du", "shi", "pol", "gra", "nek", "ul", "bor", "zan", "fi", "lem",
        "ou",
    ];
    let mut state = 1_u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((state >> 33) % below).unwrap_or_default()
    };
    let mut word = || {
        let count = 2 + next(3);
        (0..count).filter_map(|_| syllables.get(next(16)).copied()).collect::<String>()
    };
    let named = |id: u32, text: String| Entry {
        source_id: id.to_string(),
        kind: if id.is_multiple_of(3) { Kind::Person } else { Kind::Organization },
        names: vec![ListedName { text, quality: Quality::Primary }],
        ..Entry::default()
    };
    (0..PARTIES).map(|id| named(id, format!("{} {} {}", word(), word(), word()))).collect()
}

/// Names to look for: of the list, with two letters exchanged or the words in another order.
fn queries(entries: &[Entry]) -> Vec<(String, Kind)> {
    let step = (entries.len() / MANY).max(1);
    let mangled = |(at, entry): (usize, &Entry)| {
        let name = entry.names.first().map_or("", |name| name.text.as_str());
        let mut words: Vec<String> = name.split_whitespace().map(ToOwned::to_owned).collect();
        if at.is_multiple_of(2) {
            let by = usize::from(words.len() > 1);
            words.rotate_right(by);
        } else if let Some(word) = words.iter_mut().find(|word| word.is_ascii() && word.len() > 4) {
            let letters: Vec<char> = word.chars().collect();
            if let [first, second, third, rest @ ..] = letters.as_slice() {
                *word = [*first, *third, *second].iter().chain(rest).collect();
            }
        }
        (words.join(" "), entry.kind)
    };
    entries.iter().step_by(step).take(MANY).enumerate().map(mangled).collect()
}

fn party((name, kind): &(String, Kind)) -> Party<'_> {
    Party { name, subject: kind.subject(), facts: Facts::default() }
}

fn single(matcher: &Matcher, queries: &[(String, Kind)]) {
    let mut times = Vec::new();
    let mut hits = 0;
    for query in queries.iter().take(SINGLE) {
        let begun = Instant::now();
        hits += usize::from(!matcher.screen(&party(query), THRESHOLD).is_empty());
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    println!("one name: p50 {:.2?}, p99 {:.2?}; {hits} of {} with a hit", at(50), at(99), times.len());
}

fn many(matcher: &Matcher, queries: &[(String, Kind)]) -> anyhow::Result<()> {
    let begun = Instant::now();
    let hits: usize = std::thread::scope(|scope| {
        let halves: Vec<_> = queries
            .chunks(queries.len().div_ceil(2).max(1))
            .map(|half| {
                scope.spawn(|| {
                    half.iter().filter(|query| !matcher.screen(&party(query), THRESHOLD).is_empty()).count()
                })
            })
            .collect();
        halves
            .into_iter()
            .map(|half| half.join().map_err(|_| anyhow::anyhow!("a thread failed")))
            .sum::<anyhow::Result<usize>>()
    })?;
    println!("{} names on two threads: {:.2?}; {hits} with a hit", queries.len(), begun.elapsed());
    Ok(())
}

fn floor(entries: &[Entry], queries: &[(String, Kind)]) {
    let mut took = Duration::ZERO;
    let mut hits = 0;
    for (query, _) in queries.iter().take(BY_FLOOR) {
        let begun = Instant::now();
        let mut names = entries.iter().flat_map(|entry| &entry.names);
        hits += usize::from(
            names.by_ref().map(|name| token_sort_ratio(query, &name.text)).fold(0.0, f64::max) >= THRESHOLD,
        );
        took += begun.elapsed();
    }
    let each = took / u32::try_from(BY_FLOOR).unwrap_or(1);
    println!("floor, token-sort ratio with every name: {each:.2?} a name; {hits} of {BY_FLOOR} with a hit");
}

/// The memory of this program, in KiB.
fn resident() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
