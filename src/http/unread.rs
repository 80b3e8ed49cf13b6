//! What is left unread of a request when its answer is ready.
//!
//! Many refusals are answered before the body was read. hyper then closes the connection and does not say so, and what
//! the client asks next on it is lost. Kept: the rest of the body is read and thrown away, so that the connection can be
//! used on; where there is too much of it, or it comes too late, the answer says `Connection: close` (RFC 9112, section
//! 9.6).

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, SizeHint};

/// How many bytes are read for nothing.
const BYTES: u64 = 256 * 1024;
/// How long an answer waits for them.
const TIME: Duration = Duration::from_millis(250);

/// The body of a request, which can be gone on with when whoever answers has let go of it.
#[derive(Debug)]
pub(super) struct Unread<B>(Arc<Mutex<Rest<B>>>);

#[derive(Debug)]
struct Rest<B> {
    body: B,
    /// Whether the client sends its body only when it is told to, and was not (RFC 9110, section 10.1.1).
    withheld: bool,
    /// Whether reading it came to an end, good or bad.
    end: Option<End>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Whole,
    Broken,
}

impl<B> Clone for Unread<B> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<B: Body<Data = Bytes> + Unpin> Unread<B> {
    /// The body of a request with this head.
    pub(super) fn of(headers: &HeaderMap, body: B) -> Self {
        let withheld = headers.contains_key(header::EXPECT);
        Self(Arc::new(Mutex::new(Rest { body, withheld, end: None })))
    }

    fn rest(&self) -> MutexGuard<'_, Rest<B>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what is left, in bounds; whether nothing is left.
    pub(super) async fn finish(mut self) -> bool {
        {
            let rest = self.rest();
            match rest.end {
                Some(end) => return end == End::Whole,
                None if rest.body.is_end_stream() => return true,
                None if rest.withheld || rest.body.size_hint().lower() > BYTES => return false,
                None => {}
            }
        }
        let reading = async {
            let mut read = 0;
            while let Some(frame) = self.frame().await {
                let Ok(frame) = frame else { return false };
                read += frame.data_ref().map_or(0, |data| u64::try_from(data.len()).unwrap_or(u64::MAX));
                if read > BYTES {
                    return false;
                }
            }
            true
        };
        tokio::time::timeout(TIME, reading).await.unwrap_or(false)
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Unread<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let mut rest = self.rest();
        rest.withheld = false;
        let polled = Pin::new(&mut rest.body).poll_frame(cx);
        match &polled {
            Poll::Ready(None) => rest.end = Some(End::Whole),
            Poll::Ready(Some(Err(_))) => rest.end = Some(End::Broken),
            Poll::Ready(Some(Ok(_))) | Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.rest().body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.rest().body.size_hint()
    }
}
