//! The manual of profiles: every example in it is a valid part of a profile.

use export_license_registry::imports::profile::Profile;
use toml::Table;

const MANUAL: &str = include_str!("../docs/import-profiles.md");

/// Lays the keys of `over` on `profile`; a field that both have is the one of `over`.
fn lay(profile: &mut Table, over: Table) {
    for (name, value) in over {
        match (profile.get_mut(&name), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => below.extend(above),
            (_, value) => drop(profile.insert(name, value)),
        }
    }
}

#[test]
fn every_example_is_valid() {
    let blocks = MANUAL.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    let blocks: Vec<&str> = blocks.collect();
    assert!(blocks.len() > 15, "the examples are found");
    let smallest: Table = blocks[0].parse().expect("TOML");
    for block in blocks {
        let mut profile = smallest.clone();
        let over: Table = block.parse().unwrap_or_else(|error| panic!("{error}\n{block}"));
        let identity =
            over.get("license").and_then(|license| license.get("identity")).and_then(toml::Value::as_str);
        if identity == Some("content") {
            profile
                .get_mut("fields")
                .and_then(toml::Value::as_table_mut)
                .map(|fields| fields.remove("number"));
        }
        lay(&mut profile, over);
        let text = toml::to_string(&profile).expect("TOML");
        Profile::parse(&text).unwrap_or_else(|error| panic!("{error}\n{block}"));
    }
}
