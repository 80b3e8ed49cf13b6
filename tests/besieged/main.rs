//! The service as a process of its own among hostile clients: slow ones, many, and such as want to write its log or to
//! find a secret in it.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod canaries;
mod connections;
mod crowd;
mod heads;
mod logs;

#[path = "../support/mod.rs"]
mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;
use support::service::{Service, call};

/// How long anything may take on a busy machine before it counts as a hang.
const PATIENCE: Duration = Duration::from_mins(1);

/// Opens a connection and sends these bytes, without waiting for an answer.
fn sent(service: &Service, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(service.url().trim_start_matches("http://")).expect("connect");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
    stream.write_all(bytes).expect("send");
    stream
}

/// What comes back until the connection is closed, which it must be in time.
fn until_closed(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => answer.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
            Err(error) => panic!("not closed: {error}"),
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of an answer; none where the connection was closed without one.
fn status(answer: &str) -> Option<u16> {
    answer.strip_prefix("HTTP/1.1 ")?.split(' ').next()?.parse().ok()
}

/// A token for someone of the staff.
fn token(service: &Service, administrator: &str, holder: &str, role: &str) -> String {
    let new = json!({ "holder": holder, "role": role, "name": "test", "expiresAt": "2035-01-01T00:00:00Z" });
    let (status, body) =
        call(service.url(), "POST", "/v1/tokens", administrator, Some(&new)).expect("an answer");
    assert_eq!(status, 201, "{body}");
    body["token"].as_str().expect("a token").to_owned()
}

/// The page of metrics.
fn metrics(service: &Service, administrator: &str) -> String {
    let request = format!(
        "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {administrator}\r\n\r\n"
    );
    let answer = until_closed(sent(service, request.as_bytes()));
    assert_eq!(status(&answer), Some(200), "{answer}");
    answer
}

/// A meter's value.
fn meter(page: &str, sample: &str) -> f64 {
    let line = page.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {sample} in {page}")).trim().parse().expect("a number")
}
