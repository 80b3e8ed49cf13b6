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
        "/v1/consignees",
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
        "/v1/programmes",
        "/v1/reference-editions",
    ] {
        auditor.get(&format!("{path}?colour=red")).await.problem(400);
        auditor.get(&format!("{path}?limit=1&limit=2")).await.problem(400);
        auditor.get(&format!("{path}?limit=1")).await.ok();
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
        ("/v1/consignees", "kind", "pirate"),
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
        ("/v1/control-list", "q", "%00"),
        ("/v1/control-list", "category", "%00"),
        ("/v1/control-list", "tag", "x"),
        ("/v1/control-list", "list", "CCL"),
        ("/v1/control-list", "asOf", "-200000-01-01"),
        ("/v1/control-list/proposals", "text", "%00"),
        ("/v1/programmes", "measure", "x"),
        ("/v1/programmes", "country", "QQ"),
        ("/v1/programmes", "asOf", "%2B262142-12-31"),
        ("/v1/reference-editions", "subject", "x"),
        ("/v1/countries", "name", "%00"),
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

#[tokio::test]
async fn a_cursor_is_of_one_list_with_its_filters_and_cannot_be_altered() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    for n in 0..6 {
        applied(&registry, "Galil Systems", &format!("51-{n}")).await;
    }
    let page = officer.get("/v1/exporters?limit=2&status=applied&name=galil").await.ok();
    let cursor = page["next"].as_str().unwrap();
    // The size of a page, and the order in which filters are named, are not part of it.
    officer.get(&format!("/v1/exporters?cursor={cursor}&name=galil&limit=1&status=applied")).await.ok();
    for other in [
        format!("/v1/exporters?cursor={cursor}"),
        format!("/v1/exporters?status=applied&cursor={cursor}"),
        format!("/v1/exporters?status=registered&name=galil&cursor={cursor}"),
        format!("/v1/exporters?status=applied&name=galil&sort=oldest&cursor={cursor}"),
        format!("/v1/end-users?cursor={cursor}"),
    ] {
        officer.get(&other).await.names("?cursor");
    }
    for at in 0..cursor.len() {
        let altered: String = cursor
            .chars()
            .enumerate()
            .map(|(n, c)| {
                if n == at && c == 'A' {
                    'B'
                } else if n == at {
                    'A'
                } else {
                    c
                }
            })
            .collect();
        officer
            .get(&format!("/v1/exporters?status=applied&name=galil&cursor={altered}"))
            .await
            .names("?cursor");
    }
}

#[tokio::test]
async fn a_list_is_given_from_either_end() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    for n in 0..5 {
        applied(&registry, "Galil Systems", &format!("51-{n}")).await;
    }
    let newest = officer.all("/v1/exporters?limit=2").await;
    let mut oldest = officer.all("/v1/exporters?limit=2&sort=oldest").await;
    assert_eq!(officer.all("/v1/exporters?limit=2&sort=newest").await, newest);
    oldest.reverse();
    assert_eq!(oldest, newest);
    officer.get("/v1/exporters?sort=name").await.names("?sort");
}

#[tokio::test]
async fn rows_that_are_there_throughout_are_seen_once_by_every_walk_while_others_write() {
    let registry = Registry::open().await;
    let mut there = Vec::new();
    for n in 0..40 {
        there.push(applied(&registry, "There throughout", &format!("51-{n}")).await);
    }
    there.sort();
    let officer = registry.officer().await;
    let walks = async |path: &str| {
        for _ in 0..4 {
            let seen = officer.all(path).await;
            let mut ids: Vec<&str> = each(&seen, "id");
            ids.sort_unstable();
            let all = ids.len();
            ids.dedup();
            assert_eq!(ids.len(), all, "none twice");
            ids.retain(|id| there.iter().any(|one| one == id));
            assert_eq!(ids, there, "none missed");
        }
    };
    let inserts = async |from: usize| {
        for n in from..from + 40 {
            applied(&registry, "Inserted meanwhile", &format!("52-{n}")).await;
        }
    };
    // Those that are there move on, which changes their rows and not their place.
    let changes = async {
        let head = registry.head().await;
        for id in &there {
            let registration = json!({ "registeredUntil": registry.day(30), "reasons": "In order." });
            head.post(&format!("/v1/exporters/{id}/registrations"), &registration).await.ok();
        }
    };
    tokio::join!(
        walks("/v1/exporters?limit=7"),
        walks("/v1/exporters?limit=3&sort=oldest"),
        walks("/v1/exporters?limit=200"),
        inserts(0),
        inserts(100),
        changes,
    );
}
