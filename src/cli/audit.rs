//! `audit`: recomputes the whole log and every history, against the checkpoints published outside the database.

use std::path::PathBuf;

use anyhow::Context as _;

use super::database::Database;
use super::log;
use crate::config::{DatabaseConfig, LogConfig};
use crate::db::{Isolation, Pool};
use crate::evidence::{self, LogKey, Published};
use crate::examination::{self, Report};
use crate::http::Problem;
use crate::tlog::VerifierKey;

/// What the register is held against.
#[derive(Debug, clap::Args)]
pub(super) struct AuditArgs {
    /// The published checkpoints: a copy that was kept elsewhere [default: `CHECKPOINT_FILE`].
    #[arg(long, value_name = "FILE")]
    checkpoints: Option<PathBuf>,
    /// A public key of the log that they are signed by; again for each further key [default: the keys on file].
    #[arg(long = "key", value_name = "KEY", value_parser = super::verify::key)]
    keys: Vec<VerifierKey>,
}

/// Tells what was recomputed, and every finding; fails where there is one.
pub(super) async fn audit(
    database: &DatabaseConfig,
    config: &LogConfig,
    args: &AuditArgs,
) -> anyhow::Result<()> {
    let file = match &args.checkpoints {
        Some(file) => file.clone(),
        None => log::terms(config, database)?.file,
    };
    let published =
        Published::new(file.clone()).notes().with_context(|| format!("{} cannot be read", file.display()))?;
    let database = Database::open(database, false).await?;
    let examined = examine(&database.pool, &args.keys, &file.display().to_string(), &published).await;
    database.close().await?;
    let report = examined.map_err(|problem| anyhow::anyhow!("{} {}", problem.detail, problem.cause()))?;
    tell!("{} entries, {} checkpoints.", report.entries, report.checkpoints);
    for finding in &report.findings {
        tell!("{finding}");
    }
    if report.more > 0 {
        tell!("and {} more", report.more);
    }
    anyhow::ensure!(report.is_clean(), "{}", verdict(&report));
    tell!("Nothing was altered.");
    Ok(())
}

async fn examine(
    pool: &Pool,
    keys: &[VerifierKey],
    file: &str,
    published: &[String],
) -> Result<Report, Problem> {
    let mut tx = pool.office(Isolation::RecordsMuch).await?;
    let keys = match keys {
        [] => on_file(&evidence::keys(&mut tx).await?)?,
        given => given.to_vec(),
    };
    let mut against = examination::read(file, published, &keys);
    against.extend(examination::read("the database", &evidence::notes(&mut tx).await?, &keys));
    examination::examine(&mut tx, against).await
}

/// The keys on file. One that cannot be read was not written by the registry.
fn on_file(keys: &[LogKey]) -> Result<Vec<VerifierKey>, Problem> {
    let unlike = |_| Problem::internal(&"a key of the log on file is none: name the keys by --key");
    keys.iter().map(|key| key.key.parse().map_err(unlike)).collect()
}

fn verdict(report: &Report) -> String {
    match report.first_bad_index() {
        Some(index) => format!("the register was altered: the first bad index is {index}"),
        None => "the register was altered, outside what is in the log".to_owned(),
    }
}
