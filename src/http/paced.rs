//! A connection that keeps pace: a request head that has begun arrives in time, and what is sent is taken in time.
//!
//! hyper waits for a head as long as a connection may rest between two requests. Here a shorter time runs from the
//! opening of the connection, and later from the first byte of each head, so that a slow client cannot pass for a
//! resting one.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// How long each part of the traffic may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// A head: the first from the opening of the connection, the others from their first byte.
    pub(super) head: Duration,
    /// The client, to take any of what is sent to it.
    pub(super) write: Duration,
}

/// Whether a request is under way: what arrives then is its body and no head. It counts the beginnings and the ends, so
/// that one which began and ended between two looks is noticed.
#[derive(Clone, Debug, Default)]
pub(super) struct Busy(Arc<AtomicUsize>);

impl Busy {
    /// A request begins, or ends.
    pub(super) fn turn(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn turns(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    fn is(turns: usize) -> bool {
        turns % 2 == 1
    }
}

/// A connection that is cut when it does not keep pace.
#[derive(Debug)]
pub(super) struct Paced<S> {
    stream: S,
    pace: Pace,
    busy: Busy,
    turns: usize,
    head: Option<Pin<Box<Sleep>>>,
    write: Option<Pin<Box<Sleep>>>,
}

impl<S> Paced<S> {
    /// A connection just opened: its first head is due.
    pub(super) fn new(stream: S, pace: Pace, busy: Busy) -> Self {
        let head = Box::pin(sleep_until(Instant::now() + pace.head));
        Self { stream, pace, busy, turns: 0, head: Some(head), write: None }
    }
}

/// Whether a timer that runs has run out.
fn is_over(timer: &mut Option<Pin<Box<Sleep>>>, cx: &mut Context<'_>) -> bool {
    timer.as_mut().is_some_and(|timer| timer.as_mut().poll(cx).is_ready())
}

fn too_slow() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the client is too slow")
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let turns = this.busy.turns();
        if turns != this.turns {
            this.turns = turns;
            this.head = None;
        }
        if is_over(&mut this.head, cx) {
            return Poll::Ready(Err(too_slow()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buffer))?;
        let has_begun = buffer.filled().len() > before && !Busy::is(turns);
        if has_begun && this.head.is_none() {
            this.head = Some(Box::pin(sleep_until(Instant::now() + this.pace.head)));
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> Paced<S> {
    /// Passes on what the stream answered; cuts the connection where it has had nothing to say for too long.
    fn paced<T>(
        &mut self,
        cx: &mut Context<'_>,
        polled: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if let Poll::Ready(done) = polled(Pin::new(&mut self.stream), cx) {
            self.write = None;
            return Poll::Ready(done);
        }
        let limit = self.pace.write;
        self.write.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + limit)));
        if is_over(&mut self.write, cx) { Poll::Ready(Err(too_slow())) } else { Poll::Pending }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.paced(cx, |stream, cx| stream.poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.paced(cx, |stream, cx| stream.poll_write_vectored(cx, parts))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.paced(cx, |stream, cx| stream.poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.paced(cx, |stream, cx| stream.poll_shutdown(cx))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    const PACE: Pace = Pace { head: Duration::from_millis(30), write: Duration::from_millis(30) };

    async fn reads(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<u8> {
        tokio::time::timeout(Duration::from_secs(5), stream.read_u8()).await.expect("no hang")
    }

    #[tokio::test]
    async fn a_head_that_has_begun_must_go_on() {
        let (mut client, server) = duplex(64);
        let mut server = Paced::new(server, PACE, Busy::default());
        client.write_u8(7).await.unwrap();
        assert_eq!(reads(&mut server).await.unwrap(), 7);
        assert_eq!(reads(&mut server).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_resting_connection_and_a_body_are_not_timed_as_heads() {
        let (mut client, server) = duplex(64);
        let busy = Busy::default();
        let mut server = Paced::new(server, PACE, busy.clone());
        client.write_u8(1).await.unwrap();
        assert_eq!(reads(&mut server).await.unwrap(), 1);
        for is_body in [true, false] {
            busy.turn();
            let later = async {
                if !is_body {
                    busy.turn();
                }
                tokio::time::sleep(PACE.head * 3).await;
                client.write_u8(2).await.unwrap();
            };
            let ((), next) = tokio::join!(biased; later, reads(&mut server));
            assert_eq!(next.unwrap(), 2, "a body: {is_body}");
        }
    }

    #[tokio::test]
    async fn who_takes_nothing_is_cut_off() {
        let (client, server) = duplex(8);
        let mut server = Paced::new(server, PACE, Busy::default());
        let sent = tokio::time::timeout(Duration::from_secs(5), server.write_all(&[0; 64])).await;
        assert_eq!(sent.expect("no hang").unwrap_err().kind(), io::ErrorKind::TimedOut);
        drop(client);
    }
}
