//! The database: pool, migrations, codecs and what its errors mean.
//!
//! The property kept: a fault of the database is told from a refusal by the database. A fault is answered with 503
//! and nothing is guessed; a refusal names the constraint that refused.

mod caller;
mod codec;
pub mod embedded;
pub mod fault;
mod tx;

pub use caller::{Behalf, Caller, Isolation};
pub use tx::{Conn, Pool, Threshold, Tx};

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};

/// The migrations, forward only.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();

/// The login and the role of the service. It owns nothing and has a right to no row.
pub const LOGIN: &str = "registry_service";

/// How long a request waits for a connection before it is told that the database is away.
const ACQUIRE: Duration = Duration::from_secs(1);
/// A connection that rested longer is asked whether it still lives before a request is given it. One in constant use
/// is not: that would be a round trip for each statement.
const RESTED: Duration = Duration::from_secs(1);
/// When a connection was last found cut, or left within a transaction. Those that were open then are not used again: one
/// of them it was, and the others may be cut too.
static LAST_SUSPECT: Mutex<Option<Instant>> = Mutex::new(None);

/// Notes that one of the connections cannot be relied on.
pub fn note_suspect() {
    *LAST_SUSPECT.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
}

/// Whether a connection of this age was open when one was last found wanting.
fn is_suspect(age: Duration) -> bool {
    LAST_SUSPECT.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|noted| age > noted.elapsed())
}

/// Opens a pool. A statement that outlives its request is cut off by the server.
pub fn pool(options: PgConnectOptions, connections: u32) -> Pool {
    let options = options.application_name("export-license-registry").options([
        // Whoever the connection logs in as: for itself it has no right to any row.
        ("role", LOGIN),
        ("statement_timeout", "20s"),
        ("idle_in_transaction_session_timeout", "30s"),
        ("timezone", "UTC"),
        // Short statements and data in memory: compiling a plan cost more than running it (the statistics of a year in a
        // register of a million licenses took 7 s with it, under 2 s without and with pages as cheap as they are).
        ("jit", "off"),
        ("random_page_cost", "1.1"),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .min_connections(0)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if is_suspect(meta.age) {
                    return Ok(false);
                }
                if meta.idle_for > RESTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .max_lifetime(Duration::from_mins(30))
        .connect_lazy_with(options);
    Pool::new(pool)
}

/// Tells the planner of what was just written in bulk: what it takes for an empty table it reads whole, row by row of
/// another, until the server looks by itself a minute later. Only the owner of the tables may.
pub async fn analyze(owner: &PgConnectOptions) -> sqlx::Result<()> {
    let mut connection = owner.connect().await?;
    sqlx::raw_sql("analyze").execute(&mut connection).await?;
    connection.close().await
}

/// The migrations of this program that the database has not been through, by version. It was through one when what ran
/// there is what stands here.
pub async fn missing_migrations(conn: &mut Conn) -> sqlx::Result<Vec<i64>> {
    let applied =
        sqlx::query!(r#"select version as "version!", checksum as "checksum!" from applied_migrations()"#)
            .fetch_all(&mut *conn)
            .await?;
    let is_applied = |version: i64, checksum: &[u8]| {
        applied.iter().any(|row| row.version == version && row.checksum == checksum)
    };
    Ok(MIGRATOR
        .iter()
        .filter(|migration| !is_applied(migration.version, &migration.checksum))
        .map(|migration| migration.version)
        .collect())
}
