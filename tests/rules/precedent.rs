//! How like two transactions are.

use export_license_registry::rules::application::Kind;
use export_license_registry::rules::precedent::{Alike, Transaction, alike, score};
use export_license_registry::rules::product::ProductClass;
use uuid::Uuid;

use crate::case::country;

fn transaction(codes: &[&str]) -> Transaction {
    Transaction {
        kind: Kind::Export,
        destination: country("DE"),
        end_user: Some(Uuid::from_u128(1)),
        classes: vec![ProductClass::Military],
        codes: codes.iter().map(|code| code.parse().expect(code)).collect(),
    }
}

#[test]
fn the_parts_of_the_same_transaction_are_the_whole() {
    assert_eq!(Alike::ALL.iter().map(|part| part.most()).sum::<u8>(), 100);
    let one = transaction(&["ML5.a"]);
    let parts = alike(&one, &one);
    assert_eq!((score(&parts), parts.len()), (100, Alike::ALL.len()));
}

#[test]
fn each_difference_takes_its_part_away() {
    let one = transaction(&["ML5.a"]);
    let others = [
        (Transaction { end_user: None, ..one.clone() }, Alike::EndUser),
        (Transaction { end_user: Some(Uuid::from_u128(2)), ..one.clone() }, Alike::EndUser),
        (Transaction { destination: country("FR"), ..one.clone() }, Alike::Destination),
        (Transaction { codes: Vec::new(), ..one.clone() }, Alike::ControlCode),
        (Transaction { classes: vec![ProductClass::DualUse], ..one.clone() }, Alike::ProductClass),
        (Transaction { kind: Kind::Brokering, ..one.clone() }, Alike::Kind),
    ];
    for (other, differs) in others {
        let parts = alike(&one, &other);
        assert!(parts.iter().all(|part| part.alike != differs), "{differs}");
        assert_eq!(score(&parts), 100 - differs.most(), "{differs}");
        assert_eq!(score(&alike(&other, &one)), score(&parts), "alike both ways");
    }
    // Two that name no end user are not alike in it.
    let open = Transaction { end_user: None, ..one };
    assert_eq!(score(&alike(&open, &open)), 70);
}

#[test]
fn codes_count_by_how_much_they_have_in_common() {
    let points = |one: &[&str], other: &[&str]| {
        let parts = alike(&transaction(one), &transaction(other));
        let code = parts.into_iter().find(|part| part.alike == Alike::ControlCode);
        code.map(|part| (part.points, part.common))
    };
    let told = |points: u8, common: &str| Some((points, common.to_owned()));
    assert_eq!(points(&["6A002.a.2"], &["6A002.a.2"]), told(25, "6A002.a.2"));
    assert_eq!(points(&["6A002.a.2"], &["6A002.a.3"]), told(20, "6A002.a"));
    assert_eq!(points(&["6A002.a.2"], &["6A002.b"]), told(15, "6A002"));
    assert_eq!(points(&["6A002"], &["6A002.a"]), told(15, "6A002"));
    assert_eq!(points(&["6A002"], &["6A003"]), told(5, "6A0"));
    assert_eq!(points(&["ML5.a"], &["ML10"]), told(5, "ML"));
    assert_eq!(points(&["6A002"], &["6E001"]), None, "a category alone is nothing in common");
    assert_eq!(points(&["6A002"], &["ML5"]), None);
    // The nearest of all pairs.
    assert_eq!(points(&["ML5.a", "6A002"], &["6A002.b", "ML5.a"]), told(25, "ML5.a"));
}
