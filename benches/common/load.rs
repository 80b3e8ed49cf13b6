//! The load: keep-alive connections over HTTP/1.1, all on one thread, as `pgbench -j 1` has its own.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use futures_util::future::try_join_all;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One keep-alive connection.
pub(crate) struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
pub(crate) struct Reply<'c> {
    pub(crate) status: u16,
    pub(crate) body: &'c [u8],
}

impl Reply<'_> {
    /// What was said to a request that was not done; none where it was.
    pub(crate) fn refusal(&self) -> Option<String> {
        if (200..300).contains(&self.status) {
            return None;
        }
        let problem: Value = serde_json::from_slice(self.body).unwrap_or_default();
        Some(format!(
            "{} {}",
            self.status,
            problem.get("detail").and_then(Value::as_str).unwrap_or("without a problem")
        ))
    }
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends one request and reads its answer to the end.
    pub(crate) async fn send(&mut self, request: &[u8]) -> anyhow::Result<Reply<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let mut whole = None;
        while whole.is_none_or(|(_, end)| self.buffer.len() < end) {
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the service hung up");
            if whole.is_none() {
                whole = head(&self.buffer)?;
            }
        }
        let (begin, end) = whole.unwrap_or_default();
        let status = self.buffer.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
        let status = status.and_then(|digits| digits.parse().ok()).context("no status")?;
        Ok(Reply { status, body: self.buffer.get(begin..end).unwrap_or_default() })
    }

    /// Sends a request that is to succeed and reads its JSON.
    pub(crate) async fn call(&mut self, request: &[u8]) -> anyhow::Result<Value> {
        let reply = self.send(request).await?;
        if reply.refusal().is_some() {
            let line =
                String::from_utf8_lossy(request.split(|byte| *byte == b'\r').next().unwrap_or_default());
            bail!("{line}: {} {}", reply.status, String::from_utf8_lossy(reply.body));
        }
        Ok(serde_json::from_slice(reply.body)?)
    }
}

/// Where the body begins and ends, once the head is there.
fn head(buffer: &[u8]) -> anyhow::Result<Option<(usize, usize)>> {
    let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(buffer.get(..at).unwrap_or_default())?;
    let length = text
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .context("an answer without Content-Length")?;
    let begin = at + 4;
    Ok(Some((begin, begin + length.1.parse::<usize>()?)))
}

/// A request, ready to be sent.
pub(crate) fn request(method: &str, path: &str, token: Option<&str>, body: Option<&Value>) -> Vec<u8> {
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let (kind, body) = match body {
        Some(body) => ("Content-Type: application/json\r\n", body.to_string()),
        None => ("", String::new()),
    };
    let expects = match method {
        "GET" => String::new(),
        _ => format!("If-Match: *\r\nIdempotency-Key: {:032x}\r\n", rand::random::<u128>()),
    };
    let length = body.len();
    format!("{method} {path} HTTP/1.1\r\nHost: bench\r\n{token}{expects}{kind}Content-Length: {length}\r\n\r\n{body}")
        .into()
}

/// What one run of the load measured.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    /// What was said to the units that were not done, and how often.
    pub(crate) refused: BTreeMap<String, usize>,
}

/// Repeats a unit of work on each connection for a while. `unit` gets the connection and its number, and gives what was
/// said where it was not done.
pub(crate) async fn run<F>(
    address: SocketAddr,
    connections: usize,
    time: Duration,
    unit: F,
) -> anyhow::Result<Measured>
where
    F: AsyncFn(&mut Client, usize) -> anyhow::Result<Option<String>>,
{
    let unit = &unit;
    let started = Instant::now();
    let all = (0..connections).map(|number| async move {
        let mut client = Client::connect(address).await?;
        let (mut times, mut refused) = (Vec::new(), Vec::new());
        while started.elapsed() < time {
            let begun = Instant::now();
            match unit(&mut client, number).await? {
                None => times.push(begun.elapsed()),
                Some(refusal) => refused.push(refusal),
            }
        }
        anyhow::Ok((times, refused))
    });
    let all = try_join_all(all).await?;
    let seconds = started.elapsed().as_secs_f64();
    let mut refused = BTreeMap::new();
    for refusal in all.iter().flat_map(|(_, refused)| refused) {
        *refused.entry(refusal.clone()).or_default() += 1;
    }
    let mut times: Vec<Duration> = all.into_iter().flat_map(|(times, _)| times).collect();
    times.sort_unstable();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "a count of requests")]
    let per_second = times.len() as f64 / seconds;
    Ok(Measured { per_second, p50: at(50), p99: at(99), refused })
}
