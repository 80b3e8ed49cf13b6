//! The service in a process of its own, and the directory of one run.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::Context as _;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// The service.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_export-license-registry");

/// The service in a process of its own.
pub(crate) struct Service {
    child: Child,
    pub(crate) address: SocketAddr,
    /// Kept, for a service whose output nobody reads is ended by its next line.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Service {
    pub(crate) async fn start(url: &str, connections: usize) -> anyhow::Result<Self> {
        let mut command = Command::new(PROGRAM);
        command.env("DATABASE_URL", url).env("DATABASE_CONNECTIONS", connections.to_string());
        let audit = std::env::temp_dir().join(format!("registry-bench-{}", std::process::id())).join("audit");
        command.env("AUDIT_KEY", audit.join("key")).env("CHECKPOINT_FILE", audit.join("checkpoints.ndjson"));
        command.env("LISTEN", "127.0.0.1:0").env("SWEEP_SECONDS", "86400").env_remove("RUST_LOG");
        // What is measured is the service, not its limits.
        command.env("RATE_PER_SECOND", "0").env("PUBLIC_RATE_PER_SECOND", "0");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().context(PROGRAM)?;
        let mut output = BufReader::new(child.stdout.take().context("no output")?).lines();
        let line = output.next_line().await?.context("the service said nothing")?;
        let address = line.split("http://").nth(1).and_then(|rest| rest.split(' ').next());
        let address = address.with_context(|| format!("no address in: {line}"))?.parse()?;
        Ok(Self { child, address, _output: output })
    }

    /// Resident memory in kilobytes, where the system tells.
    pub(crate) fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    }

    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        if let Some(id) = self.child.id() {
            kill(Pid::from_raw(i32::try_from(id)?), Signal::SIGTERM)?;
        }
        self.child.wait().await?;
        Ok(())
    }
}

/// The directory of one run.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new() -> std::io::Result<Self> {
        let path = PathBuf::from(format!("/tmp/registry-bench-{}", std::process::id()));
        std::fs::create_dir(&path)?;
        // The account that runs the server for root comes through here.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("{}: {error}", self.0.display());
        }
    }
}
