//! Which names may be meant: the names that share a word with a query, or a word like it.
//!
//! Every word of the lists stands here once, under its bones, the consonants in coarse classes, and under its bones less
//! one: two words that differ by a slip meet under one of these keys. Words that stand side by side are here joined as
//! well, and organizations by the first letters of their words.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher as _};

use super::latin::Origin;
use super::likeness::by_sound;
use super::sounds::{bones, sounds};
use super::tables;
use super::tally::Tally;
use super::words::{Name, Role, Subject, Word};

/// A word of the lists.
#[derive(Debug)]
struct Known {
    text: Box<str>,
    sounds: Box<[u8]>,
    origin: Origin,
    /// Whether it stands only where words are joined.
    is_joined: bool,
}

/// The words of all names, and where they stand.
#[derive(Debug, Default)]
pub(super) struct Index {
    words: Vec<Known>,
    by_text: HashMap<Box<str>, u32>,
    /// Keys and words, in the order of the keys.
    keys: Vec<(u32, u32)>,
    /// Where the names of each word begin in `names`; one more than words.
    starts: Vec<u32>,
    names: Vec<u32>,
    /// What the words of each name weigh together.
    weights: Vec<f32>,
}

/// A word to look for: its text, what it weighs, and which words of its name it is made of, as bits.
struct Sought {
    of: u32,
    text: String,
    sounds: Vec<u8>,
    origin: Origin,
    weight: f32,
}

impl Index {
    pub(super) fn new(names: &[Name]) -> Self {
        let mut index = Self::default();
        let mut stands: Vec<(u32, u32)> = Vec::new();
        for (at, name) in (0..).zip(names) {
            for sought in sought(name) {
                stands.push((index.word(&sought), at));
            }
            index.weights.push(told(name));
        }
        stands.sort_unstable();
        stands.dedup();
        index.starts = starts(&stands, index.words.len());
        index.names = stands.into_iter().map(|(_, name)| name).collect();
        let words = (0..).zip(&index.words);
        let of_word = |word: &Known| {
            keys(&word.text, &word.sounds, word.is_joined)
                .into_iter()
                .chain(row_keys(&word.text))
                .collect::<Vec<_>>()
        };
        let mut keys: Vec<(u32, u32)> =
            words.flat_map(|(at, word)| of_word(word).into_iter().map(move |key| (key, at))).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.shrink_to_fit();
        index.keys = keys;
        index.words.shrink_to_fit();
        index
    }

    fn word(&mut self, sought: &Sought) -> u32 {
        let is_joined = sought.of.count_ones() > 1;
        if let Some(known) = self.by_text.get(sought.text.as_str()) {
            if let Some(word) = self.words.get_mut(*known as usize) {
                word.is_joined &= is_joined;
            }
            return *known;
        }
        let at = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        let text: Box<str> = sought.text.as_str().into();
        self.words.push(Known {
            text: text.clone(),
            sounds: sought.sounds.as_slice().into(),
            origin: sought.origin,
            is_joined,
        });
        self.by_text.insert(text, at);
        at
    }

    /// The names that may be meant by a query, the likeliest first.
    pub(super) fn candidates(&self, query: &Name) -> Vec<u32> {
        let mut found = Tally::new(self.weights.len());
        for sought in sought(query) {
            for (word, value) in self.alike(&sought, query.subject) {
                for name in self.names_of(word) {
                    found.add(*name, sought.of, value * sought.weight);
                }
            }
        }
        found.best(told(query), &self.weights)
    }

    fn names_of(&self, word: u32) -> &[u32] {
        let at = word as usize;
        let bound = |at: usize| self.starts.get(at).map_or(0, |start| *start as usize);
        self.names.get(bound(at)..bound(at + 1)).unwrap_or_default()
    }

    /// The words like one, the most alike first.
    fn alike(&self, sought: &Sought, subject: Subject) -> Vec<(u32, f32)> {
        let mut met: Vec<u32> =
            keys(&sought.text, &sought.sounds, false).into_iter().flat_map(|key| self.under(key)).collect();
        let mut said: Vec<u32> = row_keys(&sought.text).flat_map(|key| self.under(key)).collect();
        met.sort_unstable();
        met.dedup();
        said.sort_unstable();
        let spelled = met.iter().filter_map(|word| Some((*word, self.value(sought, *word, subject)?)));
        let mut alike: Vec<(u32, f32)> = spelled.chain(said.iter().map(|word| (*word, 0.9))).collect();
        alike.sort_by(|one, other| other.1.total_cmp(&one.1));
        alike
    }

    fn under(&self, key: u32) -> impl Iterator<Item = u32> + '_ {
        let from = self.keys.partition_point(|(one, _)| *one < key);
        self.keys.iter().skip(from).take_while(move |(one, _)| *one == key).map(|(_, word)| *word)
    }

    fn value(&self, sought: &Sought, word: u32, subject: Subject) -> Option<f32> {
        let known = self.words.get(word as usize)?;
        let latin = (known.origin, sought.origin) == (Origin::Latin, Origin::Latin);
        let longest = known.sounds.len().max(sought.sounds.len());
        if latin && known.sounds.len().abs_diff(sought.sounds.len()) * 3 > longest {
            return None;
        }
        if *known.sounds == *sought.sounds {
            return Some(if *known.text == *sought.text { 1.0 } else { 0.97 });
        }
        #[expect(clippy::cast_possible_truncation, reason = "a likeness between 0 and 1 needs few digits")]
        by_sound(&sought.sounds, &known.sounds, (sought.origin, known.origin), subject)
            .map(|like| like.value as f32)
    }
}

/// What the words of a name weigh together.
fn told(name: &Name) -> f32 {
    name.words.iter().map(|word| word.weight).sum()
}

fn starts(stands: &[(u32, u32)], words: usize) -> Vec<u32> {
    let mut counts = vec![0_u32; words + 1];
    for (word, _) in stands {
        if let Some(count) = counts.get_mut(*word as usize + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    counts
        .into_iter()
        .map(|count| {
            sum += count;
            sum
        })
        .collect()
}

/// The words of a name that it is looked for by: alone, joined with their neighbors, and as first letters.
fn sought(name: &Name) -> Vec<Sought> {
    let alone = |word: &Word| !matches!(word.role, Role::Particle | Role::Title | Role::Initial);
    let words = || name.words.iter().enumerate();
    let mut sought: Vec<Sought> =
        words().filter(|(_, word)| alone(word)).map(|(at, word)| one(word, at)).collect();
    for length in 2..=3 {
        let spans = name.words.windows(length).enumerate();
        sought.extend(spans.filter(|(_, span)| fit_to_join(span)).map(|(at, span)| joined(span, at)));
    }
    let first = |word: &Word| word.text.chars().next();
    let counts = |word: &Word| !matches!(word.role, Role::Particle | Role::Title | Role::Number(_));
    let initials: String =
        words().filter(|(_, word)| counts(word)).filter_map(|(_, word)| first(word)).collect();
    if name.subject != Subject::Person && (3..=8).contains(&initials.len()) {
        let weight = told(name) * 0.8;
        sought.push(Sought {
            of: u32::MAX,
            sounds: sounds(&initials),
            text: initials,
            origin: Origin::Latin,
            weight,
        });
    }
    sought
}

/// The bits of `length` words from the one at `at`.
fn bits(at: usize, length: usize) -> u32 {
    (at..at + length)
        .filter_map(|at| u32::try_from(at).ok())
        .fold(0, |bits, at| bits | 1_u32.checked_shl(at).unwrap_or(0))
}

fn one(word: &Word, at: usize) -> Sought {
    let text = word.text.to_string();
    Sought { of: bits(at, 1), text, sounds: word.sounds.to_vec(), origin: word.origin, weight: word.weight }
}

fn fit_to_join(span: &[Word]) -> bool {
    let is_short = span.iter().map(|word| word.text.len()).sum::<usize>() <= 24;
    let held = span.windows(2).all(|pair| matches!(pair, [one, next] if one.group == next.group));
    is_short && (span.len() == 2 || held)
}

fn joined(span: &[Word], at: usize) -> Sought {
    let text: String = span.iter().map(|word| &*word.text).collect();
    let origin = span.iter().map(|word| word.origin).max().unwrap_or(Origin::Latin);
    let weight = span.iter().map(|word| word.weight).sum();
    Sought { of: bits(at, span.len()), sounds: sounds(&text), text, origin, weight }
}

/// The keys that a word is found under: its text, its bones, and its bones less one. What is left of a short word is
/// left of very many, so there the first sound has to agree as well.
fn keys(text: &str, sounds: &[u8], is_joined: bool) -> Vec<u32> {
    let bones = bones(sounds);
    let mut keys = vec![hashed(b"text", text.as_bytes())];
    if bones.is_empty() || text.bytes().all(|b| b.is_ascii_digit()) {
        return keys;
    }
    keys.push(hashed(b"bones", &bones));
    if is_joined {
        return keys;
    }
    let first = if matches!(sounds, [b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'h' | b'w', ..]) {
        b'a'
    } else {
        bones.first().copied().unwrap_or_default()
    };
    let mut short = |less: &[u8]| {
        if less.len() <= 2 {
            keys.push(hashed(&[b'<', first], less));
        } else {
            keys.push(hashed(b"bones", less));
        }
    };
    short(&bones);
    if bones.len() >= 3 {
        for at in 0..bones.len() {
            let less: Vec<u8> =
                bones.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, bone)| *bone).collect();
            short(&less);
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The keys of the words that mean the same, and of the forms of a given name.
fn row_keys(text: &str) -> impl Iterator<Item = u32> {
    tables::rows_of(text).map(|row| hashed(b"row", &row.to_le_bytes()))
}

#[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
fn hashed(kind: &[u8], key: &[u8]) -> u32 {
    let mut hasher = DefaultHasher::new();
    (kind, key).hash(&mut hasher);
    hasher.finish() as u32
}
