//! Pages that are generated from the rules and the tables of routes, against what is checked in.

use std::collections::BTreeSet;

use export_license_registry::api;
use export_license_registry::http::permissions;
use export_license_registry::http::route::Access;
use export_license_registry::rules::authority::Permission;
use export_license_registry::rules::cycles;

#[track_caller]
fn is_up_to_date(name: &str, page: &str) {
    let path = format!("{}/docs/{name}.md", env!("CARGO_MANIFEST_DIR"));
    let checked_in = std::fs::read_to_string(path).unwrap_or_default();
    let differs = checked_in.lines().zip(page.lines()).find(|(old, new)| old != new);
    assert!(
        checked_in == page,
        "docs/{name}.md has drifted, first at {differs:?}: run `cargo run -- {name} > docs/{name}.md` and read the change"
    );
}

#[test]
fn the_page_of_life_cycles_is_up_to_date() {
    is_up_to_date("life-cycles", &cycles::page());
}

#[test]
fn the_picture_of_permissions_is_up_to_date() {
    is_up_to_date("permissions", &permissions::page(&api::rooms()));
}

#[test]
fn each_route_stands_in_the_picture_once() {
    let page = permissions::page(&api::rooms());
    let routes: Vec<_> = api::rooms().into_iter().flat_map(|room| room.routes).collect();
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| ["| GET", "| POST", "| PUT"].iter().any(|method| line.starts_with(method)))
        .collect();
    assert_eq!(rows.len(), routes.len());
    assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), rows.len(), "a route is in two rooms");
    // ✔ and ✘ for each role that holds tokens.
    for row in rows {
        assert_eq!(row.matches('✔').count() + row.matches('✘').count(), 12, "{row}");
    }
}

/// What only reads asks for a permission to read, and what changes something never does with one.
#[test]
fn a_route_reads_or_acts_as_its_permission_says() {
    for route in api::rooms().into_iter().flat_map(|room| room.routes) {
        let Access::Needs(permission) = route.access else {
            assert!(!route.changes(), "{} changes something for anyone", route.path);
            continue;
        };
        let reads = permission.name().starts_with("read_");
        assert_eq!(route.changes(), !reads, "{} needs {permission}", route.path);
    }
}

/// A permission that no route asks for is a promise without a door.
#[test]
fn every_permission_opens_a_route() {
    let asked: BTreeSet<Permission> = api::rooms()
        .into_iter()
        .flat_map(|room| room.routes)
        .filter_map(|route| match route.access {
            Access::Needs(permission) => Some(permission),
            Access::Public => None,
        })
        .collect();
    let unasked: Vec<_> = Permission::ALL.iter().filter(|permission| !asked.contains(permission)).collect();
    assert_eq!(unasked, [&Permission::RunClock], "only the clock comes through no door");
}
