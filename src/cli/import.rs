//! `import`: loads a list of existing licenses.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use super::database::Database;
use crate::act::Policy;
use crate::config::{DatabaseConfig, PolicyConfig};
use crate::db::Isolation;
use crate::http::Problem;
use crate::ids::ImportId;
use crate::imports::historic::Reading;
use crate::imports::load::{self, Input, Loaded};
use crate::imports::profile::Profile;
use crate::imports::{Import, reader, rejects_csv, store};

/// What to import.
#[derive(Clone, Debug, Args)]
pub(super) struct ImportArgs {
    /// The profile: a TOML file, or the name of a shipped one (nl-military, nl-dual-use).
    #[arg(long)]
    profile: PathBuf,
    /// The list, a CSV file.
    file: PathBuf,
    /// Where the rows that cannot be taken are written, as CSV [default: the list's name with .rejects.csv].
    #[arg(long)]
    rejects: Option<PathBuf>,
}

/// Imports a list and tells what was taken.
pub(super) async fn import(
    database: &DatabaseConfig,
    args: ImportArgs,
    policy: PolicyConfig,
) -> anyhow::Result<()> {
    let profile_text = profile_text(&args.profile)?;
    let profile = Profile::parse(&profile_text).with_context(|| args.profile.display().to_string())?;
    let most = reader::Limits::default().bytes;
    let size = std::fs::metadata(&args.file).with_context(|| args.file.display().to_string())?.len();
    anyhow::ensure!(size <= most, "{}: the file is longer than {most} bytes", args.file.display());
    let file = std::fs::read(&args.file).with_context(|| args.file.display().to_string())?;
    let reading = reader::read(&profile, file.as_slice()).with_context(|| args.file.display().to_string())?;
    let file_name = args.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let input = Input { profile: &profile, profile_text: &profile_text, file_name: &file_name, file: &file };
    let database = Database::open(database, false).await?;
    let done = run(&database, policy.into(), &input, reading, &args).await;
    database.analyze().await;
    database.close().await?;
    done
}

async fn run(
    database: &Database,
    policy: Policy,
    input: &Input<'_>,
    reading: Reading,
    args: &ImportArgs,
) -> anyhow::Result<()> {
    let act = super::serve::command_line_act(policy);
    let skipped = reading.skipped.len();
    let mut tx = database.pool.office(Isolation::RecordsMuch).await?;
    let loaded = load::load(&mut tx, &act, input, reading).await.map_err(told)?;
    let (Loaded::New(id) | Loaded::Before(id)) = loaded;
    let import = store::get(&mut tx, &act.actor, id).await?.context("the import is not on file")?;
    tx.commit().await?;
    tell(&import, loaded, skipped);
    write_rejects(database, id, args).await
}

fn told(problem: Problem) -> anyhow::Error {
    anyhow::anyhow!(problem.detail)
}

fn tell(import: &Import, loaded: Loaded, skipped: usize) {
    if matches!(loaded, Loaded::Before(_)) {
        tell!(
            "This file was imported before, with this profile, as {}: nothing was changed.",
            import.reference
        );
    } else {
        tell!("Import {} ({})", import.reference, import.id);
    }
    tell!("  rows read         {:>9}   ({skipped} more left out by the profile)", import.rows_read);
    tell!("  rows accepted     {:>9}", import.rows_accepted);
    tell!("  rows rejected     {:>9}", import.rows_rejected);
    tell!("  licenses created  {:>9}", import.licenses_created);
    tell!("  already on file   {:>9}", import.licenses_unchanged);
}

async fn write_rejects(database: &Database, id: ImportId, args: &ImportArgs) -> anyhow::Result<()> {
    let mut conn = database.pool.office(Isolation::Reads).await?;
    let rejects = store::all_rejects(&mut conn, id).await?;
    if rejects.is_empty() {
        return Ok(());
    }
    let path = args.rejects.clone().unwrap_or_else(|| args.file.with_extension("rejects.csv"));
    std::fs::write(&path, rejects_csv(&rejects)?).with_context(|| path.display().to_string())?;
    tell!("  the rejected rows, with reasons, are in {}", path.display());
    Ok(())
}

/// The text of the profile: of the file, or the shipped one of that name.
fn profile_text(profile: &std::path::Path) -> anyhow::Result<String> {
    if let Some(text) = profile.to_str().and_then(Profile::shipped_text) {
        return Ok(text.to_owned());
    }
    std::fs::read_to_string(profile).with_context(|| {
        format!(
            "{}: not a file, and not a shipped profile ({})",
            profile.display(),
            Profile::shipped_names().join(", ")
        )
    })
}
