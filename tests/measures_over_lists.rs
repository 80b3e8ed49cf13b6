//! Measures over real licenses: two lists that the Netherlands published, as of a day when many of them were in force.
//! Every count is computed again in plain SQL. The lists are not part of the repository: where they are absent, this
//! test says so and passes.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/mod.rs"]
mod support;

use std::path::PathBuf;

use export_license_registry::db::Isolation;
use export_license_registry::imports::load::{Input, load};
use export_license_registry::imports::profile::Profile;
use export_license_registry::imports::reader;
use serde_json::{Value, json};
use support::measure::{approval, measure};
use support::registry::{Registry, command_line, id};

/// Loads a list; false where it is not here.
async fn loaded(registry: &Registry, profile: &str, file: &str) -> bool {
    let list = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/licence-lists").join(file);
    let Ok(bytes) = std::fs::read(&list) else {
        eprintln!("skipped: {file} is not here");
        return false;
    };
    let text = Profile::shipped_text(profile).expect("a shipped profile");
    let checked = Profile::parse(text).expect("a valid profile");
    let reading = reader::read(&checked, bytes.as_slice()).expect("a readable list");
    let input = Input { profile: &checked, profile_text: text, file_name: file, file: &bytes };
    let mut tx = registry.app.pool.office(Isolation::RecordsMuch).await.expect("begin");
    let done = load(&mut tx, &command_line(&registry.app), &input, reading).await;
    done.map_err(|problem| problem.detail).expect("load");
    tx.commit().await.expect("commit");
    true
}

/// What a scope is to reach, in SQL that has nothing of the service's.
struct Case {
    scope: Value,
    condition: &'static str,
}

fn cases() -> Vec<Case> {
    vec![
        Case {
            scope: json!({ "controlCodes": ["4A005", "4D004", "5A001.f", "5A001.j", "5A002"] }),
            condition:
                "exists (select from license_lines n, unnest(n.control_codes) code where n.license_id = l.id
                and (code ~ '^(4A005|4D004|5A002)(\\.|$)' or code ~ '^5A001\\.(f|j)(\\.|$)'))",
        },
        Case {
            scope: json!({ "destinations": ["SD", "SO", "LY", "IR", "KP", "ZW", "MM", "BY"] }),
            condition: "l.destinations && array['SD','SO','LY','IR','KP','ZW','MM','BY']",
        },
        Case {
            scope: json!({ "all": [
                { "controlCodes": ["ML"] },
                { "any": [{ "countryGroups": ["gulf-states"] }, { "destinations": ["EG", "MA"] }] },
            ] }),
            condition: "l.destinations && array['AE','BH','KW','OM','QA','SA','EG','MA']
                and exists (select from license_lines n, unnest(n.control_codes) code
                             where n.license_id = l.id and code like 'ML%')",
        },
        Case {
            scope: json!({ "except": { "of": { "controlCodes": ["6A"] }, "but": { "destinations": ["US", "JP"] } } }),
            condition: "not l.destinations <@ array['US','JP']
                and exists (select from license_lines n, unnest(n.control_codes) code
                             where n.license_id = l.id and code like '6A%')",
        },
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_measure_touches_is_what_plain_sql_finds() {
    let registry = Registry::open().await;
    registry.app.clock.set("2013-06-03T09:00:00Z".parse().expect("a time"));
    if !loaded(&registry, "nl-dual-use", "nl-dual-use-exports-2004-2015.csv").await
        || !loaded(&registry, "nl-military", "nl-military-exports-2004-2014.csv").await
    {
        return;
    }
    for case in cases() {
        let in_force =
            "from licenses l where l.status in ('active', 'frozen') and l.valid_until >= '2013-06-03' and ";
        let count = async |what: &str| -> i64 {
            let sql = format!("select {what} {in_force} {}", case.condition);
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(registry.pool()).await.expect("count")
        };
        let expected = count("count(*)").await;
        assert!(expected > 0, "{}: nothing to find", case.scope);
        let path = registry.drafted(&measure(&registry, &case.scope, &["freeze_existing"])).await;
        let preview = registry.previewed(&path).await;
        assert_eq!(preview["licenses"], expected, "{}", case.scope);
        let worth =
            count("coalesce(sum((select sum(value) from license_lines where license_id = l.id)), 0)::bigint")
                .await;
        let told = preview["counts"]["value"][0]["value"].as_str().unwrap_or("0");
        assert_eq!(told.split('.').next().unwrap_or_default(), worth.to_string(), "{}", case.scope);
        if preview["agreementFrom"].as_i64() <= Some(expected) {
            registry.agreed(&path, &preview).await;
        }
        let head = registry.head().await;
        head.post(&format!("{path}/approvals"), &approval(&preview)).await.ok();
        let digest = json!({ "digest": preview["digest"] });
        let operation = head.post(&format!("{path}/executions"), &digest).await.ok();
        registry.worked_off().await;
        let done = head.get(&format!("/v1/operations/{}", id(&operation))).await.ok();
        assert_eq!((&done["done"], &done["skipped"]), (&json!(expected), &json!(0)));
        assert_eq!(count("count(*) filter (where l.status = 'active')").await, 0);
        assert_eq!(count("count(*) filter (where l.status = 'frozen')").await, expected);
        for decision in
            head.get(&format!("{path}/decisions?limit=50")).await.ok()["items"].as_array().expect("items")
        {
            assert!(!decision["matched"]["clauses"].as_array().expect("clauses").is_empty());
        }
        registry.lifted(&path).await;
        assert_eq!(count("count(*) filter (where l.status = 'active')").await, expected);
    }
}
