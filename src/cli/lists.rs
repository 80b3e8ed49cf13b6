//! `screen` and `compare-lists`: lists of restricted parties from files, without a service.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use crate::rules::edition::believable;
use crate::rules::screening::edition::{Marks, edition};
use crate::rules::screening::entry::{Entry, Identifier, Kind};
use crate::rules::screening::{Facts, Hit, How, Matcher, Part, Party};
use crate::screening::read::{self, File, Limits, Reading};

/// Whom to look for, and where.
#[derive(Clone, Debug, Args)]
pub(super) struct ScreenArgs {
    /// The name, in any script.
    name: String,
    /// A list: a file, or a directory with the files of OFAC's native form. May be given several times.
    #[arg(long, required = true)]
    list: Vec<PathBuf>,
    /// What the name is of: person, organization, vessel, aircraft or unknown.
    #[arg(long, default_value = "unknown")]
    kind: Kind,
    /// A country of the party, as an ISO 3166-1 alpha-2 code. May be given several times.
    #[arg(long)]
    country: Vec<String>,
    /// A number of the party: of a passport, a register, a ship. May be given several times.
    #[arg(long)]
    identifier: Vec<String>,
    /// Hits with at least this score are told, from 0 to 1.
    #[arg(long, default_value_t = 0.7)]
    threshold: f64,
    /// The encoding of files that are not in Unicode, such as windows-1252.
    #[arg(long)]
    encoding: Option<String>,
}

/// Two editions of a list.
#[derive(Clone, Debug, Args)]
pub(super) struct CompareListsArgs {
    /// The older edition: a file, or a directory with the files of OFAC's native form.
    older: PathBuf,
    /// The newer edition.
    newer: PathBuf,
    /// How much of the older edition the newer one may take away, in percent, before it is not believed.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u8).range(0..=100))]
    most_removed: u8,
    /// The encoding of files that are not in Unicode, such as windows-1252.
    #[arg(long)]
    encoding: Option<String>,
}

/// Looks for a name and tells the hits with their reasons.
pub(super) fn screen(args: &ScreenArgs) -> anyhow::Result<()> {
    anyhow::ensure!(args.name.chars().any(char::is_alphanumeric), "the name has no letter and no digit");
    let mut entries: Vec<Entry> = Vec::new();
    for path in &args.list {
        entries.extend(reading(path, args.encoding.as_deref())?.entries);
    }
    let matcher = Matcher::new(entries.iter());
    let numbers = args.identifier.iter().map(|value| Identifier {
        kind: String::new(),
        value: value.clone(),
        country: None,
    });
    let countries: Vec<&str> = args.country.iter().map(String::as_str).collect();
    let facts = Facts::new(&numbers.collect::<Vec<_>>(), &[], &countries);
    let party = Party { name: &args.name, subject: args.kind.subject(), facts };
    let hits = matcher.screen(&party, args.threshold);
    tell!("{} hits among {} names of {} entries", hits.len(), matcher.len(), entries.len());
    for hit in &hits {
        if let Some(entry) = entries.get(hit.entry) {
            tell_hit(hit, entry);
        }
    }
    Ok(())
}

fn tell_hit(hit: &Hit, entry: &Entry) {
    let name = entry.names.get(hit.name).map_or("", |name| name.text.as_str());
    let list = entry.list.as_deref().unwrap_or_default();
    tell!("\n{:.3}  {name}  [{} {}] {list}", hit.score, entry.kind, entry.source_id);
    if let Some(first) = entry.names.first().filter(|first| first.text != name) {
        tell!("       listed as {}", first.text);
    }
    for Part { ours, theirs, how, likeness, weight } in &hit.parts {
        let (ours, theirs) = (shown(ours), shown(theirs));
        let how = if *how == How::Missing {
            "nothing stands for it".to_owned()
        } else {
            format!("{how} {likeness:.2}")
        };
        tell!("       {ours} ~ {theirs}: {how}, weight {weight:.2}");
    }
    for evidence in &hit.evidence {
        tell!("       {evidence}");
    }
    let facts = [&entry.license_requirement, &entry.license_policy, &entry.citation];
    for said in facts.into_iter().flatten() {
        tell!("       {said}");
    }
}

fn shown(word: &str) -> &str {
    if word.is_empty() { "(none)" } else { word }
}

/// Tells what a newer edition says otherwise; fails where it is not to be believed.
pub(super) fn compare(args: &CompareListsArgs) -> anyhow::Result<()> {
    let older = reading(&args.older, args.encoding.as_deref())?;
    let newer = reading(&args.newer, args.encoding.as_deref())?;
    let (before, now) = (edition(older.entries.iter()), edition(newer.entries.iter()));
    let difference =
        believable(&before, &now, args.most_removed).with_context(|| args.newer.display().to_string())?;
    let of = |reading: &Reading, but: &[String]| {
        Marks::of(reading.entries.iter().filter(|entry| but.binary_search(&entry.source_id).is_err()))
    };
    let marks = of(&older, &difference.removed);
    if let Some(doubt) = marks.thinned(of(&newer, &difference.added), args.most_removed).next() {
        return Err(doubt).with_context(|| args.newer.display().to_string());
    }
    tell!("{} entries before, {} now", before.len(), now.len());
    for (sign, ids, reading) in [
        ("+", &difference.added, &newer),
        ("~", &difference.changed, &newer),
        ("-", &difference.removed, &older),
    ] {
        tell!("{sign} {}", ids.len());
        for entry in reading.entries.iter().filter(|entry| ids.binary_search(&entry.source_id).is_ok()) {
            let name = entry.names.first().map_or("", |name| name.text.as_str());
            tell!("{sign} {}\t{name}", entry.source_id);
        }
    }
    Ok(())
}

/// The list of a file, or of the files of a directory.
fn reading(path: &Path, encoding: Option<&str>) -> anyhow::Result<Reading> {
    let read = files(path)?;
    let files: Vec<File<'_>> = read.iter().map(|(name, bytes)| File { name, bytes }).collect();
    Ok(read::read(&files, encoding, &Limits::default())?)
}

/// A file, or the files of a directory, by name.
pub(super) fn files(path: &Path) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let paths = if path.is_dir() { files_of(path)? } else { vec![path.to_owned()] };
    let mut read = Vec::new();
    for path in &paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let size = std::fs::metadata(path).with_context(|| path.display().to_string())?.len();
        anyhow::ensure!(size <= Limits::default().bytes as u64, "{}: the file is too long", path.display());
        read.push((name, std::fs::read(path).with_context(|| path.display().to_string())?));
    }
    Ok(read)
}

/// The CSV files of a directory, in the order of their names.
fn files_of(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(directory).with_context(|| directory.display().to_string())? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
