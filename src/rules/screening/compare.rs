//! How alike two names are, and why.
//!
//! The score is the share of what the names tell that stands for each other: the weight of the linked words by their
//! likeness, over that weight and the weight of what is left over. What is left over on both sides contradicts and
//! counts in full; what only one side has may have been left out, and counts less.

use super::align::{Link, align, common_subject, weight};
use super::likeness::{How, likeness};
use super::tables::LegalForm;
use super::words::{Name, Role, Subject, Word};

/// What two names have in common.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// From 0, nothing in common, to 1, the same name.
    pub score: f64,
    links: Vec<Link>,
    forms_differ: bool,
}

/// A part of an explanation: words of the one name, and what stands for them in the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// As written in the first name; empty where it has nothing for it.
    pub ours: String,
    /// As written in the second name; empty where it has nothing for it.
    pub theirs: String,
    /// In which way the one stands for the other.
    pub how: How,
    /// How alike they are, from 0 to 1.
    pub likeness: f64,
    /// How much they tell.
    pub weight: f64,
}

/// How what is left over counts, by what is compared.
struct Rates {
    /// What both sides have left over.
    contradiction: f64,
    /// What one side has more than the other.
    surplus: f64,
}

const fn rates(subject: Subject) -> Rates {
    match subject {
        Subject::Person => Rates { contradiction: 1.15, surplus: 0.30 },
        Subject::Organization => Rates { contradiction: 1.1, surplus: 0.55 },
        Subject::Craft | Subject::Unknown => Rates { contradiction: 1.1, surplus: 0.5 },
    }
}

/// Compares two names whose words are weighed.
pub fn compare(a: &Name, b: &Name) -> Comparison {
    let (first, second) = align(a, b);
    let first = scored(a, b, first);
    match second.map(|links| scored(a, b, links)) {
        Some(second) if second.score > first.score => second,
        Some(_) | None => first,
    }
}

fn scored(a: &Name, b: &Name, links: Vec<Link>) -> Comparison {
    let subject = common_subject(a.subject, b.subject);
    let linked: f64 = links.iter().map(|link| link_weight(a, b, link)).sum();
    let agreed: f64 = links.iter().map(|link| link_weight(a, b, link) * link.value).sum();
    let left_a = LeftOver::of(a, &links, |link| link.a);
    let left_b = LeftOver::of(b, &links, |link| link.b);
    let rates = rates(subject);
    let against = left_a.against(&left_b, subject);
    let surplus = (left_a.weight - left_b.weight).abs();
    let telling = links.iter().filter(|link| tells(a, link)).count();
    // One name of several in common is little.
    let alone = if subject == Subject::Person && telling < 2 { 1.5 } else { 1.0 };
    let all = linked + rates.contradiction * against + alone * rates.surplus * surplus;
    let mut score = if agreed > 0.0 { agreed / all } else { 0.0 };
    if telling == 0 {
        score = score.min(0.4);
    }
    if a.subject != b.subject && a.subject != Subject::Unknown && b.subject != Subject::Unknown {
        score *= 0.9;
    }
    let forms_differ = differ(&a.forms, &b.forms);
    if forms_differ {
        score *= 0.75;
    }
    if is_disordered(&links) {
        score *= 0.97;
    }
    Comparison { score, links, forms_differ }
}

fn link_weight(a: &Name, b: &Name, link: &Link) -> f64 {
    f64::midpoint(weight(&a.words, link.a), weight(&b.words, link.b))
}

/// Whether a link is of a word that tells whose name it is.
fn tells(a: &Name, link: &Link) -> bool {
    let words = a.words.iter().skip(link.a.0).take(link.a.1);
    link.how != How::Initial
        && words.into_iter().any(|word| !matches!(word.role, Role::Particle | Role::Title | Role::Initial))
        || matches!(link.how, How::Acronym | How::Joined)
}

/// What no link takes of a name.
#[derive(Clone, Copy, Debug, Default)]
struct LeftOver {
    /// The weight of the words; one said twice counts little.
    weight: f64,
    /// The weight of names of persons, a common one counting nearly as much as a rare one: another given name is
    /// another person, however common it is.
    names: f64,
    /// How many say where an organization is.
    places: u32,
}

impl LeftOver {
    fn of(name: &Name, links: &[Link], side: fn(&Link) -> (usize, usize)) -> Self {
        let is_taken =
            |at: usize| links.iter().map(side).any(|(from, length)| (from..from + length).contains(&at));
        let words = || name.words.iter().enumerate();
        let taken: Vec<&Word> = words().filter(|(at, _)| is_taken(*at)).map(|(_, word)| word).collect();
        let repeats = |word: &Word| {
            word.role != Role::Initial
                && taken
                    .iter()
                    .any(|other| likeness(word, other, name.subject).is_some_and(|like| like.value > 0.9))
        };
        let mut left = Self::default();
        for (_, word) in words().filter(|(at, _)| !is_taken(*at)) {
            let weight = f64::from(word.weight) * if repeats(word) { 0.1 } else { 1.0 };
            left.weight += weight;
            left.names += if matches!(word.role, Role::Plain | Role::Initial) {
                weight.max(weight.min(0.1) * 8.0)
            } else {
                weight
            };
            left.places += u32::from(word.role == Role::Place);
        }
        left
    }

    /// How much what is left over on both sides speaks against one another.
    fn against(&self, other: &Self, subject: Subject) -> f64 {
        if subject == Subject::Person {
            return self.names.min(other.names);
        }
        let other_place = if self.places > 0 && other.places > 0 { 0.5 } else { 0.0 };
        self.weight.min(other.weight) + other_place
    }
}

/// Whether each name has a legal form, and none that the other has.
fn differ(a: &[LegalForm], b: &[LegalForm]) -> bool {
    let sure = |forms: &[LegalForm]| {
        forms.iter().copied().filter(|form| *form != LegalForm::Company).collect::<Vec<_>>()
    };
    let (a, b) = (sure(a), sure(b));
    !a.is_empty() && !b.is_empty() && !a.iter().any(|form| b.contains(form))
}

/// Whether the words stand in another order, and not merely with the last name first.
fn is_disordered(links: &[Link]) -> bool {
    let falls = |links: &[Link]| {
        links.windows(2).filter(|pair| matches!(pair, [one, next] if next.b < one.b)).count()
    };
    let wraps = links.last().zip(links.first()).is_some_and(|(last, first)| first.b < last.b);
    match falls(links) {
        0 => false,
        1 => wraps,
        _more => true,
    }
}

impl Comparison {
    /// Whether the names end in legal forms that exclude each other.
    pub fn forms_differ(&self) -> bool {
        self.forms_differ
    }

    /// Why the score is what it is: every word of both names, with its counterpart.
    pub fn parts(&self, a: &Name, b: &Name) -> Vec<Part> {
        let shown = |words: &[Word], (at, length): (usize, usize)| {
            let mut shown: Vec<&str> =
                words.iter().skip(at).take(length).map(|word| &*word.written).collect();
            shown.dedup();
            shown.join(" ")
        };
        let mut parts: Vec<Part> = self
            .links
            .iter()
            .map(|link| Part {
                ours: shown(&a.words, link.a),
                theirs: shown(&b.words, link.b),
                how: link.how,
                likeness: link.value,
                weight: link_weight(a, b, link),
            })
            .collect();
        let taken = |at: usize, side: fn(&Link) -> (usize, usize)| {
            self.links.iter().map(side).any(|(from, length)| (from..from + length).contains(&at))
        };
        let missing = |ours: &str, theirs: &str, weight: f32| Part {
            ours: ours.to_owned(),
            theirs: theirs.to_owned(),
            how: How::Missing,
            likeness: 0.0,
            weight: f64::from(weight),
        };
        let left_a = a.words.iter().enumerate().filter(|(at, _)| !taken(*at, |link| link.a));
        parts.extend(left_a.map(|(_, word)| missing(&word.written, "", word.weight)));
        let left_b = b.words.iter().enumerate().filter(|(at, _)| !taken(*at, |link| link.b));
        parts.extend(left_b.map(|(_, word)| missing("", &word.written, word.weight)));
        parts
    }
}
