//! Tags of answers: whoever has an answer that still holds is told so, on every route that reads.

use std::collections::BTreeMap;

use export_license_registry::api;
use export_license_registry::http::route::{Access, Route};
use export_license_registry::rules::authority::Role;
use utoipa::openapi::HttpMethod;

use super::preconditions::{caller, resources};
use crate::support::case::Case;
use crate::support::registry::{Client, Registry, id};

/// What tells the instant it is asked at, or counts the asking: it is another at the next, and has no tag.
const MOMENTARY: [&str; 2] = ["/metrics", "/v1/public/license-verifications/{reference}"];

/// Someone who may read the route, and sees all that is on file where anyone may.
async fn reader(registry: &Registry, case: &Case<'_>, route: &Route) -> Client {
    match route.access {
        Access::Public => registry.public(),
        Access::Needs(needs) if needs.allows(Role::Auditor) => registry.auditor().await,
        Access::Needs(needs) => caller(registry, case, needs).await,
    }
}

/// The path of something on file that the route reads; none where nothing is.
async fn path(reader: &Client, known: &BTreeMap<&str, String>, route: &str) -> Option<String> {
    let collection = route.split('/').nth(2).unwrap_or_default();
    let mut path = route.replace("{number}", "1");
    if path.contains("{id}") {
        let found = match known.get(collection) {
            Some(known) => known.clone(),
            None => {
                let list = reader.get(&format!("/v1/{collection}?limit=1")).await;
                id(list.body["items"].as_array()?.first()?)
            }
        };
        path = path.replace("{id}", &found);
    }
    let code = match collection {
        "countries" => "DE",
        "control-list" => "ML5.a",
        _ => "nato",
    };
    path = path.replace("{code}", code).replace("{reference}", &known["reference"]);
    if path.ends_with("/statistics") {
        path += "?year=2026";
    }
    Some(path).filter(|path| !path.contains('{'))
}

#[tokio::test]
async fn what_has_not_changed_has_the_same_tag_and_is_not_sent_again_on_any_route() {
    let registry = Registry::open().await;
    let case = Case::with_parties(&registry).await;
    let mut known = resources(&registry, &case).await;
    let reference = case.license(&known["licenses"]).await["reference"].as_str().unwrap().to_owned();
    known.insert("reference", reference);
    for role in Role::ALL.iter().copied().filter(|role| *role != Role::Clock) {
        registry.any(role, &case.exporter_id).await;
    }
    let (mut walked, mut momentary, mut absent, mut failures) = (0, Vec::new(), Vec::new(), Vec::new());
    let routes = api::rooms().into_iter().flat_map(|room| room.routes);
    for route in routes.filter(|route| matches!(route.method, HttpMethod::Get)) {
        let reader = reader(&registry, &case, &route).await;
        let Some(path) = path(&reader, &known, route.path).await else {
            absent.push(route.path);
            continue;
        };
        let first = reader.get(&path).await;
        if first.status != 200 {
            absent.push(route.path);
            continue;
        }
        let Some(tag) = first.headers.get("etag").and_then(|tag| tag.to_str().ok()) else {
            momentary.push(route.path);
            continue;
        };
        registry.app.clock.set(registry.now() + chrono::TimeDelta::seconds(2));
        let again = reader.get(&path).await;
        if again.header("etag") != tag {
            failures.push(format!("{path}: {} became {}", first.text, again.text));
        }
        let unchanged = reader.knowing(tag).get(&path).await;
        if unchanged.status != 304 {
            failures.push(format!("{path}: {} to who has {tag}", unchanged.status));
        }
        walked += 1;
    }
    assert!(failures.is_empty(), "{failures:#?}");
    momentary.sort_unstable();
    assert_eq!(momentary, MOMENTARY, "what has no tag");
    assert!(walked >= 100, "the walk went somewhere: {walked}, not to {absent:?}");
}

#[tokio::test]
async fn figures_that_have_not_changed_are_not_sent_again_in_any_form() {
    let registry = Registry::open().await;
    let at = registry.now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    for query in ["year=2026".to_owned(), format!("year=2026&asOf={at}"), "year=2026&format=csv".to_owned()] {
        let path = format!("/v1/public/statistics?{query}");
        let tag = registry.public().tag(&path).await;
        assert_eq!(registry.public().knowing(&tag).get(&path).await.status, 304, "{query}");
    }
}

#[tokio::test]
async fn a_license_says_a_time_only_where_it_was_asked_for_one() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let path = format!("/v1/licenses/{}", case.marketing_license().await);
    let officer = registry.officer().await;
    let now = officer.get(&path).await.ok();
    assert_eq!((now.get("asOf"), now.get("knownAt")), (None, None));
    let at = registry.now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let then = officer.get(&format!("{path}?asOf={at}")).await.ok();
    assert_eq!(
        then["asOf"].as_str().map(str::parse),
        Some(Ok(at.parse::<chrono::DateTime<chrono::Utc>>().unwrap()))
    );
    // What was left out is the present and is not said, so this answer stands too.
    let then = format!("{path}?asOf={at}");
    assert_eq!(officer.knowing(&officer.tag(&then).await).get(&then).await.status, 304);
    // A term that ends overnight is another answer, though no step was recorded.
    let tag = officer.tag(&path).await;
    assert_eq!(officer.knowing(&tag).get(&path).await.status, 304);
    registry.pass_days(2000);
    let officer = registry.officer().await;
    assert_eq!(officer.knowing(&tag).get(&path).await.ok()["status"], "expired");
}
