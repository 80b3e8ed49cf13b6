//! Cover has one meaning: what the rule says of a license or an application is what the lists of a template find and
//! tell.
//!
//! Random registers are put on file, and the lists of every template are held against the rule, which is told what the
//! test made and not what the service read. The seed of a failure is printed with it: set `COVER_SEED` to see it again.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod register;

#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;

use export_license_registry::rules::application;
use export_license_registry::rules::cover::{
    Cover, admits_application, admits_license, of_application, of_license,
};
use register::{Draw, Register, Template};
use serde_json::{Value, json};
use support::registry::Registry;

/// What an item of a list says: what is lacking, whether the version before is admitted, and until when.
type Said = (Value, Value, Value);

fn said(lacks: Cover, admitted: bool, template: &Template) -> Option<Said> {
    let Cover::Lacks(lack) = lacks else { return None };
    let until = template.transition.until.filter(|_| admitted);
    Some((json!(lack), json!(admitted), json!(until)))
}

/// A list as it is told.
async fn listed(registry: &Registry, template: &Template, what: &str) -> BTreeMap<String, Said> {
    let path = format!("/v1/declaration-templates/{}/uncovered-{what}?limit=200", template.id);
    let items = registry.officer().await.all(&path).await;
    let count = items.len();
    let found: BTreeMap<String, Said> = items
        .into_iter()
        .map(|item| {
            let said = (item["lack"].clone(), item["admitted"].clone(), item["admittedUntil"].clone());
            (item["id"].as_str().expect("an id").to_owned(), said)
        })
        .collect();
    assert_eq!(found.len(), count, "each once");
    found
}

/// What was met over all templates: a test that met nothing, or everything, shows nothing.
#[derive(Default, Debug)]
struct Tally {
    covered: usize,
    not_concerned: usize,
    lacks: BTreeMap<String, usize>,
    admitted: usize,
}

impl Tally {
    fn note(&mut self, cover: Cover, admitted: bool) {
        match cover {
            Cover::NotConcerned(_) => self.not_concerned += 1,
            Cover::Covered => self.covered += 1,
            Cover::Lacks(lack) => {
                *self.lacks.entry(lack.to_string()).or_default() += 1;
                self.admitted += usize::from(admitted);
            }
        }
    }

    fn enough(&self, kinds: usize) {
        let told = format!("{self:?}");
        assert!(self.covered > 20 && self.not_concerned > 20 && self.admitted > 3, "{told}");
        assert!(self.lacks.len() >= kinds, "{told}");
    }
}

/// How many registers are put on file.
const ROUNDS: u64 = 4;

#[tokio::test]
async fn the_lists_of_a_template_are_what_the_rule_says() {
    let named = std::env::var("COVER_SEED").ok();
    let seed: u64 = named.map_or_else(rand::random, |text| text.parse().expect("COVER_SEED is a number"));
    let (mut licenses, mut applications) = (Tally::default(), Tally::default());
    for round in 0..ROUNDS {
        let registry = Registry::open().await;
        let made = Register::draw(&mut Draw::new(seed.wrapping_add(round)), registry.today());
        made.enter(registry.pool()).await;
        for template in &made.templates {
            let told = format!("seed {seed}, register {round}, {:?}", template.facts);
            let expected = licenses_of(&made, template, &mut licenses);
            assert_eq!(listed(&registry, template, "licenses").await, expected, "{told}");
            let expected = applications_of(&made, template, &mut applications);
            assert_eq!(listed(&registry, template, "applications").await, expected, "{told}");
        }
    }
    licenses.enough(9);
    applications.enough(6);
}

/// What the rule says of the licenses.
fn licenses_of(made: &Register, template: &Template, tally: &mut Tally) -> BTreeMap<String, Said> {
    let transition = (template.facts.class, template.transition);
    let mut expected = BTreeMap::new();
    for (id, holding) in &made.licenses {
        let cover = of_license(holding, template.facts, &made.declarations);
        let admitted = admits_license(holding, transition, &made.declarations, made.today);
        tally.note(cover, admitted);
        expected.extend(said(cover, admitted, template).map(|said| (id.to_string(), said)));
    }
    expected
}

/// What the rule says of the applications that are open.
fn applications_of(made: &Register, template: &Template, tally: &mut Tally) -> BTreeMap<String, Said> {
    let transition = (template.facts.class, template.transition);
    let mut expected = BTreeMap::new();
    for (id, status, filing) in &made.applications {
        let open = status.is_open() || *status == application::Status::Draft;
        let cover =
            if open { of_application(filing, template.facts) } else { Cover::NotConcerned("is over") };
        let admitted = admits_application(filing, transition, made.today);
        tally.note(cover, admitted);
        expected.extend(said(cover, admitted, template).map(|said| (id.to_string(), said)));
    }
    expected
}
