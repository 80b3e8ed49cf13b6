//! The database a command works on: the server of `DATABASE_URL`, or the embedded one.

use std::path::PathBuf;

use anyhow::Context as _;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use crate::config::DatabaseConfig;
use crate::db::embedded::{self, Embedded, Options};
use crate::db::{self, MIGRATOR};

/// An open, migrated database.
#[derive(Debug)]
pub struct Database {
    /// Connections.
    pub pool: PgPool,
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
        let options: PgConnectOptions = match (&embedded, &config.database_url) {
            (Some(embedded), _) => embedded.connect_options(),
            (None, url) => url.as_deref().unwrap_or_default().parse().map_err(|_| {
                anyhow::anyhow!("DATABASE_URL is not a Postgres URL: postgres://user:password@host/database")
            })?,
        };
        let pool = db::pool(options, config.database_connections);
        MIGRATOR.run(&pool).await.context("the database cannot be brought up to date")?;
        Ok(Self { pool, embedded })
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

    /// Closes the connections and, as the last user, shuts the embedded database down.
    pub async fn close(self) -> anyhow::Result<()> {
        self.pool.close().await;
        if let Some(embedded) = self.embedded {
            embedded.stop().await?;
        }
        Ok(())
    }
}
