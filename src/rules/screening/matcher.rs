//! All lists in memory, and the question whether a party is on one of them.

use std::collections::HashMap;

use super::compare::{Part, compare};
use super::entry::{Entry, Quality};
use super::evidence::{Evidence, Facts, weigh};
use super::index::Index;
use super::weights::Weights;
use super::words::{Name, Subject};

/// Who is looked for.
#[derive(Clone, Debug)]
pub struct Party<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub subject: Subject,
    /// What else is known of it.
    pub facts: Facts,
}

/// An entry that may be the party.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Which entry, by its place in what the matcher was made of.
    pub entry: usize,
    /// Which of its names, by its place.
    pub name: usize,
    /// How alike the names are, from 0 to 1.
    pub name_score: f64,
    /// The same with the evidence for and against, from 0 to 1.
    pub score: f64,
    /// Every word of the party's name, then of the entry's, with its counterpart.
    pub parts: Vec<Part>,
    /// What else speaks for or against it.
    pub evidence: Vec<Evidence>,
}

/// The names of lists, ready to be matched.
#[derive(Debug)]
pub struct Matcher {
    names: Vec<Name>,
    /// The entry of each name, and its place there.
    places: Vec<(u32, u16)>,
    weak: Vec<bool>,
    facts: Vec<Facts>,
    by_identifier: HashMap<Box<str>, Vec<u32>>,
    weights: Weights,
    index: Index,
}

/// A name that the list itself calls weak counts this much.
const WEAK: f64 = 0.95;

impl Matcher {
    /// Makes the entries ready. Hits tell entries by their order here.
    pub fn new<'a>(entries: impl Iterator<Item = &'a Entry>) -> Self {
        let (mut names, mut places, mut weak, mut facts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut by_identifier: HashMap<Box<str>, Vec<u32>> = HashMap::new();
        for (at, entry) in (0_u32..).zip(entries) {
            for (place, name) in (0_u16..).zip(&entry.names) {
                names.push(Name::new(&name.text, entry.kind.subject()));
                places.push((at, place));
                weak.push(name.quality == Quality::Weak);
            }
            let known = Facts::of_entry(entry);
            for number in known.numbers() {
                by_identifier.entry(number.into()).or_default().push(at);
            }
            facts.push(known);
        }
        let weights = Weights::of_names(names.iter());
        let names: Vec<Name> = names.into_iter().map(|name| name.weighed(&weights)).collect();
        let index = Index::new(&names);
        Self { names, places, weak, facts, by_identifier, weights, index }
    }

    /// How many names are looked through.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is nothing to look through.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The entries that the party may be, each once, by its best name, with at least this score; the likeliest first.
    pub fn screen(&self, party: &Party<'_>, least: f64) -> Vec<Hit> {
        let query = Name::new(party.name, party.subject).weighed(&self.weights);
        let mut best: HashMap<u32, Hit> = HashMap::new();
        for candidate in self.index.candidates(&query) {
            if let Some(hit) = self.hit(&query, party, candidate, least) {
                keep(&mut best, hit);
            }
        }
        for hit in self.by_number(&query, party) {
            keep(&mut best, hit);
        }
        let mut hits: Vec<Hit> = best.into_values().filter(|hit| hit.score >= least).collect();
        hits.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.entry.cmp(&other.entry)));
        hits
    }

    fn hit(&self, query: &Name, party: &Party<'_>, candidate: u32, least: f64) -> Option<Hit> {
        let name = self.names.get(candidate as usize)?;
        let (entry, place) = self.places.get(candidate as usize).copied()?;
        let comparison = compare(query, name);
        let is_weak = self.weak.get(candidate as usize).copied().unwrap_or_default();
        let name_score = comparison.score * if is_weak { WEAK } else { 1.0 };
        let (score, evidence) = weigh(name_score, &party.facts, self.facts.get(entry as usize)?);
        if score < least {
            return None;
        }
        let why = comparison.parts(query, name);
        Some(Hit { entry: entry as usize, name: usize::from(place), name_score, score, parts: why, evidence })
    }

    /// The entries that have a number of the party, whatever their names.
    fn by_number<'a>(&'a self, query: &'a Name, party: &'a Party<'a>) -> impl Iterator<Item = Hit> + 'a {
        let entries = party.facts.numbers().filter_map(|number| self.by_identifier.get(number)).flatten();
        let names_of = |entry: u32| {
            let from = self.places.partition_point(|(one, _)| *one < entry);
            let until = self.places.partition_point(|(one, _)| *one <= entry);
            (from..until).filter_map(|at| u32::try_from(at).ok())
        };
        entries
            .flat_map(move |entry| names_of(*entry))
            .filter_map(move |name| self.hit(query, party, name, 0.0))
    }
}

fn keep(best: &mut HashMap<u32, Hit>, hit: Hit) {
    let entry = u32::try_from(hit.entry).unwrap_or(u32::MAX);
    match best.get(&entry) {
        Some(known) if known.score >= hit.score => {}
        Some(_) | None => drop(best.insert(entry, hit)),
    }
}
