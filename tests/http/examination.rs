//! Whoever can write to the database directly, with every key and trigger switched off, is found out.

use std::collections::BTreeMap;

use export_license_registry::db::{Isolation, Tx};
use export_license_registry::evidence;
use export_license_registry::examination::{Against, Report, examine};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sqlx::{AssertSqlSafe, Row as _};

use crate::lively::lively;
use crate::support::registry::{Registry, command_line};

/// How many changes are made behind the registry's back.
const CHANGES: usize = 1000;

/// What was published of the log: its head at several sizes.
pub(super) async fn published(registry: &Registry) -> Vec<Against> {
    let mut tx = registry.app.pool.office(Isolation::Reads).await.unwrap();
    let size = evidence::size(&mut tx).await.unwrap();
    let mut heads = Vec::new();
    for size in [size / 3, size / 2, size] {
        let head = evidence::head(&mut tx, size).await.unwrap();
        heads.push(Against::head("a test", head));
    }
    heads
}

/// A transaction of a superuser without keys and triggers, which is rolled back in the end.
pub(super) async fn behind_the_back(registry: &Registry) -> Tx {
    let mut tx = registry.app.pool.office(Isolation::RecordsMuch).await.unwrap();
    run(&mut tx, "set local role none").await;
    run(&mut tx, "set local session_replication_role = replica").await;
    tx
}

pub(super) async fn run(tx: &mut Tx, sql: impl Into<String>) -> u64 {
    let sql = sql.into();
    sqlx::query(AssertSqlSafe(sql.clone()))
        .execute(&mut **tx)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
        .rows_affected()
}

pub(super) async fn examined(tx: &mut Tx, against: &[Against]) -> Report {
    run(tx, "set local role registry_office").await;
    examine(tx, against.to_vec()).await.unwrap()
}

/// A column that can be changed, and what it is changed to.
fn other_value(kind: &str, column: &str) -> Option<String> {
    Some(match kind {
        "text" => format!("coalesce({column}, '') || 'x'"),
        "integer" | "bigint" | "smallint" | "numeric" => format!("coalesce({column}, 0) + 1"),
        "timestamp with time zone" => format!("coalesce({column}, now()) + interval '1 microsecond'"),
        "date" => format!("coalesce({column}, current_date) + 1"),
        "uuid" => "gen_random_uuid()".to_owned(),
        "bytea" => format!("coalesce({column}, '') || '\\x00'::bytea"),
        "jsonb" => format!("jsonb_build_array({column})"),
        "boolean" => format!("not coalesce({column}, false)"),
        _ => return None,
    })
}

/// The tables whose every row is held against the log, and the columns of each that it does not vouch for.
/// The salt of what was held tells nothing but in the last entry of a subject, where it is vouched for with what was held.
const VOUCHED: &[(&str, &[&str])] = &[
    ("audit_entries", &["xid", "content_salt", "content_scheme"]),
    ("audit_leaves", &[]),
    ("audit_tiles", &[]),
    // Of the numbers of a batch only their order counts.
    ("file_views", &["id", "number"]),
    ("history", &[]),
    ("life_cycle_transitions", &[]),
    // The identifier is the place in the order, which is that of the transactions.
    ("outbox", &["id"]),
];
/// The resources and their parts whose content is in the digest of their last leaf.
const HELD: &[&str] = &[
    "allegations",
    "application_consignees",
    "application_lines",
    "application_positions",
    "application_reopenings",
    "applications",
    "arms_embargoes",
    "assessment_considerations",
    "assessment_positions",
    "assessments",
    "consignees",
    "control_list_entries",
    "country_group_members",
    "country_groups",
    "decision_lines",
    "decisions",
    "declaration_items",
    "declaration_templates",
    "declaration_uses",
    "declarations",
    "eligibility_checks",
    "end_users",
    "exemptions",
    "exporters",
    "license_conditions",
    "license_draw_downs",
    "license_freezes",
    "license_lines",
    "licenses",
    "measure_agreements",
    "measure_contents",
    "measure_decisions",
    "measure_previews",
    "measures",
    "objections",
    "operation_batches",
    "override_dissents",
    "overrides",
    "people",
    "product_classifications",
    "products",
    "programmes",
    "reference_editions",
    "review_evidence",
    "reviews",
    "revocations",
    "screening_editions",
    "screening_entries",
    "screening_flags",
    "screening_hits",
    "screening_lists",
    "template_agreements",
    "territories",
    "territory_names",
    "tokens",
];
/// The same of what the registers of these tests do not hold.
const HELD_ELSEWHERE: &[&str] = &[
    "assessment_scores",
    "erasures",
    "exemption_uses",
    "import_rejects",
    "imports",
    "license_reinstatements",
    "revocation_hearings",
];
/// What the log does not vouch for, and why.
const NOT_VOUCHED: &[(&str, &str)] = &[
    ("audit_checkpoints", "published outside the database, and held against that"),
    ("audit_cosignatures", "signed by the witness"),
    ("audit_keys", "published, and held against what is configured"),
    ("declaration_arrivals", "work that is due"),
    ("idempotent_answers", "kept for a month, for whoever sends a request again"),
    ("life_cycle_transitions", "held against the rules of the program"),
    ("life_cycles", "held against the rules of the program"),
    ("measure_deadlines", "work that is due; each day is in the decision records"),
    ("operations", "what was asked for is held by a view; the rest is progress of work"),
    ("outbox", "held against the histories"),
    ("policy_epoch", "a counter"),
    ("reference_counters", "counters"),
    ("screened_parties", "work that is due"),
    ("screening_state", "a counter"),
    ("service_keys", "keys of the service, replaced by configuration"),
    ("_sqlx_migrations", "held against the program when it starts"),
];
/// What of them changes without an entry of their own.
const NOT_HELD: &[&str] =
    &["updated_at", "used_at", "last_used_at", "flags_due", "done", "skipped", "done_at"];
/// What is held against the history in the other tables that follow a life cycle.
const STANDING: &[&str] = &["id", "status", "version"];

struct Table {
    name: String,
    columns: Vec<(String, String)>,
}

async fn tables(registry: &Registry) -> Vec<Table> {
    let mut tables: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let cycles: Vec<String> =
        sqlx::query_scalar("select table_name from life_cycles").fetch_all(registry.pool()).await.unwrap();
    let columns = sqlx::query(
        "select table_name::text, column_name::text, data_type::text from information_schema.columns
          where table_schema = 'public' and is_generated = 'NEVER' order by 1, ordinal_position",
    )
    .fetch_all(registry.pool())
    .await
    .unwrap();
    for row in columns {
        let (table, column, kind): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let log = VOUCHED.iter().find(|(name, _)| *name == table);
        let wanted = match log {
            Some((_, left_out)) => !left_out.contains(&column.as_str()),
            None if HELD.contains(&table.as_str()) => !NOT_HELD.contains(&column.as_str()),
            None => cycles.contains(&table) && STANDING.contains(&column.as_str()),
        };
        if wanted {
            tables.entry(table).or_default().push((column, kind));
        }
    }
    let mut filled = Vec::new();
    for (name, columns) in tables {
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {name}")))
            .fetch_one(registry.pool())
            .await
            .unwrap();
        if count > 0 {
            filled.push(Table { name, columns });
        }
    }
    filled
}

/// One change at random; what it was, and whether it changed anything.
async fn change(tx: &mut Tx, tables: &[Table], dice: &mut StdRng) -> Option<String> {
    let table = &tables[dice.random_range(0..tables.len())];
    let name = &table.name;
    let nth: f64 = dice.random();
    let pick = format!(
        "(select ctid from {name} order by ctid offset (floor({nth} * (select count(*) from {name})))::integer limit 1)"
    );
    let (sql, says) = match dice.random_range(0..6) {
        0..=2 => {
            let (column, kind) = &table.columns[dice.random_range(0..table.columns.len())];
            let value = other_value(kind, column)?;
            (
                format!("update {name} set {column} = {value} where ctid = {pick}"),
                format!("{name}.{column} edited"),
            )
        }
        3 => (format!("delete from {name} where ctid = {pick}"), format!("a row of {name} deleted")),
        4 => {
            let columns: Vec<&str> = table.columns.iter().map(|(column, _)| column.as_str()).collect();
            let key = match name.as_str() {
                "audit_leaves" | "audit_tiles" => "index",
                "history" => "version",
                _ => "id",
            };
            let all: Vec<String> = sqlx::query_scalar(
                "select column_name::text from information_schema.columns where table_name = $1 and is_generated = 'NEVER'",
            )
            .bind(name)
            .fetch_all(&mut **tx)
            .await
            .unwrap();
            let copied: Vec<String> = all
                .iter()
                .map(|column| match (column == key, columns.contains(&column.as_str()), key) {
                    (true, _, "id") => "gen_random_uuid()".to_owned(),
                    (true, _, _) => format!("{column} + 1000"),
                    (false, _, _) => match (name.as_str(), column.as_str()) {
                        ("audit_leaves", "entry_id") | ("audit_entries", "subject_id") => {
                            "gen_random_uuid()".to_owned()
                        }
                        _ => column.clone(),
                    },
                })
                .collect();
            // A copy that meets a unique index is no copy: then something else is tried.
            let sql = format!(
                "insert into {name} ({}) select {} from {name} where ctid = {pick} on conflict do nothing",
                all.join(", "),
                copied.join(", ")
            );
            (sql, format!("a row of {name} inserted"))
        }
        _ => match name.as_str() {
            "audit_leaves" => {
                let sql = format!(
                    "with two as (select index, leaf, hash, entry_id from audit_leaves where ctid = {pick}
                                  union select index, leaf, hash, entry_id from audit_leaves where index = 3)
                     update audit_leaves l set leaf = o.leaf, hash = o.hash
                       from two t, two o where l.index = t.index and t.index <> o.index"
                );
                (sql, "two leaves swapped".to_owned())
            }
            "audit_entries" => {
                let sql = format!(
                    "update audit_entries e set particulars = o.particulars, at = o.at from audit_entries o
                      where e.ctid = {pick} and o.id = (select min(id::text)::uuid from audit_entries x where x.particulars <> e.particulars)"
                );
                (sql, "an entry given what another says".to_owned())
            }
            "history" => {
                let sql = format!(
                    "update history h set at = o.at, reasons = o.reasons, actor_id = o.actor_id, request_id = o.request_id
                       from history o where h.ctid = {pick} and o.subject_id <> h.subject_id and o.request_id <> h.request_id"
                );
                (sql, "a step given what another says".to_owned())
            }
            _ => return None,
        },
    };
    let changed = sqlx::query(AssertSqlSafe(sql.clone())).execute(&mut **tx).await.ok()?.rows_affected();
    (changed > 0).then_some(says)
}

#[tokio::test]
async fn every_table_is_held_against_the_log_or_it_is_said_why_not() {
    let registry = Registry::open().await;
    let on_file: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1",
    )
    .fetch_all(registry.pool())
    .await
    .unwrap();
    let contents: Vec<String> = sqlx::query_scalar(
        "select name from content_parts() where name not in ('country_names', 'decision_batches', 'operation_requests', 'shipped_data')
          union select name from content_besides() order by 1",
    )
    .fetch_all(registry.pool())
    .await
    .unwrap();
    let mut held: Vec<&str> = HELD.iter().chain(HELD_ELSEWHERE).copied().collect();
    held.sort_unstable();
    assert_eq!(contents, held);
    held.extend(VOUCHED.iter().map(|(table, _)| *table).chain(NOT_VOUCHED.iter().map(|(table, _)| *table)));
    let told: std::collections::BTreeSet<&str> = held.into_iter().collect();
    assert_eq!(on_file, told.into_iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_register_that_nobody_touched_is_clean() {
    let registry = lively().await;
    let against = published(&registry).await;
    let mut tx = registry.app.pool.office(Isolation::RecordsMuch).await.unwrap();
    let report = examine(&mut tx, against).await.unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(i64::try_from(report.entries).unwrap(), registry.audit_entries().await);
    assert_eq!(report.checkpoints, 3);
}

#[tokio::test]
async fn a_thousand_changes_by_a_superuser_are_found_a_thousand_times() {
    let registry = lively().await;
    let against = published(&registry).await;
    let tables = tables(&registry).await;
    let filled: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    let empty: Vec<_> = HELD.iter().filter(|held| !filled.contains(held)).collect();
    assert!(empty.is_empty(), "{empty:?}");
    let seed: u64 = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_122);
    eprintln!("seed {seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let (mut made, mut kinds) = (0, BTreeMap::<String, usize>::new());
    while made < CHANGES {
        let mut tx = behind_the_back(&registry).await;
        let Some(says) = change(&mut tx, &tables, &mut dice).await else { continue };
        let report = examined(&mut tx, &against).await;
        assert!(!report.is_clean(), "change {made} of seed {seed} was not found: {says}");
        *kinds.entry(says).or_default() += 1;
        made += 1;
    }
    assert!(kinds.len() > 40, "{kinds:?}");
}

#[tokio::test]
async fn rules_of_the_database_that_were_replaced_are_found() {
    let registry = lively().await;
    let against = published(&registry).await;
    let entries = registry.audit_entries().await;
    evidence::record_schema(&registry.app.pool, &command_line(&registry.app)).await.unwrap();
    assert_eq!(registry.audit_entries().await, entries, "it is recorded once");
    for change in [
        "create or replace function audit_content(of_kind text, ids uuid[], scheme smallint)
             returns table (id uuid, content jsonb) language sql stable as 'select null::uuid, null::jsonb where false'",
        "alter policy licenses_office on licenses using (reference <> 'EL-2026-000001')",
        "alter table licenses disable trigger all",
        "alter table licenses drop constraint licenses_decision_fk",
        "create function hidden() returns integer language sql as 'select 1'",
        "alter table licenses no force row level security",
        "alter table licenses alter column kind drop not null",
        "drop index audit_entries_step_uq",
    ] {
        let mut tx = behind_the_back(&registry).await;
        run(&mut tx, change).await;
        let report = examined(&mut tx, &against).await;
        let found = report.findings.iter().any(|finding| finding.says.starts_with("the rules of the database"));
        assert!(found, "{change}: {:?}", report.findings);
        drop(tx);
        // A start finds them changed, and does not make them the recorded ones.
        evidence::record_schema(&registry.app.pool, &command_line(&registry.app)).await.unwrap();
        assert_eq!(registry.audit_entries().await, entries);
    }
}

#[tokio::test]
async fn an_old_backup_is_found_by_what_was_published_outside_it() {
    let registry = lively().await;
    let against = published(&registry).await;
    let size = against.last().unwrap().head.unwrap().size;
    for back in [1, size / 3, size - 1] {
        let mut tx = behind_the_back(&registry).await;
        let kept = i64::try_from(size - back).unwrap();
        // As it was when the log had this many entries, in every table that the log vouches for.
        run(&mut tx, format!("create temp table gone on commit drop as select entry_id from audit_leaves where index >= {kept}")).await;
        run(&mut tx, "delete from history h using audit_entries e, gone g where e.id = g.entry_id and h.subject_id = e.subject_id and h.version = e.subject_version").await;
        run(&mut tx, "delete from audit_entries e using gone g where e.id = g.entry_id").await;
        run(&mut tx, format!("delete from audit_leaves where index >= {kept}")).await;
        run(&mut tx, format!("delete from audit_tiles where (index + 1) * 256 > {kept}")).await;
        let report = examined(&mut tx, &against).await;
        let told = report.findings.iter().any(|finding| finding.says.contains("old backup"));
        assert!(told, "{back} back: {:?}", report.findings);
    }
}

#[tokio::test]
async fn whoever_changes_an_entry_and_its_leaf_alike_is_found_by_the_checkpoint() {
    let registry = lively().await;
    let against = published(&registry).await;
    for index in [0_i64, 7, 20] {
        let mut tx = behind_the_back(&registry).await;
        run(&mut tx, "alter table audit_leaves drop constraint audit_leaves_hash_is_of_leaf").await;
        let changed = run(
            &mut tx,
            format!(
                "with forged as (
                     update audit_entries e set act = 'license.forged' from audit_leaves l
                      where l.entry_id = e.id and l.index = {index} returning e.id)
                 update audit_leaves l
                    set leaf = convert_to(jsonb_set(convert_from(leaf, 'UTF8')::jsonb, '{{act}}', '\"license.forged\"')::text, 'UTF8')
                   from forged f where f.id = l.entry_id"
            ),
        )
        .await;
        assert_eq!(changed, 1);
        run(
            &mut tx,
            format!("update audit_leaves set hash = sha256('\\x00'::bytea || leaf) where index = {index}"),
        )
        .await;
        let report = examined(&mut tx, &against).await;
        let bad = report.first_bad_index().unwrap();
        assert!(bad <= u64::try_from(index).unwrap(), "{bad} for {index}: {:?}", report.findings);
    }
}

#[tokio::test]
async fn a_tile_that_is_not_of_its_leaves_is_found_at_the_leaf_it_is_wrong_about() {
    let registry = lively().await;
    let against = published(&registry).await;
    for (change, first) in [
        (
            "update audit_tiles set hashes = overlay(hashes placing '\\x00' from 32 * 130 + 7 for 1) where level = 0 and index = 1",
            386,
        ),
        ("update audit_tiles set root = sha256(root) where level = 0 and index = 1", 256),
        ("delete from audit_tiles where level = 0 and index = 0", 0),
    ] {
        let mut tx = behind_the_back(&registry).await;
        assert_eq!(run(&mut tx, change).await, 1);
        let report = examined(&mut tx, &against).await;
        assert_eq!(report.first_bad_index(), Some(first), "{change}: {:?}", report.findings);
        assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
    }
    let mut tx = behind_the_back(&registry).await;
    let size = against.last().unwrap().head.unwrap().size;
    let beyond = "insert into audit_tiles (level, index, hashes, root) select level, 77, hashes, root from audit_tiles where index = 0";
    assert_eq!(run(&mut tx, beyond).await, 1);
    let report = examined(&mut tx, &against).await;
    assert_eq!(report.first_bad_index(), Some(size), "{:?}", report.findings);
    assert!(report.findings[0].says.contains("of a longer log"), "{:?}", report.findings);
}

#[tokio::test]
async fn leaves_that_changed_places_with_their_entries_are_found_at_the_first_of_them() {
    let registry = lively().await;
    let against = published(&registry).await;
    let lone: Vec<i64> = sqlx::query_scalar(
        "select l.index from audit_leaves l join audit_entries e on e.id = l.entry_id where e.act = 'test.act' order by 1",
    )
    .fetch_all(registry.pool())
    .await
    .unwrap();
    let half = lone.len() / 2;
    let size = against.last().unwrap().head.unwrap().size;
    // In one tile, over two tiles, and where no tile is full yet.
    let full = size / 256 * 256;
    for (one, other) in
        [(lone[3], lone[5]), (lone[4], lone[half]), (i64::try_from(full).unwrap() + 1, lone[lone.len() - 1])]
    {
        for with_tiles in [false, true] {
            let mut tx = behind_the_back(&registry).await;
            run(&mut tx, "alter table audit_leaves drop constraint audit_leaves_entry_uq").await;
            let swap = format!(
                "update audit_leaves l set leaf = o.leaf, hash = o.hash, entry_id = o.entry_id, subject_id = o.subject_id
                   from audit_leaves o where l.index in ({one}, {other}) and o.index in ({one}, {other}) and o.index <> l.index"
            );
            assert_eq!(run(&mut tx, swap).await, 2);
            if with_tiles {
                // Whoever makes the tiles anew as well is found by what was published, no earlier than it held.
                run(&mut tx, "update audit_tiles t set hashes = (select string_agg(hash, '' order by index) from audit_leaves l where l.index / 256 = t.index) where level = 0").await;
            }
            let report = examined(&mut tx, &against).await;
            let bad = report.first_bad_index().unwrap();
            let one = u64::try_from(one).unwrap();
            if with_tiles || one >= full {
                assert!(bad <= one, "{one} and {other}: {:?}", report.findings);
            } else {
                assert_eq!(bad, one, "{one} and {other}: {:?}", report.findings);
            }
        }
    }
}
