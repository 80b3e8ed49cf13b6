//! Two editions of a list: what is new, and what is not to be believed.

use export_license_registry::rules::edition::{Difference, Doubt, believable, difference};
use export_license_registry::rules::screening::edition::{Marks, digest, edition};
use export_license_registry::rules::screening::entry::{Entry, Kind};

use super::entry;

fn list(ids: impl Iterator<Item = u32>) -> Vec<Entry> {
    ids.map(|id| entry(&id.to_string(), Kind::Person, &[&format!("Name {id}")])).collect()
}

#[test]
fn added_changed_and_removed() {
    let older = list(1..=3);
    let mut newer = list(2..=4);
    newer[0].programmes.push("NEW".to_owned());
    let owned = |id: &str| vec![id.to_owned()];
    let told = difference(&edition(older.iter()), &edition(newer.iter()));
    assert_eq!(told, Difference { added: owned("4"), changed: owned("2"), removed: owned("1") });
}

#[test]
fn the_order_of_parts_is_no_change_and_every_part_is_one() {
    let mut one = entry("1", Kind::Person, &["Gorislav Petunin", "Slava", "G. P."]);
    one.countries = vec!["RU".to_owned(), "BY".to_owned()];
    let mut other = one.clone();
    other.names.swap(1, 2);
    other.countries.swap(0, 1);
    assert_eq!(digest(&one), digest(&other));
    let edits: [fn(&mut Entry); 6] = [
        |entry| entry.kind = Kind::Organization,
        |entry| entry.license_policy = Some("Presumption of denial".to_owned()),
        |entry| entry.license_requirement = Some("Presumption of denial".to_owned()),
        |entry| entry.citation = Some("1 FR 1".to_owned()),
        |entry| entry.address_countries = entry.countries.clone(),
        |entry| drop(entry.names.pop()),
    ];
    let mut digests = vec![digest(&one)];
    for edit in edits {
        let mut edited = one.clone();
        edit(&mut edited);
        digests.push(digest(&edited));
    }
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), edits.len() + 1, "two different entries have one digest");
}

#[test]
fn what_has_shrunk_is_doubted_beyond_the_share() {
    let before = edition(list(1..=100).iter());
    let now = |until| edition(list(1..=until).iter());
    assert!(believable(&before, &now(90), 10).is_ok());
    assert_eq!(
        believable(&before, &now(89), 10),
        Err(Doubt::Shrunken { removed: 11, before: 100, allowed: 10 })
    );
    assert_eq!(believable(&before, &edition([].into_iter()), 100), Err(Doubt::Empty));
    assert!(believable(&edition(list(1..=3).iter()), &now(2), 10).is_ok(), "of a short list one may go");
    assert_eq!(
        believable(&before, &now(99), 0),
        Err(Doubt::Shrunken { removed: 1, before: 100, allowed: 0 }),
        "of 0 percent none may go"
    );
    let replaced = edition(list(101..=200).iter());
    assert!(believable(&before, &replaced, 10).is_err(), "as many entries, and none of those before");
}

#[test]
fn names_and_numbers_may_go_as_entries_may() {
    let marks = |names, identifiers| Marks { names, identifiers };
    let thinned = |now, percent| {
        marks(100, 40).thinned(now, percent).map(|doubt| doubt.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(thinned(marks(90, 36), 10), Vec::<String>::new());
    assert_eq!(
        thinned(marks(89, 40), 10),
        ["the entries that stay would lose 11 of 100 names, more than 10: is the file whole?"]
    );
    assert!(thinned(marks(200, 35), 10)[0].contains("5 of 40 identifiers, more than 4"));
    assert_eq!(thinned(marks(99, 40), 0).len(), 1);
    let two = [entry("1", Kind::Person, &["A", "B"]), entry("2", Kind::Person, &["C"])];
    assert_eq!(Marks::of(two.iter()), marks(3, 0));
}
