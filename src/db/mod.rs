//! The database: pool, migrations, codecs and what its errors mean.
//!
//! The property kept: a fault of the database is told from a refusal by the database. A fault is answered with 503
//! and nothing is guessed; a refusal names the constraint that refused.

mod codec;
pub mod embedded;
pub mod fault;

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgConnection, PgPool, Postgres, Transaction};

use crate::meters::Lasting;

/// The migrations, forward only.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();

/// How long a request waits for a connection before it is told that the database is away.
const ACQUIRE: Duration = Duration::from_secs(1);
/// A connection that rested longer is asked whether it still lives before a request is given it. One in constant use
/// is not: that would be a round trip for each statement.
const RESTED: Duration = Duration::from_secs(1);
/// When a connection was last found cut. Those that were open then are asked as well, for they may be cut too.
static LAST_CUT: Mutex<Option<Instant>> = Mutex::new(None);

/// Notes that a connection was found cut.
pub fn note_cut() {
    *LAST_CUT.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
}

/// Whether a connection of this age was open when one was last found cut.
fn is_suspect(age: Duration) -> bool {
    LAST_CUT.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|cut| age > cut.elapsed())
}

/// Opens a pool. A statement that outlives its request is cut off by the server.
pub fn pool(options: PgConnectOptions, connections: u32) -> PgPool {
    let options = options.application_name("export-license-registry").options([
        ("statement_timeout", "20s"),
        ("idle_in_transaction_session_timeout", "30s"),
        ("timezone", "UTC"),
        // Short statements and data in memory: compiling a plan cost more than running it (the statistics of a year in a
        // register of a million licenses took 7 s with it, under 2 s without and with pages as cheap as they are).
        ("jit", "off"),
        ("random_page_cost", "1.1"),
    ]);
    PgPoolOptions::new()
        .max_connections(connections)
        .min_connections(0)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > RESTED || is_suspect(meta.age) {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .max_lifetime(Duration::from_mins(30))
        .connect_lazy_with(options)
}

/// How many connections stand aside: two for verification by the public, one for health and metrics.
const ASIDE: u32 = 3;

/// A few more connections of the same kind, beside a pool.
pub fn aside(pool: &PgPool) -> PgPool {
    let options = pool.options().clone().max_connections(ASIDE);
    options.connect_lazy_with((*pool.connect_options()).clone())
}

/// The migrations of this program that the database has not been through, by version. It was through one when what ran
/// there is what stands here.
pub async fn missing_migrations(conn: &mut PgConnection) -> sqlx::Result<Vec<i64>> {
    let applied: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("select version, checksum from _sqlx_migrations where success")
            .fetch_all(conn)
            .await?;
    let is_applied =
        |version, checksum: &[u8]| applied.iter().any(|(v, c)| *v == version && c.as_slice() == checksum);
    Ok(MIGRATOR
        .iter()
        .filter(|migration| !is_applied(migration.version, &migration.checksum))
        .map(|migration| migration.version)
        .collect())
}

/// Begins a transaction that records: READ COMMITTED.
pub async fn begin(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    begin_with(pool, "begin").await
}

/// Begins a transaction. A connection found cut at its first statement has done nothing yet: another is tried.
async fn begin_with(pool: &PgPool, statement: &'static str) -> sqlx::Result<Transaction<'static, Postgres>> {
    let _waiting = Lasting::waiting();
    match pool.begin_with(statement).await {
        Err(error) if fault::is_cut(&error) => {
            note_cut();
            pool.begin_with(statement).await
        }
        begun => begun,
    }
}

/// Begins a transaction that records much: REPEATABLE READ, and its statements are not cut off.
pub async fn begin_long(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    let mut tx = begin_with(pool, "begin isolation level repeatable read").await?;
    sqlx::query("set local statement_timeout = 0").execute(&mut *tx).await?;
    Ok(tx)
}

/// Begins a transaction that decides: SERIALIZABLE, so that what it read still holds when it commits. A lost race is
/// replayed by the route guard.
pub async fn begin_deciding(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    begin_with(pool, "begin isolation level serializable").await
}

/// A connection in a transaction: what every store function is given.
pub type Tx<'t> = Transaction<'t, Postgres>;
