//! `load-list`: takes an edition of a list that the register keeps, whatever its size.

use std::path::PathBuf;

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::Args;

use super::database::Database;
use super::lists::files;
use crate::act::Policy;
use crate::config::{DatabaseConfig, PolicyConfig};
use crate::db::Isolation;
use crate::http::Problem;
use crate::rules::screening_list::Action;
use crate::rules::values::{Invalid, ListCode};
use crate::screening::{self, Given, Taken};

/// Which list, and its edition.
#[derive(Clone, Debug, Args)]
pub(super) struct LoadListArgs {
    /// What the agency calls the list.
    code: String,
    /// The edition: a file, or a directory with the files of OFAC's native form.
    path: PathBuf,
    /// The day that its publisher gives it.
    #[arg(long)]
    as_of: Option<NaiveDate>,
    /// The encoding of files that are not in Unicode, such as windows-1252.
    #[arg(long)]
    encoding: Option<String>,
}

/// Takes the edition, or tells why not. One that there is reason to doubt is for the head of the agency to take.
pub(super) async fn load_list(
    database: &DatabaseConfig,
    args: LoadListArgs,
    policy: PolicyConfig,
) -> anyhow::Result<()> {
    let code: ListCode =
        args.code.parse().map_err(|Invalid(says)| anyhow::anyhow!("{}: {says}", args.code))?;
    let files = files(&args.path)?.into_iter().map(|(name, bytes)| (name, bytes.into())).collect();
    let given = Given { files, as_of: args.as_of, encoding: args.encoding, reasons: None };
    let database = Database::open(database, false).await?;
    let done = take(&database, policy.into(), &code, &given).await;
    database.close().await?;
    done
}

async fn take(database: &Database, policy: Policy, code: &ListCode, given: &Given) -> anyhow::Result<()> {
    let act = super::serve::command_line_act(policy);
    let read = screening::reading(given).await.map_err(told)?;
    let mut tx = database.pool.office(Isolation::RecordsMuch).await?;
    let list = screening::find_list(&mut tx, &act, code).await?.context("no list of this code is kept")?;
    let subject = screening::begin_taking(&mut tx, &act, list.id, Action::TakeEdition).await.map_err(told)?;
    let taken =
        screening::take(&mut tx, &act, &subject, Action::TakeEdition, given, &read).await.map_err(told)?;
    tx.commit().await?;
    match taken {
        Taken::New(number) => {
            tell!("{code}: edition {number} is in force, with {} entries", read.entries.len());
        }
        Taken::Before(number) => tell!("{code}: these files are edition {number}, which is in force"),
    }
    Ok(())
}

fn told(problem: Problem) -> anyhow::Error {
    anyhow::anyhow!(problem.detail)
}
