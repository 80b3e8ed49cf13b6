//! The database and the rules cut control codes alike.

use std::collections::BTreeSet;

use export_license_registry::rules::values::{ControlCode, prefixes};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use crate::support::database::TestDatabase;

const CODE: &str =
    "([0-9][A-E][0-9]{3}|ML([1-9]|1[0-9]|2[0-2]))([.][a-z]{1,3}([.][0-9]{1,3}([.][a-z]([.][0-9])?)?)?)?";

#[tokio::test]
async fn control_code_prefixes_equals_prefixes() {
    let mut runner = TestRunner::deterministic();
    let codes = proptest::string::string_regex(CODE).expect("a pattern");
    let codes: Vec<ControlCode> = (0..3_000)
        .map(|_| codes.new_tree(&mut runner).expect("a code").current().parse().expect("a code"))
        .collect();
    let texts: Vec<&str> = codes.iter().map(ControlCode::as_str).collect();
    let database = TestDatabase::create().await;
    let by_sql: Vec<Vec<String>> = sqlx::query_scalar(
        "select control_code_prefixes(array[code]) from unnest($1::text[]) with ordinality as t (code, at) order by at",
    )
    .bind(&texts)
    .fetch_all(database.pool())
    .await
    .expect("prefixes");
    assert_eq!(by_sql.len(), codes.len());
    for (code, by_sql) in codes.iter().zip(&by_sql) {
        let by_sql_set: BTreeSet<&str> = by_sql.iter().map(String::as_str).collect();
        assert_eq!(by_sql_set, prefixes(code).collect(), "{code}");
        assert_eq!(by_sql_set.len(), by_sql.len(), "{code}: each prefix once");
    }

    // Of many codes together: the union.
    let together: Vec<String> = sqlx::query_scalar("select unnest(control_code_prefixes($1))")
        .bind(&texts)
        .fetch_all(database.pool())
        .await
        .expect("prefixes");
    let union: BTreeSet<&str> = codes.iter().flat_map(prefixes).collect();
    assert_eq!(together.iter().map(String::as_str).collect::<BTreeSet<_>>(), union);
    assert_eq!(together.len(), union.len());
}

#[tokio::test]
async fn no_codes_have_no_prefixes() {
    let database = TestDatabase::create().await;
    let none: Vec<String> = sqlx::query_scalar("select control_code_prefixes('{}')")
        .fetch_one(database.pool())
        .await
        .expect("an array");
    assert_eq!(none, Vec::<String>::new());
}
