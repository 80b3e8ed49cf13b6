//! `database`: keeps the database open for psql and other tools.

use sqlx::ConnectOptions as _;

use super::database::Database;
use super::serve::told_to_stop;
use crate::config::DatabaseConfig;

/// Prints the URL of the migrated database and holds it open until told to stop.
pub(super) async fn hold(config: &DatabaseConfig) -> anyhow::Result<()> {
    let database = Database::open(config, false).await?;
    println!("{}", database.pool.connect_options().to_url_lossy());
    told_to_stop().await?;
    database.close().await
}
