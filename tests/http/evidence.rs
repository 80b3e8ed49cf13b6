//! The log: every entry becomes one leaf, in order, whatever happens on the way; proofs and checkpoints of it.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use axum::http::StatusCode;
use export_license_registry::db::Isolation;
use export_license_registry::evidence::{self, Checkpointer, Round, Sequencer, Terms};
use export_license_registry::http::logged::Logged;
use export_license_registry::ids::Ids;
use export_license_registry::tlog::{
    Checkpoint, Note, TreeHash, TreeHead, VerifierKey, consistency_path, inclusion_path, verify_consistency,
    verify_inclusion,
};
use export_license_registry::{api, http};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sqlx::{Connection as _, PgConnection};

use crate::support::case::Case;
use crate::support::registry::{Registry, each, id};
use crate::support::scratch::Scratch;

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
pub(crate) async fn many(connection: &mut PgConnection, count: i32) {
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

pub(crate) async fn connect(registry: &Registry) -> PgConnection {
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

/// A directory for a key and checkpoints, which goes away with the test.
struct Place(std::path::PathBuf);

impl Place {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("registry-test-log-{:016x}", rand::random::<u64>())))
    }

    fn terms(&self) -> Terms {
        Terms {
            origin: "example.org/log".to_owned(),
            key: self.0.join("key"),
            file: self.0.join("checkpoints.ndjson"),
            webhook: None,
            witness: None,
            every: Duration::from_secs(1),
        }
    }

    async fn checkpointer(&self, registry: &Registry) -> Checkpointer {
        Checkpointer::open(&registry.app, &self.terms()).await.expect("a checkpointer")
    }

    fn lines(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.0.join("checkpoints.ndjson")).expect("the file");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The keys as they are told to anyone.
async fn told_keys(registry: &Registry) -> Vec<VerifierKey> {
    let keys = registry.public().get("/v1/audit/keys").await.ok();
    let keys = keys["items"].as_array().unwrap();
    keys.iter().map(|key| key["key"].as_str().unwrap().parse().unwrap()).collect()
}

fn hash(text: &Value) -> TreeHash {
    text.as_str().unwrap().parse().unwrap()
}

fn hashes(list: &Value) -> Vec<TreeHash> {
    list.as_array().unwrap().iter().map(hash).collect()
}

#[tokio::test]
async fn a_checkpoint_is_signed_published_and_proves_an_entry() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let auditor = registry.auditor().await;
    let place = Place::new();
    let mut checkpointer = place.checkpointer(&registry).await;
    // Of an empty log there is none.
    checkpointer.round(&registry.app).await.unwrap();
    registry.public().get("/v1/audit/checkpoint").await.problem(404);
    let entries = auditor.all(&format!("/v1/audit?subjectId={license}")).await;
    let id = entries[0]["id"].as_str().unwrap();
    auditor.get(&format!("/v1/audit/{id}/proof")).await.problem(404);
    let mut sequencer = Sequencer::default();
    take_all(&registry, &mut sequencer).await;
    checkpointer.round(&registry.app).await.unwrap();
    // The log has not grown: no other is made.
    checkpointer.round(&registry.app).await.unwrap();
    assert_eq!(place.lines().len(), 1);
    let note = registry.public().get("/v1/audit/checkpoint").await;
    assert_eq!(note.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(place.lines()[0]["note"], note.text);
    let keys = told_keys(&registry).await;
    let signed: Note = note.text.parse().unwrap();
    let checkpoint = Checkpoint::verified(&signed, &keys).unwrap();
    assert_eq!(checkpoint.origin, "example.org/log");
    // One letter of it, and no one signed it.
    let other = Note { text: signed.text.replace("example.org", "example.com"), ..signed.clone() };
    assert!(Checkpoint::verified(&other, &keys).is_err());
    let listed = registry.public().get("/v1/audit/checkpoints").await.ok();
    assert_eq!(listed["items"][0]["rootHash"], checkpoint.head.root.to_string());
    // The entry, its leaf, and that it is in the tree of the checkpoint.
    let entry = auditor.get(&format!("/v1/audit/{id}")).await.ok();
    let leaf = entry["leaf"].as_str().unwrap();
    let proof = auditor.get(&format!("/v1/audit/{id}/proof")).await.ok();
    assert_eq!((&proof["checkpoint"], &proof["size"]), (&json!(note.text), &json!(checkpoint.head.size)));
    assert_eq!(entry["entry"]["leafHash"], proof["leafHash"]);
    let index = proof["index"].as_u64().unwrap();
    assert!(verify_inclusion(
        index,
        TreeHash::of_leaf(leaf.as_bytes()),
        &checkpoint.head,
        &hashes(&proof["hashes"])
    ));
    let salted = hex::decode(entry["particularsSalt"].as_str().unwrap()).unwrap();
    let commitment =
        Sha256::new().chain_update(salted).chain_update(sorted(&entry["entry"]["particulars"]).to_string());
    let leaf: Value = serde_json::from_str(leaf).unwrap();
    assert_eq!(leaf["particulars"], hex::encode(commitment.finalize()));
    // It grows, and the growth is proven.
    case.freeze(&license, None).await.ok();
    take_all(&registry, &mut sequencer).await;
    checkpointer.round(&registry.app).await.unwrap();
    let note: Note = registry.public().get("/v1/audit/checkpoint").await.text.parse().unwrap();
    let newer = Checkpoint::verified(&note, &keys).unwrap().head;
    let older = checkpoint.head;
    let path = format!("/v1/audit/consistency?from={}&to={}", older.size, newer.size);
    let growth = auditor.get(&path).await.ok();
    assert_eq!((hash(&growth["fromRootHash"]), hash(&growth["toRootHash"])), (older.root, newer.root));
    assert!(newer.size > older.size && verify_consistency(&older, &newer, &hashes(&growth["hashes"])));
    // What cannot be proven is told.
    auditor.get("/v1/audit/consistency?from=0").await.names("?from");
    auditor.get(&format!("/v1/audit/consistency?from=1&to={}", newer.size + 1)).await.names("?to");
    auditor.get(&format!("/v1/audit/{id}/proof?size={index}")).await.names("?size");
    auditor.get(&format!("/v1/audit/{id}/proof?size={}", newer.size + 1)).await.names("?size");
    auditor.get(&format!("/v1/audit/{}", uuid::Uuid::nil())).await.problem(404);
}

#[tokio::test]
async fn a_new_key_is_introduced_by_the_one_before() {
    let registry = Registry::open().await;
    let place = Place::new();
    let (mut sequencer, mut checkpointer) = (Sequencer::default(), place.checkpointer(&registry).await);
    let mut connection = connect(&registry).await;
    let mut notes: Vec<Note> = Vec::new();
    for round in 0..3 {
        if round == 1 {
            let told = evidence::rotate(&place.terms(), &Ids::random()).unwrap();
            assert!(!told_keys(&registry).await.contains(&told), "it has not signed yet");
            let again = evidence::rotate(&place.terms(), &Ids::random()).unwrap_err().to_string();
            assert!(again.contains("has signed no checkpoint yet"), "{again}");
        }
        many(&mut connection, 1).await;
        take_all(&registry, &mut sequencer).await;
        checkpointer.round(&registry.app).await.unwrap();
        notes.push(place.lines()[round]["note"].as_str().unwrap().parse().unwrap());
    }
    let keys = told_keys(&registry).await;
    let signed = |note: &Note, key: &VerifierKey| key.verified(note).is_some();
    let by: Vec<_> =
        notes.iter().map(|note| keys.iter().map(|key| signed(note, key)).collect::<Vec<_>>()).collect();
    assert_eq!(by, [[true, false], [true, true], [false, true]]);
    let told = registry.public().get("/v1/audit/keys").await.ok();
    let (old, new) = (&told["items"][0], &told["items"][1]);
    assert_eq!((&old["untilSize"], &new["until"]), (&new["sinceSize"], &Value::Null));
    let mode = std::fs::metadata(place.terms().key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::set_permissions(place.terms().key, std::fs::Permissions::from_mode(0o640)).unwrap();
    let refused = Checkpointer::open(&registry.app, &place.terms()).await.unwrap_err().to_string();
    assert!(refused.contains("open to others"), "{refused}");
}

/// A second service over the same database, as it comes up after something was done to the database.
async fn restarted(registry: &Registry, place: &Place) -> http::App {
    let app = registry.app.clone().logging(Logged::default());
    Checkpointer::open(&app, &place.terms()).await.expect("it starts all the same");
    app
}

#[tokio::test]
async fn an_old_backup_is_told_at_once_and_writes_stop() {
    let registry = Registry::open().await;
    let place = Place::new();
    let mut connection = connect(&registry).await;
    many(&mut connection, 300).await;
    take_all(&registry, &mut Sequencer::default()).await;
    place.checkpointer(&registry).await.round(&registry.app).await.unwrap();
    assert_eq!(restarted(&registry, &place).await.log.stops(), None);
    // What an old backup holds: the same, without the last.
    for stop in ["audit_leaves", "audit_tiles"] {
        let stop = sqlx::AssertSqlSafe(format!("alter table {stop} disable trigger all"));
        sqlx::query(stop).execute(&mut connection).await.unwrap();
    }
    sqlx::query("delete from audit_leaves where index >= 290").execute(&mut connection).await.unwrap();
    let app = restarted(&registry, &place).await;
    let router = api::router(&app).with_state(());
    let administrator = registry.administrator().with_router(router.clone());
    let ready = registry.public().with_router(router).get("/health/ready").await.problem(503);
    assert_eq!(ready["errors"][0]["pointer"], "/checks/log");
    let head = registry.head().await.with_router(api::router(&app).with_state(()));
    let refused = head.post("/v1/country-groups", &json!({})).await.problem(503);
    assert_eq!(refused["type"], "/docs/problems#writes-stopped");
    assert_eq!(administrator.get("/v1/tokens").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_log_that_was_rewritten_gets_no_further_checkpoint() {
    let registry = Registry::open().await;
    let place = Place::new();
    let mut connection = connect(&registry).await;
    many(&mut connection, 20).await;
    let mut sequencer = Sequencer::default();
    take_all(&registry, &mut sequencer).await;
    let mut checkpointer = place.checkpointer(&registry).await;
    checkpointer.round(&registry.app).await.unwrap();
    sqlx::query("alter table audit_leaves disable trigger all").execute(&mut connection).await.unwrap();
    let forged = "update audit_leaves set leaf = leaf || ' ', hash = sha256('\\x00'::bytea || leaf || ' ') where index = 7";
    sqlx::query(forged).execute(&mut connection).await.unwrap();
    sqlx::query("alter table audit_leaves enable trigger all").execute(&mut connection).await.unwrap();
    many(&mut connection, 1).await;
    take_all(&registry, &mut sequencer).await;
    checkpointer.round(&registry.app).await.unwrap_err();
    assert_eq!(place.lines().len(), 1);
    assert!(registry.app.log.stops().unwrap().contains("entries were changed"));
    assert!(restarted(&registry, &place).await.log.stops().unwrap().contains("entries were changed"));
}

#[tokio::test]
async fn a_line_that_a_death_cut_off_is_passed_over() {
    let registry = Registry::open().await;
    let place = Place::new();
    let mut connection = connect(&registry).await;
    many(&mut connection, 2).await;
    let mut sequencer = Sequencer::default();
    take_all(&registry, &mut sequencer).await;
    place.checkpointer(&registry).await.round(&registry.app).await.unwrap();
    let mut file = std::fs::OpenOptions::new().append(true).open(place.terms().file).unwrap();
    file.write_all(b"{\"at\":\"2026-06").unwrap();
    let app = restarted(&registry, &place).await;
    assert_eq!(app.log.stops(), None);
    many(&mut connection, 1).await;
    take_all(&registry, &mut sequencer).await;
    place.checkpointer(&registry).await.round(&registry.app).await.unwrap();
    let text = std::fs::read_to_string(place.terms().file).unwrap();
    assert_eq!(text.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok()).count(), 2);
    assert_eq!(restarted(&registry, &place).await.log.stops(), None);
}

#[tokio::test]
async fn refused_attempts_are_entries_without_what_was_sent() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let (auditor, customs) = (registry.auditor().await, registry.customs().await);
    let refused = async || auditor.all("/v1/audit?outcome=refused&sort=oldest").await;
    let before = refused().await.len();
    let path = format!("/v1/licenses/{license}/freezes");
    let forbidden = customs.post(&path, &json!({ "reasons": "a secret of mine" })).await;
    let request = forbidden.header("x-request-id").to_owned();
    forbidden.problem(403);
    registry.bearer("elr_not_a_token").get("/v1/licenses").await.problem(401);
    // Without a key nobody tried to come in; what came too early or cannot be read is no attempt.
    registry.public().get("/v1/licenses").await.problem(401);
    registry.officer().await.expecting_nothing().post(&path, &json!({})).await.problem(428);
    registry.officer().await.post(&path, &json!({ "reasons": 7 })).await.problem(400);
    let head = registry.head().await;
    let group = json!({ "code": "near", "name": "Neighbors", "source": "A list." });
    head.post("/v1/country-groups", &group).await.ok();
    let again = head.with_key("00112233445566778899aabbccddeeff");
    again.post("/v1/country-groups", &group).await.problem(409);
    let entries = refused().await;
    let entries = &entries[before..];
    assert_eq!(each(entries, "problem"), ["forbidden", "unauthorized", "conflict"]);
    let entry = &entries[0];
    assert_eq!(
        (&entry["actor"], &entry["act"], &entry["problem"], &entry["requestId"]),
        (&json!("customs"), &json!("post_licenses_id_freezes"), &json!("forbidden"), &json!(request)),
    );
    assert_eq!((&entry["subjectId"], &entry["subjectKind"]), (&json!(license), &json!("license")));
    assert_eq!(entry["particulars"], json!({ "status": 403 }));
    let unknown = &entries[1];
    assert_eq!((&unknown["actor"], &unknown["problem"]), (&Value::Null, &json!("unauthorized")));
    // An answer that is given again is no further attempt.
    again.post("/v1/country-groups", &group).await.problem(409);
    assert_eq!(refused().await.len() - before, entries.len());
    take_all(&registry, &mut Sequencer::default()).await;
    assert_eq!(count(&registry, LEFT_OUT).await, 0);
}

#[tokio::test]
async fn a_log_that_keeps_up_is_not_behind_though_something_new_comes_each_time() {
    let registry = Registry::open().await;
    let mut connection = connect(&registry).await;
    let mut sequencer = Sequencer::default();
    let mut until = None;
    for _ in 0..4 {
        many(&mut connection, 3).await;
        let written = std::time::Instant::now();
        assert!(matches!(sequencer.round(&registry.app).await.unwrap(), Round::Took(3..)));
        assert!(sequencer.taken_until() > until, "it comes forward");
        until = sequencer.taken_until();
        assert!(until >= Some(written), "what was committed by then is in the log");
    }
    assert_eq!(count(&registry, LEFT_OUT).await, 0);
}

#[tokio::test]
async fn changes_stop_when_the_log_is_behind_and_go_on_when_it_has_caught_up() {
    let registry = Registry::open().await;
    let app = registry.app.clone().logging(Logged::stopping_after(Duration::from_millis(40)));
    let router = api::router(&app).with_state(());
    let administrator = registry.administrator().with_router(router.clone());
    let head = registry.head().await.with_router(router.clone());
    let new = json!({ "code": "near", "name": "Neighbors", "source": "A list." });
    app.log.sequenced.none_left();
    tokio::time::sleep(Duration::from_millis(60)).await;
    let stopped = head.post("/v1/country-groups", &new).await;
    assert_eq!(stopped.header("retry-after"), "30");
    let problem = stopped.problem(503);
    assert_eq!(problem["type"], "/docs/problems#writes-stopped");
    let ready = registry.public().with_router(router).get("/health/ready").await.problem(503);
    assert_eq!(ready["errors"][0]["pointer"], "/checks/sequencer");
    administrator.get("/v1/tokens").await.ok();
    app.log.sequenced.none_left();
    head.post("/v1/country-groups", &new).await.ok();
}

/// The hashes of a tile, as whoever keeps the tiles of a log is given them.
async fn tile(registry: &Registry, path: &str) -> (Vec<TreeHash>, String) {
    use tower::ServiceExt as _;
    let request = axum::http::Request::get(format!("/v1/audit/tile/{path}")).body(axum::body::Body::empty());
    let response = registry.router.clone().oneshot(request.unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    assert_eq!(response.headers()["content-type"], "application/octet-stream");
    let caching = response.headers()["cache-control"].to_str().unwrap().to_owned();
    let bytes = axum::body::to_bytes(response.into_body(), 8192).await.unwrap();
    (TreeHash::read_all(&bytes).unwrap(), caching)
}

#[tokio::test]
async fn whoever_has_the_tiles_recomputes_the_root_of_a_checkpoint() {
    let registry = Registry::open().await;
    let scratch = Scratch::new("evidence-tiles");
    let mut connection = connect(&registry).await;
    many(&mut connection, 700).await;
    super::packs::published(&registry, &scratch).await;
    let checkpoint = registry.public().get("/v1/audit/checkpoint").await.text;
    let lines: Vec<&str> = checkpoint.lines().collect();
    let size: usize = lines[1].parse().unwrap();
    assert!((701..768).contains(&size), "{size}");
    // Two full tiles of leaves, what is there of the third, and their roots above.
    let (mut leaves, mut roots) = (Vec::new(), Vec::new());
    for full in ["0/000", "0/001"] {
        let (hashes, caching) = tile(&registry, full).await;
        assert_eq!((hashes.len(), caching.as_str()), (256, "public, max-age=31536000, immutable"));
        roots.push(root(&hashes));
        leaves.extend(hashes);
    }
    let (rest, caching) = tile(&registry, &format!("0/002.p/{}", size - 512)).await;
    assert_eq!((rest.len(), caching.as_str()), (size - 512, "no-store"));
    leaves.extend(rest);
    assert_eq!(root(&leaves).to_string(), lines[2]);
    assert_eq!(tile(&registry, "1/000.p/2").await.0, roots);
    // A part of a tile that has come further, and of a full one.
    assert_eq!(tile(&registry, "0/002.p/7").await.0, leaves[512..519]);
    assert_eq!(tile(&registry, "0/001.p/255").await.0, leaves[256..511]);
    // What no checkpoint reaches, what is spelled otherwise, and bundles of entries.
    many(&mut connection, 200).await;
    take_all(&registry, &mut Sequencer::default()).await;
    let beyond = format!("0/002.p/{}", size - 511);
    for none in [
        beyond.as_str(),
        "0/002",
        "0/003",
        "1/000",
        "1/000.p/3",
        "2/000.p/1",
        "0/2",
        "0/x000/001",
        "0/000.p/256",
        "63/x999/x999/999",
        "64/000",
        "entries/000",
        "0/001/",
    ] {
        let asked = registry.public().get(&format!("/v1/audit/tile/{none}")).await;
        asked.problem(404);
    }
    let tag = registry.public().tag("/v1/audit/tile/0/000").await;
    let known = registry.public().knowing(&tag).get("/v1/audit/tile/0/000").await;
    assert_eq!(
        (known.status.as_u16(), known.header("cache-control")),
        (304, "public, max-age=31536000, immutable")
    );
}

/// Subjects whose rows are not what the last leaf of a change says of them.
async fn altered(registry: &Registry) -> Vec<String> {
    type Row = (String, uuid::Uuid, Vec<u8>, String);
    let rows: Vec<Row> = sqlx::query_as(
        "with last as (
             select distinct on (e.subject_id) e.subject_kind, e.subject_id, e.content_salt, e.content_scheme, l.leaf from audit_leaves l
               join audit_entries e on e.id = l.entry_id where e.outcome = 'done' order by e.subject_id, l.index desc)
         select last.subject_kind, last.subject_id, last.leaf, encode(sha256(last.content_salt || convert_to(c.content::text, 'UTF8')), 'hex') from last
          cross join lateral audit_content(last.subject_kind, array[last.subject_id], last.content_scheme) as c",
    )
    .fetch_all(registry.pool())
    .await
    .unwrap();
    assert!(!rows.is_empty());
    let differs = |(kind, id, leaf, holds): Row| {
        let leaf: Value = serde_json::from_slice(&leaf).unwrap();
        (leaf["content"] != holds).then(|| format!("{kind} {id}"))
    };
    rows.into_iter().filter_map(differs).collect()
}

#[tokio::test]
async fn an_edit_of_a_table_no_longer_fits_the_log() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    case.freeze(&license, None).await.ok();
    take_all(&registry, &mut Sequencer::default()).await;
    assert_eq!(altered(&registry).await, [""; 0]);
    let mut connection = connect(&registry).await;
    for (edit, kind) in [
        ("update licenses set valid_until = valid_until + 1", "license"),
        ("update license_freezes set reasons = 'none'", "license"),
        ("update exporters set name = 'Another'", "exporter"),
        ("delete from product_classifications", "product"),
        ("update application_positions set reasons = 'none'", "application"),
    ] {
        let mut undone = connection.begin().await.unwrap();
        sqlx::query("set local session_replication_role = replica").execute(&mut *undone).await.unwrap();
        sqlx::query(edit).execute(&mut *undone).await.unwrap();
        undone.commit().await.unwrap();
        let found = altered(&registry).await;
        assert!(found.iter().any(|altered| altered.starts_with(&format!("{kind} "))), "{edit}: {found:?}");
    }
}

/// Each change of what the registry holds has an entry of the subject whose row it changes: found by letting the
/// sequencer take entries while all kinds of acts are done.
#[tokio::test]
async fn no_act_changes_what_no_entry_of_its_subject_tells() {
    let registry = Registry::open().await;
    let (app, (stop, stopped)) = (registry.app.clone(), tokio::sync::watch::channel(false));
    let taking = tokio::spawn(async move {
        let mut sequencer = Sequencer::default();
        while !*stopped.borrow() {
            let _ = sequencer.round(&app).await;
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    });
    let case = Case::with_cover(&registry).await;
    let license = case.export_license().await;
    case.ship(&license, "1", "S-1").await.ok();
    let measure = registry.in_force(&json!({ "destinations": ["DE"] }), &["freeze_existing"]).await;
    registry.worked_off().await;
    registry.lifted(&measure).await;
    registry.worked_off().await;
    case.freeze(&license, None).await.ok();
    let revocation = case.revoked(&license).await;
    let objection = id(&case.object_to_revocation(&revocation).await.ok());
    case.decide_objection(&objection, "upheld").await.ok();
    let application = case.in_review(&case.marketing()).await;
    let named =
        case.advised_override(&json!({ "applicationId": application }), &["positions_recorded"]).await;
    case.sign(&named).await.ok();
    let mut grant = case.grant();
    grant["overrideId"] = json!(named);
    case.decided(&application, &grant).await;
    registry.pass_days(70);
    registry.sweep().await;
    stop.send_replace(true);
    taking.await.unwrap();
    take_all(&registry, &mut Sequencer::default()).await;
    assert_eq!(count(&registry, LEFT_OUT).await + count(&registry, OUT_OF_ORDER).await, 0);
    assert_eq!(altered(&registry).await, [""; 0]);
}
