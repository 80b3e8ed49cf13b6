//! Pages that are generated from the rules, against what is checked in.

use export_license_registry::rules::cycles;

#[test]
fn the_page_of_life_cycles_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/life-cycles.md");
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        page == cycles::page(),
        "docs/life-cycles.md is not what the tables say: run `cargo run -- life-cycles > docs/life-cycles.md`"
    );
}
