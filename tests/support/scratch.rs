//! A data directory for one test of the embedded database.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use export_license_registry::db::embedded::Options;
use nix::unistd::Pid;
use tokio::time::sleep;

/// A data directory that goes away with the test. In `/tmp`, where the account that runs the server reaches it.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let path = PathBuf::from(format!("/tmp/registry-test-{}-{name}", std::process::id()));
        std::fs::create_dir(&path).expect("a fresh directory");
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .expect("open it");
        Self(path)
    }

    pub(crate) fn options(&self) -> Options {
        let supervisor = PathBuf::from(env!("CARGO_BIN_EXE_export-license-registry"));
        Options { supervisor, durable: false, ..Options::new(self.0.join("data")) }
    }

    pub(crate) fn postmaster(&self) -> Option<Pid> {
        let file = std::fs::read_to_string(self.0.join("data/postgres/postmaster.pid")).ok()?;
        file.lines().next()?.parse().ok().map(Pid::from_raw)
    }

    pub(crate) fn supervisor(&self) -> Pid {
        let file =
            std::fs::read_to_string(self.0.join("data/supervisor.lock")).expect("the supervisor's lock");
        Pid::from_raw(file.trim().parse().expect("a process id"))
    }

    /// A clean shutdown removes the server's pid file; a crash leaves it.
    pub(crate) async fn wait_until_down(&self) {
        eventually("the server is down", async || self.postmaster().is_none()).await;
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.0.join("data/postgres.log")).unwrap_or_default();
            eprintln!("{log}");
        }
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("{error}");
        }
    }
}

/// Waits until something holds; not for ever.
pub(crate) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(15);
    while !holds().await {
        assert!(Instant::now() < deadline, "not within 15 s: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}
