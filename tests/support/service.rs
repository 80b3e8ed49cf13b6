//! The service as a process of its own, on a port that the system gives.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot have its service fails")]

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How long a start may take on a busy machine.
const START: Duration = Duration::from_mins(1);

/// A running service; it is killed when dropped.
pub(crate) struct Service {
    child: Child,
    url: String,
    greeting: String,
    /// Where its key and its checkpoints are, unless the settings say otherwise.
    audit: PathBuf,
}

impl Service {
    /// Starts the service on the database of this URL and waits until it greets.
    pub(crate) fn start(database_url: &str) -> Self {
        Self::start_with(&[("DATABASE_URL", database_url), ("LISTEN", "127.0.0.1:0")])
    }

    /// Starts the service with these settings and waits until it greets.
    pub(crate) fn start_with(settings: &[(&str, &str)]) -> Self {
        Self::launch(settings, Stdio::null())
    }

    /// The same with its log in a file.
    pub(crate) fn start_logged(settings: &[(&str, &str)], log: &Path) -> Self {
        Self::launch(settings, File::create(log).expect("a log").into())
    }

    fn launch(settings: &[(&str, &str)], log: Stdio) -> Self {
        let audit = std::env::temp_dir().join(format!("registry-test-audit-{:016x}", rand::random::<u64>()));
        let mut child = Command::new(env!("CARGO_BIN_EXE_export-license-registry"))
            .env_remove("DATABASE_URL")
            .env("AUDIT_KEY", audit.join("key"))
            .env("CHECKPOINT_FILE", audit.join("checkpoints.ndjson"))
            // How much a test asks depends on how fast the machine is; a test of the limits sets its own.
            .env("RATE_PER_SECOND", "0")
            .env("PUBLIC_RATE_PER_SECOND", "0")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("start the service");
        let (greets, greeted) = mpsc::channel();
        let output = child.stdout.take().expect("its output");
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if greets.send(line).is_err() {
                    return;
                }
            }
        });
        let first = greeted.recv_timeout(START).unwrap_or_else(|_| panic!("the service did not greet"));
        let url =
            first.split_whitespace().find(|word| word.starts_with("http://")).expect("an address").to_owned();
        let mut greeting = first;
        // The rest of the greeting follows at once.
        while let Ok(line) = greeted.recv_timeout(Duration::from_millis(300)) {
            greeting.push('\n');
            greeting.push_str(&line);
        }
        Self { child, url, greeting, audit }
    }

    /// Where it answers.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What it printed.
    pub(crate) fn greeting(&self) -> &str {
        &self.greeting
    }

    /// The administrator token it printed on first start.
    pub(crate) fn first_token(&self) -> String {
        self.greeting
            .split_whitespace()
            .find(|word| word.starts_with("elr_"))
            .expect("a first token")
            .to_owned()
    }

    /// How much memory it has in use, in KiB.
    pub(crate) fn memory(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).expect("a pid");
        kill(Pid::from_raw(pid), signal).expect("signal the service");
    }

    /// Waits for its end; whether it ended well.
    pub(crate) fn wait(&mut self) -> bool {
        self.child.wait().expect("its end").success()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.audit);
    }
}

/// Sends one request over a connection of its own. An error means that the outcome is not known.
pub(crate) fn call(
    url: &str,
    method: &str,
    path: &str,
    token: &str,
    body: Option<&serde_json::Value>,
) -> std::io::Result<(u16, serde_json::Value)> {
    let key = format!("{:032x}", rand::random::<u128>());
    call_as(&key, url, method, path, token, body)
}

/// The same under a key, by which it can be sent again.
pub(crate) fn call_as(
    key: &str,
    url: &str,
    method: &str,
    path: &str,
    token: &str,
    body: Option<&serde_json::Value>,
) -> std::io::Result<(u16, serde_json::Value)> {
    use std::io::{Error, Read as _, Write as _};
    let address = url.trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let body = body.map(ToString::to_string).unwrap_or_default();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nIf-Match: *\r\nIdempotency-Key: {key}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) =
        answer.split_once("\r\n\r\n").ok_or_else(|| Error::other(format!("cut off: {answer}")))?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or_else(|| Error::other("no status"))?;
    let body = serde_json::from_str(body).map_err(|_| Error::other(format!("cut off: {answer}")))?;
    Ok((status, body))
}
