//! How alike two words are, and in which way.

use super::latin::Origin;
use super::sounds::{EDIT, distance, sounds};
use super::tables;
use super::words::{Role, Subject, Word};
use crate::rules::vocabulary;

vocabulary! {
    /// In which way a word of one name stands for a word of the other.
    How {
        /// The same word.
        Equal,
        /// The same number, in digits or spelled out.
        Number,
        /// The same word in another script, or spelled as another language does.
        Transliterated,
        /// Another spelling of the same sound.
        Spelling,
        /// A slip: a letter too many, too few, exchanged.
        Typo,
        /// One written as several words, or several as one.
        Joined,
        /// A short form of the name, or its form in another language.
        GivenName,
        /// A word that means the same: an abbreviation or a translation.
        SameMeaning,
        /// The first letter, or the first letters of several words.
        Initial,
        /// The first letters of all words of an organization.
        Acronym,
        /// Written backwards.
        Reversed,
        /// Nothing stands for it.
        Missing,
    }
}

/// How alike two words are, from 0 to 1, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Likeness {
    pub(super) value: f64,
    pub(super) how: How,
}

#[expect(clippy::unnecessary_wraps, reason = "every caller answers with an option")]
const fn like(value: f64, how: How) -> Option<Likeness> {
    Some(Likeness { value, how })
}

/// Words less alike than this share (before sharpening) are different words.
const LEAST: f64 = 0.69;

/// How alike two words are; `None` where they are different words.
pub(super) fn likeness(a: &Word, b: &Word, subject: Subject) -> Option<Likeness> {
    if a.text == b.text {
        let same_script = (a.origin == Origin::Latin) == (b.origin == Origin::Latin);
        return like(1.0, if same_script { How::Equal } else { How::Transliterated });
    }
    match (a.role, b.role) {
        (Role::Number(one), Role::Number(other)) => {
            if one == other {
                like(1.0, How::Number)
            } else {
                None
            }
        }
        (Role::Number(_), _) | (_, Role::Number(_)) if is_digits(a) || is_digits(b) => None,
        (Role::Particle, _) | (_, Role::Particle) | (Role::Initial, Role::Initial) => None,
        (Role::Initial, _) => initial(a, b),
        (_, Role::Initial) => initial(b, a),
        (_, _) => of_words(a, b, subject),
    }
}

fn is_digits(word: &Word) -> bool {
    word.text.bytes().all(|b| b.is_ascii_digit())
}

fn initial(letter: &Word, word: &Word) -> Option<Likeness> {
    let begins = word.text.starts_with(&*letter.text) || letter.sounds.first() == word.sounds.first();
    if begins { like(0.8, How::Initial) } else { None }
}

fn of_words(a: &Word, b: &Word, subject: Subject) -> Option<Likeness> {
    let known = match subject {
        Subject::Person if tables::are_one_given_name(&a.text, &b.text) => like(0.9, How::GivenName),
        Subject::Organization | Subject::Unknown if tables::mean_the_same(&a.text, &b.text) => {
            like(0.92, How::SameMeaning)
        }
        Subject::Unknown if tables::are_one_given_name(&a.text, &b.text) => like(0.85, How::GivenName),
        Subject::Person | Subject::Organization | Subject::Craft | Subject::Unknown => None,
    };
    if subject == Subject::Person && is_patronymic(&a.text) != is_patronymic(&b.text) {
        return known;
    }
    if subject != Subject::Person
        && stem(a).len() + stem(b).len() < a.text.len() + b.text.len()
        && stem(a) == stem(b)
    {
        return like(0.93, How::Transliterated);
    }
    // Mahmud is no slip for Muhammad: two names that are both well known are two names.
    if matches!(subject, Subject::Person | Subject::Unknown) && tables::are_two_given_names(&a.text, &b.text)
    {
        return None;
    }
    let spelled = by_sound(&a.sounds, &b.sounds, (a.origin, b.origin), subject);
    match (known, spelled) {
        (Some(known), Some(spelled)) => Some(if spelled.value > known.value { spelled } else { known }),
        (Some(one), None) | (None, Some(one)) => Some(one),
        (None, None) => reversed(a, b),
    }
}

/// The same letters backwards, or all of many letters in another order.
fn reversed(a: &Word, b: &Word) -> Option<Likeness> {
    let length = a.text.len();
    if length < 5 || length != b.text.len() {
        return None;
    }
    let sorted = |word: &Word| {
        let mut letters = word.text.as_bytes().to_vec();
        letters.sort_unstable();
        letters
    };
    let is_same = a.text.bytes().rev().eq(b.text.bytes()) || length >= 7 && sorted(a) == sorted(b);
    if is_same { like(0.8, How::Reversed) } else { None }
}

/// Whether one of the words is made of a father's name and the other is not.
fn is_patronymic(word: &str) -> bool {
    let ends =
        ["ovich", "evich", "ovych", "evych", "ovna", "evna", "ivna", "ovic", "evic", "oglu", "ogly", "kyzy"];
    word.len() > 6 && ends.iter().any(|end| word.ends_with(end))
}

/// A word from Cyrillic without the ending of an adjective: `Муромский` is of Murom.
fn stem(word: &Word) -> &str {
    let ends = [
        "skiy", "skyy", "skii", "skaya", "skoe", "skoye", "skogo", "skoy", "sky", "ski", "nyy", "nyi",
        "naya", "noe", "noye", "nogo",
    ];
    let text = &*word.text;
    let cut = ends.iter().find_map(|end| text.strip_suffix(end)).filter(|rest| rest.len() >= 4);
    cut.filter(|_| word.origin == Origin::Alphabet).unwrap_or(text)
}

/// How alike two words sound.
pub(super) fn by_sound(a: &[u8], b: &[u8], origins: (Origin, Origin), subject: Subject) -> Option<Likeness> {
    let longest = a.len().max(b.len());
    let translated = origins.0 != Origin::Latin || origins.1 != Origin::Latin;
    if longest == 0 || (!translated && a.len().abs_diff(b.len()) * 3 > longest) {
        return None;
    }
    let strictness = match (longest, subject) {
        (..=3, Subject::Craft) => 2.0,
        (_, Subject::Craft) => 1.5,
        (..=3, _) if !translated => 1.35,
        (4, _) if !translated => 1.1,
        (_, _) => 1.0,
    };
    #[expect(clippy::cast_precision_loss, reason = "a word has few letters")]
    let length = longest as f64 / strictness;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a length of few letters"
    )]
    let most = (length * (1.0 - LEAST) * f64::from(EDIT)) as u32;
    let edits = f64::from(distance(a, b, origins, most)?) / f64::from(EDIT);
    let share = 1.0 - edits / length;
    let how = if translated {
        How::Transliterated
    } else if edits <= 0.6 {
        How::Spelling
    } else {
        How::Typo
    };
    // What is a little unlike is rather another word: the share is sharpened.
    like((share * share).min(0.97), how)
}

/// How alike several words written as one are to others written as one.
pub(super) fn joined(a: &[Word], b: &[Word], subject: Subject) -> Option<Likeness> {
    let length = |words: &[Word]| words.iter().map(|word| word.text.len()).sum::<usize>();
    let (long_a, long_b) = (length(a), length(b));
    let translated = a.iter().chain(b).any(|word| word.origin != Origin::Latin);
    let apart = if translated { 4 } else { 2 };
    if long_a.abs_diff(long_b) > apart || long_a < 3 {
        return None;
    }
    let text = |words: &[Word]| words.iter().map(|word| &*word.text).collect::<String>();
    let origin = |words: &[Word]| words.iter().map(|word| word.origin).max().unwrap_or(Origin::Latin);
    let (text_a, text_b) = (text(a), text(b));
    if text_a == text_b {
        return like(0.98, How::Joined);
    }
    let origins = (origin(a), origin(b));
    let found = by_sound(&sounds(&text_a), &sounds(&text_b), origins, subject)?;
    let least = if translated { 0.5 } else { 0.65 };
    if found.value >= least { like(found.value * 0.97, How::Joined) } else { None }
}
