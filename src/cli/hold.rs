//! `database`: keeps the database open for psql and other tools.

use super::database::Database;
use super::serve::told_to_stop;
use crate::config::DatabaseConfig;

/// Prints the URL of the migrated database and holds it open until told to stop.
pub(super) async fn hold(config: &DatabaseConfig) -> anyhow::Result<()> {
    let database = Database::open(config, false).await?;
    tell!("{}", url(config, &database));
    told_to_stop().await?;
    database.close().await
}

/// The URL as psql and other tools take it: what `DATABASE_URL` says, or the socket of the embedded database.
fn url(config: &DatabaseConfig, database: &Database) -> String {
    let options = &database.owner;
    match (database.data_dir(), options.get_socket(), &config.database_url) {
        (Some(_), Some(socket), _) => format!(
            "postgresql:///{}?host={}&user={}",
            options.get_database().unwrap_or("registry"),
            socket.display(),
            options.get_username()
        ),
        (_, _, url) => url.clone().unwrap_or_default(),
    }
}
