//! Lists: bounds, cursors that stay while rows are inserted, and the `Link` header.

use serde_json::json;

use crate::support::case::{Case, applied};
use crate::support::registry::{Registry, each};

#[tokio::test]
async fn the_limit_is_from_1_to_200_and_50_by_default() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    for wrong in ["0", "-1", "201", "9223372036854775808", "ten", "", "1.5"] {
        officer.get(&format!("/v1/exporters?limit={wrong}")).await.names("?limit");
    }
    for wrong in ["x", "AAAA", "%00", "AAAAAAAAAAAAAAAAAAAAAAA"] {
        officer.get(&format!("/v1/exporters?cursor={wrong}")).await.names("?cursor");
    }
    for n in 0..51 {
        applied(&registry, "Galil Systems", &format!("51-{n}")).await;
    }
    let first = officer.get("/v1/exporters").await.ok();
    assert_eq!(first["items"].as_array().unwrap().len(), 50);
    assert!(first["next"].is_string());
    assert_eq!(officer.get("/v1/exporters?limit=200").await.ok()["items"].as_array().unwrap().len(), 51);
}

#[tokio::test]
async fn a_walk_shows_every_row_once_while_others_are_inserted() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let mut before = Vec::new();
    for n in 0..11 {
        before.push(applied(&registry, "Galil Systems", &format!("51-{n}")).await);
    }
    let mut seen: Vec<String> = Vec::new();
    let mut next = Some("/v1/exporters?limit=3&status=applied".to_owned());
    let mut inserted = 100;
    while let Some(path) = next.take() {
        let reply = officer.get(&path).await;
        let link = reply.header("link").to_owned();
        let page = reply.ok();
        seen.extend(each(page["items"].as_array().unwrap(), "id").into_iter().map(str::to_owned));
        // The link repeats the query with the cursor, and is there exactly when there is a next page.
        assert_eq!(link.is_empty(), page["next"].is_null());
        if let Some(cursor) = page["next"].as_str() {
            assert_eq!(link, format!("</v1/exporters?limit=3&status=applied&cursor={cursor}>; rel=\"next\""));
            next = link.strip_prefix('<').and_then(|link| link.split('>').next()).map(str::to_owned);
        }
        inserted += 1;
        applied(&registry, "Inserted meanwhile", &format!("51-{inserted}")).await;
    }
    before.reverse();
    // All in one instant of the test's clock: the order is that of the ids, and none is missed or shown twice.
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), seen.len(), "none twice");
    for id in &before {
        assert!(seen.contains(id), "none missed");
    }
}

#[tokio::test]
async fn unknown_and_repeated_parameters_are_refused() {
    let registry = Registry::open().await;
    let auditor = registry.auditor().await;
    for path in [
        "/v1/exporters",
        "/v1/products",
        "/v1/end-users",
        "/v1/declaration-templates",
        "/v1/declarations",
        "/v1/applications",
        "/v1/licenses",
        "/v1/revocations",
        "/v1/objections",
        "/v1/overrides",
        "/v1/assessments",
        "/v1/reviews",
        "/v1/allegations",
        "/v1/audit",
        "/v1/tokens",
        "/v1/control-list",
    ] {
        auditor.get(&format!("{path}?colour=red")).await.problem(400);
        if path != "/v1/control-list" {
            auditor.get(&format!("{path}?limit=1&limit=2")).await.problem(400);
            auditor.get(&format!("{path}?limit=1")).await.ok();
        }
    }
}

#[tokio::test]
async fn a_filter_that_is_no_value_of_its_kind_is_named() {
    let registry = Registry::open().await;
    let auditor = registry.auditor().await;
    let mut failures = Vec::new();
    for (path, name, value) in [
        ("/v1/exporters", "status", "asleep"),
        ("/v1/exporters", "name", "%00"),
        ("/v1/exporters", "name", "%FF"),
        ("/v1/exporters", "reference", "%00"),
        ("/v1/products", "reference", "%00"),
        ("/v1/products", "exporterId", "7"),
        ("/v1/end-users", "reference", "%00"),
        ("/v1/end-users", "country", "QQ"),
        ("/v1/declarations", "reference", "%00"),
        ("/v1/declaration-templates", "reference", "%00"),
        ("/v1/applications", "destination", "Germany"),
        ("/v1/applications", "filedFrom", "yesterday"),
        ("/v1/applications", "filedFrom", "-200000-01-01"),
        ("/v1/applications", "filedFrom", "%2B262142-12-31"),
        ("/v1/applications", "filedTo", "%2B262142-12-31"),
        ("/v1/applications", "filedTo", "2026-02-30"),
        ("/v1/applications", "reference", "%00"),
        ("/v1/licenses", "destination", "Q"),
        ("/v1/licenses", "issuedFrom", "-200000-01-01"),
        ("/v1/licenses", "validTo", "-200000-01-01"),
        ("/v1/licenses", "reference", "%00"),
        ("/v1/licenses", "sourceNumber", "%00"),
        ("/v1/licenses", "controlCode", "%00"),
        ("/v1/revocations", "intendedFrom", "-200000-01-01"),
        ("/v1/revocations", "intendedTo", "%2B262142-12-31"),
        ("/v1/revocations", "reference", "%00"),
        ("/v1/revocations", "measureId", "7"),
        ("/v1/objections", "against", "everything"),
        ("/v1/objections", "status", "asleep"),
        ("/v1/objections", "lodgedFrom", "-200000-01-01"),
        ("/v1/objections", "lodgedTo", "yesterday"),
        ("/v1/objections", "reference", "%00"),
        ("/v1/overrides", "status", "asleep"),
        ("/v1/overrides", "applicationId", "7"),
        ("/v1/overrides", "reference", "%00"),
        ("/v1/assessments", "reference", "%00"),
        ("/v1/assessments", "country", "QQ"),
        ("/v1/assessments", "productClass", "x"),
        ("/v1/reviews", "reference", "%00"),
        ("/v1/reviews", "overdue", "perhaps"),
        ("/v1/reviews", "owner", "%00"),
        ("/v1/reviews", "endUserId", "7"),
        ("/v1/allegations", "reference", "%00"),
        ("/v1/allegations", "sourceKind", "x"),
        ("/v1/country-groups", "asOf", "-200000-01-01"),
        ("/v1/country-groups", "asOf", "%2B262142-12-31"),
        ("/v1/audit", "from", "294277-01-01T00:00:00Z"),
        ("/v1/audit", "from", "-200000-01-01T00:00:00Z"),
        ("/v1/audit", "to", "-200000-01-01T00:00:00Z"),
        ("/v1/audit", "actor", "%00"),
        ("/v1/audit", "act", "%00"),
        ("/v1/audit", "subjectId", "x"),
        ("/v1/control-list", "text", "%00"),
        ("/v1/control-list", "prefix", "%E2%80%AE"),
        ("/v1/tokens", "holder", "%00"),
    ] {
        let reply = auditor.get(&format!("{path}?{name}={value}")).await;
        let named = reply.body["errors"][0]["pointer"] == format!("?{name}");
        if reply.status != 400 || !named {
            failures.push(format!("{path}?{name}={value}: {} {}", reply.status, reply.text));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[tokio::test]
async fn applications_are_searched_as_an_officer_searches() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let german = case.in_review(&case.marketing()).await;
    registry.pass_days(1);
    let mut new = case.marketing();
    new["destination"] = json!("FR");
    let french = case.draft(&new).await;
    let officer = registry.officer().await;
    for (query, wanted) in [
        ("destination=DE".to_owned(), vec![&german]),
        ("status=draft".to_owned(), vec![&french]),
        ("controlCode=ML5".to_owned(), vec![&french, &german]),
        ("controlCode=ML6".to_owned(), vec![]),
        (format!("filedFrom={}", registry.day(-1)), vec![&german]),
        (format!("filedTo={}", registry.day(-1)), vec![&german]),
        (format!("filedFrom={}", registry.day(0)), vec![]),
        ("kind=marketing&purpose=new&reference=AM-2026-000002".to_owned(), vec![&french]),
        (format!("exporterId={}&kind=export", case.exporter_id), vec![]),
    ] {
        let found = officer.all(&format!("/v1/applications?{query}")).await;
        assert_eq!(each(&found, "id"), wanted, "{query}");
    }
}
