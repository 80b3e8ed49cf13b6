//! Which word of one name stands for which of the other.
//!
//! Every pair of words, and of words written together with words written apart, that is alike at all is weighed; the
//! weightiest are taken first, each word once.

use super::likeness::{How, joined, likeness};
use super::words::{Name, Role, Subject, Word};

/// Words that stand for each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    /// The first word of the one name, and how many.
    pub(super) a: (usize, usize),
    /// The first word of the other, and how many.
    pub(super) b: (usize, usize),
    pub(super) value: f64,
    pub(super) how: How,
}

/// How many words are tried as one.
const MOST_JOINED: usize = 4;

/// The links between two names, in the order of the first. There is a second reading where syllables that a hyphen or
/// another script holds together can be compared as one word: which is better, only the whole tells.
pub(super) fn align(a: &Name, b: &Name) -> (Vec<Link>, Option<Vec<Link>>) {
    let subject = common_subject(a.subject, b.subject);
    let found = links(a, b, subject);
    let mut held = Vec::new();
    spans_held_together(&a.words, &b.words, subject, &mut held);
    let first = take_weightiest(found.clone(), &a.words, &b.words);
    if held.is_empty() {
        return (first, None);
    }
    held.extend(found);
    (first, Some(take_weightiest(held, &a.words, &b.words)))
}

fn links(a: &Name, b: &Name, subject: Subject) -> Vec<Link> {
    let mut found = singles(&a.words, &b.words, subject);
    spans(&a.words, &b.words, subject, &mut found);
    if subject == Subject::Person {
        initials(&a.words, &b.words, &mut found);
        let from = found.len();
        initials(&b.words, &a.words, &mut found);
        found.iter_mut().skip(from).for_each(|link| *link = flip(*link));
    } else {
        found.extend(acronym(&a.words, &b.words));
        found.extend(acronym(&b.words, &a.words).map(flip));
    }
    found
}

/// What two names are compared as.
pub(super) fn common_subject(a: Subject, b: Subject) -> Subject {
    match (a, b) {
        (Subject::Unknown, other) | (other, Subject::Unknown) => other,
        (one, other) if one == other => one,
        (_, _) => Subject::Unknown,
    }
}

fn flip(link: Link) -> Link {
    Link { a: link.b, b: link.a, ..link }
}

fn singles(a: &[Word], b: &[Word], subject: Subject) -> Vec<Link> {
    let mut found = Vec::new();
    for (i, one) in a.iter().enumerate() {
        for (j, other) in b.iter().enumerate() {
            if let Some(like) = likeness(one, other, subject) {
                found.push(Link { a: (i, 1), b: (j, 1), value: like.value, how: like.how });
            }
        }
    }
    found
}

/// Words written together with words written apart.
fn spans(a: &[Word], b: &[Word], subject: Subject, found: &mut Vec<Link>) {
    for i in 0..a.len() {
        for j in 0..b.len() {
            for length in 2..=MOST_JOINED {
                span(a, b, ((i, 1), (j, length)), subject, found);
                span(a, b, ((i, length), (j, 1)), subject, found);
            }
        }
    }
}

/// Several words on both sides, where a hyphen or another script holds each together.
fn spans_held_together(a: &[Word], b: &[Word], subject: Subject, found: &mut Vec<Link>) {
    for i in 0..a.len() {
        for j in 0..b.len() {
            for (long_a, long_b) in [(2, 2), (2, 3), (3, 2), (3, 3)] {
                if held_together(a, i, long_a) && held_together(b, j, long_b)
                    || syllables(a, i, long_a)
                    || syllables(b, j, long_b)
                {
                    span(a, b, ((i, long_a), (j, long_b)), subject, found);
                }
            }
        }
    }
}

type Span = (usize, usize);

fn span(a: &[Word], b: &[Word], (at_a, at_b): (Span, Span), subject: Subject, found: &mut Vec<Link>) {
    let (Some(a), Some(b)) = (a.get(at_a.0..at_a.0 + at_a.1), b.get(at_b.0..at_b.0 + at_b.1)) else { return };
    // A word that stands for one of several on its own is not all of them, and an initial is no syllable.
    let apart = |word: &Word| subject == Subject::Person && word.role == Role::Initial;
    let shared = a.iter().any(|one| one.text.len() > 1 && b.iter().any(|other| other.text == one.text));
    if (a.len() != b.len() && shared)
        || (a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.text == b.text))
        || a.iter().chain(b).any(apart)
    {
        return;
    }
    if let Some(like) = joined(a, b, subject) {
        found.push(Link { a: at_a, b: at_b, value: like.value, how: like.how });
    }
}

/// Whether a hyphen or nothing holds the words together.
fn held_together(words: &[Word], at: usize, length: usize) -> bool {
    let Some(span) = words.get(at..at + length) else { return false };
    span.iter().all(|word| word.role != Role::Particle)
        && span.windows(2).all(|pair| matches!(pair, [one, next] if one.group == next.group))
}

/// Whether the words are syllables of one word in another script.
fn syllables(words: &[Word], at: usize, length: usize) -> bool {
    let is_syllable = |word: &Word| word.origin == super::latin::Origin::Syllables;
    held_together(words, at, length)
        && words.get(at..at + length).is_some_and(|span| span.iter().all(is_syllable))
}

/// Capitals such as `JC` for `Jean-Claude`.
fn initials(a: &[Word], b: &[Word], found: &mut Vec<Link>) {
    for (i, word) in a.iter().enumerate() {
        let length = word.text.len();
        if !word.capitals || !(2..=3).contains(&length) || word.role != Role::Plain {
            continue;
        }
        for (j, span) in b.windows(length).enumerate() {
            if span
                .iter()
                .zip(word.text.chars())
                .all(|(word, c)| word.text.starts_with(c) && word.text.len() > 1)
            {
                found.push(Link { a: (i, 1), b: (j, length), value: 0.75, how: How::Initial });
            }
        }
    }
}

/// One word for the first letters of all words of the other name.
fn acronym<'a>(a: &'a [Word], b: &'a [Word]) -> impl Iterator<Item = Link> + 'a {
    let told = |word: &&Word| word.role != Role::Particle && !matches!(word.role, Role::Number(_));
    let all: String = b.iter().filter(told).filter_map(|word| word.text.chars().next()).collect();
    let value = match all.len() {
        0..=2 => 0.0,
        3 => 0.78,
        4 => 0.84,
        _more => 0.88,
    };
    let links = a.iter().enumerate().filter(move |(_, word)| value > 0.0 && *word.text == *all);
    links.map(move |(i, _)| Link { a: (i, 1), b: (0, b.len()), value, how: How::Acronym })
}

fn take_weightiest(mut found: Vec<Link>, a: &[Word], b: &[Word]) -> Vec<Link> {
    let gain = |link: &Link| link.value * (weight(a, link.a) + weight(b, link.b));
    found.sort_by(|one, other| gain(other).total_cmp(&gain(one)));
    let mut free_a = vec![true; a.len()];
    let mut free_b = vec![true; b.len()];
    let mut taken = Vec::new();
    for link in found {
        if is_free(&free_a, link.a) && is_free(&free_b, link.b) {
            take(&mut free_a, link.a);
            take(&mut free_b, link.b);
            taken.push(link);
        }
    }
    taken.sort_by_key(|link| link.a);
    taken
}

/// The weight of some words together.
pub(super) fn weight(words: &[Word], (at, length): Span) -> f64 {
    words.iter().skip(at).take(length).map(|word| f64::from(word.weight)).sum()
}

fn is_free(free: &[bool], (at, length): Span) -> bool {
    free.iter().skip(at).take(length).all(|free| *free)
}

fn take(free: &mut [bool], (at, length): Span) {
    free.iter_mut().skip(at).take(length).for_each(|free| *free = false);
}
