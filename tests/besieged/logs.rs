//! The log: one line for each request, with who and how it ended, and nothing that a caller wrote.

use serde_json::Value;

use crate::support::database::TestDatabase;
use crate::support::scratch::Scratch;
use crate::support::service::{Service, call};
use crate::{sent, status, token, until_closed};

/// What every forged line would hold.
const FORGED: &str = "forged";

/// Sends what wants to be in the log; gives how many requests that were.
fn forge(service: &Service, officer: &str) -> usize {
    let lines = [
        "GET /v1/forged%0a2026-01-01T00:00:00Z%20INFO%20forged",
        "GET /v1/exporters/%0d%0a%7b%22level%22:%22ERROR%22,%22message%22:%22forged%22%7d",
        "GET /v1/exporters?name=%0aforged&x=%1b%5b31mforged",
        "GET /v1/\u{9b}31mforged\u{2028}forged",
        "GET /forged\\nforged\"}{",
        "FORGED /v1/exporters",
        "POST /v1/exporters",
    ];
    let fields = "X-Request-Id: forged\r\nUser-Agent: forged\tforged\r\nX-Forwarded-For: forged\r\n\
                  Content-Type: application/json\r\nContent-Length: 40\r\n";
    for line in lines {
        let request = format!(
            "{line} HTTP/1.1\r\nHost: forged\r\nConnection: close\r\nAuthorization: Bearer {officer}\r\n{fields}\r\n\
             {{\"name\":\"forged\\nforged\",\"forged\\n\":\"x\" }}"
        );
        let answer = until_closed(sent(service, request.as_bytes()));
        let refused = status(&answer).expect("an answer");
        assert!((400..500).contains(&refused), "{answer}");
        let id = answer.lines().find_map(|line| line.strip_prefix("x-request-id: "));
        assert!(id.is_none_or(|id| uuid::Uuid::parse_str(id.trim()).is_ok()), "{answer}");
    }
    lines.len()
}

/// Runs the service with a log in this format, has it forged at, and gives the log.
async fn log_of(format: &str) -> (String, usize, String) {
    let database = TestDatabase::create().await;
    let scratch = Scratch::new(&format!("log-{format}"));
    let (log, url) = (scratch.0.join("log"), database.url());
    let settings = [("DATABASE_URL", url.as_str()), ("LISTEN", "127.0.0.1:0"), ("LOG_FORMAT", format)];
    let service = Service::start_logged(&settings, &log);
    let officer = token(&service, &service.first_token(), "o.levi", "licensing_officer");
    let (found, _) = call(service.url(), "GET", "/v1/exporters", &officer, None).expect("an answer");
    assert_eq!(found, 200);
    let requests = 2 + forge(&service, &officer);
    drop(service);
    (std::fs::read_to_string(log).expect("the log"), requests, officer)
}

#[tokio::test]
async fn a_line_of_json_for_each_request_says_who_asked_what_and_how_it_ended() {
    let (log, requests, officer) = log_of("json").await;
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line} is no line of JSON")))
        .collect();
    let answered: Vec<&Value> = lines.iter().filter(|line| line["message"] == "answered").collect();
    assert_eq!(answered.len(), requests, "{log}");
    for line in &answered {
        assert!(line["timestamp"].is_string() && line["level"] == "INFO", "{line}");
        assert!(uuid::Uuid::parse_str(line["request"].as_str().expect("an id")).is_ok(), "{line}");
        assert!(line["status"].is_u64() && line["millis"].is_u64(), "{line}");
    }
    let found = answered[1];
    assert_eq!(found["route"], "/v1/exporters");
    assert_eq!((found["method"].as_str(), found["status"].as_u64()), (Some("GET"), Some(200)));
    let id = uuid::Uuid::parse_str(officer.split('_').nth(1).expect("an id")).expect("a UUID");
    assert_eq!(found["token"], id.to_string());
    assert!(uuid::Uuid::parse_str(found["person"].as_str().expect("a person")).is_ok());
    assert_eq!(answered[2]["route"], "none");
    assert!(!log.contains(FORGED), "{log}");
    assert!(!log.contains("o.levi"), "{log}");
}

#[tokio::test]
async fn no_caller_writes_a_line_of_the_text_log() {
    let (log, requests, _) = log_of("text").await;
    let stamped = |line: &str| {
        let mut words = line.split_whitespace();
        let stamp = words.next().and_then(|stamp| stamp.parse::<chrono::DateTime<chrono::Utc>>().ok());
        stamp.is_some() && words.next().is_some_and(|level| ["INFO", "WARN", "ERROR"].contains(&level))
    };
    for line in log.lines() {
        assert!(stamped(line), "{line}");
        assert!(line.chars().all(|c| !c.is_control()), "{line:?}");
    }
    assert_eq!(log.lines().filter(|line| line.contains("answered")).count(), requests, "{log}");
    assert!(!log.contains(FORGED), "{log}");
}
