//! Lists in memory: what is found among many names, and what else counts besides the name.

use export_license_registry::rules::screening::entry::{Birth, Entry, Identifier, Kind};
use export_license_registry::rules::screening::{
    Evidence, Facts, Hit, Matcher, Name, Party, Subject, Weights, compare,
};

use super::entry;

fn listed() -> Vec<Entry> {
    let mut person = entry("1", Kind::Person, &["PETUNIN, Gorislav Ivanovich", "Slava Petunin"]);
    person.births = vec![Birth::Years(1970, 1970)];
    person.countries = vec!["RU".to_owned()];
    person.identifiers = vec![Identifier {
        kind: "Passport".to_owned(),
        value: "K 1234567".to_owned(),
        country: Some("RU".to_owned()),
    }];
    let company = entry("2", Kind::Organization, &["Romashkovo Optics JSC"]);
    let mut ship = entry("3", Kind::Vessel, &["SILVER HERON"]);
    ship.identifiers =
        vec![Identifier { kind: "IMO".to_owned(), value: "9074729".to_owned(), country: None }];
    vec![person, company, ship]
}

fn screened(name: &str, facts: Facts) -> Vec<Hit> {
    let entries = listed();
    Matcher::new(entries.iter()).screen(&Party { name, subject: Subject::Unknown, facts }, 0.6)
}

#[test]
fn each_entry_is_hit_once_by_its_best_name() {
    let hits = screened("Petunin Slava", Facts::default());
    assert_eq!(hits.len(), 1);
    assert_eq!((hits[0].entry, hits[0].name), (0, 1));
    assert!(hits[0].score > 0.9);
}

#[test]
fn a_number_in_common_decides_whatever_the_name() {
    let number = |kind: &str, value: &str| {
        let one = Identifier { kind: kind.to_owned(), value: value.to_owned(), country: None };
        Facts::new(&[one], &[], &[])
    };
    let hits = screened("Quite Another", number("passport", "k-1234567"));
    assert_eq!(hits.len(), 1);
    assert!(hits[0].score >= 0.97 && hits[0].name_score < 0.5);
    assert_eq!(hits[0].evidence, [Evidence::SameIdentifier]);
    assert!(
        screened("Quite Another", number("IMO", "K1234567")).is_empty(),
        "a number of another kind is another number"
    );
    for written in ["9074729", "IMO 9074729", "IMO9074729", "imo-9074729"] {
        assert_eq!(
            screened("Renamed", number("", written)).first().map(|hit| hit.entry),
            Some(2),
            "{written}"
        );
    }
    assert!(screened("Renamed", number("", "IMO90747295")).is_empty(), "another number");
}

#[test]
fn births_and_countries_shift_a_score_and_settle_nothing() {
    let plain = screened("Gorislav Petunin", Facts::default())[0].score;
    let with = |birth, country: &str| {
        screened("Gorislav Petunin", Facts::new(&[], &[Birth::Years(birth, birth)], &[country]))
    };
    let (fits, other) = (with(1970, "RU"), with(1991, "BR"));
    assert_eq!(fits[0].evidence, [Evidence::SameBirth, Evidence::SameCountry]);
    assert_eq!(other[0].evidence, [Evidence::OtherBirth, Evidence::OtherCountry]);
    assert!(fits[0].score > plain && other[0].score < plain && other[0].score > 0.5);
    assert_eq!(with(1971, "RU")[0].evidence, [Evidence::SameCountry], "a year beside it says nothing");
}

#[test]
fn nothing_is_found_where_nothing_is() {
    assert!(
        Matcher::new([].into_iter())
            .screen(&Party { name: "Petunin", subject: Subject::Person, facts: Facts::default() }, 0.1)
            .is_empty()
    );
    for name in ["", " ", "—", "…", "\u{202E}", "Entirely Different Words"] {
        assert!(screened(name, Facts::default()).is_empty(), "{name:?}");
    }
}

/// Names of two or three invented words, the same in every run.
fn invented(count: usize) -> Vec<String> {
    let syllables =
        ["ka", "ro", "min", "tal", "ves", "du", "shi", "pol", "gra", "nek", "ul", "bor", "zan", "fi", "lem"];
    let mut state = 0x9E37_79B9_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % below
    };
    let mut word = || {
        let count = 2 + next(2);
        (0..count).map(|_| syllables[next(syllables.len())]).collect::<String>()
    };
    (0..count).map(|_| format!("{} {} {}", word(), word(), word())).collect()
}

/// The index may pass over what is hardly alike, and nothing that is.
#[test]
fn the_index_loses_nothing_that_is_alike() {
    let names = invented(1_000);
    let entries: Vec<Entry> = names.iter().map(|name| entry(name, Kind::Person, &[name])).collect();
    let matcher = Matcher::new(entries.iter());
    let listed: Vec<Name> = names.iter().map(|name| Name::new(name, Subject::Person)).collect();
    let weights = Weights::of_names(listed.iter());
    let listed: Vec<Name> = listed.into_iter().map(|name| name.weighed(&weights)).collect();
    let mut alike = 0;
    for name in names.iter().step_by(80) {
        let words: Vec<&str> = name.split(' ').collect();
        let mangled = [
            format!("{} {}", words[2], words[0]),
            format!("{}{} {}", words[0], words[1], words[2]),
            format!("{} {} {}", &words[0][..words[0].len() - 1], words[1], words[2]),
        ];
        for query in mangled {
            let asked = Name::new(&query, Subject::Person).weighed(&weights);
            let party = Party { name: &query, subject: Subject::Person, facts: Facts::default() };
            let found: Vec<usize> = matcher.screen(&party, 0.8).iter().map(|hit| hit.entry).collect();
            for (at, name) in listed.iter().enumerate().filter(|(_, name)| compare(&asked, name).score >= 0.8)
            {
                alike += 1;
                assert!(found.contains(&at), "{query} does not find {}", name.written);
            }
        }
    }
    assert!(alike >= 30, "too few names are alike to tell anything: {alike}");
}
