//! `load-control-list`, `load-programmes`, `load-country-names`, `load-country-groups`: reference data from files.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::Args;

use super::database::Database;
use crate::act::Policy;
use crate::config::{DatabaseConfig, PolicyConfig};
use crate::db::Isolation;
use crate::http::Problem;
use crate::reference::{self, LONGEST_FILE, NewEdition, ReferenceEdition};
use crate::rules::values::{ListCode, Name, Prose};

/// An edition of a list.
#[derive(Clone, Debug, Args)]
pub(super) struct EditionArgs {
    /// The edition: a CSV file, or for a control list the name of a shipped one (us-ccl), which needs no more.
    file: PathBuf,
    /// What the agency calls the list, such as us-ccl.
    #[arg(long)]
    list: Option<ListCode>,
    /// Where it is published, and what was done to it.
    #[arg(long)]
    source: Option<Prose>,
    /// The day of issue of the source.
    #[arg(long)]
    as_of: Option<NaiveDate>,
    /// From which day it says what is on the list; required from the second edition of a list on.
    #[arg(long)]
    valid_from: Option<NaiveDate>,
    /// Why it ends more than the set share of the entries, where it does.
    #[arg(long)]
    ending_reasons: Option<Prose>,
}

/// A file of names.
#[derive(Clone, Debug, Args)]
pub(super) struct NamesArgs {
    /// The CSV file.
    file: PathBuf,
    /// Where the names are read.
    #[arg(long)]
    source: Name,
}

/// A file of groups.
#[derive(Clone, Debug, Args)]
pub(super) struct GroupsArgs {
    /// The CSV file.
    file: PathBuf,
}

/// Takes an edition of a control list.
pub(super) async fn load_control_list(
    database: &DatabaseConfig,
    args: EditionArgs,
    policy: PolicyConfig,
) -> anyhow::Result<()> {
    let (new, file) = match args.file.to_str().and_then(reference::shipped) {
        Some(shipped) => (shipped_edition(&shipped, args)?, shipped.file.to_vec()),
        None => edition(args)?,
    };
    let rows = reference::read_control_list(&file).with_context(|| new.file_name.to_string())?;
    take(database, policy.into(), &new, &rows).await
}

/// Takes an edition of a list of programmes.
pub(super) async fn load_programmes(
    database: &DatabaseConfig,
    args: EditionArgs,
    policy: PolicyConfig,
) -> anyhow::Result<()> {
    let (new, file) = edition(args)?;
    let rows = reference::read_programmes(&file).with_context(|| new.file_name.to_string())?;
    take(database, policy.into(), &new, &rows).await
}

async fn take<R: reference::EditionRow>(
    database: &DatabaseConfig,
    policy: Policy,
    new: &NewEdition,
    rows: &[R],
) -> anyhow::Result<()> {
    let database = Database::open(database, false).await?;
    let act = super::serve::command_line_act(policy);
    let done = async {
        let mut tx = database.pool.office(Isolation::Decides).await?;
        let edition = reference::take_edition(&mut tx, &act, new, rows).await.map_err(told)?;
        tx.commit().await?;
        tell(&edition);
        anyhow::Ok(())
    };
    let done = done.await;
    database.close().await?;
    done
}

/// Enters names of countries.
pub(super) async fn load_names(database: &DatabaseConfig, args: &NamesArgs) -> anyhow::Result<()> {
    let rows = reference::read_names(&read(&args.file)?).with_context(|| args.file.display().to_string())?;
    let database = Database::open(database, false).await?;
    let act = super::serve::command_line_act(Policy::default());
    let done = async {
        let mut tx = database.pool.office(Isolation::Decides).await?;
        let loaded = reference::load_names(&mut tx, &act, &args.source, &rows).await.map_err(told)?;
        tx.commit().await?;
        tell!("{} names added, {} changed, {} as before", loaded.added, loaded.changed, loaded.unchanged);
        anyhow::Ok(())
    };
    let done = done.await;
    database.close().await?;
    done
}

/// Enters groups of countries and their members.
pub(super) async fn load_groups(database: &DatabaseConfig, args: &GroupsArgs) -> anyhow::Result<()> {
    let rows = reference::read_groups(&read(&args.file)?).with_context(|| args.file.display().to_string())?;
    let database = Database::open(database, false).await?;
    let act = super::serve::command_line_act(Policy::default());
    let done = async {
        let mut tx = database.pool.office(Isolation::Decides).await?;
        let loaded = reference::load_groups(&mut tx, &act, &rows).await.map_err(told)?;
        tx.commit().await?;
        let reference::GroupsLoaded { groups, entered, ended, unchanged } = loaded;
        tell!(
            "{groups} groups put on file; {entered} memberships entered, {ended} ended, {unchanged} as before"
        );
        anyhow::Ok(())
    };
    let done = done.await;
    database.close().await?;
    done
}

fn told(problem: Problem) -> anyhow::Error {
    anyhow::anyhow!(problem.detail)
}

fn tell(edition: &ReferenceEdition) {
    tell!("Edition {} of {} ({}): {} entries", edition.number, edition.list, edition.id, edition.entries);
    for (sign, said, codes) in
        [("+", "added", &edition.added), ("~", "changed", &edition.changed), ("-", "ended", &edition.ended)]
    {
        tell!("{sign} {} {said}{}", codes.len(), if codes.is_empty() { "" } else { ":" });
        for code in codes {
            tell!("{sign} {code}");
        }
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let size = std::fs::metadata(path).with_context(|| path.display().to_string())?.len();
    anyhow::ensure!(
        size <= LONGEST_FILE as u64,
        "{}: the file is longer than {LONGEST_FILE} bytes",
        path.display()
    );
    std::fs::read(path).with_context(|| path.display().to_string())
}

/// The edition of a file, as the arguments tell it.
fn edition(args: EditionArgs) -> anyhow::Result<(NewEdition, Vec<u8>)> {
    let file = read(&args.file)?;
    let name = args.file.file_name().unwrap_or_default().to_string_lossy();
    let new = NewEdition {
        list: args.list.context("--list: what the agency calls the list")?,
        source: args.source.context("--source: where the list is published")?,
        as_of: args.as_of.context("--as-of: the day of issue of the source")?,
        valid_from: args.valid_from,
        ending_reasons: args.ending_reasons,
        file_name: name.parse()?,
        file_sha256: reference::digest(&file).map_err(told)?,
    };
    Ok((new, file))
}

/// A shipped edition; what the arguments tell goes before what it tells itself.
fn shipped_edition(shipped: &reference::Shipped, args: EditionArgs) -> anyhow::Result<NewEdition> {
    Ok(NewEdition {
        list: args.list.map_or_else(|| shipped.list.parse(), Ok)?,
        source: args.source.map_or_else(|| shipped.source.parse(), Ok)?,
        as_of: args.as_of.unwrap_or(shipped.as_of),
        valid_from: args.valid_from.or(Some(shipped.as_of)),
        ending_reasons: args.ending_reasons,
        file_name: shipped.file_name.parse()?,
        file_sha256: reference::digest(shipped.file).map_err(told)?,
    })
}
