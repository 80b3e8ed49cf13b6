//! Scopes: what they reach and why, and which can be used. That SQL says the same is in `tests/scopes`.

use export_license_registry::rules::application::Kind;
use export_license_registry::rules::end_user::EndUserKind;
use export_license_registry::rules::product::{ProductClass, SecurityClassification, TechnologyTag};
use export_license_registry::rules::scope::{Asks, Clause, Goods, Groups, Match, Scope, Subject};
use export_license_registry::rules::values::Country;
use serde_json::{Value, json};
use uuid::Uuid;

const HOLDER: Uuid = Uuid::from_u128(1);
const USER: Uuid = Uuid::from_u128(2);
const OTHER: Uuid = Uuid::from_u128(3);

fn scope(json: Value) -> Scope {
    serde_json::from_value(json).expect("a scope")
}

fn goods(line: i32, codes: &[&str]) -> Goods {
    Goods {
        line,
        codes: codes.iter().map(|code| code.parse().expect("a code")).collect(),
        class: Some(ProductClass::CyberIntelligence),
        security: Some(SecurityClassification::TopSecret),
        tags: vec![TechnologyTag::Interception, TechnologyTag::CyberIntrusion],
    }
}

/// A license of interception systems and rifles to Italy and the Netherlands.
fn license() -> Subject {
    Subject {
        kind: Kind::Export,
        exporter: Some(HOLDER),
        end_user: Some(USER),
        end_user_kind: Some(EndUserKind::LawEnforcement),
        destinations: vec!["IT".parse().expect("IT"), "NL".parse().expect("NL")],
        lines: vec![goods(1, &["5A001.f.1", "5D001"]), goods(2, &["ML1.a"])],
    }
}

fn groups() -> Groups {
    Groups::from([
        ("benelux".to_owned(), vec!["BE".parse().expect("BE"), "NL".parse().expect("NL")]),
        ("nobody".to_owned(), Vec::new()),
    ])
}

fn reached(json: Value) -> Option<Match> {
    scope(json).reaches(&license(), &groups())
}

/// Lines, destinations, and each clause with its fact.
fn told(json: Value) -> (Vec<i32>, Vec<String>, Vec<(String, String)>) {
    let Match { lines, destinations, clauses } = reached(json).expect("it is reached");
    let clause = |Clause { clause, fact, .. }: Clause| (clause, fact);
    (lines, destinations.iter().map(ToString::to_string).collect(), clauses.into_iter().map(clause).collect())
}

fn clauses(told: &[(&str, &str)]) -> Vec<(String, String)> {
    told.iter().map(|(clause, fact)| ((*clause).to_owned(), (*fact).to_owned())).collect()
}

#[test]
fn an_exception_is_taken_out_strand_by_strand() {
    let but_the_netherlands =
        json!({ "except": { "of": { "controlCodes": ["5A001"] }, "but": { "destinations": ["NL"] } } });
    let (lines, destinations, why) = told(but_the_netherlands);
    assert_eq!((lines, destinations), (vec![1], vec!["IT".to_owned()]));
    assert_eq!(why, clauses(&[("/except/of/controlCodes", "5A001.f.1")]));
    let but_both =
        json!({ "except": { "of": { "controlCodes": ["5A001"] }, "but": { "destinations": ["NL", "IT"] } } });
    assert_eq!(reached(but_both), None);
    let but_all_its_goods =
        json!({ "except": { "of": { "destinations": ["IT"] }, "but": { "controlCodes": ["5", "ML1"] } } });
    assert_eq!(reached(but_all_its_goods), None);
}

/// Both conditions hold somewhere on the license, and on no line to one destination.
#[test]
fn conditions_are_combined_on_one_strand() {
    assert_eq!(reached(json!({ "all": [{ "controlCodes": ["5A001"] }, { "controlCodes": ["ML1"] }] })), None);
    assert_eq!(
        reached(json!({ "all": [{ "destinations": ["IT"] }, { "countryGroups": ["benelux"] }] })),
        None
    );
    let both = reached(json!({ "all": [{ "controlCodes": ["5A001"] }, { "controlCodes": ["5D"] }] }));
    assert_eq!(both.expect("two codes of one line").lines, [1]);
}

#[test]
fn a_match_lists_what_matches_and_the_first_way_it_does() {
    let scope = json!({ "any": [
        { "all": [{ "destinations": ["NL"] }, { "controlCodes": ["6A"] }] },
        { "all": [{ "countryGroups": ["nobody", "benelux"] }, { "controlCodes": ["0", "ML"] }] },
        { "all": [{ "destinations": ["DE", "IT"] }, { "controlCodes": ["ML1.a"] }, { "licenseKinds": ["export"] }] },
    ] });
    let (lines, destinations, why) = told(scope);
    assert_eq!((lines, destinations), (vec![2], vec!["IT".to_owned(), "NL".to_owned()]));
    // The first strand of the license that is reached, and nothing of the ways that were not met.
    let expected = [
        ("/any/2/all/0/destinations", "IT"),
        ("/any/2/all/1/controlCodes", "ML1.a"),
        ("/any/2/all/2/licenseKinds", "export"),
    ];
    assert_eq!(why, clauses(&expected));
}

/// A condition that is met, the fact that meets it, and the same condition unmet.
fn each_condition() -> Vec<(Asks, Value, &'static str, Value)> {
    let holder = "00000000-0000-0000-0000-000000000001";
    let user = "00000000-0000-0000-0000-000000000002";
    vec![
        (
            Asks::Destination,
            json!({ "destinations": ["DE", "IT"] }),
            "IT",
            json!({ "destinations": ["ZZ", "eu"] }),
        ),
        (
            Asks::CountryGroup,
            json!({ "countryGroups": ["nobody", "benelux"] }),
            "NL (benelux)",
            json!({ "countryGroups": ["nobody", "unknown"] }),
        ),
        (
            Asks::ControlCode,
            json!({ "controlCodes": ["5A002", "5A001.f"] }),
            "5A001.f.1",
            json!({ "controlCodes": ["5A001.f.1.a", "5A001.g", "ML10"] }),
        ),
        (
            Asks::ProductClass,
            json!({ "productClasses": ["cyber_intelligence"] }),
            "cyber_intelligence",
            json!({ "productClasses": ["military", "dual_use"] }),
        ),
        (
            Asks::TechnologyTag,
            json!({ "technologyTags": ["nuclear", "cyber_intrusion"] }),
            "cyber_intrusion",
            json!({ "technologyTags": ["nuclear"] }),
        ),
        (
            Asks::SecurityClassification,
            json!({ "securityClassifications": ["top_secret"] }),
            "top_secret",
            json!({ "securityClassifications": ["secret", "unclassified"] }),
        ),
        (
            Asks::Exporter,
            json!({ "exporters": [OTHER, HOLDER] }),
            holder,
            json!({ "exporters": [OTHER, USER] }),
        ),
        (Asks::EndUser, json!({ "endUsers": [USER] }), user, json!({ "endUsers": [OTHER, HOLDER] })),
        (
            Asks::EndUserKind,
            json!({ "endUserKinds": ["law_enforcement"] }),
            "law_enforcement",
            json!({ "endUserKinds": ["government"] }),
        ),
        (
            Asks::LicenseKind,
            json!({ "licenseKinds": ["export"] }),
            "export",
            json!({ "licenseKinds": ["marketing"] }),
        ),
    ]
}

#[test]
fn each_condition_names_the_fact_that_met_it() {
    let asked: Vec<Asks> = each_condition().iter().map(|(asks, ..)| *asks).collect();
    assert_eq!(asked, Asks::ALL);
    for (asks, met, fact, unmet) in each_condition() {
        let scope = scope(met.clone());
        let clause = Clause { clause: format!("/{}", scope.name()), asks, fact: fact.to_owned() };
        assert_eq!(reached(met).map(|reached| reached.clauses), Some(vec![clause]));
        assert_eq!(reached(unmet), None, "{asks}");
    }
}

/// What is not on file meets no condition, and so is not taken out by an exception either.
#[test]
fn what_is_not_on_file_meets_no_condition() {
    let blank = Subject {
        kind: Kind::Marketing,
        exporter: None,
        end_user: None,
        end_user_kind: None,
        destinations: vec!["ZZ".parse().expect("ZZ")],
        lines: vec![Goods { line: 1, codes: Vec::new(), class: None, security: None, tags: Vec::new() }],
    };
    for (asks, met, _, _) in each_condition() {
        assert_eq!(scope(met.clone()).reaches(&blank, &groups()), None, "{asks}");
        let all_but = scope(json!({ "except": { "of": { "licenseKinds": ["marketing"] }, "but": met } }));
        assert!(all_but.reaches(&blank, &groups()).is_some(), "{asks}");
    }
    let anything = scope(json!({ "licenseKinds": ["marketing"] }));
    for empty in
        [Subject { lines: Vec::new(), ..blank.clone() }, Subject { destinations: Vec::new(), ..blank }]
    {
        assert_eq!(anything.reaches(&empty, &groups()), None, "no line to a destination, nothing to reach");
    }
}

#[test]
fn conditions_are_visited_with_where_they_stand() {
    let nested = json!({ "any": [
        { "except": { "of": { "countryGroups": ["eu"] }, "but": { "all": [{ "destinations": ["IT"] }] } } },
        { "all": [{ "controlCodes": ["ML"] }, { "countryGroups": ["nato", "eu"] }] },
    ] });
    let read = scope(nested.clone());
    let mut visited = Vec::new();
    read.each_condition(&mut |at, condition| {
        assert_eq!(nested.pointer(at), serde_json::to_value(condition).expect("JSON").get(condition.name()));
        visited.push(at.to_owned());
    });
    let expected = [
        "/any/0/except/of/countryGroups",
        "/any/0/except/but/all/0/destinations",
        "/any/1/all/0/controlCodes",
        "/any/1/all/1/countryGroups",
    ];
    assert_eq!(visited, expected);
    assert_eq!(read.groups(), ["eu", "nato", "eu"]);
    assert_eq!(serde_json::to_value(&read).expect("JSON"), nested, "it is written as it was read");
}

#[test]
fn a_scope_of_another_shape_is_not_read() {
    for wrong in [
        json!({}),
        json!({ "destinations": ["DE"], "controlCodes": ["ML"] }),
        json!({ "destination": ["DE"] }),
        json!({ "destinations": "DE" }),
        json!({ "destinations": ["Germany"] }),
        json!({ "controlCodes": ["5A00"] }),
        json!({ "all": { "destinations": ["DE"] } }),
        json!({ "except": { "of": { "destinations": ["DE"] } } }),
        json!({ "except": { "of": { "destinations": ["DE"] }, "but": { "controlCodes": ["5"] }, "or": [] } }),
        json!(["DE"]),
    ] {
        serde_json::from_value::<Scope>(wrong.clone()).expect_err(&wrong.to_string());
    }
}

fn unusable(json: &Value) -> (String, &'static str) {
    let unusable = scope(json.clone()).check().expect_err(&json.to_string());
    (unusable.pointer, unusable.says)
}

#[test]
fn an_empty_condition_is_refused_where_it_stands() {
    let names = [
        "destinations",
        "countryGroups",
        "controlCodes",
        "productClasses",
        "technologyTags",
        "securityClassifications",
        "exporters",
        "endUsers",
        "endUserKinds",
        "licenseKinds",
        "all",
        "any",
    ];
    for name in names {
        let empty = json!({ name: [] });
        let beside = json!({ "destinations": ["DE"] });
        let (pointer, says) = unusable(&empty);
        assert_eq!(pointer, format!("/{name}"));
        assert!(says.starts_with("is empty: name at least one"), "{says}");
        let nested = json!({ "all": [beside, { "any": [beside, empty] }] });
        assert_eq!(unusable(&nested).0, format!("/all/1/any/1/{name}"));
        for (part, other) in [("of", "but"), ("but", "of")] {
            let except = json!({ "except": { part: empty, other: beside } });
            assert_eq!(unusable(&except).0, format!("/except/{part}/{name}"));
        }
    }
}

#[test]
fn a_scope_nests_eight_deep_and_has_a_hundred_conditions_of_a_thousand_values() {
    let nested = |depth: usize| {
        (1..depth).fold(json!({ "destinations": ["DE"] }), |within, _| json!({ "all": [within] }))
    };
    assert_eq!(scope(nested(8)).check(), Ok(()));
    let (pointer, says) = unusable(&nested(9));
    assert_eq!(pointer, "/all/0".repeat(8) + "/destinations");
    assert!(says.contains("deeper than 8"), "{says}");

    // The combination counts as well.
    let wide = |count: usize| json!({ "any": vec![json!({ "destinations": ["DE"] }); count] });
    assert_eq!(scope(wide(99)).check(), Ok(()));
    let (pointer, says) = unusable(&wide(100));
    assert_eq!(pointer, "/any/99/destinations");
    assert!(says.contains("more than 100 conditions"), "{says}");

    let many = |count: usize| json!({ "exporters": vec![HOLDER; count] });
    assert_eq!(scope(many(1000)).check(), Ok(()));
    let (pointer, says) = unusable(&many(1001));
    assert_eq!(pointer, "/exporters");
    assert!(says.contains("more than 1000 values"), "{says}");
}

/// Conditions that every license could meet.
fn unbounded() -> Vec<Value> {
    let countries: Vec<Country> = Country::all().map(|(code, _)| code).collect();
    let lists: Vec<String> = (0..=9).map(|digit| digit.to_string()).chain(["ML".to_owned()]).collect();
    vec![
        json!({ "licenseKinds": ["export"] }),
        json!({ "licenseKinds": ["marketing", "export", "brokering"] }),
        json!({ "endUserKinds": ["government"] }),
        json!({ "destinations": countries }),
        json!({ "controlCodes": lists }),
        json!({ "productClasses": ProductClass::ALL }),
        json!({ "technologyTags": TechnologyTag::ALL }),
        json!({ "securityClassifications": SecurityClassification::ALL }),
    ]
}

/// The same, each list parted over ways to match.
fn parted() -> Vec<Value> {
    let part = |scope: Value| {
        let (name, values) = scope.as_object()?.iter().next()?;
        let values = values.as_array()?;
        let (first, second) = values.split_at(values.len() / 2);
        let more = json!({ "any": [{ name: second }] });
        (!first.is_empty()).then(|| json!({ "any": [{ name: first }, { "all": [more] }] }))
    };
    unbounded().into_iter().filter_map(part).collect()
}

/// The same without one, and conditions that name a party.
fn bounded() -> Vec<Value> {
    let one_less = |scope: Value| {
        let (name, values) = scope.as_object()?.iter().next()?;
        let mut values = values.as_array()?.clone();
        let whole = values.len() > 2 && name != "licenseKinds";
        values.pop();
        whole.then(|| json!({ name: values }))
    };
    let named = [
        json!({ "exporters": [HOLDER] }),
        json!({ "endUsers": [USER] }),
        json!({ "countryGroups": ["eu"] }),
        json!({ "destinations": ["ZZ"] }),
    ];
    unbounded().into_iter().filter_map(one_less).chain(named).collect()
}

#[test]
fn no_scope_reaches_a_register_whole() {
    assert_eq!((bounded().len(), parted().len()), (9, 6));
    for loose in parted() {
        assert!(unusable(&loose).1.starts_with("reaches everything"), "{loose}");
    }
    for loose in unbounded() {
        let (pointer, says) = unusable(&loose);
        assert_eq!(pointer, "");
        assert!(says.starts_with("reaches everything: on every way to match, name"), "{says}");
        for tight in bounded() {
            for usable in [
                tight.clone(),
                json!({ "all": [loose, tight] }),
                json!({ "any": [tight, { "all": [tight, loose] }] }),
                json!({ "except": { "of": tight, "but": loose } }),
            ] {
                assert_eq!(scope(usable.clone()).check(), Ok(()), "{usable}");
            }
            for too_much in [
                json!({ "any": [tight, loose] }),
                json!({ "all": [loose, { "any": [tight, loose] }] }),
                // What is taken out does not bound what is left.
                json!({ "except": { "of": loose, "but": tight } }),
            ] {
                assert_eq!(unusable(&too_much).0, "", "{too_much}");
            }
        }
    }
}
