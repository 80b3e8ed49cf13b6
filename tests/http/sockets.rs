//! Connections as clients have them: what is asked over a real socket, and when the connection is closed.

use std::time::Duration;

use axum::http::StatusCode;
use export_license_registry::http::server::{self, Keeping};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::support::registry::Registry;

/// A registry on a port, served until dropped.
struct Served {
    address: std::net::SocketAddr,
    _stop: watch::Sender<bool>,
    _registry: Registry,
}

impl Served {
    async fn open() -> Self {
        let registry = Registry::open().await;
        let listener = server::listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let long = Duration::from_mins(1);
        let keeping = Keeping { connections: 64, head: long, rest: long, drain: long };
        tokio::spawn(server::run(listener, registry.router.clone(), keeping, stopped));
        Self { address, _stop: stop, _registry: registry }
    }

    async fn connect(&self) -> Connection {
        let stream = TcpStream::connect(self.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Connection(BufReader::new(stream))
    }
}

struct Connection(BufReader<TcpStream>);

/// The head of an answer.
struct Head {
    status: StatusCode,
    closes: bool,
}

impl Connection {
    async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
        self.0.flush().await.unwrap();
    }

    /// The next answer; its body is read to its end.
    async fn answer(&mut self) -> Head {
        let read = tokio::time::timeout(Duration::from_secs(20), self.read());
        read.await.expect("an answer, no hang")
    }

    async fn read(&mut self) -> Head {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await.unwrap();
            assert!(!line.is_empty(), "the connection was closed without an answer, after {lines:?}");
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_ascii_lowercase()),
            }
        }
        let value = |name: &str| lines.iter().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let length: usize = value("content-length:").unwrap().parse().unwrap();
        self.0.read_exact(&mut vec![0; length]).await.unwrap();
        Head {
            status: lines[0].split(' ').nth(1).unwrap().parse().unwrap(),
            closes: value("connection:") == Some("close"),
        }
    }

    /// Whether nothing more comes and the connection is closed.
    async fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        let end = tokio::time::timeout(Duration::from_secs(20), self.0.read_to_end(&mut rest));
        end.await.expect("closed, no hang").is_ok_and(|read| read == 0)
    }
}

/// The head of a POST that no one may make.
fn refused(more: &str) -> String {
    format!("POST /v1/exporters HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{more}\r\n\r\n")
}

#[tokio::test]
async fn a_connection_goes_on_after_a_refusal_that_was_quicker_than_the_body() {
    let served = Served::open().await;
    let mut connection = served.connect().await;
    for round in 0..60 {
        for (framing, body) in
            [("Content-Length: 2", "{}"), ("Transfer-Encoding: chunked", "2\r\n{}\r\n0\r\n\r\n")]
        {
            connection.send(&refused(framing)).await;
            tokio::time::sleep(Duration::from_millis(2)).await;
            connection.send(body).await;
            let answer = connection.answer().await;
            assert_eq!((answer.status.as_u16(), answer.closes), (401, false), "round {round}: {framing}");
        }
        connection.send("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert_eq!(connection.answer().await.status, 200, "round {round}");
    }
}

#[tokio::test]
async fn an_answer_after_which_the_connection_is_closed_says_so() {
    let served = Served::open().await;
    let half = refused("Content-Length: 100") + "{\"name\":";
    for (what, sent) in [
        ("a body that does not come", refused("Content-Length: 100")),
        ("half a body", half),
        ("a body without end", refused("Transfer-Encoding: chunked") + "2\r\n{}\r\n"),
        ("a body too long to be read for nothing", refused("Content-Length: 100000000")),
        ("a body that waits to be asked for", refused("Content-Length: 2\r\nExpect: 100-continue")),
    ] {
        let mut connection = served.connect().await;
        connection.send(&sent).await;
        let answer = connection.answer().await;
        assert_eq!((answer.status.as_u16(), answer.closes), (401, true), "{what}");
        assert!(connection.is_closed().await, "{what}");
    }
}

#[tokio::test]
async fn what_is_sent_with_a_read_or_with_nowhere_does_not_end_the_connection() {
    let served = Served::open().await;
    let mut connection = served.connect().await;
    for (line, status) in [("GET /health/live", 200), ("GET /v1/nowhere", 404), ("PUT /health/live", 405)] {
        connection.send(&format!("{line} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")).await;
        tokio::time::sleep(Duration::from_millis(2)).await;
        connection.send("hello").await;
        let answer = connection.answer().await;
        assert_eq!((answer.status.as_u16(), answer.closes), (status, false), "{line}");
    }
}
