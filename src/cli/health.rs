//! `health`: asks a running service whether it is ready, for container health checks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long the service may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Succeeds where `/health/ready` answers 200.
pub(super) async fn ask(listen: SocketAddr) -> anyhow::Result<()> {
    let answer =
        tokio::time::timeout(PATIENCE, first_line(reachable(listen))).await.context("no answer")??;
    anyhow::ensure!(answer.starts_with("HTTP/1.1 200 "), "not ready: {answer}");
    tell!("ready");
    Ok(())
}

/// A service that listens on every address is asked on the loopback one.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, listen.port())
}

async fn first_line(address: SocketAddr) -> anyhow::Result<String> {
    let mut stream =
        TcpStream::connect(address).await.with_context(|| format!("nothing answers on {address}"))?;
    let request = format!("GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned())
}
