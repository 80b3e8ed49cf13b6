//! The server: takes connections, a bounded number at a time, reads requests from those that keep pace, and drains.
//!
//! Properties kept: no client holds a connection longer than it has a use for it; beyond the limit of connections new
//! ones wait in the system's queue and take no memory of ours; an answer after which the connection is closed says so; a
//! stop is told to every connection, and what was begun is answered, or cut off when the time for that is over.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, header};
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceExt as _;

use super::paced::{Busy, Pace, Paced};
use super::unread::Unread;
use crate::meters::Lasting;

/// What is read of a head before it is refused with 431 and no body; `limits/head.rs` refuses far smaller ones with a
/// problem.
const HEAD_BYTES: usize = 64 * 1024;
/// How long a client may take none of what is sent to it.
const WRITE: Duration = Duration::from_secs(30);
/// How many connections may wait in the system's queue; it takes fewer where it is told to.
const QUEUE: u32 = 4096;
/// How long to let it be when no connection can be taken, as where the files that may be open are used up.
const RETRY: Duration = Duration::from_millis(200);

/// How connections are kept.
#[derive(Clone, Copy, Debug)]
pub struct Keeping {
    /// The most connections at a time.
    pub connections: usize,
    /// How long the head of a request may take to arrive.
    pub head: Duration,
    /// How long a connection may rest between two requests.
    pub rest: Duration,
    /// How long what was begun may take to be answered after a stop, an export to its end.
    pub drain: Duration,
}

/// Opens the port, with as long a queue as the system permits: where it overflows, Linux may take a connection without
/// its first bytes.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

/// Serves until told to stop, and then until the last connection is closed or cut off.
pub async fn run(
    listener: TcpListener,
    router: Router,
    keeping: Keeping,
    mut stopped: watch::Receiver<bool>,
) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(keeping.connections));
    loop {
        // The place first: a connection is taken out of the system's queue when there is room for it.
        let taken = tokio::select! {
            taken = next(&listener, &places) => taken,
            () = told(&mut stopped) => break,
        };
        match taken {
            Ok((stream, peer, place)) => {
                tokio::spawn(keep(stream, peer, router.clone(), keeping, stopped.clone(), place));
            }
            Err(error) => {
                tracing::warn!(cause = error.to_string(), "no connection can be taken");
                tokio::time::sleep(RETRY).await;
            }
        }
    }
    drop(listener);
    let all = u32::try_from(keeping.connections).unwrap_or(u32::MAX);
    places.acquire_many(all).await.map(drop).map_err(io::Error::other)
}

/// Resolves when the service is to stop.
async fn told(stopped: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, which also means stop.
    let _ = stopped.wait_for(|stop| *stop).await;
}

async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, place))
}

/// Answers the requests of one connection until it ends, of itself or because the service stops.
async fn keep(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    keeping: Keeping,
    mut stopped: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
) {
    let _open = Lasting::connection();
    // An answer that is ready is sent: no waiting for more to send with it.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(cause = error.to_string(), "TCP_NODELAY is not set");
    }
    let busy = Busy::default();
    let pace = Pace { head: keeping.head, write: WRITE };
    let io = TokioIo::new(Paced::new(stream, pace, busy.clone()));
    let answer = service_fn(move |request| answer(router.clone(), busy.clone(), peer, request));
    let mut connection = pin!(
        Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(keeping.rest)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(io, answer)
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = told(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            tokio::time::timeout(keeping.drain, connection).await.ok()
        }
    };
    match ended {
        Some(Ok(())) => {}
        // Clients come and go as they like; what they sent is not in the text.
        Some(Err(error)) => tracing::debug!(cause = error.to_string(), "a connection was cut"),
        None => tracing::warn!("an open request was cut off"),
    }
}

async fn answer(
    router: Router,
    busy: Busy,
    peer: SocketAddr,
    request: hyper::Request<Incoming>,
) -> Result<axum::response::Response, Infallible> {
    busy.turn();
    let (mut head, body) = request.into_parts();
    head.extensions.insert(ConnectInfo(peer));
    let unread = Unread::of(&head.headers, body);
    let request = hyper::Request::from_parts(head, Body::new(unread.clone()));
    let mut response = router.oneshot(request).await?;
    if !unread.finish().await {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    busy.turn();
    Ok(response)
}
