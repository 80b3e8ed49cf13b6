//! Codes proposed for a product: entries of the control lists ranked by the words that they share with what the product is
//! called and how it is described.
//!
//! A word counts by how few entries have it, more where it stands in the product's name, and more where it stands in the
//! entry's title; of two entries that share the same words the shorter one is nearer. An entry that shares a single word
//! is no proposal, unless no more was asked for. A proposal decides nothing: a classifier reads the passage.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

/// How many proposals are made at most.
const MOST: usize = 10;
/// The least score of a proposal.
const LEAST: f64 = 0.05;
/// What a word of the product's name weighs, beside one of its description.
const IN_NAME: f64 = 2.0;
/// What a word in an entry's text weighs, beside one in its title.
const IN_TEXT: f64 = 0.5;

/// A word that an entry shares with a product, both in the form that the search compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// The entry.
    pub entry: Uuid,
    /// The word.
    pub word: String,
    /// Whether it stands in the product's name.
    pub in_name: bool,
    /// Whether it stands in the entry's title.
    pub in_title: bool,
    /// How many different words the entry has.
    pub words: i32,
}

/// An entry that is proposed, and how near it is: from 0 to 1, the share of what was asked for, weighed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked {
    /// The entry.
    pub entry: Uuid,
    /// The score, to three decimals.
    pub score: f64,
}

/// The entries nearest to a product, the nearest first. `entries` is how many are searched.
pub fn ranked(shared: &[Shared], entries: u32) -> Vec<Ranked> {
    let mut having: BTreeMap<&str, (f64, bool)> = BTreeMap::new();
    for one in shared {
        let (count, in_name) = having.entry(&one.word).or_default();
        *count += 1.0;
        *in_name |= one.in_name;
    }
    let rarity = |count: f64| (1.0 + f64::from(entries) / count.max(1.0)).ln();
    let weight = |(count, in_name): (f64, bool)| rarity(count) * if in_name { IN_NAME } else { 1.0 };
    let asked: f64 = having.values().map(|word| weight(*word)).sum();
    let found: BTreeMap<Uuid, i32> = shared.iter().map(|one| (one.entry, one.words)).collect();
    let length: f64 = found.values().map(|words| f64::from(*words)).sum();
    let usual = length / f64::from(u32::try_from(found.len()).unwrap_or(u32::MAX).max(1));
    let mut scores: BTreeMap<Uuid, (f64, BTreeSet<&str>)> = BTreeMap::new();
    for one in shared {
        let place = if one.in_title { 1.0 } else { IN_TEXT };
        let near = 1.0 / (0.75 + 0.25 * f64::from(one.words) / usual.max(1.0));
        let word = having.get(one.word.as_str()).copied().unwrap_or_default();
        let (score, words) = scores.entry(one.entry).or_default();
        *score += weight(word) * place * near;
        words.insert(&one.word);
    }
    let least_words = having.len().min(2);
    let mut ranked: Vec<Ranked> = scores
        .into_iter()
        .filter(|(_, (_, words))| words.len() >= least_words)
        .map(|(entry, (score, _))| Ranked { entry, score: rounded(score / asked.max(f64::MIN_POSITIVE)) })
        .filter(|proposal| proposal.score >= LEAST)
        .collect();
    ranked.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.entry.cmp(&other.entry)));
    ranked.truncate(MOST);
    ranked
}

fn rounded(score: f64) -> f64 {
    (score.clamp(0.0, 1.0) * 1000.0).round() / 1000.0
}

/// A piece of a passage.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = PassagePiece)]
pub struct Piece {
    /// Plain text, as the entry has it.
    pub text: String,
    /// Whether it is a word that was looked for.
    pub matched: bool,
}

/// What begins and ends a word that was looked for, in a passage as the database gives it: no text on file holds them.
pub const MARKS: (char, char) = ('\u{1}', '\u{2}');

/// The pieces of a passage.
pub fn pieces(marked: &str) -> Vec<Piece> {
    let (begin, end) = MARKS;
    let mut pieces: Vec<Piece> = Vec::new();
    let mut push = |text: &str, matched: bool| {
        if !text.is_empty() {
            pieces.push(Piece { text: text.to_owned(), matched });
        }
    };
    let mut parts = marked.split(begin);
    push(parts.next().unwrap_or_default(), false);
    for part in parts {
        let (word, rest) = part.split_once(end).unwrap_or((part, ""));
        push(word, true);
        push(rest, false);
    }
    pieces
}
