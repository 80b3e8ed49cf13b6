//! Transactions of a known caller: the only way to the rows.
//!
//! A [`Tx`] begins by telling the database on whose [`Behalf`] it runs, in the round trip that begins it: the service's
//! login has no right to any row, the role taken for the transaction has, and row-level security keeps what that role
//! may see. A [`Conn`] is had from a [`Tx`] alone and a [`Pool`] executes nothing, so that a statement outside a
//! caller's transaction does not compile:
//!
//! ```compile_fail
//! async fn outside(pool: &export_license_registry::db::Pool) {
//!     sqlx::query("select 1").execute(pool).await;
//! }
//! ```

use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{
    AssertSqlSafe, Either, Execute, Executor, PgConnection, PgPool, Postgres, SqlSafeStr, SqlStr, Transaction,
};
use tokio::runtime::Handle;

use super::caller::{Behalf, Caller, Isolation};
use super::{fault, note_suspect};
use crate::meters::Lasting;

/// How many connections stand aside: two for verification by the public, one for health and metrics.
const ASIDE: u32 = 3;

/// The connections of the service. It executes nothing: a transaction does.
#[derive(Clone, Debug)]
pub struct Pool(PgPool);

impl Pool {
    /// The service's connections out of a pool of the driver's.
    pub fn new(pool: PgPool) -> Self {
        Self(pool)
    }

    /// Begins a transaction. A connection found cut at its first statement has done nothing yet: another is tried.
    pub async fn begin(&self, caller: impl Into<Caller>, isolation: Isolation) -> sqlx::Result<Tx> {
        let caller = caller.into();
        let first = self.acquire().await?;
        match Tx::on(first, caller, isolation).await {
            Err(error) if fault::is_cut(&error) => Tx::on(self.acquire().await?, caller, isolation).await,
            begun => begun,
        }
    }

    /// Begins a transaction of the agency's own: of the worker, the clock, the command line.
    pub async fn office(&self, isolation: Isolation) -> sqlx::Result<Tx> {
        self.begin(Behalf::Office, isolation).await
    }

    /// A connection that has yet to be told its caller.
    pub async fn threshold(&self) -> sqlx::Result<Threshold> {
        self.acquire().await.map(Threshold)
    }

    async fn acquire(&self) -> sqlx::Result<PoolConnection<Postgres>> {
        let _waiting = Lasting::waiting();
        self.0.acquire().await
    }

    /// A few more connections of the same kind, beside these.
    #[must_use]
    pub fn aside(&self) -> Self {
        let options = self.0.options().clone().max_connections(ASIDE);
        Self(options.connect_lazy_with(self.connect_options()))
    }

    /// How many connections there may be.
    pub fn most(&self) -> u32 {
        self.0.options().get_max_connections()
    }

    /// How many connections there are.
    pub fn size(&self) -> u32 {
        self.0.size()
    }

    /// How many of them rest.
    pub fn resting(&self) -> usize {
        self.0.num_idle()
    }

    /// How the connections are made.
    pub fn connect_options(&self) -> PgConnectOptions {
        self.0.connect_options().as_ref().clone()
    }

    /// Closes the connections, when their transactions have ended.
    pub async fn close(&self) {
        self.0.close().await;
    }
}

/// A connection before its caller is known. The service's login, as which it speaks, may ask whose key a key is
/// and what its holder was answered before, and nothing else.
#[derive(Debug)]
pub struct Threshold(PoolConnection<Postgres>);

impl Threshold {
    /// The connection, for what it may ask.
    pub fn ask(&mut self) -> &mut PgConnection {
        &mut self.0
    }

    /// Goes on with the same connection on the caller's behalf.
    pub async fn begin(self, caller: Caller, isolation: Isolation) -> sqlx::Result<Tx> {
        Tx::on(self.0, caller, isolation).await
    }
}

/// A transaction on a caller's behalf. Dropped without [`Tx::commit`], it has changed nothing.
#[derive(Debug)]
pub struct Tx(Conn);

impl Tx {
    async fn on(
        connection: PoolConnection<Postgres>,
        caller: Caller,
        isolation: Isolation,
    ) -> sqlx::Result<Self> {
        // Nothing in it but the text above and UUIDs.
        let statement = AssertSqlSafe(format!("{}; {}", isolation.begun(), caller.taken())).into_sql_str();
        let begun = Beginning(Some(Transaction::begin(connection, Some(statement)))).await;
        // Where a statement after the first failed, the pool takes the connection back within a transaction.
        let transaction = begun.inspect_err(|_| note_suspect())?;
        Ok(Self(Conn { transaction, behalf: caller.behalf }))
    }

    /// Keeps what was done.
    pub async fn commit(self) -> sqlx::Result<()> {
        self.0.transaction.commit().await
    }
}

/// A transaction that is being begun. The driver counts it when the server has answered; dropped before, the connection
/// would go back to the pool within a transaction that nobody ends. So it is begun to the end, and then rolled back.
struct Beginning(Option<BoxFuture<'static, sqlx::Result<Transaction<'static, Postgres>>>>);

impl Future for Beginning {
    type Output = sqlx::Result<Transaction<'static, Postgres>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(begin) = self.0.as_mut() else { return Poll::Pending };
        let answer = ready!(begin.as_mut().poll(context));
        self.0 = None;
        Poll::Ready(answer)
    }
}

impl Drop for Beginning {
    fn drop(&mut self) {
        if let (Some(begin), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            drop(runtime.spawn(begin));
        }
    }
}

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

/// The connection of a caller's transaction: what every store is given.
#[derive(Debug)]
pub struct Conn {
    transaction: Transaction<'static, Postgres>,
    behalf: Behalf,
}

impl Conn {
    /// Lets the agency look into its own files within another's transaction, until [`Self::leave_office`]: for what is
    /// then told to the caller, never for what the caller may read.
    pub async fn enter_office(&mut self) -> sqlx::Result<()> {
        self.take(Behalf::Office).await
    }

    /// Goes on as the caller. Where the transaction has failed there is nothing to go on with.
    pub async fn leave_office(&mut self) -> sqlx::Result<()> {
        self.take(self.behalf).await
    }

    async fn take(&mut self, behalf: Behalf) -> sqlx::Result<()> {
        if self.behalf != Behalf::Office {
            let statement = AssertSqlSafe(behalf.taken()).into_sql_str();
            self.transaction.execute(statement).await?;
        }
        Ok(())
    }
}

impl<'c> Executor<'c> for &'c mut Conn {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<Either<PgQueryResult, PgRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        self.transaction.fetch_many(query)
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<PgRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        self.transaction.fetch_optional(query)
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<PgStatement>>
    where
        'c: 'e,
    {
        self.transaction.prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<sqlx::Describe<Postgres>>>
    where
        'c: 'e,
    {
        self.transaction.describe(sql)
    }
}
