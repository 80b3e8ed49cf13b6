//! A measure over thousands of licenses, executed by a service that is killed again and again: all of it is done,
//! nothing twice and nothing half.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/mod.rs"]
mod support;

use std::fmt::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::{Value, json};
use support::database::TestDatabase;
use support::scratch::Scratch;
use support::service::{Service, call};

/// How many licenses the measure reaches.
const REACHED: i64 = 6000;
/// How many it does not.
const BESIDE: i64 = 500;

const PROFILE: &str = r#"
name = "test"
register = "test-register"

[fields]
kind = { value = "export" }
number = "number"
issued_on = "issued"
valid_until = "until"
codes = "code"
description = "goods"
destinations = "to"
value = "value"
currency = { value = "EUR" }

[dates]
formats = ["%Y-%m-%d"]
"#;

/// Loads licenses as an operator does.
fn import(scratch: &Scratch, url: &str) {
    let mut list = String::from("number,issued,until,code,goods,to,value\n");
    for number in 0..REACHED {
        let code = ["5A001.f", "5A001.f.1", "4A005", "4D004"][usize::try_from(number % 4).expect("few")];
        writeln!(list, "R{number},2026-01-05,2034-12-31,{code},Interception system,Egypt,1000.10")
            .expect("text");
    }
    for number in 0..BESIDE {
        writeln!(list, "B{number},2026-01-05,2034-12-31,ML1.a,Rifles,Egypt,1000").expect("text");
    }
    let (profile, file) = (scratch.0.join("profile.toml"), scratch.0.join("list.csv"));
    std::fs::write(&profile, PROFILE).expect("write the profile");
    std::fs::write(&file, list).expect("write the list");
    let output = Command::new(env!("CARGO_BIN_EXE_export-license-registry"))
        .args(["import", "--profile", profile.to_str().expect("UTF-8")])
        .arg(&file)
        .env("DATABASE_URL", url)
        .output()
        .expect("the binary");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The people who act, by token.
struct People {
    officer: String,
    head: String,
    ministries: [String; 2],
}

impl People {
    fn enter(service: &Service) -> Self {
        let token = |holder: &str, role: &str, ministry: Option<&str>| {
            let new = json!({
                "holder": holder, "role": role, "ministry": ministry, "name": "test",
                "expiresAt": "2035-01-01T00:00:00Z",
            });
            let made = ok(call(service.url(), "POST", "/v1/tokens", &service.first_token(), Some(&new)));
            made["token"].as_str().expect("a token").to_owned()
        };
        Self {
            officer: token("officer", "licensing_officer", None),
            head: token("head", "head_of_agency", None),
            ministries: [
                token("defense", "reviewer", Some("defense")),
                token("foreign", "reviewer", Some("foreign_affairs")),
            ],
        }
    }
}

fn ok(reply: std::io::Result<(u16, Value)>) -> Value {
    let (status, body) = reply.expect("an answer");
    assert!((200..300).contains(&status), "{status} {body}");
    body
}

/// Drafts, previews, agrees, approves and brings into force; gives the measure's path and the operation's.
fn enact(service: &Service, people: &People) -> (String, String) {
    let today = export_license_registry::clock::Clock::System.now();
    let review_on = (today + chrono::TimeDelta::days(200)).date_naive();
    let new = json!({
        "title": "Interception to Egypt", "ground": "human_rights", "legalBasis": "s. 9",
        "reasons": "Reports of use against the press.", "reviewOn": review_on,
        "scope": { "all": [{ "controlCodes": ["5A001.f", "4A005", "4D004"] }, { "destinations": ["EG"] }] },
        "effects": [{ "effect": "freeze_existing" }],
    });
    let post =
        |token: &str, path: &str, body: &Value| ok(call(service.url(), "POST", path, token, Some(body)));
    let drafted = post(&people.officer, "/v1/measures", &new);
    let path = format!("/v1/measures/{}", drafted["id"].as_str().expect("an id"));
    let preview = ok(call(service.url(), "POST", &format!("{path}/previews"), &people.officer, None));
    assert_eq!(preview["licenses"], REACHED);
    assert_eq!(preview["counts"]["value"], json!([{ "currency": "EUR", "value": "6000600.00" }]));
    let says = json!({ "digest": preview["digest"], "reasons": "Seen." });
    for ministry in &people.ministries {
        post(ministry, &format!("{path}/agreements"), &says);
    }
    post(&people.head, &format!("{path}/approvals"), &says);
    let operation =
        post(&people.head, &format!("{path}/executions"), &json!({ "digest": preview["digest"] }));
    (path, format!("/v1/operations/{}", operation["id"].as_str().expect("an id")))
}

/// Waits until an operation is done, killing the service whenever it got further.
fn carried_out_under_kills(
    mut service: Service,
    url: &str,
    people: &People,
    operation: &str,
    kills: u32,
) -> Service {
    let begun = Instant::now();
    let (mut killed, mut seen) = (0, 0);
    loop {
        assert!(begun.elapsed() < Duration::from_mins(5), "it is not carried out");
        let found = ok(call(service.url(), "GET", operation, &people.officer, None));
        let done = found["done"].as_i64().expect("a count");
        assert!(done >= seen, "progress never goes back: {found}");
        assert_eq!(found["skipped"], 0, "{found}");
        if found["status"] == "succeeded" {
            assert_eq!((done, &found["total"]), (REACHED, &json!(REACHED)));
            assert!(killed > 0, "it was too fast to be killed");
            return service;
        }
        if killed < kills && done > seen {
            service.signal(Signal::SIGKILL);
            service.wait();
            killed += 1;
            service = Service::start(url);
        }
        seen = done;
        // No caller is let in without end.
        std::thread::sleep(Duration::from_millis(10));
    }
}

async fn count(database: &TestDatabase, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(database.pool()).await.expect("count")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_execution_that_is_killed_is_whole_in_the_end() {
    let scratch = Scratch::new("execution");
    let database = TestDatabase::create().await;
    let url = database.url();
    import(&scratch, &url);
    let service = Service::start(&url);
    let people = People::enter(&service);
    let (path, operation) = enact(&service, &people);
    let service = carried_out_under_kills(service, &url, &people, &operation, 3);
    let expected = [
        ("select count(*) from licenses where status = 'frozen'", REACHED),
        ("select count(*) from licenses where status = 'active'", BESIDE),
        ("select count(*) from license_freezes where source = 'measure' and lifted_at is null", REACHED),
        ("select count(distinct license_id) from license_freezes", REACHED),
        ("select count(distinct license_id) from measure_decisions", REACHED),
        ("select count(*) from measure_decisions", REACHED),
        ("select count(distinct reasons) from measure_decisions", REACHED),
        ("select count(*) from history where life_cycle = 'license' and action = 'freeze'", REACHED),
        ("select count(*) from audit_entries where act = 'license.freeze'", REACHED),
        ("select count(*) from outbox where kind = 'license.freeze'", REACHED),
        ("select count(*) from history h left join outbox o on o.subject_id = h.subject_id and o.subject_version = h.version
           where o.id is null", 0),
    ];
    for (sql, wanted) in expected {
        assert_eq!(count(&database, sql).await, wanted, "{sql}");
    }
    let says = json!({ "reasons": "The reports were followed up." });
    let lifting = ok(call(service.url(), "POST", &format!("{path}/liftings"), &people.head, Some(&says)));
    let lifting = format!("/v1/operations/{}", lifting["id"].as_str().expect("an id"));
    let _service = carried_out_under_kills(service, &url, &people, &lifting, 2);
    assert_eq!(
        count(&database, "select count(*) from licenses where status = 'active'").await,
        REACHED + BESIDE
    );
    assert_eq!(count(&database, "select count(*) from license_freezes where lifted_at is null").await, 0);
}
