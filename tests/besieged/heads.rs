//! Requests that are none, and heads far beyond the limits: refused, never a fault, never a hang.

use crate::support::database::TestDatabase;
use crate::support::service::{Service, call};
use crate::{sent, status, until_closed};

#[tokio::test]
async fn what_is_no_request_or_far_too_large_is_refused() {
    let database = TestDatabase::create().await;
    let service = Service::start(&database.url());
    let request =
        |line: &str, fields: &str| format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{fields}\r\n");
    let long = "x".repeat(100_000);
    let cases: Vec<(Vec<u8>, &[u16])> = vec![
        (b"\x00\x01\x02\r\n\r\n".to_vec(), &[400]),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), &[400, 505]),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(), &[400]),
        (b"GET / HTTP/9.9\r\nHost: x\r\n\r\n".to_vec(), &[400, 505]),
        (b"GET /v1/\x1b[31m HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(), &[400]),
        (b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Forged: a\rb\r\n\r\n".to_vec(), &[400]),
        (request(&format!("GET /{long}"), "").into_bytes(), &[414, 431]),
        (request(&format!("GET /v1/exporters?a={long}"), "").into_bytes(), &[414, 431]),
        (request("GET /health/live", &format!("X-Long: {long}\r\n")).into_bytes(), &[431]),
        (request("GET /health/live", &"X-Many: x\r\n".repeat(5000)).into_bytes(), &[431]),
        (request("GET /health/live", &"X-Many: x\r\n".repeat(90)).into_bytes(), &[431]),
        (request(&format!("GET /health/live?{}", "x".repeat(10_000)), "").into_bytes(), &[414]),
        (request(&format!("{} /health/live", "M".repeat(5000)), "").into_bytes(), &[405]),
        (request("GET /v1/exporters/%00", "").into_bytes(), &[401]),
        (request("POST /v1/exporters", "Content-Length: 99999999999999999999\r\n").into_bytes(), &[400]),
        (request("POST /v1/exporters", "Content-Length: 5\r\nContent-Length: 6\r\n").into_bytes(), &[400]),
        (request("POST /v1/exporters", "Transfer-Encoding: nonsense\r\n").into_bytes(), &[400]),
    ];
    for (bytes, expected) in cases {
        let shown: String = String::from_utf8_lossy(&bytes).chars().take(80).collect();
        let answer = until_closed(sent(&service, &bytes));
        // A client that goes on sending may see the connection closed before it reads the answer.
        let refused = status(&answer).is_none_or(|status| expected.contains(&status));
        assert!(refused, "{shown:?}: {}", answer.chars().take(400).collect::<String>());
        let (alive, _) = call(service.url(), "GET", "/health/live", "", None).expect("an answer");
        assert_eq!(alive, 200);
    }
}

#[tokio::test]
async fn a_length_and_chunks_at_once_are_no_way_to_smuggle_a_request() {
    let database = TestDatabase::create().await;
    let service = Service::start(&database.url());
    let smuggled = "0\r\n\r\nGET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";
    let request = format!(
        "POST /v1/exporters HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n{smuggled}",
        smuggled.len()
    );
    let answer = until_closed(sent(&service, request.as_bytes()));
    assert!(!answer.contains("\"openapi\""), "{answer}");
}
