//! The log: every entry becomes one leaf, in order, whatever happens on the way.

use export_license_registry::db::Isolation;
use export_license_registry::evidence::{self, Round, Sequencer};
use export_license_registry::tlog::{
    TreeHash, TreeHead, consistency_path, inclusion_path, verify_consistency, verify_inclusion,
};
use sha2::{Digest as _, Sha256};
use sqlx::{Connection as _, PgConnection};

use crate::support::case::Case;
use crate::support::registry::Registry;

/// Lets the sequencer take everything there is.
async fn take_all(registry: &Registry, sequencer: &mut Sequencer) -> usize {
    let mut taken = 0;
    loop {
        match sequencer.round(&registry.app).await.expect("a round") {
            Round::Took(count) => taken += count,
            Round::Idle => return taken,
            // A round that met a fault gives its lock back behind the answer.
            Round::Elsewhere => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
        }
    }
}

/// Entries by the hundred, as one statement writes them.
async fn many(connection: &mut PgConnection, count: i32) {
    sqlx::query(
        "insert into audit_entries (id, at, actor_id, actor_role, request_id, act, subject_kind, subject_id, particulars)
         select gen_random_uuid(), '2026-06-01Z', p.id, 'administrator', gen_random_uuid(), 'test.act', 'test',
                gen_random_uuid(), jsonb_build_object('n', n)
           from generate_series(1, $1) n, people p where p.handle = 'administrator'",
    )
    .bind(count)
    .execute(connection)
    .await
    .expect("insert");
}

/// An index, a leaf, the particulars of its entry with their salt, and the verdict.
type Row = (i64, Vec<u8>, serde_json::Value, Vec<u8>, Option<String>);

async fn connect(registry: &Registry) -> PgConnection {
    PgConnection::connect_with(&registry.database().connect_options()).await.expect("connect")
}

async fn count(registry: &Registry, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(registry.pool()).await.expect("count")
}

const LEFT_OUT: &str = "select count(*) from audit_entries e where not exists (select from audit_leaves l where l.entry_id = e.id)";
const GAPS: &str = "select count(*) - coalesce(max(index) + 1, 0) from audit_leaves";
/// Steps of a resource that stand in the log before the step they follow.
const OUT_OF_ORDER: &str = "select count(*) from audit_leaves a join audit_entries x on x.id = a.entry_id
      join audit_entries y on y.subject_id = x.subject_id and y.subject_version > x.subject_version
      join audit_leaves b on b.entry_id = y.id where b.index < a.index";

async fn leaves(registry: &Registry) -> Vec<(Vec<u8>, Vec<u8>)> {
    sqlx::query_as("select leaf, hash from audit_leaves order by index")
        .fetch_all(registry.pool())
        .await
        .expect("leaves")
}

fn root(leaves: &[TreeHash]) -> TreeHash {
    match leaves {
        [] => TreeHash::empty(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            TreeHash::of_node(root(left), root(right))
        }
    }
}

#[tokio::test]
async fn every_entry_is_one_leaf_and_says_what_the_entry_says() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    case.freeze(&license, None).await.ok();
    let taken = take_all(&registry, &mut Sequencer::default()).await;
    assert_eq!(i64::try_from(taken).unwrap(), registry.audit_entries().await);
    assert_eq!(count(&registry, GAPS).await + count(&registry, LEFT_OUT).await, 0);
    assert_eq!(count(&registry, OUT_OF_ORDER).await, 0);
    let rows: Vec<Row> = sqlx::query_as(
        "select l.index, l.leaf, e.particulars, e.salt, e.verdict::text from audit_leaves l
           join audit_entries e on e.id = l.entry_id where e.subject_id::text = $1 order by l.index",
    )
    .bind(&license)
    .fetch_all(registry.pool())
    .await
    .unwrap();
    let mut previous = serde_json::Value::Null;
    for (version, (index, leaf, particulars, salt, verdict)) in (1..).zip(rows) {
        let text = String::from_utf8(leaf).unwrap();
        let leaf: serde_json::Value = serde_json::from_str(&text).unwrap();
        // Of names in ASCII the canonical order is that of their bytes, and no number here is a fraction.
        let mut names: Vec<_> = leaf.as_object().unwrap().keys().cloned().collect();
        assert!(names.is_sorted());
        assert_eq!(text, leaf.to_string());
        names.retain(|name| !["content", "previous"].contains(&name.as_str()));
        assert_eq!(
            names,
            [
                "act",
                "actor",
                "at",
                "id",
                "outcome",
                "owner",
                "particulars",
                "problem",
                "request",
                "role",
                "subject",
                "token",
                "verdict"
            ],
        );
        assert_eq!(
            leaf["subject"],
            serde_json::json!({ "id": license, "kind": "license", "version": version })
        );
        assert_eq!((&leaf["outcome"], &leaf["previous"]), (&"done".into(), &previous));
        let at = leaf["at"].as_str().unwrap();
        assert!(at.ends_with('Z') && at.len() == "2026-06-01T09:00:00.000000Z".len(), "{at}");
        // The texts of this case are in ASCII, and its particulars hold no fraction: sorted, they are canonical.
        let canonical = sorted(&particulars).to_string();
        let commitment = Sha256::new().chain_update(salt).chain_update(canonical).finalize();
        assert_eq!(leaf["particulars"], hex::encode(commitment));
        assert_eq!(leaf["verdict"].is_string(), verdict.is_some());
        previous = index.into();
    }
    assert!(previous.is_i64());
}

/// The same with the members of every object in order.
fn sorted(value: &serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(members) => {
            let mut members: Vec<_> =
                members.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            members.into_iter().collect::<serde_json::Map<_, _>>().into()
        }
        serde_json::Value::Array(items) => items.iter().map(sorted).collect::<Vec<_>>().into(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn the_stored_tree_is_the_tree_over_the_leaves_and_proves_them() {
    let registry = Registry::open().await;
    let mut connection = connect(&registry).await;
    let mut sequencer = Sequencer::default();
    let mut heads = Vec::new();
    for more in [1, 254, 2, 700, 3] {
        many(&mut connection, more).await;
        take_all(&registry, &mut sequencer).await;
        let mut tx = registry.app.pool.office(Isolation::Reads).await.unwrap();
        let size = evidence::size(&mut tx).await.unwrap();
        heads.push(evidence::head(&mut tx, size).await.unwrap());
    }
    let leaves = leaves(&registry).await;
    let hashes: Vec<TreeHash> = leaves
        .iter()
        .map(|(leaf, hash)| {
            assert_eq!(TreeHash::of_leaf(leaf).0.as_slice(), hash);
            TreeHash::try_from(hash.as_slice()).unwrap()
        })
        .collect();
    assert_eq!(
        count(&registry, "select count(*) from audit_tiles").await,
        i64::try_from(leaves.len() / 256).unwrap()
    );
    let mut tx = registry.app.pool.office(Isolation::Reads).await.unwrap();
    let tree = *heads.last().unwrap();
    for TreeHead { size, root: found } in &heads {
        let size = usize::try_from(*size).unwrap();
        assert_eq!(*found, root(&hashes[..size]));
        // A head of the past is found again.
        let past = evidence::head(&mut tx, size as u64).await.unwrap();
        assert_eq!(past.root, *found);
        let proof = evidence::prove(&mut tx, &consistency_path(past.size, tree.size).unwrap()).await.unwrap();
        assert!(verify_consistency(&past, &tree, &proof));
        for at in [0, past.size / 2, past.size - 1] {
            let proof = evidence::prove(&mut tx, &inclusion_path(at, past.size).unwrap()).await.unwrap();
            assert!(verify_inclusion(at, hashes[usize::try_from(at).unwrap()], &past, &proof));
        }
    }
}

#[tokio::test]
async fn a_transaction_that_takes_long_is_not_missed_and_holds_no_one_up() {
    let registry = Registry::open().await;
    let mut sequencer = Sequencer::default();
    take_all(&registry, &mut sequencer).await;
    let (mut slow, mut quick) = (connect(&registry).await, connect(&registry).await);
    let mut late = slow.begin().await.unwrap();
    many(&mut late, 3).await;
    for _ in 0..3 {
        many(&mut quick, 5).await;
        assert_eq!(take_all(&registry, &mut sequencer).await, 5);
    }
    late.commit().await.unwrap();
    many(&mut quick, 1).await;
    assert_eq!(take_all(&registry, &mut sequencer).await, 4);
    let mut undone = slow.begin().await.unwrap();
    many(&mut undone, 2).await;
    undone.rollback().await.unwrap();
    assert_eq!(take_all(&registry, &mut sequencer).await, 0);
    // Another sequencer knows nothing of all that, and finds nothing to do.
    assert_eq!(take_all(&registry, &mut Sequencer::default()).await, 0);
    assert_eq!(count(&registry, GAPS).await + count(&registry, LEFT_OUT).await, 0);
}

#[tokio::test]
async fn the_steps_of_a_resource_stand_in_the_order_of_its_versions() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let mut sequencer = Sequencer::default();
    take_all(&registry, &mut sequencer).await;
    // It begins first, and takes the later step: as the worker does that waits for a license.
    let mut connection = connect(&registry).await;
    let mut worker = connection.begin().await.unwrap();
    many(&mut worker, 1).await;
    case.freeze(&license, None).await.ok();
    sqlx::query(
        "with step as (
             insert into history (subject_id, version, life_cycle, prev_version, from_status, action, to_status, at,
                                  actor_id, actor_role, details, request_id)
             select subject_id, 3, life_cycle, 2, to_status, 'surrender', 'surrendered', at, actor_id, actor_role, details, request_id
               from history where subject_id::text = $1 and version = 2 returning *)
         insert into audit_entries (id, at, actor_id, actor_role, request_id, act, subject_kind, subject_id,
                                    subject_version, particulars)
         select gen_random_uuid(), at, actor_id, actor_role, request_id, 'license.surrender', 'license', subject_id, 3, '{}'
           from step",
    )
    .bind(&license)
    .execute(&mut *worker)
    .await
    .unwrap();
    worker.commit().await.unwrap();
    let xids = "select count(*) from audit_entries a join audit_entries b using (subject_id)
                 where a.subject_version = 2 and b.subject_version = 3 and a.act = 'license.freeze' and a.xid > b.xid";
    assert_eq!(count(&registry, xids).await, 1, "the later step is of the earlier transaction");
    take_all(&registry, &mut sequencer).await;
    assert_eq!(count(&registry, OUT_OF_ORDER).await, 0);
}

#[tokio::test]
async fn two_sequencers_take_turns_and_double_nothing() {
    let registry = Registry::open().await;
    let (mut first, mut second) = (Sequencer::default(), Sequencer::default());
    let mut connection = connect(&registry).await;
    for _ in 0..6 {
        many(&mut connection, 40).await;
        let (one, other) = tokio::join!(first.round(&registry.app), second.round(&registry.app));
        // Who came too late is told so by the lock or by the table, and begins anew.
        assert!(one.is_ok() || other.is_ok());
    }
    take_all(&registry, &mut first).await;
    take_all(&registry, &mut second).await;
    assert_eq!(count(&registry, GAPS).await + count(&registry, LEFT_OUT).await, 0);
}

#[tokio::test]
async fn what_is_restored_from_a_dump_is_found_whatever_its_transactions_were_called() {
    let registry = Registry::open().await;
    let mut connection = connect(&registry).await;
    many(&mut connection, 5).await;
    // As a restore writes it: with numbers of another server, long past there and far ahead here.
    sqlx::query(
        "insert into audit_entries (id, at, actor_id, actor_role, request_id, act, subject_kind, subject_id, particulars, xid)
         select gen_random_uuid(), at, actor_id, actor_role, request_id, act, subject_kind, subject_id, particulars, '99999999999'
           from audit_entries",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let mut sequencer = Sequencer::default();
    let all = take_all(&registry, &mut sequencer).await;
    assert_eq!(i64::try_from(all).unwrap(), registry.audit_entries().await);
    many(&mut connection, 2).await;
    assert_eq!(take_all(&registry, &mut sequencer).await, 2);
    assert_eq!(count(&registry, GAPS).await + count(&registry, LEFT_OUT).await, 0);
}

#[tokio::test]
async fn the_log_is_only_added_to_and_without_a_gap() {
    let registry = Registry::open().await;
    let mut connection = connect(&registry).await;
    many(&mut connection, 1).await;
    take_all(&registry, &mut Sequencer::default()).await;
    many(&mut connection, 1).await;
    let after_a_gap = "insert into audit_leaves (index, entry_id, leaf, hash)
        select (select max(index) + 2 from audit_leaves), id, 'x', sha256('\\x0078'::bytea) from audit_entries e
         where not exists (select from audit_leaves l where l.entry_id = e.id)";
    let refused = sqlx::query(after_a_gap).execute(&mut connection).await.unwrap_err().to_string();
    assert!(refused.contains("without a gap"), "{refused}");
    let another_hash = "insert into audit_leaves (index, entry_id, leaf, hash)
        select (select max(index) + 1 from audit_leaves), id, 'y', sha256('\\x0078'::bytea) from audit_entries e
         where not exists (select from audit_leaves l where l.entry_id = e.id)";
    let refused = sqlx::query(another_hash).execute(&mut connection).await.unwrap_err().to_string();
    assert!(refused.contains("audit_leaves_hash_is_of_leaf"), "{refused}");
}
