//! Processes that a killed server, or a killed supervisor, left behind.
//!
//! Postgres will not start while one of them is attached to its shared memory, which is what keeps two servers from
//! writing to one cluster; so they are made to go. They are known by the cluster's name in their command line: their
//! parent is gone, each is in a session of its own, and a process id read from a file may have been given to another.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Signals the processes of the named cluster, and says how many there were.
pub(super) fn signal(cluster_name: &str, signal: Signal) -> usize {
    let mut count = 0;
    for (pid, _) in listing().into_iter().filter(|(_, line)| is_server(line, cluster_name)) {
        match kill(pid, signal) {
            Ok(()) => count += 1,
            Err(error) => tracing::debug!(%pid, %error, "a stray process could not be signalled"),
        }
    }
    count
}

/// The postmaster carries the name among its settings, each of its children at the head of its title.
fn is_server(command_line: &str, cluster_name: &str) -> bool {
    match command_line.split_once(cluster_name) {
        Some(("postgres: ", after)) => after.starts_with(": "),
        Some((before, _)) => before.ends_with(" cluster_name=") && before.contains("/postgres -D "),
        None => false,
    }
}

/// Every process's id and command line, its arguments separated by blanks.
#[cfg(target_os = "linux")]
fn listing() -> Vec<(Pid, String)> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let line = std::fs::read(entry.path().join("cmdline")).ok()?;
            Some((Pid::from_raw(pid), String::from_utf8_lossy(&line).replace('\0', " ")))
        })
        .collect()
}

/// Every process's id and command line, its arguments separated by blanks.
#[cfg(not(target_os = "linux"))]
fn listing() -> Vec<(Pid, String)> {
    let output = std::process::Command::new("/bin/ps").args(["-A", "-ww", "-o", "pid=,args="]).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let (pid, line) = line.trim_start().split_once(' ')?;
            Some((Pid::from_raw(pid.parse().ok()?), line.trim_start().to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::is_server;

    #[test]
    fn only_servers_of_the_named_cluster_count() {
        let ours = "registry-0123456789abcdef";
        for line in [
            "/usr/lib/postgresql/15/bin/postgres -D /data/postgres -c cluster_name=registry-0123456789abcdef -c jit=off",
            "postgres: registry-0123456789abcdef: checkpointer ",
            "postgres: registry-0123456789abcdef: registry registry [local] idle",
        ] {
            assert!(is_server(line, ours), "{line}");
        }
        for line in [
            "postgres: registry-fedcba9876543210: checkpointer ",
            "postgres: other: postgres registry-0123456789abcdef [local] idle",
            "grep registry-0123456789abcdef",
            "vi postgres: registry-0123456789abcdef: notes",
            "/usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/15/main",
        ] {
            assert!(!is_server(line, ours), "{line}");
        }
    }
}
