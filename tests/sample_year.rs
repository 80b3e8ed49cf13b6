//! The sample year at a hundredth of its size: the counts planned, the same to the byte for the same seed, histories
//! that hold, and statistics that an independent recount confirms.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot run fails")]

mod support;

use std::collections::BTreeMap;

use export_license_registry::db::Isolation;
use export_license_registry::sample_year::{self, Plan};
use export_license_registry::statistics::{self, Statistics};
use sqlx::{AssertSqlSafe, PgPool};
use support::database::TestDatabase;

const SCALE: f64 = 0.01;

fn plan() -> Plan {
    Plan::new(2021, SCALE).expect("a plan")
}

async fn filled(seed: u64) -> TestDatabase {
    let database = TestDatabase::create().await;
    let done = sample_year::fill(&database.service(), plan(), seed, |_| {}).await;
    let done = done.unwrap_or_else(|problem| panic!("{}: {:?}", problem.detail, problem.reasons));
    assert_eq!(done.units, plan().units());
    database
}

/// A digest of every table, rows in the order of their text, so that physical order does not matter.
async fn digests(pool: &PgPool) -> BTreeMap<String, String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select tablename::text from pg_tables where schemaname = 'public' and tablename <> '_sqlx_migrations'",
    )
    .fetch_all(pool)
    .await
    .expect("list the tables");
    assert!(tables.len() > 20, "the schema has its tables");
    let mut digests = BTreeMap::new();
    for table in tables {
        let row = match table.as_str() {
            // Its key is made of the server's transaction numbers, which count for every database on it.
            "outbox" => "(to_jsonb(t) - 'id')::text",
            // So is one of its columns; and a salt that could be foretold would be none.
            "audit_entries" => "(to_jsonb(t) - array['xid', 'content_salt', 'salt', 'verdict_salt'])::text",
            _ => "t::text",
        };
        let query = format!(
            r#"select coalesce(md5(string_agg({row}, chr(10) order by {row} collate "C")), '') from {table} t"#
        );
        let digest: String = sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(pool).await.expect("digest");
        digests.insert(table, digest);
    }
    digests
}

async fn count(pool: &PgPool, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(pool).await.unwrap_or_else(|error| panic!("{query}: {error}"))
}

async fn year(database: &TestDatabase) -> Statistics {
    let now = "2026-11-22T12:00:00Z".parse().expect("a time");
    let service = database.service();
    let mut conn = service.office(Isolation::Reads).await.expect("begin");
    statistics::of_year(&mut conn, Some(2021), now).await.expect("statistics")
}

fn value(statistics: &Statistics, name: &str) -> i64 {
    let figure = statistics.figures.iter().find(|figure| figure.name == name);
    figure.unwrap_or_else(|| panic!("no figure {name}")).value.unwrap_or_default()
}

fn of_kind(statistics: &Statistics, name: &str, kind: &str) -> i64 {
    let figure = statistics.figures.iter().find(|figure| figure.name == name).expect("a figure");
    figure.by.iter().filter(|cell| cell.kind.as_deref() == Some(kind)).map(|cell| cell.value).sum()
}

#[tokio::test]
async fn the_same_seed_gives_the_same_register() {
    let (first, second) = (filled(7).await, filled(7).await);
    let (one, other) = (digests(first.pool()).await, digests(second.pool()).await);
    for (table, digest) in &one {
        assert_eq!(Some(digest), other.get(table), "{table} differs");
    }
    let third = filled(8).await;
    assert_ne!(one.get("applications"), digests(third.pool()).await.get("applications"), "the seed decides");
}

#[tokio::test]
async fn the_counts_come_out_and_the_histories_hold() {
    let database = filled(2021).await;
    let pool = database.pool();
    let plan = plan();
    assert_eq!(count(pool, "select count(*) from exporters").await, i64::from(plan.exporters));
    assert_eq!(
        count(pool, "select count(*) from products where status = 'classified'").await,
        i64::from(plan.products)
    );
    let statistics = year(&database).await;
    assert_eq!(value(&statistics, "exporters_registered"), i64::from(plan.exporters));
    assert_eq!(value(&statistics, "products_classified"), i64::from(plan.products));
    assert_eq!(of_kind(&statistics, "applications_filed", "marketing"), i64::from(plan.marketing));
    assert_eq!(of_kind(&statistics, "applications_filed", "export"), i64::from(plan.exports));
    assert_eq!(of_kind(&statistics, "destinations", "marketing"), i64::from(plan.marketing_destinations));
    assert_eq!(of_kind(&statistics, "destinations", "export"), i64::from(plan.export_destinations));
    assert_eq!(value(&statistics, "licenses_revoked"), i64::from(plan.revocations));
    for figure in ["licenses_issued", "licenses_frozen", "licenses_unfrozen", "licenses_expired"] {
        assert!(value(&statistics, figure) > 0, "{figure} is in the mix");
    }

    // Every status is the fold of its history, and every change has its entry in the audit log.
    let torn = "select count(*) from (select id, version, status from licenses union all
                    select id, version, status from applications union all
                    select id, version, status from revocations) r
                 where not exists (select from history h where h.subject_id = r.id and h.version = r.version
                                     and h.to_status = r.status)
                    or r.version <> (select max(version) from history h where h.subject_id = r.id)
                    or r.version <> (select count(*) from history h where h.subject_id = r.id)";
    assert_eq!(count(pool, torn).await, 0);
    let backward = "select count(*) from history h join history n on n.subject_id = h.subject_id
                     and n.version = h.version + 1 where n.at < h.at";
    assert_eq!(count(pool, backward).await, 0, "time does not run backward in a history");
    let unheard = "select count(*) from history h where not exists (select from audit_entries e
                     where e.subject_id = h.subject_id and e.subject_version = h.version)";
    assert_eq!(count(pool, unheard).await, 0);
    let beyond = "select count(*) from history where at >= '2022-01-01T00:00:00Z'";
    assert_eq!(count(pool, beyond).await, 0);

    // The gate refused what is under a full embargo; it was tried.
    let embargoed = "select count(*) from applications where destination in ('KP', 'LY', 'SS', 'SO', 'CF')";
    assert!(count(pool, embargoed).await > 0, "embargoed countries are applied for");
    let granted = "select count(*) from licenses where destinations && '{KP,LY,SS,SO,CF}'";
    assert_eq!(count(pool, granted).await, 0, "and never granted");
}

#[tokio::test]
async fn the_statistics_are_what_a_recount_finds() {
    let database = filled(2021).await;
    let pool = database.pool();
    let statistics = year(&database).await;
    // Nothing happens after the year, so what is on file is what stood at its end: a recount without histories.
    let recounts = [
        ("applications_filed", "select count(*) from applications where filed_at is not null"),
        (
            "applications_decided",
            "select count(*) from applications where status in ('granted', 'granted_in_part', 'refused')",
        ),
        ("licenses_issued", "select count(*) from licenses"),
        ("licenses_revoked", "select count(*) from revocations where status = 'ordered'"),
        ("licenses_superseded", "select count(*) from licenses where status = 'superseded'"),
        ("licenses_surrendered", "select count(*) from licenses where status = 'surrendered'"),
        ("licenses_exhausted", "select count(*) from licenses where status = 'exhausted'"),
        (
            "licenses_expired",
            "select count(*) from licenses where status = 'expired'
                 or status in ('active', 'frozen') and valid_until < '2021-12-31'",
        ),
        (
            "licenses_in_force",
            "select count(*) from licenses where status in ('active', 'frozen') and valid_until >= '2021-12-31'",
        ),
        (
            "freezes_in_part_lifted",
            "select count(*) from license_freezes where lines is not null and lifted_at is not null",
        ),
        ("licenses_frozen_in_part", "select count(*) from license_freezes where lines is not null"),
        ("destinations", "select count(distinct destination) from applications"),
    ];
    for (figure, query) in recounts {
        assert_eq!(value(&statistics, figure), count(pool, query).await, "{figure}");
    }
    let whole = "select count(*) from license_freezes where lines is null";
    let frozen = value(&statistics, "licenses_frozen") + value(&statistics, "licenses_frozen_further");
    assert_eq!(frozen, count(pool, whole).await);
    let lifted = "select count(*) from license_freezes where lines is null and lifted_at is not null";
    let thawed =
        value(&statistics, "licenses_unfrozen") + value(&statistics, "freezes_lifted_others_in_force");
    assert_eq!(thawed, count(pool, lifted).await);
}

#[tokio::test]
async fn only_an_empty_register_is_filled() {
    let database = filled(1).await;
    let again = sample_year::fill(&database.service(), plan(), 1, |_| {}).await;
    assert!(again.expect_err("refused").detail.contains("not empty"));
}

#[test]
fn a_scale_or_year_out_of_bounds_has_no_plan() {
    for (year, scale) in [(2021, 0.0), (2021, -1.0), (2021, f64::NAN), (2021, f64::INFINITY), (0, 1.0)] {
        assert!(Plan::new(year, scale).is_none(), "{year} {scale}");
    }
    let whole = Plan::new(2021, 1.0).expect("a plan");
    assert_eq!((whole.marketing_destinations, whole.export_destinations), (190, 130));
}
