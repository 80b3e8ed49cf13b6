//! Proposals of codes, names of countries and the days of editions.

use export_license_registry::rules::country_name::{contains, folded, is_language};
use export_license_registry::rules::edition::{EditionDays, wrong_day};
use export_license_registry::rules::proposal::{Shared, pieces, ranked};
use uuid::Uuid;

fn shared(entry: u128, word: &str, in_name: bool, in_title: bool, words: i32) -> Shared {
    Shared { entry: Uuid::from_u128(entry), word: word.to_owned(), in_name, in_title, words }
}

fn order(shared: &[Shared]) -> Vec<u128> {
    ranked(shared, 1000).iter().map(|one| one.entry.as_u128()).collect()
}

#[test]
fn a_rarer_word_a_title_the_name_and_a_shorter_entry_weigh_more() {
    // Entry 1 has the rare word, 2 to 5 the common one; each has a second word.
    let rare = |entry, word| [shared(entry, word, false, true, 10), shared(entry, "equip", false, true, 10)];
    let mut found: Vec<Shared> = (2..=5).flat_map(|entry| rare(entry, "system")).collect();
    found.extend(rare(1, "intrus"));
    assert_eq!(order(&found)[0], 1);
    let pair = |one: (bool, bool, i32), other: (bool, bool, i32)| {
        let entry = |id, (in_name, in_title, words): (bool, bool, i32), word: &str| {
            [shared(id, word, in_name, in_title, words), shared(id, "radio", false, true, words)]
        };
        order(&[entry(1, one, "aa"), entry(2, other, "bb")].concat())
    };
    assert_eq!(pair((false, false, 10), (false, true, 10)), [2, 1], "in the title");
    assert_eq!(pair((false, true, 10), (true, true, 10)), [2, 1], "in the product's name");
    assert_eq!(pair((false, true, 200), (false, true, 10)), [2, 1], "in the shorter entry");
}

#[test]
fn one_word_of_several_is_no_proposal_and_scores_are_shares() {
    let one = [shared(1, "radar", false, true, 5), shared(2, "laser", false, true, 5)];
    assert_eq!(order(&one), Vec::<u128>::new());
    assert_eq!(order(&one[..1]), [1], "where no more was asked for");
    assert_eq!(ranked(&[], 0), []);
    let many: Vec<Shared> =
        (0..40).flat_map(|entry| ["radar", "laser"].map(|word| shared(entry, word, true, true, 3))).collect();
    let ranked = ranked(&many, 40);
    assert_eq!(ranked.len(), 10);
    assert!(ranked.iter().all(|one| one.score > 0.0 && one.score <= 1.0), "{ranked:?}");
}

#[test]
fn a_passage_is_taken_apart_at_its_marks() {
    let found = pieces("the \u{1}interception\u{2} of <b>traffic\u{1}s\u{2}");
    let said: Vec<_> = found.iter().map(|piece| (piece.text.as_str(), piece.matched)).collect();
    assert_eq!(said, [("the ", false), ("interception", true), (" of <b>traffic", false), ("s", true)]);
    assert_eq!(pieces(""), []);
    assert_eq!(pieces("\u{1}cut").len(), 1);
}

#[test]
fn names_are_compared_without_marks_and_capitals() {
    assert_eq!(folded("CÔTE D’Ivoire"), "cote d'ivoire");
    for (name, asked) in
        [("Türkiye", "turkiye"), ("Åland Islands", "aland"), ("Ελλάδα", "ελλαδα"), ("Россия", "россия")]
    {
        assert!(contains(name, asked), "{name}");
    }
    assert!(!contains("Niger", "Nigeria"));
    for tag in ["de", "fil", "zh-Hant", "pt-BR", "zh-Hant-TW"] {
        assert!(is_language(tag), "{tag}");
    }
    for tag in ["", "d", "german", "DE", "de-", "de-de", "de-DEU", "zh-hant", "de-DE-x", "pt-BR-Latn"] {
        assert!(!is_language(tag), "{tag}");
    }
}

#[test]
fn an_edition_begins_after_the_one_before() {
    let day = |text: &str| text.parse().unwrap();
    let today = day("2026-06-01");
    let wrong = |as_of: &str, from: Option<&str>, before: Option<Option<&str>>| {
        let days = EditionDays { as_of: day(as_of), valid_from: from.map(day) };
        wrong_day(days, before.map(|last| last.map(day)), today).map(|(field, _)| field)
    };
    assert_eq!(wrong("2026-05-01", None, None), None);
    assert_eq!(wrong("2026-05-01", Some("2020-01-01"), None), None);
    assert_eq!(wrong("2026-05-01", None, Some(None)), Some("/validFrom"));
    assert_eq!(wrong("2026-05-01", Some("1950-01-01"), Some(None)), None);
    assert_eq!(wrong("2026-05-01", Some("2026-05-01"), Some(Some("2026-05-01"))), Some("/validFrom"));
    assert_eq!(wrong("2026-05-01", Some("2026-05-02"), Some(Some("2026-05-01"))), None);
    assert_eq!(wrong("2026-05-01", Some("2027-06-02"), None), None);
    assert_eq!(wrong("2026-05-01", Some("2027-06-03"), None), Some("/validFrom"));
    assert_eq!(wrong("1899-12-31", None, None), Some("/asOf"));
}
