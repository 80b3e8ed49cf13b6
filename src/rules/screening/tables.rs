//! The words the matching knows: legal forms, titles, small words, numbers, given names that stand for each other.
//!
//! The tables are text files beside this one, read once. They say what is known about languages, not about lists.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a legal form amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LegalForm {
    /// A word for company that says nothing of its form; it agrees with every other.
    Company,
    /// A company of shares: AG, AO, JSC, SA.
    JointStock,
    /// A company of limited liability: Ltd, `GmbH`, OOO, SRL.
    Limited,
    /// A partnership: KG, LLP.
    Partnership,
    /// An association or nonprofit organization.
    Nonprofit,
    /// A company or institution of a state.
    State,
}

/// The lines of a table, without remarks.
fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The lines of a table of `name: values`.
fn named(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    lines(table).filter_map(|line| line.split_once(": "))
}

type Words = HashMap<&'static str, &'static str>;

static LEGAL: LazyLock<HashMap<&'static str, LegalForm>> = LazyLock::new(|| {
    let class = |name: &str| match name {
        "joint_stock" => LegalForm::JointStock,
        "limited" => LegalForm::Limited,
        "partnership" => LegalForm::Partnership,
        "nonprofit" => LegalForm::Nonprofit,
        "state" => LegalForm::State,
        _other => LegalForm::Company,
    };
    named(include_str!("tables/legal_forms.txt"))
        .flat_map(|(name, forms)| forms.split("; ").map(move |form| (form, class(name))))
        .collect()
});

/// How many words the longest legal form has.
pub(super) const LONGEST_FORM: usize = 5;

/// The legal form that these words are.
pub(super) fn legal_form(words: &str) -> Option<LegalForm> {
    LEGAL.get(words).copied()
}

/// The long words of legal forms, which are known with a slip in them too.
static LEGAL_WORDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let long = LEGAL.keys().flat_map(|form| form.split(' ')).filter(|word| word.len() >= 5);
    let mut words: Vec<_> = long.collect();
    words.sort_unstable();
    words.dedup();
    words
});

/// The word of a legal form that this one is but for one or two letters.
pub(super) fn legal_word(word: &str) -> Option<&'static str> {
    if word.len() < 5 {
        return None;
    }
    let near = |known: &&&'static str| {
        let most = if known.len() >= 9 { 2 } else { 1 };
        known.len().abs_diff(word.len()) <= most
            && known.as_bytes().first() == word.as_bytes().first()
            && rapidfuzz::distance::osa::distance(known.bytes(), word.bytes()) <= most
    };
    LEGAL_WORDS
        .binary_search(&word)
        .ok()
        .and_then(|at| LEGAL_WORDS.get(at))
        .or_else(|| LEGAL_WORDS.iter().find(near))
        .copied()
}

static HAN: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    lines(include_str!("tables/han_terms.txt")).filter_map(|line| line.split_once(' ')).collect()
});

/// The text with the usual words of East Asian organizations as lists in Latin letters have them.
pub(super) fn without_han_terms(text: String) -> String {
    if text.is_ascii() {
        return text;
    }
    HAN.iter().fold(
        text,
        |text, (term, said)| {
            if text.contains(term) { text.replace(term, &format!(" {said} ")) } else { text }
        },
    )
}

static TITLES: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    named(include_str!("tables/titles.txt")).map(|(kind, words)| (kind, words.split(' ').collect())).collect()
});

/// Whether a word is a title of persons.
pub(super) fn is_title(word: &str) -> bool {
    TITLES.get("person").is_some_and(|titles| titles.contains(&word))
}

/// Whether a word says what kind of ship a vessel is.
pub(super) fn is_ship(word: &str) -> bool {
    TITLES.get("vessel").is_some_and(|titles| titles.contains(&word))
}

static PARTICLES: LazyLock<Words> = LazyLock::new(|| {
    let spellings = named(include_str!("tables/particles.txt"));
    spellings.flat_map(|(one, all)| all.split(' ').map(move |spelling| (spelling, one))).collect()
});

/// The usual spelling of a small word such as `bin` or `von`.
pub(super) fn particle(word: &str) -> Option<&'static str> {
    PARTICLES.get(word).copied()
}

static NUMBERS: LazyLock<HashMap<&'static str, u32>> = LazyLock::new(|| {
    named(include_str!("tables/numbers.txt"))
        .filter_map(|(value, words)| value.parse().ok().map(|value| (value, words)))
        .flat_map(|(value, words): (u32, _)| words.split(' ').map(move |word| (word, value)))
        .collect()
});

/// The number that a word is, in digits or spelled out, up to nine digits.
pub(super) fn number(word: &str) -> Option<u32> {
    if word.len() <= 9 && word.bytes().all(|b| b.is_ascii_digit()) {
        return word.parse().ok();
    }
    NUMBERS.get(word).copied()
}

/// Which rows of a table a word stands in.
type Rows = HashMap<&'static str, Vec<u16>>;

fn rows(table: &'static str) -> Rows {
    let mut rows = Rows::new();
    for (row, line) in (0..).zip(lines(table)) {
        for word in line.split(' ') {
            rows.entry(word).or_default().push(row);
        }
    }
    rows
}

fn share_a_row(rows: &Rows, a: &str, b: &str) -> bool {
    rows.get(a).zip(rows.get(b)).is_some_and(|(a, b)| a.iter().any(|row| b.contains(row)))
}

static GIVEN: LazyLock<Rows> = LazyLock::new(|| rows(include_str!("tables/given_names.txt")));
static SAME: LazyLock<Rows> = LazyLock::new(|| rows(include_str!("tables/same_words.txt")));
static PLACES: LazyLock<Rows> = LazyLock::new(|| rows(include_str!("tables/places.txt")));

/// Whether two given names stand for each other, as Bill and William do.
pub(super) fn are_one_given_name(a: &str, b: &str) -> bool {
    share_a_row(&GIVEN, a, b)
}

/// Whether two words are given names, and not one name.
pub(super) fn are_two_given_names(a: &str, b: &str) -> bool {
    GIVEN.contains_key(a) && GIVEN.contains_key(b) && !share_a_row(&GIVEN, a, b)
}

/// Whether a word is a given name that many have.
pub(super) fn is_given_name(word: &str) -> bool {
    GIVEN.contains_key(word)
}

/// The rows of given names and of words of organizations that a word stands in, as numbers to look others up by.
pub(super) fn rows_of(word: &str) -> impl Iterator<Item = u32> {
    let given = GIVEN.get(word).into_iter().flatten().map(|row| u32::from(*row));
    let same = SAME.get(word).into_iter().flatten().map(|row| 0x1_0000 + u32::from(*row));
    given.chain(same)
}

/// Whether two words of organizations mean the same, as Intl and International do.
pub(super) fn mean_the_same(a: &str, b: &str) -> bool {
    share_a_row(&SAME, a, b)
}

/// Whether a word says where an organization is.
pub(super) fn is_place(word: &str) -> bool {
    PLACES.contains_key(word)
}

/// How many names of a large list hold a word, for the words that many hold.
pub(super) fn common_words() -> impl Iterator<Item = (&'static str, u32)> {
    lines(include_str!("tables/common_words.txt"))
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(word, count)| Some((word, count.parse().ok()?)))
}
