//! A name taken apart: words in Latin letters, each with what it is in the name.

use super::latin::{self, Origin};
use super::sounds::sounds;
use super::split::{Piece, pieces};
use super::tables::{self, LONGEST_FORM, LegalForm};

/// What a name is the name of, where it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A person.
    Person,
    /// A company, authority or other organization.
    Organization,
    /// A ship or an aircraft.
    Craft,
    /// Not known.
    Unknown,
}

/// What a word is in its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A word that tells whose name it is.
    Plain,
    /// One letter that stands for a name.
    Initial,
    /// A form of address or an office, a kind of ship, a legal form after the name of a person.
    Title,
    /// A small word such as `bin`, `von`, `of`.
    Particle,
    /// Where an organization is.
    Place,
    /// A number, in digits or spelled out.
    Number(u32),
}

/// A word of a name.
#[derive(Clone, Debug)]
pub struct Word {
    /// In lower-case Latin letters and digits.
    pub text: Box<str>,
    /// As it was written.
    pub written: Box<str>,
    /// What it is.
    pub role: Role,
    /// What script it is from.
    pub origin: Origin,
    /// Words that a hyphen or nothing at all held together have one number.
    pub(super) group: u16,
    /// Whether it stands in brackets or after a stroke.
    pub(super) aside: bool,
    /// Whether it was written in capitals, so that it may be initials.
    pub(super) capitals: bool,
    /// How much it tells, from 0 to 1.
    pub(super) weight: f32,
    /// How it sounds.
    pub(super) sounds: Box<[u8]>,
}

/// A name taken apart.
#[derive(Clone, Debug)]
pub struct Name {
    /// As it was written.
    pub written: Box<str>,
    /// What it is the name of.
    pub subject: Subject,
    /// Its words, without legal forms.
    pub words: Vec<Word>,
    /// Its legal forms.
    pub forms: Vec<LegalForm>,
}

/// More words than these are not compared: a name that long is a text.
const MOST_WORDS: usize = 24;

impl Name {
    /// Takes a name apart. Any text has an answer; one without letters and digits has no words.
    pub fn new(written: &str, subject: Subject) -> Self {
        let text = tables::without_han_terms(latin::unmasked(&latin::plain(written)));
        // `M/V` is a kind of ship, and no two initials.
        let text = if subject == Subject::Craft {
            text.replacen('/', "", usize::from(text.get(1..2) == Some("/")))
        } else {
            text
        };
        let dotted_is_one = subject != Subject::Person;
        let mut pieces = pieces(&text, dotted_is_one);
        if subject != Subject::Person {
            pieces = pieces.into_iter().flat_map(Piece::without_glued_form).collect();
        }
        let mut words: Vec<Word> =
            pieces.into_iter().flat_map(|piece| spelled(&piece)).take(MOST_WORDS).collect();
        let mut forms = Vec::new();
        if subject == Subject::Person {
            mark_forms_of_persons(&mut words);
        } else {
            words = without_forms(words, &mut forms);
        }
        for at in 0..words.len() {
            let is_first = at == 0;
            let held =
                words.get(at).zip(words.get(at + 1)).is_some_and(|(one, next)| one.group == next.group);
            if let Some(word) = words.get_mut(at).filter(|word| word.role == Role::Plain) {
                give_role(word, subject, is_first, held);
            }
        }
        if subject != Subject::Person {
            join_numbers(&mut words);
        }
        if !words.iter().any(|word| matches!(word.role, Role::Plain | Role::Initial | Role::Number(_))) {
            words
                .iter_mut()
                .filter(|word| word.role != Role::Particle)
                .for_each(|word| word.role = Role::Plain);
        }
        Self { written: written.into(), subject, words, forms }
    }
}

impl Word {
    fn new(text: &str, piece: &Piece, origin: Origin) -> Self {
        Self {
            text: text.into(),
            written: piece.written.as_str().into(),
            role: Role::Plain,
            origin,
            group: piece.group,
            aside: piece.aside,
            capitals: piece.written.chars().all(char::is_uppercase),
            weight: 1.0,
            sounds: sounds(text).into(),
        }
    }

    fn rename(&mut self, text: &str) {
        self.text = text.into();
        self.sounds = sounds(text).into();
    }
}

/// The words of a piece of text; Chinese has one for each syllable.
fn spelled(piece: &Piece) -> Vec<Word> {
    let origin = latin::origin(&piece.written);
    let text = without_digits_for_letters(&latin::latin(&piece.written));
    // The servant of God's hundred names: `Abdulaziz` is `Abd al-Aziz`.
    let servant = ["abdul", "abdel", "abdal", "abdol", "abdoul", "abdil"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix));
    if let Some(rest) =
        servant.filter(|rest| rest.is_empty() || rest.len() >= 3 && *rest != "lah" && *rest != "llah")
    {
        let parts = ["abd", "al", rest];
        return parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(|part| Word::new(part, piece, origin))
            .collect();
    }
    text.split(' ').filter(|part| !part.is_empty()).map(|part| Word::new(part, piece, origin)).collect()
}

/// The word with letters for the digits that stand in for them, as in `Sech1n`; a number at an end stays.
fn without_digits_for_letters(text: &str) -> String {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let inner = text.trim_matches(|c: char| c.is_ascii_digit()).bytes().any(|b| b.is_ascii_digit());
    let is_ordinal = tables::number(text).is_some();
    if digits == 0
        || is_ordinal
        || digits * 2 > letters + 1
        || !(inner || letters >= 3 && digits == 1 && text.starts_with(|c: char| c.is_ascii_digit()))
    {
        return text.to_owned();
    }
    let letter = |c| match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        '8' => 'b',
        '6' | '9' => 'g',
        other => other,
    };
    text.chars().map(letter).collect()
}

fn give_role(word: &mut Word, subject: Subject, is_first: bool, held_to_next: bool) {
    let text = &*word.text;
    let is_person = subject == Subject::Person;
    if text.len() == 1 && text.bytes().all(|b| b.is_ascii_alphabetic()) && !matches!(text, "y" | "e") {
        word.role = Role::Initial;
    } else if is_person && tables::is_title(text) || subject == Subject::Craft && tables::is_ship(text) {
        word.role = Role::Title;
    } else if let Some(article) = article(text, held_to_next) {
        word.role = Role::Particle;
        word.rename(article);
    } else if let Some(particle) = tables::particle(text).filter(|_| !(is_first && text == "ben")) {
        word.role = Role::Particle;
        word.rename(particle);
    } else if let Some(number) =
        tables::number(text).filter(|_| !is_person || text.bytes().all(|b| b.is_ascii_digit()))
    {
        word.role = Role::Number(number);
    } else if !is_person && tables::is_place(text) {
        word.role = Role::Place;
    }
}

/// The Arabic article before a hyphen, in any of the forms it takes before a sun letter.
fn article(text: &str, held_to_next: bool) -> Option<&'static str> {
    let forms = [
        "as", "ash", "at", "an", "ad", "ar", "az", "adh", "ath", "ul", "ud", "ur", "us", "un", "ed", "er",
        "es", "en",
    ];
    (held_to_next && forms.contains(&text)).then_some("al")
}

/// One number for `forty four`.
fn join_numbers(words: &mut Vec<Word>) {
    let mut at = 1;
    while at < words.len() {
        let pair = words.get(at - 1).zip(words.get(at)).map(|(a, b)| (a.role, b.role));
        match pair {
            Some((Role::Number(tens), Role::Number(ones)))
                if (20..100).contains(&tens) && tens % 10 == 0 && (1..10).contains(&ones) =>
            {
                let gone = words.remove(at);
                if let Some(word) = words.get_mut(at - 1) {
                    word.role = Role::Number(tens + ones);
                    word.written = format!("{} {}", word.written, gone.written).into();
                    word.rename(&(tens + ones).to_string());
                }
            }
            Some(_) | None => at += 1,
        }
    }
}

/// A legal form after the name of a person is a slip or a ruse, and no part of the name.
fn mark_forms_of_persons(words: &mut [Word]) {
    let sure = ["llc", "ltd", "limited", "inc", "gmbh", "corp", "sa", "ag", "plc", "ooo", "llp", "jsc"];
    if words.len() > 2
        && let Some(last) = words.last_mut().filter(|word| sure.contains(&&*word.text))
    {
        last.role = Role::Title;
    }
}

/// The words that are no legal form; the forms are told apart. A name that is nothing else keeps its words.
fn without_forms(words: Vec<Word>, forms: &mut Vec<LegalForm>) -> Vec<Word> {
    let known: Vec<&str> =
        words.iter().map(|word| tables::legal_word(&word.text).unwrap_or(&word.text)).collect();
    let mut kept = vec![true; words.len()];
    let mut at = 0;
    while at < words.len() {
        let found = (1..=LONGEST_FORM).rev().find_map(|length| {
            let span = known.get(at..at + length)?;
            tables::legal_form(&span.join(" ")).map(|form| (form, length))
        });
        let Some((form, length)) = found else {
            at += 1;
            continue;
        };
        forms.push(form);
        kept.iter_mut().skip(at).take(length).for_each(|keep| *keep = false);
        at += length;
    }
    forms.sort_unstable();
    forms.dedup();
    if !kept.contains(&true) {
        forms.clear();
        return words;
    }
    words.into_iter().zip(kept).filter_map(|(word, keep)| keep.then_some(word)).collect()
}
