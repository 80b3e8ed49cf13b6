//! A thousand slow clients, and more connections than are taken.

use std::io::Write as _;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::support::database::TestDatabase;
use crate::support::service::{Service, call};
use crate::{meter, metrics, sent, status, token, until_closed};

/// How many slow clients there are.
const MANY: usize = 1000;

/// Lets this program hold so many connections.
fn take_many_files() {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
    setrlimit(Resource::RLIMIT_NOFILE, most, most).expect("more files");
}

fn start(database: &TestDatabase, settings: &[(&str, &str)]) -> Service {
    let url = database.url();
    let mut all =
        vec![("DATABASE_URL", url.as_str()), ("LISTEN", "127.0.0.1:0"), ("DATABASE_CONNECTIONS", "2")];
    all.extend_from_slice(settings);
    Service::start_with(&all)
}

/// Others are served.
fn serves(service: &Service, token: &str) {
    for _ in 0..10 {
        let (status, body) = call(service.url(), "GET", "/v1/countries", token, None).expect("an answer");
        assert_eq!(status, 200, "{body}");
        let (status, _) = call(service.url(), "GET", "/health/ready", "", None).expect("an answer");
        assert_eq!(status, 200);
    }
}

#[tokio::test]
async fn a_thousand_slow_heads_hinder_no_one_and_are_cut_off() {
    take_many_files();
    let database = TestDatabase::create().await;
    let service = start(&database, &[("HEADER_SECONDS", "8")]);
    let administrator = service.first_token();
    let mut slow = Vec::new();
    for _ in 0..MANY {
        slow.push(sent(&service, b"GET /v1/countries HTTP/1.1\r\nHost: x\r\nX-Slow: "));
    }
    assert!(meter(&metrics(&service, &administrator), "registry_http_connections") > 900.0);
    serves(&service, &administrator);
    // A byte now and then buys no time. One that is cut already refuses it.
    for stream in &mut slow {
        let _ = stream.write_all(b"x");
    }
    for stream in slow {
        assert_eq!(until_closed(stream), "", "cut off without an answer");
    }
    assert!(meter(&metrics(&service, &administrator), "registry_http_connections") < 10.0);
    serves(&service, &administrator);
}

#[tokio::test]
async fn a_thousand_slow_bodies_hinder_no_one_and_hold_no_connection_to_the_database() {
    take_many_files();
    let database = TestDatabase::create().await;
    let service = start(&database, &[("BODY_SECONDS", "12")]);
    let administrator = service.first_token();
    let officer = token(&service, &administrator, "o.levi", "licensing_officer");
    let head = format!(
        "POST /v1/exporters HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {officer}\r\n\
         Idempotency-Key: slow\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{{\"name\":"
    );
    let mut slow = Vec::new();
    while slow.len() < MANY {
        // Fewer at once than may wait for the database; then until these were looked at.
        slow.extend((0..20).map(|_| sent(&service, head.as_bytes())));
        while call(service.url(), "GET", "/v1/countries", &officer, None).expect("an answer").0 != 200 {}
    }
    serves(&service, &officer);
    assert!(meter(&metrics(&service, &administrator), "registry_http_connections") > 900.0);
    // A connection is given back after the answer, and what works beside the requests takes one for a moment.
    let in_use = || {
        meter(&metrics(&service, &administrator), "registry_pool_connections{pool=\"main\",state=\"in_use\"}")
    };
    assert!((0..20).any(|_| in_use() < 1.0), "none is ever free of these bodies");
    let mut given_up = 0;
    for stream in slow {
        let answer = until_closed(stream);
        // As they came at once, some found too many waiting to be looked at.
        assert!(matches!(status(&answer), Some(408 | 503)), "{answer}");
        given_up += usize::from(status(&answer) == Some(408));
    }
    assert!(given_up > MANY / 2, "{given_up}");
    serves(&service, &officer);
}

#[tokio::test]
async fn beyond_the_limit_of_connections_new_ones_wait_and_are_served() {
    let database = TestDatabase::create().await;
    let service = start(&database, &[("MAX_CONNECTIONS", "8"), ("HEADER_SECONDS", "2")]);
    let administrator = service.first_token();
    let idle: Vec<_> = (0..30).map(|_| sent(&service, b"")).collect();
    let (status, _) = call(service.url(), "GET", "/v1/countries", &administrator, None).expect("an answer");
    assert_eq!(status, 200, "in its turn");
    for stream in idle {
        assert_eq!(until_closed(stream), "");
    }
    serves(&service, &administrator);
}

#[tokio::test]
async fn a_connection_rests_between_requests_and_not_longer_than_it_may() {
    let database = TestDatabase::create().await;
    let service = start(&database, &[("HEADER_SECONDS", "1"), ("IDLE_SECONDS", "4")]);
    let request = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut stream = sent(&service, request);
    // Longer than a head may take, shorter than a connection may rest.
    std::thread::sleep(std::time::Duration::from_secs(2));
    stream.write_all(request).expect("still open");
    let answers = until_closed(stream);
    assert_eq!(answers.matches("HTTP/1.1 200 ").count(), 2, "{answers}");
}
