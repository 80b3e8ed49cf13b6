//! Five hundred clients at once while every connection to the database is taken.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use sqlx::{ConnectOptions as _, Connection as _};

use crate::support::database::TestDatabase;
use crate::support::service::{Service, call};
use crate::token;

/// By how much the service may have grown, in KiB: far less than a request kept for each of those told 503.
const GROWTH: u64 = 64 * 1024;

/// Clients that ask again and again until told to stop; each gives how many answers of each status it got.
fn crowd(
    service: &Service,
    token: &str,
    count: usize,
    stop: &Arc<AtomicBool>,
) -> Vec<JoinHandle<BTreeMap<u16, u32>>> {
    let client = |_| {
        let (url, token, stop) = (service.url().to_owned(), token.to_owned(), stop.clone());
        let ask = move || {
            let mut answers = BTreeMap::new();
            while !stop.load(Ordering::Relaxed) {
                let (status, _) =
                    call(&url, "GET", "/v1/exporters", &token, None).expect("an answer, no hang");
                *answers.entry(status).or_default() += 1;
            }
            answers
        };
        std::thread::Builder::new().stack_size(256 * 1024).spawn(ask).expect("a client")
    };
    (0..count).map(client).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_pool_used_up_the_crowd_is_told_503_and_memory_stays_flat() {
    let database = TestDatabase::create().await;
    let url = database.url();
    let service = Service::start_with(&[
        ("DATABASE_URL", &url),
        ("LISTEN", "127.0.0.1:0"),
        ("DATABASE_CONNECTIONS", "2"),
    ]);
    let officer = token(&service, &service.first_token(), "o.levi", "licensing_officer");
    // Those that asked before, so that what is measured is the crowd and not the first requests.
    let stop = Arc::new(AtomicBool::new(false));
    let warm = crowd(&service, &officer, 50, &stop);
    std::thread::sleep(std::time::Duration::from_secs(2));
    stop.store(true, Ordering::Relaxed);
    for client in warm {
        client.join().expect("a client");
    }
    let before = service.memory();

    let mut holder = database.connect_options().connect().await.expect("connect");
    let mut transaction = holder.begin().await.expect("begin");
    sqlx::query("lock table exporters in access exclusive mode")
        .execute(&mut *transaction)
        .await
        .expect("lock");
    let stop = Arc::new(AtomicBool::new(false));
    let clients = crowd(&service, &officer, 500, &stop);
    for _ in 0..40 {
        let (alive, _) = call(service.url(), "GET", "/health/live", "", None).expect("an answer");
        assert_eq!(alive, 200);
        let path = "/v1/public/license-verifications/EL-2026-000001";
        let (verified, body) = call(service.url(), "GET", path, "", None).expect("an answer");
        assert_eq!(verified, 404, "the register was asked and answered: {body}");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let during = service.memory();
    stop.store(true, Ordering::Relaxed);
    transaction.rollback().await.expect("let go");
    let mut told = BTreeMap::new();
    for client in clients {
        for (status, count) in client.join().expect("a client") {
            *told.entry(status).or_insert(0) += count;
        }
    }
    assert!(told.keys().all(|status| [200, 503].contains(status)), "{told:?}");
    assert!(told.get(&503).is_some_and(|count| *count > 500), "{told:?}");
    assert!(during < before + GROWTH, "{before} KiB before, {during} KiB with the crowd");
    let (status, _) = call(service.url(), "GET", "/v1/exporters", &officer, None).expect("an answer");
    assert_eq!(status, 200, "all is well when the crowd is gone");
}
