//! Imports on a real database: taken whole, taken once, withdrawn whole.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{TimeZone as _, Utc};
use export_license_registry::act::{Act, Actor, Policy};
use export_license_registry::db::{Isolation, Pool};
use export_license_registry::http::Problem;
use export_license_registry::http::problem::Kind;
use export_license_registry::ids::{Ids, ImportId, LicenseId};
use export_license_registry::imports::load::{Input, Loaded, load, withdraw};
use export_license_registry::imports::profile::Profile;
use export_license_registry::imports::{Import, reader, store};
use export_license_registry::licenses::{self, NewFreeze};
use export_license_registry::rules::license::{FreezeSource, Ground};
use sqlx::PgPool;
use support::database::TestDatabase;

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

const LIST: &str = "number,issued,until,code,goods,to,value
1,2024-01-05,2029-12-31,ML1a,Rifles,Germany,1000
2,2024-02-05,2024-12-31,6A002a2a,Tubes,France,2500.50
2,2024-02-05,2024-12-31,ML5b,Sights,France,99
3,2024-02-31,2029-12-31,ML1a,Rifles,Germany,1
4,2024-03-05,2029-12-31,ML1a,Rifles,Atlantis,1
";

fn act() -> Act {
    let ids = Arc::new(Ids::seeded(1));
    let at = Utc.with_ymd_and_hms(2026, 3, 1, 9, 0, 0).single().expect("a time");
    Act {
        actor: Actor::command_line(),
        at,
        request: ids.next(at),
        ids,
        policy: Arc::new(Policy::default()),
        expects: None,
    }
}

/// Imports a list in a transaction of its own.
async fn import(
    pool: &Pool,
    act: &Act,
    profile_text: &str,
    file: &[u8],
) -> Result<(Loaded, Import), Problem> {
    let profile = Profile::parse(profile_text).expect("a profile");
    let reading = reader::read(&profile, file).expect("a readable file");
    let input = Input { profile: &profile, profile_text, file_name: "list.csv", file };
    let mut tx = pool.office(Isolation::RecordsMuch).await?;
    let loaded = load(&mut tx, act, &input, reading).await?;
    let (Loaded::New(id) | Loaded::Before(id)) = loaded;
    let import = store::get(&mut tx, &act.actor, id).await?.expect("the import");
    tx.commit().await?;
    Ok((loaded, import))
}

async fn take_out(pool: &Pool, act: &Act, id: ImportId) -> Result<(), Problem> {
    let mut tx = pool.office(Isolation::RecordsMuch).await?;
    withdraw(&mut tx, act, id, "The wrong file.").await?;
    tx.commit().await?;
    Ok(())
}

async fn count(pool: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.expect("a count")
}

#[tokio::test]
async fn a_list_is_taken_whole_and_once() {
    let database = TestDatabase::create().await;
    let (pool, service, act) = (database.pool(), database.service(), act());
    let (loaded, first) = import(&service, &act, PROFILE, LIST.as_bytes()).await.expect("an import");
    assert!(matches!(loaded, Loaded::New(_)));
    assert_eq!(
        (first.rows_read, first.rows_accepted, first.rows_rejected, first.licenses_created),
        (5, 3, 2, 2)
    );
    let mut conn = service.office(Isolation::Reads).await.expect("a transaction");
    let rejects = store::all_rejects(&mut conn, first.id).await.expect("rejects");
    let lines: Vec<_> = rejects.iter().map(|reject| (reject.line, reject.column_name.as_deref())).collect();
    assert_eq!(lines, [(5, Some("issued")), (6, Some("to"))]);
    let statuses: Vec<(String, String)> =
        sqlx::query_as("select source_number, status from licenses order by source_number")
            .fetch_all(pool)
            .await
            .expect("rows");
    let statuses: Vec<_> =
        statuses.iter().map(|(number, status)| (number.as_str(), status.as_str())).collect();
    assert_eq!(statuses, [("1", "active"), ("2", "expired")]);
    assert_eq!(count(pool, "select count(*) from history where life_cycle = 'license'").await, 2);
    assert_eq!(
        count(pool, "select count(*) from audit_entries where subject_kind <> 'shipped_data'").await,
        3
    );

    let (again, same) = import(&service, &act, PROFILE, LIST.as_bytes()).await.expect("the same import");
    assert_eq!((again, same.id), (Loaded::Before(first.id), first.id));
    assert_eq!(count(pool, "select count(*) from licenses").await, 2);
    assert_eq!(
        count(pool, "select count(*) from audit_entries where subject_kind <> 'shipped_data'").await,
        3
    );
}

#[tokio::test]
async fn a_license_on_file_is_left_alone_or_its_rows_are_rejected() {
    let database = TestDatabase::create().await;
    let (pool, service, act) = (database.pool(), database.service(), act());
    import(&service, &act, PROFILE, LIST.as_bytes()).await.expect("an import");
    let changed = LIST.replace("Tubes", "Other tubes").replace("Atlantis", "Spain");
    let (_, second) = import(&service, &act, PROFILE, changed.as_bytes()).await.expect("a second import");
    // License 1 is unchanged, both rows of license 2 differ from what is on file, license 4 is new.
    assert_eq!((second.licenses_unchanged, second.licenses_created), (1, 1));
    assert_eq!((second.rows_read, second.rows_accepted, second.rows_rejected), (5, 2, 3));
    assert_eq!(count(pool, "select count(*) from licenses where source_number = '2'").await, 1);
}

#[tokio::test]
async fn an_import_is_withdrawn_whole_until_something_refers_to_it() {
    let database = TestDatabase::create().await;
    let (pool, service, act) = (database.pool(), database.service(), act());
    let (_, first) = import(&service, &act, PROFILE, LIST.as_bytes()).await.expect("an import");
    take_out(&service, &act, first.id).await.expect("a withdrawal");
    assert_eq!(count(pool, "select count(*) from licenses where status = 'annulled'").await, 2);
    let twice = take_out(&service, &act, first.id).await.expect_err("withdrawn already");
    assert_eq!(twice.kind, Kind::Conflict);

    let (loaded, second) = import(&service, &act, PROFILE, LIST.as_bytes()).await.expect("the import again");
    assert!(matches!(loaded, Loaded::New(_)));
    assert_eq!(second.licenses_created, 2);
    let active: LicenseId = sqlx::query_scalar("select id from licenses where status = 'active'")
        .fetch_one(pool)
        .await
        .expect("a license");
    let freeze = NewFreeze {
        ground: Ground::HumanRights,
        reasons: "Reports.".parse().expect("reasons"),
        review_on: act.today() + chrono::Days::new(30),
        lines: None,
    };
    let mut tx = service.office(Isolation::Decides).await.expect("a transaction");
    licenses::freeze(&mut tx, &act, active, (FreezeSource::Decision, None), &freeze).await.expect("a freeze");
    tx.commit().await.expect("commit");
    let used = take_out(&service, &act, second.id).await.expect_err("a license is in use");
    assert_eq!(used.kind, Kind::Conflict);
    assert_eq!(count(pool, "select count(*) from licenses where status = 'annulled'").await, 2);
}

/// A list that others made, where the checkout has the shared folder beside it.
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/licence-lists").join(name);
    if path.exists() {
        Some(path)
    } else {
        eprintln!("skipped: {} is not here", path.display());
        None
    }
}

#[tokio::test]
async fn the_published_lists_are_on_file_with_their_totals() {
    for (profile, file, rows, licenses, rejected) in [
        ("nl-military", "nl-military-exports-2004-2014.csv", 16_592, 15_384, 9),
        ("nl-dual-use", "nl-dual-use-exports-2004-2015.csv", 6_335, 6_329, 5),
    ] {
        let Some(path) = shared(file) else { return };
        let database = TestDatabase::create().await;
        let (pool, service, act) = (database.pool(), database.service(), act());
        let file = std::fs::read(path).expect("the list");
        let text = Profile::shipped_text(profile).expect("a shipped profile");
        let (_, import) = import(&service, &act, text, &file).await.expect("an import");
        assert_eq!(
            (import.rows_read, import.rows_rejected, import.licenses_created),
            (rows, rejected, licenses)
        );
        assert_eq!(import.rows_accepted + import.rows_rejected, import.rows_read);
        assert_eq!(count(pool, "select count(*) from licenses").await, licenses);
        assert_eq!(count(pool, "select count(*) from license_lines").await, import.rows_accepted);
        if profile == "nl-military" {
            // What the rejected rows state makes up the rest of EUR 32,870,955,536.
            let cents = count(pool, "select (sum(value) * 100)::bigint from license_lines").await;
            assert_eq!(cents, (32_870_955_536 - 48_750_571) * 100);
        }
    }
}
