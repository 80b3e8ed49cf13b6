//! Exports: a list whole, from one snapshot, in bounded memory, and told from one that broke off.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes};
use axum::http::{Request, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::case::{Case, applied};
use crate::support::contract::DOCUMENT;
use crate::support::registry::{Client, Registry, each};

/// The lists that are given whole as well, by path.
fn exported() -> Vec<&'static str> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let whole = |item: &Value| {
        let content = &item["get"]["responses"]["200"]["content"];
        content["application/json"].is_object() && content["application/x-ndjson"].is_object()
    };
    paths.iter().filter(|(_, item)| whole(item)).map(|(path, _)| path.as_str()).collect()
}

/// CSV as rows of cells.
fn table(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The items of NDJSON.
fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn every_main_list_is_given_whole_in_both_forms() {
    let registry = Registry::open().await;
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    case.freeze(&license, None).await.ok();
    let clients = [registry.auditor().await, registry.officer().await, registry.administrator()];
    let main = exported();
    let expected = [
        "allegations",
        "applications",
        "assessments",
        "audit",
        "consignees",
        "declaration-templates",
        "declarations",
        "end-users",
        "events",
        "exemptions",
        "exporters",
        "imports",
        "licenses",
        "measures",
        "objections",
        "operations",
        "overrides",
        "products",
        "reviews",
        "revocations",
        "tokens",
    ];
    for name in expected {
        assert!(main.contains(&format!("/v1/{name}").as_str()), "{name}");
    }
    let mut filled = 0;
    for path in main.into_iter().filter(|path| !path.contains('{')) {
        let mut allowed = None;
        for client in &clients {
            if client.get(&format!("{path}?limit=1")).await.status == 200 {
                allowed = Some(client);
            }
        }
        let client = allowed.unwrap();
        for sort in ["newest", "oldest"] {
            let pages = client.all(&format!("{path}?limit=2&sort={sort}")).await;
            let reply = client.get(&format!("{path}?format=ndjson&sort={sort}")).await;
            assert_eq!(reply.header("content-type"), "application/x-ndjson");
            assert_eq!(lines(&reply.text), pages, "{path} {sort}");
            let reply = client.get(&format!("{path}?format=csv&sort={sort}")).await;
            assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8");
            same_as_csv(path, &pages, &table(&reply.text));
            filled += pages.len();
        }
        client.get(&format!("{path}?format=xml")).await.names("?format");
        client.get(&format!("{path}?format=csv&limit=5")).await.names("?format");
    }
    assert!(filled > 60, "{filled}");
}

/// Whether a table has the items, a column for each member.
fn same_as_csv(path: &str, items: &[Value], table: &[Vec<String>]) {
    let (head, rows) = table.split_first().expect("a line of names");
    assert_eq!(rows.len(), items.len(), "{path}");
    for (row, item) in rows.iter().zip(items) {
        for name in item.as_object().unwrap().keys() {
            assert!(head.contains(name), "{path} has no column {name}");
        }
        for (name, cell) in head.iter().zip(row) {
            let text = match &item[name] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            assert_eq!(cell.trim_start_matches('\''), text.trim_start_matches('\''), "{path} {name}");
        }
    }
}

#[tokio::test]
async fn filters_hold_for_an_export_and_no_cell_is_a_formula() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    for (number, name) in
        ["=1+1", "+CMD", "-2", "@SUM(A1)", "plain, \"quoted\"", "o'clock", "\u{ff1d}1", "\u{ff20}SUM"]
            .iter()
            .enumerate()
    {
        applied(&registry, name, &format!("51-{number}")).await;
    }
    let whole = table(&officer.get("/v1/exporters?format=csv&sort=oldest").await.text);
    let at = whole[0].iter().position(|name| name == "name").unwrap();
    let names: Vec<&str> = whole[1..].iter().map(|row| row[at].as_str()).collect();
    assert_eq!(
        names,
        ["'=1+1", "'+CMD", "'-2", "'@SUM(A1)", "plain, \"quoted\"", "o'clock", "'\u{ff1d}1", "'\u{ff20}SUM"]
    );
    let one = officer.get("/v1/exporters?format=ndjson&companyNumber=51-4").await.text;
    assert_eq!(each(&lines(&one), "name"), ["plain, \"quoted\""]);
    assert_eq!(officer.get("/v1/exporters?format=ndjson&status=removed").await.text, "");
    assert_eq!(officer.get("/v1/exporters?format=csv&status=removed").await.text.lines().count(), 1);
}

/// Asks for an export and gives its body unread.
async fn open(registry: &Registry, path: &str, token: &str) -> (u16, Body) {
    let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
    let request = request.body(Body::empty()).unwrap();
    let response = registry.router.clone().oneshot(request).await.unwrap();
    (response.status().as_u16(), response.into_body())
}

/// The next part of a body; `None` at its end.
async fn part(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    body.frame().await.map(|frame| frame.map(|frame| frame.into_data().unwrap()))
}

/// Puts many entries on file, past the API.
async fn many_entries(registry: &Registry, count: i32) {
    sqlx::query(
        "insert into audit_entries (id, at, actor_id, actor_role, request_id, act, subject_kind, subject_id, particulars)
         select lpad(to_hex(n), 32, '0')::uuid, '2026-05-01T00:00:00Z', (select id from people where handle = 'administrator'),
                'administrator', '00000000-0000-7000-8000-000000000000', 'test.many', 'test',
                '00000000-0000-7000-8000-000000000000', jsonb_build_object('n', n, 'text', repeat('x', 500))
           from generate_series(1, $1) n",
    )
    .bind(count)
    .execute(registry.pool())
    .await
    .unwrap();
}

async fn auditor_token(registry: &Registry) -> String {
    registry.token("reader", export_license_registry::rules::authority::Role::Auditor, None, None).await
}

#[tokio::test]
async fn an_export_is_one_snapshot_while_others_write() {
    let registry = Registry::open().await;
    many_entries(&registry, 20_000).await;
    let token = auditor_token(&registry).await;
    let there: Vec<String> = sqlx::query_scalar("select id::text from audit_entries order by id")
        .fetch_all(registry.pool())
        .await
        .unwrap();
    let (status, mut body) = open(&registry, "/v1/audit?format=ndjson&sort=oldest", &token).await;
    assert_eq!(status, 200);
    let mut text = part(&mut body).await.unwrap().unwrap().to_vec();
    assert!(text.len() < 2_000_000, "the first part is not the whole");
    // What is written from here on would stand at the end of the list.
    for n in 0..20 {
        applied(&registry, "Meanwhile", &format!("51-{n}")).await;
    }
    while let Some(more) = part(&mut body).await {
        text.extend_from_slice(&more.unwrap());
    }
    let given = lines(std::str::from_utf8(&text).unwrap());
    assert_eq!(each(&given, "id"), there, "each row that was there once, in order, and none that came later");
    assert!(registry.audit_entries().await > i64::try_from(there.len()).unwrap());
}

#[tokio::test]
async fn an_export_that_breaks_off_is_cut_before_its_end() {
    let registry = Registry::open().await;
    many_entries(&registry, 20_000).await;
    let token = auditor_token(&registry).await;
    let (_, mut body) = open(&registry, "/v1/audit?format=csv", &token).await;
    part(&mut body).await.unwrap().unwrap();
    // The reader's transaction is the one that waits in the middle of a snapshot.
    let cut = "select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and state like 'idle in transaction%'";
    // It waits there once as many pieces lie ready as may.
    while sqlx::query(cut).fetch_all(registry.pool()).await.unwrap().is_empty() {}
    let mut last = Ok(());
    while let Some(more) = part(&mut body).await {
        last = more.map(drop);
    }
    assert!(last.is_err(), "the body ends in an error");
}

#[tokio::test]
async fn no_more_than_so_many_read_exports_and_pages_are_given_all_the_while() {
    let registry = Registry::open().await;
    many_entries(&registry, 20_000).await;
    let token = auditor_token(&registry).await;
    let reader: Client = registry.bearer(&token);
    let mut reading = Vec::new();
    // As many as the registry of a test lets read.
    for _ in 0..2 {
        let (status, mut body) = open(&registry, "/v1/audit?format=csv", &token).await;
        assert_eq!(status, 200);
        part(&mut body).await.unwrap().unwrap();
        reading.push(body);
    }
    let reply = reader.get("/v1/audit?format=csv").await;
    assert!(!reply.header("retry-after").is_empty());
    reply.problem(503);
    reader.get("/v1/audit?limit=1").await.ok();
    drop(reading);
    // A reader that went is noticed at the next piece.
    let mut status = 503;
    for _ in 0..200 {
        status = open(&registry, "/v1/audit?format=csv", &token).await.0;
        if status == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(status, 200);
}

#[tokio::test]
async fn an_exporter_is_given_its_own_alone() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let own = case.draft(&case.marketing()).await;
    let rival = applied(&registry, "Rival", "51-9").await;
    let rival = registry.exporter(&rival).await;
    let mut seen = BTreeMap::new();
    for (name, client) in [("own", registry.exporter(&case.exporter_id).await), ("rival", rival)] {
        let text = client.get("/v1/applications?format=ndjson").await.text;
        seen.insert(name, each(&lines(&text), "id").into_iter().map(str::to_owned).collect::<Vec<_>>());
    }
    assert_eq!(json!(seen), json!({ "own": [own], "rival": [] }));
}
