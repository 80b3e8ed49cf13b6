//! Evidence packs: what holds is what the registry wrote, to the byte, and nothing else can be made to hold.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use export_license_registry::evidence::{Checkpointer, Round, Sequencer, Terms};
use export_license_registry::packs::{self, Part, Proven, Seal};
use export_license_registry::rules::authority::Ministry;
use export_license_registry::tlog::{Note, Signer, VerifierKey};
use serde_json::{Value, json};

use crate::lively::lively;
use crate::support::case::Case;
use crate::support::registry::Registry;
use crate::support::scratch::Scratch;

const ORIGIN: &str = "example.org/log";
const SEED: [u8; 32] = [7; 32];

fn signer() -> Signer {
    Signer::of_log(ORIGIN, &SEED).unwrap()
}

pub(super) fn key() -> VerifierKey {
    signer().key().clone()
}

/// Takes all entries into the log and signs how far it has come.
pub(super) async fn published(registry: &Registry, scratch: &Scratch) {
    let mut sequencer = Sequencer::default();
    while !matches!(sequencer.round(&registry.app).await.unwrap(), Round::Idle) {}
    let key = scratch.0.join("key");
    if !key.exists() {
        fs::write(&key, STANDARD.encode(SEED) + "\n").unwrap();
        let mut permissions = fs::metadata(&key).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o600);
        fs::set_permissions(&key, permissions).unwrap();
    }
    let file = scratch.0.join("checkpoints.ndjson");
    let every = Duration::from_secs(1);
    let terms = Terms { origin: ORIGIN.to_owned(), key, file, webhook: None, witness: None, every };
    let mut checkpointer = Checkpointer::open(&registry.app, &terms).await.unwrap();
    checkpointer.round(&registry.app).await.unwrap();
}

/// A license with a history, and the pack of it.
async fn packed(registry: &Registry, scratch: &Scratch) -> (String, String) {
    let case = Case::with_cover(registry).await;
    let declaration = case.declaration(&[(&case.product, "100")]).await;
    let mut new = case.export(&declaration);
    new["consignees"] =
        json!([{ "role": "broker", "name": "Wanda Makler", "kind": "individual", "country": "PL" }]);
    let application = case.in_review(&new).await;
    let conditions = json!(["Report each delivery.", "No onward sale."]);
    let proposal = json!({ "conditions": conditions, "reasons": "As agreed." });
    let path = format!("/v1/applications/{application}/condition-proposals");
    registry.officer().await.post(&path, &proposal).await.ok();
    for ministry in [Ministry::Defense, Ministry::ForeignAffairs] {
        case.position(&application, ministry, "support").await.ok();
    }
    let mut grant = case.grant();
    grant["conditions"] = conditions;
    let decided = case.decided(&application, &grant).await;
    let license = decided["licenseId"].as_str().unwrap().to_owned();
    case.freeze(&license, None).await.ok();
    case.lift(&license, 1).await.ok();
    case.ship(&license, "2", "26IL0001").await.ok();
    case.freeze(&license, Some(&[1])).await.ok();
    case.intend(&license, false).await.ok();
    published(registry, scratch).await;
    let pack = pack_of(registry, &license).await;
    (license, pack)
}

async fn pack_of(registry: &Registry, license: &str) -> String {
    let auditor = registry.auditor().await;
    let reply = auditor.get(&format!("/v1/licenses/{license}/evidence")).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    reply.text
}

fn verified(pack: &str) -> Result<Proven, String> {
    packs::verify(pack.as_bytes(), &[key()]).map_err(|fault| fault.to_string())
}

#[tokio::test]
async fn a_pack_proves_the_whole_history_of_a_license() {
    let registry = Registry::open().await;
    let scratch = Scratch::new("packs-pack");
    let (license, pack) = packed(&registry, &scratch).await;
    let proven = verified(&pack).unwrap();
    assert_eq!(proven.subject.to_string(), license);
    assert_eq!((proven.kind.as_str(), proven.status.as_str()), ("license", "active"));
    assert_eq!((proven.steps, proven.erased), (5, 0));
    let sum: i64 = sqlx::query_scalar("select count(*) from history where subject_id::text = $1")
        .bind(&license)
        .fetch_one(registry.pool())
        .await
        .unwrap();
    assert_eq!(i64::try_from(proven.steps), Ok(sum));
    // What it rests on is in it: its application with the verdict and its facts, its declaration, the proceeding.
    for within in [
        "application.propose_decision",
        "application.grant",
        "\"verdict\":{",
        "declaration.accept",
        "revocation.intend",
        "documentSha256",
    ] {
        assert!(pack.contains(within), "{within}");
    }
}

#[tokio::test]
async fn a_pack_is_not_handed_out_before_its_last_entry_is_in_a_checkpoint() {
    let registry = Registry::open().await;
    let scratch = Scratch::new("packs-early");
    let (license, _) = packed(&registry, &scratch).await;
    let officer = registry.officer().await;
    let freeze = json!({ "ground": "human_rights", "reasons": "New reports.", "reviewOn": registry.day(90) });
    officer.post(&format!("/v1/licenses/{license}/freezes"), &freeze).await.ok();
    let auditor = registry.auditor().await;
    let path = format!("/v1/licenses/{license}/evidence");
    let early = auditor.get(&path).await;
    assert_eq!(early.status, StatusCode::SERVICE_UNAVAILABLE, "{}", early.text);
    assert!(early.header("retry-after").parse::<u32>().is_ok());
    published(&registry, &scratch).await;
    let pack = auditor.get(&path).await;
    assert_eq!(verified(&pack.text).unwrap().status, "frozen");
}

#[tokio::test]
async fn a_pack_in_which_a_byte_was_changed_is_refused() {
    let registry = Registry::open().await;
    let scratch = Scratch::new("packs-bytes");
    let (_, pack) = packed(&registry, &scratch).await;
    let whole = pack.into_bytes();
    let step = whole.len() / 1500 + 1;
    let (first, last) = (0..whole.len()).step_by(step).chain(whole.len() - 300..whole.len()).fold(
        (0_usize, 0_usize),
        |(tried, held), at| {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (at % 7);
            (tried + 1, held + usize::from(packs::verify(&changed, &[key()]).is_ok()))
        },
    );
    assert!(first > 1500 && last == 0, "{last} of {first} were taken");
    for cut in [0, 1, whole.len() / 2, whole.len() - 1] {
        assert!(packs::verify(&whole[..cut], &[key()]).is_err(), "cut at {cut}");
    }
    let other = Signer::of_log(ORIGIN, &[8; 32]).unwrap().key().clone();
    assert!(packs::verify(&whole, &[other]).is_err(), "another key");
}

#[tokio::test]
async fn every_license_has_a_pack_that_holds() {
    let registry = lively().await;
    let scratch = Scratch::new("packs-every");
    published(&registry, &scratch).await;
    let licenses = registry.officer().await.get("/v1/licenses?limit=100").await.ok();
    let licenses = licenses["items"].as_array().unwrap().clone();
    let mut seen: Vec<&str> = licenses.iter().map(|license| license["status"].as_str().unwrap()).collect();
    seen.sort_unstable();
    seen.dedup();
    assert!(seen.len() >= 3 && seen.contains(&"frozen") && seen.contains(&"revoked"), "{seen:?}");
    for license in &licenses {
        let pack = pack_of(&registry, license["id"].as_str().unwrap()).await;
        let status = license["status"].as_str().unwrap();
        assert_eq!(verified(&pack).map(|proven| proven.status).as_deref(), Ok(status));
        by_python(&scratch, &pack, Ok("holds: license "));
    }
}

/// The lines of a pack, sealed anew by whoever holds the key of the log.
fn sealed(lines: &[Value]) -> String {
    let mut pack: String = lines.iter().map(|line| line.to_string() + "\n").collect();
    let text = Seal::over(pack.as_bytes()).text();
    let note = Note { signatures: vec![signer().sign(&text)], text }.to_string();
    pack += &(serde_json::to_string(&Part::Seal { note }).unwrap() + "\n");
    pack
}

fn lines(pack: &str) -> Vec<Value> {
    let all: Vec<Value> = pack.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    all[..all.len() - 1].to_vec()
}

fn at(lines: &[Value], part: &str) -> Vec<usize> {
    (0..lines.len()).filter(|at| lines[*at]["part"] == part).collect()
}

/// Forgeries that even the holder of the key cannot make hold, for the log was published before.
fn forgeries(pack: &str) -> Vec<(&'static str, String)> {
    let whole = lines(pack);
    let mut forged = Vec::new();
    let mut forge = |name, change: &dyn Fn(&mut Vec<Value>)| {
        let mut lines = whole.clone();
        change(&mut lines);
        forged.push((name, sealed(&lines)));
    };
    let (entries, steps) = (at(&whole, "entry"), at(&whole, "step"));
    let (second, last) = (steps[1], steps[steps.len() - 1]);
    forge("an entry left out", &|lines| drop(lines.remove(entries[entries.len() / 2])));
    forge("two entries swapped", &|lines| lines.swap(entries[1], entries[2]));
    forge("a step left out", &|lines| drop(lines.remove(second)));
    forge("the last step left out", &|lines| drop(lines.remove(last)));
    forge("other reasons of a step", &|lines| lines[second]["reasons"] = json!("None."));
    forge("another actor's role", &|lines| lines[second]["actorRole"] = json!("minister"));
    forge("another time of a step", &|lines| lines[second]["at"] = json!("2026-01-01T00:00:00Z"));
    forge("another status", &|lines| lines[2]["value"]["status"] = json!("revoked"));
    forge("an older version", &|lines| lines[2]["value"]["version"] = json!(1));
    forge("other particulars", &|lines| lines[entries[0]]["particulars"] = json!({}));
    forge("another salt", &|lines| lines[entries[0]]["salt"] = json!("00".repeat(32)));
    forge("another leaf", &|lines| {
        let leaf = lines[entries[0]]["leaf"].as_str().unwrap().replace("\"done\"", "\"lost\"");
        lines[entries[0]]["leaf"] = json!(leaf);
    });
    forge("a proof of another entry", &|lines| {
        lines[entries[0]]["proof"] = lines[entries[1]]["proof"].clone();
    });
    forge("another place in the log", &|lines| lines[entries[0]]["index"] = json!(0));
    forge("no checkpoint", &|lines| drop(lines.remove(1)));
    forge("a checkpoint of another root", &|lines| {
        let note: Note = lines[1]["note"].as_str().unwrap().parse().unwrap();
        let text = note.text.replacen(note.text.lines().nth(2).unwrap(), &STANDARD.encode([1; 32]), 1);
        lines[1]["note"] = json!(Note { signatures: vec![signer().sign(&text)], text }.to_string());
    });
    forge("a verdict taken out", &|lines| {
        let with = entries.iter().find(|at| !lines[**at]["verdict"].is_null()).copied().unwrap();
        lines[with]["verdict"] = Value::Null;
    });
    forge("a notice of something else", &|lines| {
        let notice = at(lines, "notice")[0];
        lines[notice]["toStatus"] = json!("revoked");
    });
    forge("another person", &|lines| lines[second]["actor"] = json!("m.golan"));
    forge("one person for all", &|lines| {
        for at in &steps {
            lines[*at]["actor"] = json!("m.golan");
        }
    });
    forge("another time of a notice", &|lines| {
        let notice = at(lines, "notice")[0];
        lines[notice]["at"] = json!("1999-01-01T00:00:00Z");
    });
    forge("another license", &|lines| lines[0]["subject"] = json!("00000000-0000-7000-8000-000000000001"));
    forged.extend(shown_otherwise(&whole));
    forged
}

/// Forgeries of what the pack shows of the license, and of what it rests on.
fn shown_otherwise(whole: &[Value]) -> Vec<(&'static str, String)> {
    let mut forged = Vec::new();
    let mut forge = |name, change: &dyn Fn(&mut Vec<Value>)| {
        let mut lines = whole.to_vec();
        change(&mut lines);
        forged.push((name, sealed(&lines)));
    };
    let first = at(whole, "entry")[0];
    let value = |name: &'static str, other: Value| {
        move |lines: &mut Vec<Value>| lines[2]["value"][name] = other.clone()
    };
    forge("other destinations", &value("destinations", json!(["KP"])));
    forge("a longer term", &value("validUntil", json!("2099-12-31")));
    forge("another exporter", &value("exporterId", json!("00000000-0000-7000-8000-000000000001")));
    forge("another end use", &value("endUse", json!("Anything.")));
    forge("an end user left out", &value("endUserId", Value::Null));
    forge("a condition more", &value("conditions", json!(["None."])));
    forge("a condition left out", &value("conditions", json!(["No onward sale."])));
    forge("no consignees", &value("consignees", json!([])));
    forge("no freezes", &value("freezes", json!([])));
    forge("no list of freezes", &value("freezes", Value::Null));
    forge("an override", &value("overrideId", json!("00000000-0000-7000-8000-000000000001")));
    forge("a member that a license has not", &value("annotation", json!("Checked.")));
    forge("an expiry of a license that runs", &value("status", json!("expired")));
    forge("a freeze that was lifted", &|lines| {
        lines[2]["value"]["freezes"][0]["liftedAt"] = json!("2026-06-01T00:00:00Z");
    });
    forge("an address left out", &|lines| {
        lines[2]["value"]["consignees"][0].as_object_mut().unwrap().remove("address");
    });
    for other in ["2_0", "20x", "-2", ""] {
        forge("no decimal", &|lines| lines[2]["value"]["lines"][0]["drawn"] = json!(other));
    }
    for (member, other) in [
        ("quantity", json!("10000")),
        ("value", json!("1.00")),
        ("drawn", json!("0")),
        ("description", json!("Toys")),
        ("controlCodes", json!(["ML1"])),
        ("currency", Value::Null),
    ] {
        forge(member, &|lines| lines[2]["value"]["lines"][0][member] = other.clone());
    }
    let freeze = [("ground", json!("error")), ("reasons", json!("None.")), ("reviewOn", json!("2099-01-01"))];
    for (member, other) in freeze {
        forge(member, &|lines| lines[2]["value"]["freezes"][0][member] = other.clone());
    }
    forge("a line more", &|lines| {
        let mut line = lines[2]["value"]["lines"][0].clone();
        line["line"] = json!(2);
        lines[2]["value"]["lines"].as_array_mut().unwrap().push(line);
    });
    forge("another name of a consignee", &|lines| {
        lines[2]["value"]["consignees"][0]["name"] = json!("Somebody else");
    });
    let (declaration, contents) = (at(whole, "declaration")[0], at(whole, "content"));
    forge("another document", &|lines| lines[declaration]["documentSha256"] = json!("0".repeat(64)));
    forge("a declaration left out", &|lines| drop(lines.remove(declaration)));
    for (number, at) in contents.iter().copied().enumerate() {
        let name: &str = Box::leak(format!("content {number}").into_boxed_str());
        forge(name, &|lines| drop(lines.remove(at)));
        forge(name, &|lines| lines[at]["salt"] = json!("00".repeat(32)));
        forge(name, &|lines| {
            lines[at]["text"] = json!(lines[at]["text"].as_str().unwrap().replacen("20", "21", 1));
        });
        // Before the entries it opens nothing.
        forge(name, &|lines| {
            let line = lines.remove(at);
            lines.insert(first, line);
        });
    }
    forged
}

#[tokio::test]
async fn even_the_holder_of_the_key_cannot_forge_a_pack() {
    let registry = Registry::open().await;
    let scratch = Scratch::new("packs-forged");
    let (_, pack) = packed(&registry, &scratch).await;
    assert!(verified(&sealed(&lines(&pack))).is_ok(), "sealed anew and otherwise the same");
    for (name, forged) in forgeries(&pack) {
        assert!(verified(&forged).is_err(), "{name}");
    }
}

#[tokio::test]
async fn a_license_that_is_over_is_not_shown_as_expired() {
    let registry = Registry::open().await;
    let scratch = Scratch::new("packs-over");
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    case.revoked(&license).await;
    let running = case.marketing_license().await;
    registry.pass_days(400);
    published(&registry, &scratch).await;
    let pack = pack_of(&registry, &running).await;
    assert_eq!(verified(&pack).unwrap().status, "expired", "the term has ended, and nobody recorded it yet");
    by_python(&scratch, &pack, Ok("is expired"));
    let pack = pack_of(&registry, &license).await;
    assert_eq!(verified(&pack).unwrap().status, "revoked");
    let forged = forged(&pack, |lines| lines[2]["value"]["status"] = json!("expired"));
    assert!(verified(&forged).is_err());
    by_python(&scratch, &forged, Err("not where its history ends"));
}

#[tokio::test]
async fn a_pack_of_a_log_that_was_not_published_is_found_by_the_published_checkpoints() {
    let (registry, other) = (Registry::open().await, Registry::open().await);
    let (scratch, elsewhere) = (Scratch::new("packs-published"), Scratch::new("packs-invented"));
    let (_, pack) = packed(&registry, &scratch).await;
    let (_, invented) = packed(&other, &elsewhere).await;
    let checkpoints = scratch.0.join("checkpoints.ndjson");
    let asked = |program: Command, pack: &str, arguments: [&str; 3]| {
        let mut program = program;
        let file = scratch.0.join("asked.ndjson");
        fs::write(&file, pack).unwrap();
        let run = program.arg(&file).args(arguments.iter().filter(|argument| !argument.is_empty()));
        let run = run.arg("--checkpoints").arg(&checkpoints).output().unwrap();
        let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
        (run.status.success(), said)
    };
    let vkey = key().to_string();
    for (pack, holds) in [(&pack, true), (&invented, false)] {
        assert!(verified(pack).is_ok(), "by the key alone it holds");
        let mut program = Command::new(env!("CARGO_BIN_EXE_export-license-registry"));
        program.arg("verify");
        let (held, said) = asked(program, pack, ["--key", &vkey, ""]);
        assert_eq!(held, holds, "{said}");
        assert_eq!(said.contains("is none of those in"), !holds, "{said}");
        let Some(python) = python() else { continue };
        let mut program = Command::new(python);
        program.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/verify_pack.py"));
        let (held, said) = asked(program, pack, [&vkey, "", ""]);
        assert_eq!(held, holds, "{said}");
    }
}

/// A pack that was changed and sealed anew.
pub(super) fn forged(pack: &str, change: impl Fn(&mut Vec<Value>)) -> String {
    let mut lines = lines(pack);
    change(&mut lines);
    sealed(&lines)
}

/// Has the second verifier look at a pack, which holds or is refused with these words. Skipped without a Python for it.
pub(super) fn by_python(scratch: &Scratch, pack: &str, expected: Result<&str, &str>) {
    let Some(python) = python() else { return };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/verify_pack.py");
    let file = scratch.0.join("pack.ndjson");
    fs::write(&file, pack).unwrap();
    let run = Command::new(python).arg(script).arg(&file).arg(key().to_string()).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    let (status, words) = match expected {
        Ok(words) => (Some(0), words),
        Err(words) => (Some(1), words),
    };
    assert_eq!(run.status.code(), status, "{said}");
    assert!(said.contains(words), "{said}");
}

/// A Python that has the one package the second verifier needs.
fn python() -> Option<PathBuf> {
    let found = ["python3", "/usr/bin/python3"].into_iter().find(|python| {
        let asks = Command::new(python).args(["-c", "import cryptography"]).output();
        asks.is_ok_and(|answer| answer.status.success())
    });
    if found.is_none() {
        eprintln!("SKIPPED: there is no Python with the package cryptography");
    }
    found.map(PathBuf::from)
}

#[tokio::test]
async fn a_verifier_that_shares_no_code_comes_to_the_same_answer() {
    let Some(python) = python() else { return };
    let registry = Registry::open().await;
    let scratch = Scratch::new("packs-python");
    let (_, pack) = packed(&registry, &scratch).await;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/verify_pack.py");
    let file = scratch.0.join("pack.ndjson");
    let asked = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        let run = Command::new(&python).arg(script).arg(&file).arg(key().to_string()).output().unwrap();
        let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
        (run.status.code(), said)
    };
    let (code, said) = asked(pack.as_bytes());
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("holds: license "), "{said}");
    for (name, forged) in forgeries(&pack) {
        let (code, said) = asked(forged.as_bytes());
        assert_eq!(code, Some(1), "{name}: {said}");
        assert!(said.starts_with("refused: "), "{name}: {said}");
    }
    for at in (0..pack.len()).step_by(pack.len() / 20) {
        let mut changed = pack.clone().into_bytes();
        changed[at] ^= 1;
        assert_eq!(asked(&changed).0, Some(1), "a byte at {at}");
    }
}

#[tokio::test]
async fn the_pack_of_what_is_not_there_is_not_there() {
    let registry = Registry::open().await;
    let auditor = registry.auditor().await;
    let nothing = auditor
        .send(Method::GET, "/v1/licenses/00000000-0000-7000-8000-00000000abcd/evidence", None, String::new())
        .await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}
