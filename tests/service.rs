//! The service as its operator meets it: first start, second start, mistakes, signals and kills.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/mod.rs"]
mod support;

use std::io::{Read as _, Write as _};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::{Value, json};
use support::scratch::Scratch;
use support::service::{Service, call, call_as};

/// Starts a service on the embedded database of a scratch directory.
fn start(scratch: &Scratch) -> Service {
    let data = scratch.0.join("data");
    Service::start_with(&[("DATA_DIR", data.to_str().expect("UTF-8")), ("LISTEN", "127.0.0.1:0")])
}

/// Runs the binary with these settings to its end.
fn run(settings: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_export-license-registry"))
        .env_remove("DATABASE_URL")
        .envs(settings.iter().copied())
        .output()
        .expect("the binary")
}

fn complaint(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn new_exporter(number: usize) -> Value {
    json!({ "name": format!("Exporter {number}"), "companyNumber": format!("51-{number}"), "country": "IL" })
}

/// An officer's token.
fn officer(service: &Service) -> String {
    let new = json!({ "holder": "o.levi", "role": "licensing_officer", "name": "test", "expiresAt": "2035-01-01T00:00:00Z" });
    let (status, body) =
        call(service.url(), "POST", "/v1/tokens", &service.first_token(), Some(&new)).expect("an answer");
    assert_eq!(status, 201, "{body}");
    body["token"].as_str().expect("a token").to_owned()
}

#[test]
fn a_second_start_keeps_the_data() {
    let scratch = Scratch::new("restart");
    let mut service = start(&scratch);
    assert!(service.greeting().contains(scratch.0.to_str().expect("UTF-8")), "{}", service.greeting());
    assert!(service.greeting().contains("curl "), "{}", service.greeting());
    let token = officer(&service);
    let (status, made) =
        call(service.url(), "POST", "/v1/exporters", &token, Some(&new_exporter(1))).expect("an answer");
    assert_eq!(status, 201, "{made}");
    service.signal(Signal::SIGTERM);
    assert!(service.wait(), "a clean end");
    assert!(scratch.postmaster().is_none(), "the database is down too");

    let data = scratch.0.join("data");
    let settings = [
        ("DATA_DIR", data.to_str().expect("UTF-8")),
        ("LISTEN", "127.0.0.1:0"),
        ("CONTACT_NAME", "The agency"),
    ];
    let service = Service::start_with(&settings);
    assert!(!service.greeting().contains("elr_"), "a token is shown once: {}", service.greeting());
    let document = call(service.url(), "GET", "/v1/openapi.json", &token, None).expect("an answer").1;
    assert_eq!(document["info"]["contact"]["name"], "The agency");
    let path = format!("/v1/exporters/{}", made["id"].as_str().expect("an id"));
    let (status, found) = call(service.url(), "GET", &path, &token, None).expect("an answer");
    assert_eq!((status, &found["reference"]), (200, &made["reference"]));
}

#[test]
fn mistakes_are_told_clearly() {
    let scratch = Scratch::new("mistakes");
    let service = start(&scratch);
    let address = service.url().trim_start_matches("http://");
    let other = scratch.0.join("other");
    let in_use = run(&[("LISTEN", address), ("DATA_DIR", other.to_str().expect("UTF-8"))]);
    assert!(complaint(&in_use).contains("LISTEN"), "{}", complaint(&in_use));
    let data = scratch.0.join("data");
    let data = data.to_str().expect("UTF-8");
    let shared = run(&[("LISTEN", "127.0.0.1:0"), ("DATA_DIR", data)]);
    assert!(complaint(&shared).contains(data), "{}", complaint(&shared));
    let wrong = run(&[("DATABASE_URL", "mysql://nowhere"), ("LISTEN", "127.0.0.1:0")]);
    assert!(complaint(&wrong).contains("DATABASE_URL"), "{}", complaint(&wrong));
    let setting = run(&[("NOTICE_DAYS", "never")]);
    assert!(complaint(&setting).contains("notice-days"), "{}", complaint(&setting));
    let email = run(&[("CONTACT_EMAIL", "nobody")]);
    assert!(complaint(&email).contains("contact-email"), "{}", complaint(&email));
}

/// Posts exporters until told to stop; gives the ids that were acknowledged.
fn writer(url: &str, token: &str, base: usize, stop: &AtomicBool) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for number in base.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        if let Ok((201, made)) = call(url, "POST", "/v1/exporters", token, Some(&new_exporter(number))) {
            acknowledged.push(made["id"].as_str().expect("an id").to_owned());
        }
    }
    acknowledged
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let scratch = Scratch::new("killed");
    let mut service = start(&scratch);
    let token = officer(&service);
    let mut acknowledged = Vec::new();
    for round in 0..3_usize {
        let stop = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..4_usize)
            .map(|writer_number| {
                let (url, token, stop) = (service.url().to_owned(), token.clone(), stop.clone());
                let base = (round * 4 + writer_number) * 1_000_000;
                std::thread::spawn(move || writer(&url, &token, base, &stop))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(700));
        service.signal(Signal::SIGKILL);
        service.wait();
        stop.store(true, Ordering::Relaxed);
        for writer in writers {
            acknowledged.extend(writer.join().expect("a writer"));
        }
        service = start(&scratch);
    }
    assert!(acknowledged.len() > 20, "only {} writes", acknowledged.len());
    for id in &acknowledged {
        let (status, found) =
            call(service.url(), "GET", &format!("/v1/exporters/{id}"), &token, None).expect("an answer");
        assert_eq!(status, 200, "{id} was acknowledged: {found}");
    }
    let references = references(&service, &token);
    let expected: Vec<String> = (1..=references.len()).map(|number| format!("{number:06}")).collect();
    assert_eq!(references, expected, "references have no gap");
}

/// One request of a writer: its key, its body and the id it was answered, if it was.
type Sent = (String, Value, Option<String>);

/// Posts exporters, each under a key of its own, until told to stop.
fn keyed_writer(url: &str, token: &str, base: usize, stop: &AtomicBool) -> Vec<Sent> {
    let mut sent = Vec::new();
    for number in base.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let (key, new) = (format!("exporter-{number}"), new_exporter(number));
        let answer = call_as(&key, url, "POST", "/v1/exporters", token, Some(&new));
        let unknown = answer.is_err();
        let made = answer.ok().filter(|(status, _)| *status == 201);
        sent.push((key, new, made.map(|(_, made)| made["id"].as_str().expect("an id").to_owned())));
        if unknown {
            break;
        }
    }
    sent
}

/// Where the service dies between commit and reply, whoever asks again is given the answer, and what was asked is done
/// once: a second time, the company would be refused as on file.
#[test]
fn a_request_that_a_kill_left_without_an_answer_is_answered_when_it_is_sent_again() {
    let scratch = Scratch::new("unanswered");
    let mut service = start(&scratch);
    let token = officer(&service);
    let (mut asked, mut unknown) = (0, 0);
    for round in 0..5_usize {
        let stop = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..8_usize)
            .map(|writer| {
                let (url, token, stop) = (service.url().to_owned(), token.clone(), stop.clone());
                let base = (round * 8 + writer) * 1_000_000;
                std::thread::spawn(move || keyed_writer(&url, &token, base, &stop))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(400));
        service.signal(Signal::SIGKILL);
        service.wait();
        stop.store(true, Ordering::Relaxed);
        let sent: Vec<Sent> =
            writers.into_iter().flat_map(|writer| writer.join().expect("a writer")).collect();
        service = start(&scratch);
        let last: Vec<&Sent> = sent.iter().rev().take(200).collect();
        for (key, new, first) in sent.iter().filter(|(_, _, id)| id.is_none()).chain(last) {
            let again = call_as(key, service.url(), "POST", "/v1/exporters", &token, Some(new));
            let (status, made) = again.expect("an answer");
            assert_eq!(status, 201, "{key}: {made}");
            assert!(
                first.as_ref().is_none_or(|id| *id == made["id"]),
                "{key}: another answer than the first"
            );
        }
        asked += sent.len();
        unknown += sent.iter().filter(|(_, _, id)| id.is_none()).count();
    }
    assert!(unknown > 0, "no kill left a request without an answer");
    assert_eq!(references(&service, &token).len(), asked, "each was done once");
}

/// The running numbers of all exporters, in order.
fn references(service: &Service, token: &str) -> Vec<String> {
    let mut numbers = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/exporters?limit=200{cursor}");
        let (status, page) = call(service.url(), "GET", &path, token, None).expect("an answer");
        assert_eq!(status, 200, "{page}");
        for item in page["items"].as_array().expect("items") {
            numbers.push(item["reference"].as_str().expect("a reference")[8..].to_owned());
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    numbers.sort();
    numbers
}

#[test]
fn a_killed_database_is_503_and_comes_back() {
    let scratch = Scratch::new("away");
    let service = start(&scratch);
    let token = officer(&service);
    let postmaster = scratch.postmaster().expect("a running server");
    nix::sys::signal::kill(postmaster, Signal::SIGKILL).expect("kill it");
    let asked = Instant::now();
    loop {
        let once = Instant::now();
        let (status, body) = call(service.url(), "GET", "/v1/exporters", &token, None).expect("an answer");
        assert!(once.elapsed() < Duration::from_secs(10), "an answer, not a hang");
        assert!(status == 200 || status == 503, "{status} {body}");
        if status == 200 && scratch.postmaster().is_some_and(|now| now != postmaster) {
            break;
        }
        let (alive, _) = call(service.url(), "GET", "/health/live", "", None).expect("an answer");
        assert_eq!(alive, 200);
        assert!(asked.elapsed() < Duration::from_mins(1), "the database did not come back");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Resident memory of a process, in bytes (proc(5)).
fn resident(pid: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a running process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.trim().trim_end_matches(" kB").trim().parse::<usize>().expect("a number") * 1024
}

/// A database with entries of 120 MB.
async fn much_to_export() -> support::database::TestDatabase {
    let database = support::database::TestDatabase::create().await;
    sqlx::query(
        "insert into audit_entries (id, at, actor_id, actor_role, request_id, act, subject_kind, subject_id, particulars)
         select lpad(to_hex(n), 32, '0')::uuid, '2026-05-01T00:00:00Z', (select min(id::text)::uuid from people), 'clock',
                '00000000-0000-7000-8000-000000000000', 'test.many', 'test', '00000000-0000-7000-8000-000000000000',
                jsonb_build_object('text', repeat('x', 4000))
           from generate_series(1, 30000) n",
    )
    .execute(database.pool())
    .await
    .expect("fill");
    database
}

/// An auditor's token.
fn auditor(service: &Service) -> String {
    let new =
        json!({ "holder": "reader", "role": "auditor", "name": "test", "expiresAt": "2035-01-01T00:00:00Z" });
    let (_, body) =
        call(service.url(), "POST", "/v1/tokens", &service.first_token(), Some(&new)).expect("an answer");
    body["token"].as_str().expect("a token").to_owned()
}

/// Asks for the whole of the entries.
fn export(service: &Service, token: &str) -> std::net::TcpStream {
    let address = service.url().trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(address).expect("connect");
    write!(
        stream,
        "GET /v1/audit?format=ndjson HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
    )
    .expect("ask");
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_outlasts_the_time_to_drain_is_cut_and_the_process_ends() {
    let database = much_to_export().await;
    let url = database.url();
    let settings = [("DATABASE_URL", &*url), ("LISTEN", "127.0.0.1:0"), ("DRAIN_SECONDS", "1")];
    let mut service = Service::start_with(&settings);
    let mut stream = export(&service, &auditor(&service));
    let (mut text, mut buffer) = (Vec::new(), vec![0; 64 * 1024]);
    let read = stream.read(&mut buffer).expect("the beginning");
    text.extend_from_slice(&buffer[..read]);
    service.signal(Signal::SIGTERM);
    // A client that goes on reading, as slowly as it takes half a minute to have all.
    let reader = std::thread::spawn(move || {
        while let Ok(read) = stream.read(&mut buffer) {
            if read == 0 {
                break;
            }
            text.extend_from_slice(&buffer[..read]);
            std::thread::sleep(Duration::from_millis(16));
        }
        text
    });
    assert!(service.wait(), "a clean end");
    let text = reader.join().expect("the reader");
    assert!(text.starts_with(b"HTTP/1.1 200"), "it had begun");
    assert!(!text.ends_with(b"\r\n0\r\n\r\n"), "a body that ends is whole: {}", text.len());
    assert!(text.len() < 120_000_000, "{}", text.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_given_in_flat_memory() {
    let database = much_to_export().await;
    let service = Service::start(&database.url());
    let token = auditor(&service);
    let before = resident(service.pid());
    let mut stream = export(&service, &token);
    let (mut read, mut most, mut buffer) = (0, 0, vec![0; 1 << 20]);
    loop {
        let more = stream.read(&mut buffer).expect("read");
        if more == 0 {
            break;
        }
        read += more;
        most = most.max(resident(service.pid()));
    }
    assert!(read > 120_000_000, "{read}");
    assert!(most.saturating_sub(before) < 40_000_000, "{before} {most}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_whose_sequencer_is_killed_again_and_again_is_whole() {
    use export_license_registry::tlog::{Checkpoint, Edge, Note, TreeHash};
    const ENTRIES: i64 = 12_000;
    let database = support::database::TestDatabase::create().await;
    sqlx::query(
        "insert into audit_entries (id, at, actor_id, actor_role, request_id, act, subject_kind, subject_id, particulars)
         select lpad(to_hex(n), 32, '0')::uuid, '2026-05-01T00:00:00Z', (select min(id::text)::uuid from people), 'clock',
                gen_random_uuid(), 'test.many', 'test', lpad(to_hex(n % 900), 32, '0')::uuid, jsonb_build_object('n', n)
           from generate_series(1, $1) n",
    )
    .bind(ENTRIES)
    .execute(database.pool())
    .await
    .expect("fill");
    let audit = std::env::temp_dir().join(format!("registry-test-killed-{:016x}", rand::random::<u64>()));
    let (key, file) = (audit.join("key"), audit.join("checkpoints.ndjson"));
    let count = async |sql: &'static str| -> i64 {
        sqlx::query_scalar(sql).fetch_one(database.pool()).await.expect("count")
    };
    let settings = [
        ("DATABASE_URL", database.url()),
        ("LISTEN", "127.0.0.1:0".to_owned()),
        ("AUDIT_KEY", key.to_string_lossy().into_owned()),
        ("CHECKPOINT_FILE", file.to_string_lossy().into_owned()),
        ("CHECKPOINT_SECONDS", "1".to_owned()),
    ];
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut kills = 0;
    let started = Instant::now();
    loop {
        // Read before the start: a quick one has taken all by the time it answers.
        let before = count("select count(*) from audit_leaves").await;
        let mut service = Service::start_with(&settings);
        // It is killed in the midst of its work, at no point in particular.
        while count("select count(*) from audit_leaves").await == before && kills < 5 {
            std::thread::sleep(Duration::from_millis(20));
        }
        if kills < 5 {
            std::thread::sleep(Duration::from_millis(u64::from(rand::random::<u8>())));
            service.signal(Signal::SIGKILL);
            service.wait();
            kills += 1;
            if count("select count(*) from audit_entries e where not exists (select from audit_leaves l where l.entry_id = e.id)").await == 0 {
                // Too quick to be in the midst of anything: something more is to be done.
                let more = "insert into audit_entries (id, at, actor_id, actor_role, request_id, act, subject_kind, subject_id, particulars)
                    select gen_random_uuid(), at, actor_id, actor_role, request_id, act, subject_kind, subject_id, particulars
                      from audit_entries limit 3000";
                sqlx::query(more).execute(database.pool()).await.expect("more");
            }
            continue;
        }
        let left = "select (select count(*) from audit_entries) - (select coalesce(max(size), 0) from audit_checkpoints)";
        while count(left).await > 0 {
            assert!(started.elapsed() < Duration::from_mins(3), "the log does not catch up");
            std::thread::sleep(Duration::from_millis(100));
        }
        break;
    }
    assert_eq!(count("select count(*) - max(index) - 1 from audit_leaves").await, 0, "no gap");
    assert_eq!(
        count("select count(*) - (select count(*) from audit_leaves) from audit_entries").await,
        0,
        "all of it"
    );
    let leaves: Vec<Vec<u8>> = sqlx::query_scalar("select leaf from audit_leaves order by index")
        .fetch_all(database.pool())
        .await
        .expect("leaves");
    // Every checkpoint that was published, also before a kill, is of this one tree.
    let text = std::fs::read_to_string(&file).expect("the file");
    let notes = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut published: Vec<Checkpoint> = notes
        .map(|line| line["note"].as_str().expect("a note").parse::<Note>().expect("a note"))
        .map(|note| note.text.parse().expect("a checkpoint"))
        .collect();
    published.reverse();
    let mut edge = Edge::default();
    for leaf in leaves {
        edge.push(TreeHash::of_leaf(&leaf));
        if published.last().is_some_and(|next| next.head.size == edge.size()) {
            assert_eq!(published.pop().map(|next| next.head), Some(edge.head()));
        }
    }
    assert!(published.is_empty(), "{published:?}");
    let _ = std::fs::remove_dir_all(audit);
}
