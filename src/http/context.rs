//! The request context: what a handler is given about its caller, and the transactions it may open.
//!
//! A transaction that changes something is not committed by its handler: it is kept, and the door commits it once the
//! answer is there. So an answer is never given for what was not done, and nothing is done whose answer could not be
//! made.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::to_bytes;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

use super::app::App;
use super::idempotency::{self, Asked, Stored, TakenUp, is_kept};
use super::matchers::Matchers;
use super::problem::Problem;
use crate::act::{Act, Actor};
use crate::db::fault::is_cut;
use crate::db::{Behalf, Caller, Isolation, Threshold, Tx};
use crate::etag::Precondition;
use crate::tlog::Signer;

/// The identifier of a request, set by the outermost layer and given back as `X-Request-Id`.
#[derive(Clone, Copy, Debug)]
pub struct RequestId(pub Uuid);

/// A request by a caller whom the door let in.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// Who, when, in which request.
    pub act: Act,
    app: App,
    /// What is to be done once; none for what reads or replaces.
    asked: Option<Arc<Asked>>,
    desk: Arc<Desk>,
}

/// What a handler and the door pass each other.
#[derive(Debug, Default)]
struct Desk {
    /// The connection the caller was recognized on, for the first transaction.
    held: Mutex<Option<Threshold>>,
    /// The transaction to be committed with the answer.
    kept: Mutex<Option<Tx>>,
    /// Whether the worker has something to do once it is committed.
    wakes: AtomicBool,
    /// Whether a transaction was begun, and the request with it.
    begun: AtomicBool,
    /// What is to be done once, while it is worked on.
    taken_up: Mutex<Option<TakenUp>>,
}

/// What lies there; a panic of another holder left it whole.
fn at<T>(place: &Mutex<Option<T>>) -> MutexGuard<'_, Option<T>> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes what lies there.
fn take<T>(place: &Mutex<Option<T>>) -> Option<T> {
    at(place).take()
}

/// On whose behalf an actor's transactions run.
fn behalf(actor: &Actor) -> Behalf {
    actor.sees_only().map_or(Behalf::Office, |exporter| Behalf::Exporter(exporter.0))
}

impl Ctx {
    /// Puts a context together: the door does, for each request.
    pub(super) fn new(act: Act, app: App, held: Threshold) -> Self {
        let desk = Desk { held: Mutex::new(Some(held)), ..Desk::default() };
        Self { act, app, asked: None, desk: Arc::new(desk) }
    }

    /// The same request, which says which version it changes.
    #[must_use]
    pub(super) fn expecting(mut self, precondition: Precondition) -> Self {
        self.act.expects = Some(precondition);
        self
    }

    /// Notes what is asked, to be done once.
    pub(super) fn asks(&mut self, asked: Asked) {
        self.asked = Some(Arc::new(asked));
    }

    /// Makes what the request expects not compared yet, and gives the context: for one attempt at the request.
    pub(super) fn anew(&mut self) -> Self {
        self.act.expects = self.act.expects.as_ref().map(Precondition::anew);
        self.clone()
    }

    /// Gives back the connection the caller was recognized on: what may take long does not hold one.
    pub(super) fn let_go(&self) {
        drop(take(&self.desk.held));
    }

    /// The answer on file to what is asked, looked up where no transaction is open.
    pub(super) async fn answered(&self) -> Result<Option<Response>, Problem> {
        let Some(asked) = &self.asked else { return Ok(None) };
        // A request that holds one connection while it waits for another could wait for itself.
        self.let_go();
        let mut threshold = self.app.pool.threshold().await?;
        let found = idempotency::find(threshold.ask(), asked).await?;
        found.map(|stored| stored.replay(asked)).transpose()
    }

    /// A transaction that reads, from one snapshot.
    pub async fn read(&self) -> Result<Tx, Problem> {
        self.on_hand(Isolation::Reads).await
    }

    /// Begins on the connection the caller was recognized on, the first time. Found cut, it has done nothing yet.
    async fn on_hand(&self, isolation: Isolation) -> Result<Tx, Problem> {
        let caller = self.caller();
        if let Some(connection) = take(&self.desk.held) {
            match connection.begin(caller, isolation).await {
                Err(error) if is_cut(&error) => {}
                begun => return Ok(begun?),
            }
        }
        Ok(self.app.pool.begin(caller, isolation).await?)
    }

    /// Who begins transactions of this request.
    fn caller(&self) -> Caller {
        let person = self.asked.as_ref().map(|asked| asked.person.0);
        Caller { behalf: behalf(&self.act.actor), person }
    }

    /// A transaction that records.
    pub async fn begin(&self) -> Result<Tx, Problem> {
        self.begun(Isolation::Records).await
    }

    /// A transaction that records much: its statements may take as long as the request.
    pub async fn begin_long(&self) -> Result<Tx, Problem> {
        self.begun(Isolation::RecordsMuch).await
    }

    /// Leave to give an export, until it is dropped. A reader of an export holds a connection for as long as it reads:
    /// 503 where as many read as may.
    pub fn export_permit(&self) -> Result<OwnedSemaphorePermit, Problem> {
        self.app
            .exports
            .clone()
            .try_acquire_owned()
            .map_err(|_| Problem::busy("As many exports are being read as may be. Try again shortly."))
    }

    /// A transaction that decides.
    pub async fn begin_deciding(&self) -> Result<Tx, Problem> {
        self.begun(Isolation::Decides).await
    }

    async fn begun(&self, isolation: Isolation) -> Result<Tx, Problem> {
        self.take_up()?;
        let tx = self.on_hand(isolation).await?;
        self.desk.begun.store(true, Ordering::Relaxed);
        Ok(tx)
    }

    /// Takes up what is to be done once, until this attempt has ended: 409 while another does the same.
    fn take_up(&self) -> Result<(), Problem> {
        let Some(asked) = &self.asked else { return Ok(()) };
        let mut taken_up = at(&self.desk.taken_up);
        if taken_up.is_none() {
            *taken_up = Some(self.app.in_flight.take_up(asked).ok_or_else(Problem::in_flight)?);
        }
        Ok(())
    }

    /// Hands the transaction over: the door commits it with the answer, or not at all.
    pub fn keep(&self, tx: Tx) {
        *at(&self.desk.kept) = Some(tx);
    }

    /// The key that the log signs with; none where no checkpoints are made in this process.
    pub fn log_signer(&self) -> Option<Arc<Signer>> {
        self.app.log.signer()
    }

    /// The lists of restricted parties in memory.
    pub fn matchers(&self) -> Arc<Matchers> {
        Arc::clone(&self.app.matchers)
    }

    /// Has the worker told that an operation is on file, once the transaction is committed.
    pub fn wake_worker(&self) {
        self.desk.wakes.store(true, Ordering::Relaxed);
    }

    /// Ends what the handler kept: committed where it succeeded, with the answer to a request that is done once, and
    /// otherwise as if it had not been. Gives what is answered.
    pub(super) async fn end(&self, response: Response) -> Result<Response, Problem> {
        let (kept, wakes) = (take(&self.desk.kept), self.desk.wakes.swap(false, Ordering::Relaxed));
        // Held until the transaction has ended, however it does.
        let _taken_up = take(&self.desk.taken_up);
        let begun = self.desk.begun.swap(false, Ordering::Relaxed);
        let kept = kept.filter(|_| response.status().is_success());
        if response.status().is_success()
            && self.act.expects.as_ref().is_some_and(|expects| !expects.was_compared())
        {
            return Err(Problem::internal(&"a change was not held against what its caller expects"));
        }
        let (ending, response) = match &self.asked {
            Some(asked) if begun && is_kept(response.status()) => {
                let (tx, response) = self.stored(asked, kept, response).await?;
                (Some(tx), response)
            }
            Some(_) if response.status().is_success() => {
                return Err(Problem::internal(&"a request was done without a transaction"));
            }
            Some(_) | None => (kept, response),
        };
        if let Some(tx) = ending {
            tx.commit().await?;
            if wakes {
                self.app.wake.notify_one();
            }
        }
        Ok(response)
    }

    /// Stores the answer, in the transaction of what was done; a refusal, which did nothing, in one of its own. A lost
    /// race where another request with the key has been answered meanwhile.
    async fn stored(
        &self,
        asked: &Asked,
        kept: Option<Tx>,
        response: Response,
    ) -> Result<(Tx, Response), Problem> {
        let mut tx = match kept {
            Some(tx) => tx,
            None if response.status().is_success() => {
                return Err(Problem::internal(&"a request was done and its transaction not kept"));
            }
            None => self.app.pool.begin(self.caller(), Isolation::Records).await?,
        };
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.map_err(|error| Problem::internal(&error))?;
        let answer = Stored::new(asked, (parts.status, &parts.headers), &body, self.app.ids.bytes())?;
        if idempotency::insert(&mut tx, asked, &answer, (self.act.request, self.act.at)).await? {
            Ok((tx, Response::from_parts(parts, body.into())))
        } else {
            Err(Problem::lost())
        }
    }
}

impl FromRequestParts<App> for Ctx {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        // Only a route behind the door has the context; a public one that asks for it is a defect.
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Problem::internal(&"a public route asked for a caller"))
    }
}
