//! The audit log on the command line: where its key and its checkpoints are, and a new key.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use super::database::parse_url;
use crate::config::{DatabaseConfig, LogConfig};
use crate::db::embedded;
use crate::evidence::{self, Terms, WitnessTerms};
use crate::ids::Ids;

/// How checkpoints are made, as the settings say.
pub(super) fn terms(config: &LogConfig, database: &DatabaseConfig) -> anyhow::Result<Terms> {
    let place = |set: &Option<PathBuf>, name: &str| match set {
        Some(path) => Ok(path.clone()),
        None => directory(database).map(|directory| directory.join(name)),
    };
    Ok(Terms {
        origin: config.audit_origin.clone(),
        key: place(&config.audit_key, "key")?,
        file: place(&config.checkpoint_file, "checkpoints.ndjson")?,
        webhook: config.checkpoint_webhook.clone(),
        witness: config
            .witness_url
            .clone()
            .zip(config.witness_key.clone())
            .map(|(url, key)| WitnessTerms { url, key }),
        every: Duration::from_secs(config.checkpoint_seconds),
    })
}

/// Where the key and the checkpoints are if nobody says otherwise: beside the data directory of the embedded database,
/// and for another database in a directory of its own there.
fn directory(database: &DatabaseConfig) -> anyhow::Result<PathBuf> {
    let data = match &database.data_dir {
        Some(data) => data.clone(),
        None => embedded::default_data_dir().context("set AUDIT_KEY and CHECKPOINT_FILE")?,
    };
    let beside = beside(&data);
    match database.database_url.as_deref().filter(|url| !url.is_empty()) {
        None => Ok(beside),
        Some(url) => {
            let options = parse_url(url)?;
            let name = options.get_database().unwrap_or("registry");
            let server = format!("{}:{}/{name}", options.get_host(), options.get_port());
            let mut digest = hex::encode(Sha256::digest(server));
            digest.truncate(12);
            Ok(beside.join(digest))
        }
    }
}

fn beside(data: &Path) -> PathBuf {
    let mut name = data.file_name().unwrap_or_default().to_owned();
    name.push("-audit");
    data.with_file_name(name)
}

/// Makes a new key and prints its public half.
pub(super) fn rotate(config: &LogConfig, database: &DatabaseConfig) -> anyhow::Result<()> {
    let key = evidence::rotate(&terms(config, database)?, &Ids::random())?;
    tell!("{key}");
    Ok(())
}
