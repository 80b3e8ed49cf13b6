//! Cover: which licenses and applications stand on a declaration of a template version, over the whole domain of what
//! the rule reads.

use chrono::NaiveDate;
use export_license_registry::rules::application::Kind;
use export_license_registry::rules::cover::{
    Cover, Filing, Holding, Item, Lack, Line, Signed, Transition, admits_application, admits_license,
    concerns, of_application, of_license,
};
use export_license_registry::rules::declaration::Status;
use export_license_registry::rules::gate::{MeasureFacts, SuccessorFacts, TemplateFacts};
use export_license_registry::rules::license;
use export_license_registry::rules::measure::Effect;
use export_license_registry::rules::product::ProductClass;
use export_license_registry::rules::template::{Status as TemplateStatus, TransitionRule};
use export_license_registry::rules::values::Unit;
use export_license_registry::rules::verdict::{Outcome, Rule};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::case::{self, ago, ahead, check, export, today};

const EXPORTER: Uuid = Uuid::from_u128(1);
const END_USER: Uuid = Uuid::from_u128(2);
const APPLICATION: Uuid = Uuid::from_u128(3);
const OTHER: Uuid = Uuid::from_u128(9);
const SIGHT: Uuid = Uuid::from_u128(10);
const MOUNT: Uuid = Uuid::from_u128(11);
const WANTED: TemplateFacts = TemplateFacts { class: ProductClass::Military, version: 3 };

fn line(product: Uuid, remaining: i64) -> Line {
    Line {
        product: Some(product),
        class: Some(ProductClass::Military),
        remaining: Some(remaining.into()),
        unit: Some(Unit::Piece),
    }
}

fn item(product: Uuid, quantity: i64) -> Item {
    Item { product, quantity: quantity.into(), unit: Unit::Piece }
}

/// An export license for ten sights and four mounts.
fn license() -> Holding {
    Holding {
        kind: Kind::Export,
        status: license::Status::Active,
        exporter: Some(EXPORTER),
        end_user: Some(END_USER),
        application: Some(APPLICATION),
        lines: vec![line(SIGHT, 10), line(MOUNT, 4)],
    }
}

/// A declaration that covers it exactly.
fn signed() -> Signed {
    Signed {
        reference: "ED-2026-000001".to_owned(),
        template: WANTED,
        framework: false,
        exporter: EXPORTER,
        end_user: END_USER,
        status: Status::Accepted,
        signed_on: ago(3),
        served: Vec::new(),
        items: vec![item(SIGHT, 10), item(MOUNT, 4)],
    }
}

fn classes() -> impl Iterator<Item = Option<ProductClass>> {
    ProductClass::ALL.iter().copied().map(Some).chain([None])
}

/// Every way in which the unknown classes could turn out.
fn turnouts(found: &[Option<ProductClass>]) -> Vec<Vec<ProductClass>> {
    found.iter().fold(vec![Vec::new()], |before, class| {
        let choices = class.map_or(ProductClass::ALL.to_vec(), |class| vec![class]);
        let longer = |list: &Vec<ProductClass>, choice: ProductClass| [list.as_slice(), &[choice]].concat();
        before.iter().flat_map(|list| choices.iter().map(move |choice| longer(list, *choice))).collect()
    })
}

#[test]
fn a_template_concerns_goods_whose_strictest_class_is_or_may_be_its_own() {
    let mut lists: Vec<Vec<Option<ProductClass>>> = vec![Vec::new()];
    for _ in 0..3 {
        let longer: Vec<_> = lists
            .iter()
            .flat_map(|list| classes().map(|class| [list.as_slice(), &[class]].concat()))
            .collect();
        lists.extend(longer);
    }
    for list in lists {
        for &class in ProductClass::ALL {
            // Without a line nothing is known of the goods.
            let may_be =
                list.is_empty() || turnouts(&list).iter().any(|turnout| turnout.iter().max() == Some(&class));
            assert_eq!(concerns(class, list.iter().copied()), may_be, "{class}: {list:?}");
        }
    }
}

#[test]
fn only_export_licenses_in_force_of_the_class_are_concerned() {
    for &kind in Kind::ALL {
        for &status in license::Status::ALL {
            for class in classes() {
                let mut license = Holding { kind, status, ..license() };
                license.lines.iter_mut().for_each(|line| line.class = class);
                let in_force = matches!(status, license::Status::Active | license::Status::Frozen);
                let concerned = kind == Kind::Export
                    && in_force
                    && class.is_none_or(|class| class == ProductClass::Military);
                let found = of_license(&license, WANTED, &[signed()]);
                assert_eq!(matches!(found, Cover::NotConcerned(_)), !concerned, "{kind} {status} {class:?}");
                assert_eq!(found == Cover::Covered, concerned, "{kind} {status} {class:?}");
            }
        }
    }
}

/// One part of a declaration, the best value first, with what the others lack.
type Part = Vec<(Option<Lack>, fn(&mut Signed))>;

/// The parts in the order in which the rule looks at them.
fn parts() -> Vec<Part> {
    vec![
        vec![
            (None, |_| ()),
            (None, |s| s.template.version = 4),
            (Some(Lack::OtherClass), |s| s.template.class = ProductClass::DualUse),
            (Some(Lack::OtherClass), |s| s.template.class = ProductClass::CyberIntelligence),
            (Some(Lack::OlderVersion), |s| s.template.version = 2),
        ],
        vec![
            (None, |_| ()),
            (Some(Lack::NotVerified), |s| s.status = Status::Lodged),
            (Some(Lack::NotVerified), |s| s.status = Status::InVerification),
            (Some(Lack::Rejected), |s| s.status = Status::Rejected),
            (Some(Lack::Ended), |s| s.status = Status::Expired),
            (Some(Lack::Ended), |s| s.status = Status::Superseded),
            (Some(Lack::BreachSuspected), |s| s.status = Status::BreachSuspected),
            (Some(Lack::BreachConfirmed), |s| s.status = Status::BreachConfirmed),
        ],
        vec![
            (None, |_| ()),
            (None, |s| s.served = vec![APPLICATION]),
            (None, |s| (s.served, s.framework) = (vec![OTHER], true)),
            (None, |s| (s.served, s.framework) = (vec![APPLICATION, OTHER], true)),
            (Some(Lack::ServesAnother), |s| s.served = vec![OTHER]),
            (Some(Lack::ServesAnother), |s| s.served = vec![APPLICATION, OTHER]),
        ],
        vec![
            (None, |_| ()),
            (None, |s| s.items = vec![item(MOUNT, 400), item(OTHER, 1), item(SIGHT, 10)]),
            (Some(Lack::ProductMissing), |s| s.items.truncate(1)),
            (Some(Lack::ProductMissing), |s| s.items.clear()),
            (Some(Lack::QuantityShort), |s| s.items = vec![item(SIGHT, 9), item(MOUNT, 4)]),
            (Some(Lack::QuantityShort), |s| {
                s.items.iter_mut().for_each(|item| item.unit = Unit::Set);
            }),
            (Some(Lack::ProductMissing), |s| s.items = vec![item(SIGHT, 9)]),
        ],
    ]
}

/// Every combination of the parts, with what it lacks first.
fn declarations() -> Vec<(Option<Lack>, Signed)> {
    parts().iter().fold(vec![(None, signed())], |before, part| {
        before
            .iter()
            .flat_map(|(lack, signed)| {
                part.iter().map(move |(next, change)| {
                    let mut signed = signed.clone();
                    change(&mut signed);
                    (lack.or(*next), signed)
                })
            })
            .collect()
    })
}

#[test]
fn a_license_is_covered_by_a_declaration_that_lacks_nothing_and_by_no_other() {
    let declarations = declarations();
    assert!(declarations.len() > 1000);
    let mut covered = 0;
    for (lack, declaration) in declarations {
        let expected = lack.map_or(Cover::Covered, Cover::Lacks);
        covered += usize::from(expected == Cover::Covered);
        let found = of_license(&license(), WANTED, std::slice::from_ref(&declaration));
        assert_eq!(found, expected, "{declaration:?}");
    }
    assert!(covered > 10, "{covered}");
}

#[test]
fn of_several_declarations_one_that_covers_is_enough_and_otherwise_the_nearest_is_told() {
    let declarations = declarations();
    for (at, (lack, one)) in declarations.iter().enumerate().step_by(7) {
        for (other_lack, other) in declarations.iter().skip(at + 1).step_by(13) {
            let expected = match (lack, other_lack) {
                (Some(lack), Some(other)) => Cover::Lacks(*lack.max(other)),
                (None, _) | (_, None) => Cover::Covered,
            };
            for pair in [[one.clone(), other.clone()], [other.clone(), one.clone()]] {
                assert_eq!(of_license(&license(), WANTED, &pair), expected);
            }
        }
    }
    assert_eq!(of_license(&license(), WANTED, &[]), Cover::Lacks(Lack::NoDeclaration));
    assert!(Lack::ALL.iter().all(|lack| lack.says().ends_with('.')));
}

#[test]
fn a_declaration_of_others_is_none() {
    for (exporter, end_user) in [(OTHER, END_USER), (EXPORTER, OTHER), (OTHER, OTHER)] {
        let foreign = Signed { exporter, end_user, ..signed() };
        assert_eq!(of_license(&license(), WANTED, &[foreign]), Cover::Lacks(Lack::NoDeclaration));
    }
}

#[test]
fn what_is_not_on_file_is_covered_by_nothing() {
    let changes: [fn(&mut Holding); 6] = [
        |l| l.exporter = None,
        |l| l.end_user = None,
        |l| l.lines.iter_mut().take(1).for_each(|line| line.product = None),
        |l| l.lines.iter_mut().take(1).for_each(|line| line.remaining = None),
        |l| l.lines.iter_mut().skip(1).for_each(|line| line.unit = None),
        |l| l.lines.clear(),
    ];
    for change in changes {
        let mut license = license();
        change(&mut license);
        let found = of_license(&license, WANTED, &[signed()]);
        assert_eq!(found, Cover::Lacks(Lack::ParticularsUnknown), "{license:?}");
    }
    // A license on no application of ours is covered by what serves none.
    let imported = Holding { application: None, ..license() };
    assert_eq!(of_license(&imported, WANTED, &[signed()]), Cover::Covered);
    let serving = Signed { served: vec![APPLICATION], ..signed() };
    assert_eq!(of_license(&imported, WANTED, &[serving]), Cover::Lacks(Lack::ServesAnother));
}

#[test]
fn the_quantity_that_remains_of_all_lines_of_a_product_must_be_named() {
    let two = Holding { lines: vec![line(SIGHT, 6), line(SIGHT, 5)], ..license() };
    let named = |quantity| Signed { items: vec![item(SIGHT, quantity)], ..signed() };
    assert_eq!(of_license(&two, WANTED, &[named(11)]), Cover::Covered);
    assert_eq!(of_license(&two, WANTED, &[named(10)]), Cover::Lacks(Lack::QuantityShort));
    // What was delivered need not be named in quantity, but the product must.
    let delivered = Holding { lines: vec![line(SIGHT, 0)], ..license() };
    let fraction = Item { quantity: Decimal::new(1, 6), ..item(SIGHT, 0) };
    assert_eq!(
        of_license(&delivered, WANTED, &[Signed { items: vec![fraction], ..signed() }]),
        Cover::Covered
    );
    let other = Signed { items: vec![item(MOUNT, 1)], ..signed() };
    assert_eq!(of_license(&delivered, WANTED, &[other]), Cover::Lacks(Lack::ProductMissing));
}

fn transition(rule: TransitionRule, in_force_from: NaiveDate, until: Option<NaiveDate>) -> Transition {
    Transition { previous: Some(2), rule, in_force_from, until }
}

#[test]
fn the_version_before_is_admitted_for_a_license_by_the_rule_and_by_what_would_cover_it() {
    let class = ProductClass::Military;
    for &rule in TransitionRule::ALL {
        for signed_on in [ago(6), ago(5), ago(4)] {
            for until in [None, Some(ago(1)), Some(today()), Some(ahead(1))] {
                let transition = transition(rule, ago(5), until);
                let expected = match rule {
                    TransitionRule::None => false,
                    TransitionRule::KeepFiled => signed_on < ago(5),
                    TransitionRule::UntilDate => until.is_some_and(|until| until >= today()),
                };
                let before = TemplateFacts { class, version: 2 };
                let old = Signed { template: before, signed_on, ..signed() };
                let admits = |signed: &Signed| {
                    admits_license(&license(), (class, transition), std::slice::from_ref(signed), today())
                };
                assert_eq!(admits(&old), expected, "{transition:?} {signed_on}");
                // Neither an older version, nor one that would not cover the license, nor the version itself.
                for version in [1, 3] {
                    let other = Signed { template: TemplateFacts { class, version }, ..old.clone() };
                    assert!(!admits(&other), "version {version}");
                }
                assert!(!admits(&Signed { status: Status::BreachSuspected, ..old.clone() }));
                assert!(!admits(&Signed { items: vec![item(SIGHT, 10)], ..old.clone() }));
                let first = Transition { previous: None, ..transition };
                assert!(!admits_license(&license(), (class, first), &[old], today()));
            }
        }
    }
}

fn filing() -> Filing {
    Filing {
        kind: Kind::Export,
        filed_on: Some(ago(8)),
        classes: vec![Some(ProductClass::Military), Some(ProductClass::DualUse)],
        named: Some((WANTED, Status::Accepted)),
    }
}

#[test]
fn an_application_is_covered_by_the_declaration_it_names() {
    for &kind in Kind::ALL {
        for &status in Status::ALL {
            for (class, version) in
                [(WANTED.class, 2), (WANTED.class, 3), (WANTED.class, 4), (ProductClass::DualUse, 9)]
            {
                let named = Some((TemplateFacts { class, version }, status));
                let found = of_application(&Filing { kind, named, ..filing() }, WANTED);
                let expected = if kind != Kind::Export {
                    Cover::NotConcerned("is not an export application")
                } else if class != WANTED.class {
                    Cover::Lacks(Lack::OtherClass)
                } else if version < 3 {
                    Cover::Lacks(Lack::OlderVersion)
                } else {
                    match status {
                        Status::Lodged | Status::InVerification | Status::Accepted => Cover::Covered,
                        Status::Rejected => Cover::Lacks(Lack::Rejected),
                        Status::Expired | Status::Superseded => Cover::Lacks(Lack::Ended),
                        Status::BreachSuspected => Cover::Lacks(Lack::BreachSuspected),
                        Status::BreachConfirmed => Cover::Lacks(Lack::BreachConfirmed),
                    }
                };
                assert_eq!(found, expected, "{kind} {status} {class} {version}");
            }
        }
    }
    let none = Filing { named: None, ..filing() };
    assert_eq!(of_application(&none, WANTED), Cover::Lacks(Lack::NoDeclaration));
    let dual_use = Filing { classes: vec![Some(ProductClass::DualUse)], ..none };
    assert!(matches!(of_application(&dual_use, WANTED), Cover::NotConcerned(_)));
}

/// The list says of an application what the gate will say of it.
#[test]
fn the_version_before_is_admitted_for_an_application_exactly_where_the_gate_passes_it() {
    let class = ProductClass::Military;
    for &rule in TransitionRule::ALL {
        for filed_on in [None, Some(ago(6)), Some(ago(5)), Some(ago(4))] {
            for until in [None, Some(ago(1)), Some(today()), Some(ahead(1))] {
                let transition = transition(rule, ago(5), until);
                let named = Some((TemplateFacts { class, version: 2 }, Status::Accepted));
                let application = Filing { filed_on, named, ..filing() };
                let admitted = admits_application(&application, (class, transition), today());
                let mut facts = export();
                facts.filed_on = filed_on;
                facts.declaration.iter_mut().for_each(|declaration| {
                    declaration.template_version = 2;
                    declaration.template_status = TemplateStatus::Superseded;
                    declaration.successor =
                        Some(SuccessorFacts { rule, in_force_from: ago(5), transition_until: until });
                });
                let passes = check(&facts, Rule::DeclarationVersion) == Outcome::Pass;
                assert_eq!(admitted, passes, "{transition:?} filed {filed_on:?}");
                for status in [Status::Rejected, Status::BreachSuspected, Status::Expired] {
                    let named = Some((TemplateFacts { class, version: 2 }, status));
                    let ended = Filing { named, ..application.clone() };
                    assert!(!admits_application(&ended, (class, transition), today()), "{status}");
                }
                for named in [None, Some((TemplateFacts { class, version: 1 }, Status::Accepted))] {
                    let other = Filing { named, ..application.clone() };
                    assert!(!admits_application(&other, (class, transition), today()));
                }
            }
        }
    }
}

/// What a measure requires of an application is what it requires of a license: exports of the template's class alone.
#[test]
fn a_measure_requires_a_declaration_of_exports_of_the_class() {
    for (kind, purpose, class) in case::contexts() {
        for version in [2, 3, 4] {
            let mut facts = case::clean(kind, purpose, class);
            facts.measures = vec![MeasureFacts {
                reference: "ME-2026-000001".to_owned(),
                effect: Effect::RequireDeclaration,
                clause: "/destinations".to_owned(),
                since: ago(1),
                review_on: ahead(100),
                ends_on: None,
                template: Some(TemplateFacts { class: ProductClass::Military, version }),
                condition: None,
                exemption: None,
            }];
            let concerned = kind == Kind::Export && class == ProductClass::Military;
            // The declaration of the case is on version 3.
            let expected = if concerned && version > 3 { Outcome::Hold } else { Outcome::Pass };
            assert_eq!(check(&facts, Rule::MeasureRequirements), expected, "{kind} {class} {version}");
            facts.lines.iter_mut().for_each(|line| line.class = None);
            let unknown = kind == Kind::Export && (version > 3 || class != ProductClass::Military);
            let expected = if unknown { Outcome::Hold } else { Outcome::Pass };
            assert_eq!(
                check(&facts, Rule::MeasureRequirements),
                expected,
                "{kind} unknown, {class} {version}"
            );
        }
    }
}
