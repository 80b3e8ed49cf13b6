//! The database a command works on: the server of `DATABASE_URL`, or the embedded one.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::config::DatabaseConfig;
use crate::db::embedded::{self, Embedded, Options};
use crate::db::{self, MIGRATOR, Pool};

/// How long the connections may take to be closed.
const CLOSING: Duration = Duration::from_secs(5);

/// An open, migrated database.
#[derive(Debug)]
pub struct Database {
    /// Connections.
    pub pool: Pool,
    /// How whoever owns the schema reaches it, past what the service may do.
    pub owner: PgConnectOptions,
    embedded: Option<Embedded>,
}

impl Database {
    /// Opens the configured database and brings its schema up to date. `serves` claims the data directory.
    pub async fn open(config: &DatabaseConfig, serves: bool) -> anyhow::Result<Self> {
        let elsewhere = config.database_url.as_deref().is_some_and(|url| !url.is_empty());
        let embedded = if elsewhere {
            None
        } else {
            let data_dir = match &config.data_dir {
                Some(data_dir) => data_dir.clone(),
                None => embedded::default_data_dir()?,
            };
            Some(embedded::start(&Options { exclusive: serves, ..Options::new(data_dir) }).await?)
        };
        let options = match (&embedded, &config.database_url) {
            (Some(embedded), _) => embedded.connect_options(),
            (None, url) => parse_url(url.as_deref().unwrap_or_default())?,
        };
        let of = if embedded.is_some() { "the embedded database" } else { "the database of DATABASE_URL" };
        let mut connection = options.connect().await.with_context(|| format!("{of} cannot be reached"))?;
        MIGRATOR.run(&mut connection).await.with_context(|| format!("{of} cannot be brought up to date"))?;
        connection.close().await?;
        // The embedded database lets the service in by its own login; another is told its role as it connects.
        let owner = options.clone();
        let options = if embedded.is_some() { options.username(db::LOGIN) } else { options };
        let pool = db::pool(options, config.database_connections);
        Ok(Self { pool, owner, embedded })
    }

    /// Where the data lives, for people.
    pub fn place(&self) -> String {
        match &self.embedded {
            Some(embedded) => embedded.data_dir().display().to_string(),
            None => "the server of DATABASE_URL".to_owned(),
        }
    }

    /// The data directory of the embedded database.
    pub fn data_dir(&self) -> Option<PathBuf> {
        self.embedded.as_ref().map(|embedded| embedded.data_dir().to_owned())
    }

    /// Tells the planner of what was just written in bulk. What was written stands whether or not that can be done.
    pub async fn analyze(&self) {
        if let Err(error) = db::analyze(&self.owner).await {
            tracing::warn!(%error, "the database was not told how much was written; it finds out by itself");
        }
    }

    /// Closes the connections and, as the last user, shuts the embedded database down.
    pub async fn close(self) -> anyhow::Result<()> {
        // A statement of a request that was cut off may run on; it ends with the connection.
        if tokio::time::timeout(CLOSING, self.pool.close()).await.is_err() {
            tracing::warn!("connections to the database were cut off");
        }
        if let Some(embedded) = self.embedded {
            embedded.stop().await?;
        }
        Ok(())
    }
}

/// Reads `DATABASE_URL`; what is wrong with it is told without repeating it, for it may hold a password.
pub(super) fn parse_url(url: &str) -> anyhow::Result<PgConnectOptions> {
    let is_postgres = ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
    let options = if is_postgres { url.parse().ok() } else { None };
    options.context("DATABASE_URL is not a Postgres URL such as postgres://user:password@host/database")
}
