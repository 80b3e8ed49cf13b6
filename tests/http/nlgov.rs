//! The NLgov REST API Design Rules that no other test holds the registry to, and the table of them in the docs.

use axum::http::{Method, Request};
use export_license_registry::api;
use export_license_registry::http::route::Access;
use export_license_registry::rules::authority::Role;
use serde_json::json;

use crate::support::case::Case;
use crate::support::registry::Registry;

fn read(path: &str) -> String {
    std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn the_table_has_every_rule_with_a_test_that_is_there_or_a_reason() {
    let page = read("docs/nlgov.md");
    let rules: Vec<&str> = page.lines().filter(|line| line.starts_with("| `/core/")).collect();
    assert_eq!(rules.len(), 36);
    for rule in rules {
        let cells: Vec<&str> = rule.split('|').map(str::trim).collect();
        let (kept, test) = (cells[2], cells[3]);
        if kept.starts_with("**Deviation.**") || kept.starts_with("Does not apply") {
            continue;
        }
        // A test is named as `file` name, and each file that is named is there.
        let mut parts = test.split('`').skip(1);
        let mut named = 0;
        while let (Some(file), says) = (parts.next(), parts.next().unwrap_or_default()) {
            let path = if file.starts_with('.') { file.to_owned() } else { format!("tests/{file}") };
            let source = read(&path);
            let name = says.trim().trim_end_matches(';').trim();
            assert!(!name.contains('_') || source.contains(&format!("fn {name}(")), "{rule}: no {name}");
            named += 1;
        }
        assert!(named > 0, "{rule}");
    }
}

#[test]
fn the_changelog_has_the_version() {
    let version = export_license_registry::http::openapi::API_VERSION;
    let newest =
        read("docs/changelog.md").lines().find_map(|line| line.strip_prefix("## ").map(str::to_owned));
    assert_eq!(newest.as_deref(), Some(version));
}

#[tokio::test]
async fn no_path_ends_in_a_slash() {
    let registry = Registry::open().await;
    let auditor = registry.auditor().await;
    for path in ["/v1/exporters/", "/v1/licenses/", "/v1/audit/", "/health/live/"] {
        auditor.get(path).await.problem(404);
    }
}

#[tokio::test]
async fn any_offset_is_taken_and_answers_are_in_utc() {
    let registry = Registry::open().await;
    let new = json!({ "holder": "o.person", "role": "auditor", "name": "test", "expiresAt": "2026-12-31T23:30:00+05:30" });
    let token = registry.administrator().post("/v1/tokens", &new).await.ok();
    assert_eq!(token["expiresAt"], "2026-12-31T18:00:00Z");
}

#[tokio::test]
async fn what_reads_changes_nothing() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let mut clients = Vec::new();
    for role in Role::ALL.iter().copied().filter(|role| *role != Role::Clock) {
        clients.push((role, registry.any(role, &case.exporter_id).await));
    }
    let before = registry.row_counts().await;
    let mut read = 0;
    for route in api::rooms().into_iter().flat_map(|room| room.routes).filter(|route| !route.changes()) {
        let path = route.path.replace("{id}", &license).replace("{number}", "1").replace("{code}", "eu");
        let path = path.replace("{reference}", "ML-2026-000001");
        let client = match route.access {
            Access::Public => registry.public(),
            Access::Needs(permission) => {
                let holder = clients.iter().find(|(role, _)| permission.allows(*role));
                holder.map(|(_, client)| client.clone()).unwrap()
            }
        };
        client.get(&path).await;
        read += 1;
    }
    assert!(read > 60, "{read}");
    assert_eq!(registry.row_counts().await, before);
}

#[tokio::test]
async fn no_other_origin_is_let_in() {
    let registry = Registry::open().await;
    for method in [Method::GET, Method::OPTIONS] {
        let request = Request::builder()
            .method(method)
            .uri("/v1/public/declaration-templates")
            .header("origin", "https://elsewhere.example")
            .header("access-control-request-method", "GET")
            .body(axum::body::Body::empty())
            .unwrap();
        let reply = registry.public().raw(request).await;
        assert!(reply.headers.keys().all(|name| !name.as_str().starts_with("access-control-")));
    }
}
