//! A witness cosigns a log that only grows, and no other.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use export_license_registry::evidence::{Checkpointer, Round, Sequencer, Terms, WitnessTerms};
use export_license_registry::meters;
use export_license_registry::tlog::{
    Checkpoint, Cosignature, Note, TreeHash, TreeHead, VerifierKey, verify_consistency,
};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::registry::Registry;

const ORIGIN: &str = "example.org/log";
const NAME: &str = "witness.example.org";
const TIME: u64 = 1_780_000_000;

/// A small witness: one log, one key, and the head it signed last.
struct Witness {
    pair: Ed25519KeyPair,
    log: Mutex<Option<VerifierKey>>,
    head: Mutex<TreeHead>,
    refused: Mutex<Vec<u16>>,
    asked: AtomicU32,
    away: AtomicBool,
    /// Whether its signature is over another time than it says.
    spoils: AtomicBool,
}

impl Witness {
    /// Begins to listen; gives itself and where it is.
    async fn open() -> (Arc<Self>, WitnessTerms) {
        let witness = Arc::new(Self {
            pair: Ed25519KeyPair::from_seed_unchecked(&[9; 32]).unwrap(),
            log: Mutex::default(),
            head: Mutex::new(TreeHead { size: 0, root: TreeHash::empty() }),
            refused: Mutex::default(),
            asked: AtomicU32::new(0),
            away: AtomicBool::new(false),
            spoils: AtomicBool::new(false),
        });
        let router = Router::new().route("/add-checkpoint", post(add)).with_state(Arc::clone(&witness));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let key = witness.key().parse().unwrap();
        (witness, WitnessTerms { url, key })
    }

    fn public(&self) -> Vec<u8> {
        [&[0x04], self.pair.public_key().as_ref()].concat()
    }

    fn id(&self) -> Vec<u8> {
        Sha256::digest([NAME.as_bytes(), b"\n", &self.public()].concat())[..4].to_vec()
    }

    fn key(&self) -> String {
        format!("{NAME}+{}+{}", hex::encode(self.id()), STANDARD.encode(self.public()))
    }

    fn knows(&self, log: VerifierKey) {
        *self.log.lock().unwrap() = Some(log);
    }

    /// Says what is asked, and with what it is refused.
    fn judge(&self, asked: &str) -> Result<String, (StatusCode, String)> {
        let no = |status| (status, String::new());
        let (old, note) = asked.split_once("\n\n").ok_or(no(StatusCode::BAD_REQUEST))?;
        let mut lines = old.lines();
        let old: u64 = lines.next().unwrap().strip_prefix("old ").unwrap().parse().unwrap();
        let proof: Vec<TreeHash> = lines.map(|line| line.parse().unwrap()).collect();
        let note: Note = note.parse().map_err(|_| no(StatusCode::BAD_REQUEST))?;
        let log = self.log.lock().unwrap().clone().unwrap();
        let new = Checkpoint::verified(&note, &[log]).map_err(|_| no(StatusCode::FORBIDDEN))?.head;
        let mut head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        if old != head.size || new.size < old || (new.size == old && new != *head) {
            return Err((StatusCode::CONFLICT, format!("{}\n", head.size)));
        }
        let grew = head.size == 0 || new == *head || verify_consistency(&head, &new, &proof);
        if !grew {
            return Err(no(StatusCode::UNPROCESSABLE_ENTITY));
        }
        *head = new;
        let time = if self.spoils.load(Ordering::Relaxed) { TIME + 1 } else { TIME };
        let signed = self.pair.sign(format!("cosignature/v1\ntime {time}\n{}", note.text).as_bytes());
        let bytes = [self.id(), TIME.to_be_bytes().to_vec(), signed.as_ref().to_vec()].concat();
        Ok(format!("\u{2014} {NAME} {}\n", STANDARD.encode(bytes)))
    }
}

async fn add(State(witness): State<Arc<Witness>>, asked: String) -> (StatusCode, String) {
    witness.asked.fetch_add(1, Ordering::Relaxed);
    if witness.away.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, String::new());
    }
    witness.judge(&asked).map_or_else(
        |(status, says)| {
            witness.refused.lock().unwrap().push(status.as_u16());
            (status, says)
        },
        |line| (StatusCode::OK, line),
    )
}

/// A log with its key and its published checkpoints in a directory of its own.
struct Log {
    registry: Registry,
    place: std::path::PathBuf,
    terms: Terms,
    checkpointer: Checkpointer,
}

impl Log {
    async fn open(witness: &Arc<Witness>, at: &WitnessTerms) -> Self {
        let registry = Registry::open().await;
        let place =
            std::env::temp_dir().join(format!("registry-test-witness-{:016x}", rand::random::<u64>()));
        std::fs::create_dir(&place).unwrap();
        let key = place.join("key");
        std::fs::write(&key, STANDARD.encode([7; 32]) + "\n").unwrap();
        std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let terms = Terms {
            origin: ORIGIN.to_owned(),
            key,
            file: place.join("checkpoints.ndjson"),
            webhook: None,
            witness: Some(at.clone()),
            every: std::time::Duration::from_secs(1),
        };
        let checkpointer = Checkpointer::open(&registry.app, &terms).await.unwrap();
        witness.knows(registry.app.log.signer().unwrap().key().clone());
        Self { registry, place, terms, checkpointer }
    }

    /// Something happens, and is in a checkpoint.
    async fn grows(&mut self, names: &[&str]) {
        for name in names {
            self.registry
                .token(name, export_license_registry::rules::authority::Role::Auditor, None, None)
                .await;
        }
        let mut sequencer = Sequencer::default();
        while !matches!(sequencer.round(&self.registry.app).await.unwrap(), Round::Idle) {}
        self.checkpointer.round(&self.registry.app).await.unwrap();
    }

    /// The newest checkpoint as anyone reads it, and how many have the witness's signature.
    async fn published(&self) -> (Note, i64) {
        let newest = self.registry.public().get("/v1/audit/checkpoint").await;
        let cosigned = sqlx::query_scalar("select count(*) from audit_cosignatures")
            .fetch_one(self.registry.pool())
            .await;
        (newest.text.parse().unwrap(), cosigned.unwrap())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.place);
    }
}

#[tokio::test]
async fn a_log_that_only_grows_is_cosigned_each_time() {
    let (witness, at) = Witness::open().await;
    let mut log = Log::open(&witness, &at).await;
    for (times, names) in [(1, &["a.one"][..]), (2, &["a.two", "a.three"]), (3, &["a.four"])] {
        log.grows(names).await;
        let (note, cosigned) = log.published().await;
        assert_eq!(cosigned, times);
        assert_eq!(note.signatures.len(), 2, "the log's and the witness's");
        assert_eq!(Cosignature::of(&at.key, &note).unwrap().time, TIME);
    }
    // One that is started anew is told what the witness has seen, and goes on from there.
    log.checkpointer = Checkpointer::open(&log.registry.app, &log.terms).await.unwrap();
    log.grows(&["a.five"]).await;
    assert_eq!(log.published().await.1, 4);
    assert_eq!(*witness.refused.lock().unwrap(), [409], "asked once for what it has seen");
    assert!(log.registry.app.log.is_whole());
}

#[tokio::test]
async fn a_checkpoint_that_the_witness_missed_is_signed_when_it_answers_again() {
    let (witness, at) = Witness::open().await;
    let mut log = Log::open(&witness, &at).await;
    witness.away.store(true, Ordering::Relaxed);
    log.grows(&["a.one"]).await;
    assert_eq!(log.published().await.1, 0);
    // Started anew in between, and nothing happened since.
    log.checkpointer = Checkpointer::open(&log.registry.app, &log.terms).await.unwrap();
    witness.away.store(false, Ordering::Relaxed);
    log.checkpointer.round(&log.registry.app).await.unwrap();
    log.checkpointer.round(&log.registry.app).await.unwrap();
    let (note, cosigned) = log.published().await;
    assert_eq!((note.signatures.len(), cosigned), (2, 1));
    assert_eq!(
        witness.asked.load(Ordering::Relaxed),
        2,
        "once while it was away, and once for its signature"
    );
}

#[tokio::test]
async fn a_forked_log_gets_no_cosignature() {
    let (witness, at) = Witness::open().await;
    let mut log = Log::open(&witness, &at).await;
    log.grows(&["a.one", "a.two"]).await;
    assert_eq!(log.published().await.1, 1);
    // Another log of the same name and key, which has more entries, and other ones.
    let mut fork = Log::open(&witness, &at).await;
    fork.grows(&["b.one", "b.two", "b.three", "b.four"]).await;
    let (note, cosigned) = fork.published().await;
    assert_eq!((note.signatures.len(), cosigned), (1, 0));
    assert_eq!(
        *witness.refused.lock().unwrap(),
        [409, 422],
        "told what it has seen, and not shown that the log grew"
    );
    // The first one goes on.
    log.grows(&["a.three"]).await;
    assert_eq!(log.published().await.1, 2);
}

#[tokio::test]
async fn a_log_that_was_set_back_is_found_by_its_witness() {
    let (witness, at) = Witness::open().await;
    let mut log = Log::open(&witness, &at).await;
    log.grows(&["a.one", "a.two", "a.three"]).await;
    // An old backup, of the database and of the published file alike.
    let mut old = Log::open(&witness, &at).await;
    old.grows(&["a.one"]).await;
    assert_eq!(old.published().await.1, 0);
    assert!(!old.registry.app.log.is_whole());
    let officer = old.registry.administrator();
    let new = serde_json::json!({ "holder": "x.y", "role": "auditor", "name": "t", "expiresAt": "2027-01-01T00:00:00Z" });
    let refused: Value = officer.post("/v1/tokens", &new).await.problem(503);
    assert!(refused["detail"].as_str().unwrap().contains("longer log"), "{refused}");
}

#[tokio::test]
async fn whether_a_checkpoint_was_taken_is_counted() {
    meters::install();
    let (witness, at) = Witness::open().await;
    let mut log = Log::open(&witness, &at).await;
    // Other tests count in the same process, so values only grow.
    let counted = |to: &str, outcome: &str| {
        let sample = format!("registry_checkpoint_deliveries_total{{to=\"{to}\",outcome=\"{outcome}\"}} ");
        let page = meters::rendered();
        page.lines().find_map(|line| line.strip_prefix(&sample)?.parse::<f64>().ok()).unwrap_or_default()
    };
    // Away, a signature that is not its own, and a log that it does not know.
    let own = witness.log.lock().unwrap().clone();
    let another: VerifierKey = witness.key().parse().unwrap();
    for (away, spoils, known, done) in [
        (true, false, own.clone(), false),
        (false, true, own.clone(), false),
        (false, false, Some(another), false),
        (false, false, own, true),
    ] {
        witness.away.store(away, Ordering::Relaxed);
        witness.spoils.store(spoils, Ordering::Relaxed);
        *witness.log.lock().unwrap() = known;
        let outcome = if done { "done" } else { "failed" };
        let before = counted("witness", outcome);
        log.grows(&[if done {
            "a.taken"
        } else if away {
            "a.away"
        } else if spoils {
            "a.spoiled"
        } else {
            "a.refused"
        }])
        .await;
        assert!(counted("witness", outcome) > before, "{outcome}: away {away}, spoils {spoils}");
        assert_eq!(log.published().await.1, i64::from(done));
    }
    // A webhook that is away, and one that takes it.
    log.terms.witness = None;
    for (path, outcome, name) in [("nowhere", "failed", "b.away"), ("hook", "done", "b.taken")] {
        let router = Router::new().route("/hook", post(async || ()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        log.terms.webhook = Some(format!("http://{}/{path}", listener.local_addr().unwrap()));
        tokio::spawn(async move { axum::serve(listener, router).await });
        log.checkpointer = Checkpointer::open(&log.registry.app, &log.terms).await.unwrap();
        let before = counted("webhook", outcome);
        log.grows(&[name]).await;
        assert!(counted("webhook", outcome) > before, "{outcome}");
    }
}
