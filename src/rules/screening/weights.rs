//! How much a word tells: a rare word nearly decides whose name it is, a common one hardly.

use std::collections::HashMap;

use super::tables;
use super::words::{Name, Role, Subject, Word};

/// How many names the table of common words was counted in.
const COUNTED: u32 = 57_176;

/// How often words occur in the names of lists, the shipped count included.
///
/// The shipped count keeps the weights of a short list sensible; the names of loaded lists are added to it.
#[derive(Clone, Debug)]
pub struct Weights {
    counts: HashMap<Box<str>, u32>,
    names: u32,
}

impl Default for Weights {
    fn default() -> Self {
        let counts = tables::common_words().map(|(word, count)| (word.into(), count)).collect();
        Self { counts, names: COUNTED }
    }
}

impl Weights {
    /// The shipped count with these names added.
    pub fn of_names<'a>(names: impl Iterator<Item = &'a Name>) -> Self {
        let mut weights = Self::default();
        for name in names {
            weights.names += 1;
            for word in &name.words {
                match weights.counts.get_mut(&word.text) {
                    Some(count) => *count += 1,
                    None => drop(weights.counts.insert(word.text.clone(), 1)),
                }
            }
        }
        weights.counts.retain(|_, count| *count > 2);
        weights.counts.shrink_to_fit();
        weights
    }

    /// What a word weighs, from 0 to 1.
    pub(super) fn of(&self, word: &Word, subject: Subject) -> f32 {
        let weight = self.of_role(word, subject);
        if word.aside { weight * 0.5 } else { weight }
    }

    fn of_role(&self, word: &Word, subject: Subject) -> f32 {
        match word.role {
            // The servant of, the father of, the mother of: the first half of a name.
            Role::Plain if matches!(&*word.text, "abd" | "abu" | "abou" | "umm") => 0.35,
            Role::Plain if subject == Subject::Person && tables::is_given_name(&word.text) => {
                by_length(&word.text) * self.by_rarity(&word.text).min(0.8)
            }
            Role::Plain => by_length(&word.text) * self.by_rarity(&word.text),
            Role::Place => self.by_rarity(&word.text).min(0.4),
            Role::Initial if subject == Subject::Person => 0.45,
            Role::Initial => 0.5,
            Role::Title => 0.1,
            Role::Particle => 0.12,
            Role::Number(_) => 0.6,
        }
    }

    fn by_rarity(&self, word: &str) -> f32 {
        let Some(count) = self.counts.get(word) else { return 1.0 };
        let rarity = (f64::from(self.names) / f64::from(*count)).ln();
        // A word that one name in five hundred holds tells less than one that no other holds; below one in a thousand all are rare.
        #[expect(clippy::cast_possible_truncation, reason = "a weight between 0 and 1 needs few digits")]
        let weight = ((rarity - 1.5) / 5.5) as f32;
        weight.clamp(0.25, 1.0)
    }
}

/// Short words are like many others.
fn by_length(word: &str) -> f32 {
    match word.len() {
        ..=2 => 0.65,
        3 => 0.85,
        _long => 1.0,
    }
}

impl Name {
    /// The name with the weight of each word.
    #[must_use]
    pub fn weighed(mut self, weights: &Weights) -> Self {
        let subject = self.subject;
        self.words.iter_mut().for_each(|word| word.weight = weights.of(word, subject));
        self
    }
}
