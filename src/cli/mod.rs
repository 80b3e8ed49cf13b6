//! The command line: serving, and what is done beside a running service.

/// Writes a line to the output. Whoever reads it may have gone, which is no failure of ours.
macro_rules! tell {
    ($($arguments:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($arguments)*);
    }};
}

mod audit;
mod database;
mod health;
mod hold;
mod import;
mod limits;
mod lists;
mod load_list;
mod log;
mod match_quality;
mod reference;
mod replay;
mod sample_year;
mod serve;
mod verify;

use clap::{Parser, Subcommand};

use crate::act::Policy;
use crate::api;
use crate::config::{Contact, DatabaseConfig, ServeConfig};
use crate::db::embedded::{self, Supervise};
use crate::http::{openapi, permissions};
use crate::rules::cycles;
use crate::tokens;

pub use database::Database;

/// The system of record of a defense-export licensing agency. Without a command, it serves.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = false)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    serve: ServeConfig,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default).
    Serve,
    /// Import a list of existing licenses from a CSV, as a profile says.
    Import(import::ImportArgs),
    /// Fill an empty register with a sample year in the size of 2021.
    SampleYear(sample_year::SampleYearArgs),
    /// Judge every verdict on file again from its recorded facts; fails where one does not come out as recorded.
    Replay(replay::ReplayArgs),
    /// Print a new administrator token, where the first one was lost.
    AdministratorToken,
    /// Recompute the whole audit log and every history, against the checkpoints published outside the database; fails, and
    /// names the first bad index, where something was altered.
    Audit(audit::AuditArgs),
    /// Verify an evidence pack offline, by the public key of the log alone.
    Verify(verify::VerifyArgs),
    /// Replace the key that signs the checkpoints of the audit log, and print the new public key.
    RotateAuditKey,
    /// Keep the embedded database open, print its URL for psql and other tools, and wait for SIGTERM or SIGINT.
    Database,
    /// Take an edition of a list of restricted parties that the register keeps.
    LoadList(load_list::LoadListArgs),
    /// Take an edition of a control list: a CSV file, or a shipped edition.
    LoadControlList(reference::EditionArgs),
    /// Take an edition of a list of sanctions and embargo programmes, a CSV file.
    LoadProgrammes(reference::EditionArgs),
    /// Enter names of countries in other languages from a CSV file.
    LoadCountryNames(reference::NamesArgs),
    /// Enter groups of countries and their members from a CSV file.
    LoadCountryGroups(reference::GroupsArgs),
    /// Tell what a newer edition of a list of restricted parties adds, changes and removes.
    CompareLists(lists::CompareListsArgs),
    /// Look for a name in lists of restricted parties, with the reasons for each hit.
    Screen(lists::ScreenArgs),
    /// Measure the matching of names on labelled pairs, beside the plainest method.
    MatchQuality(match_quality::MatchQualityArgs),
    /// Ask the service at LISTEN whether it is ready; fails where it is not.
    Health,
    /// Print the life cycles as Markdown, as docs/life-cycles.md holds them.
    LifeCycles,
    /// Print the OpenAPI document, as docs/openapi.json holds it.
    Openapi,
    /// Print who may call which route as Markdown, as docs/permissions.md holds it.
    Permissions,
    /// Own the embedded database's server; run by the service itself.
    #[command(hide = true)]
    SupervisePostgres(Supervise),
}

impl Cli {
    /// Runs what was asked for.
    pub async fn run(self) -> anyhow::Result<()> {
        start_log(&self.serve.log_format);
        match self.command {
            None | Some(Command::Serve) => serve::serve(&self.database, self.serve).await,
            Some(Command::Import(args)) => import::import(&self.database, args, self.serve.policy).await,
            Some(Command::SampleYear(args)) => sample_year::fill(&self.database, args).await,
            Some(Command::Replay(args)) => replay::replay(&self.database, &args).await,
            Some(Command::AdministratorToken) => administrator_token(&self.database).await,
            Some(Command::Audit(args)) => audit::audit(&self.database, &self.serve.log, &args).await,
            Some(Command::Verify(args)) => verify::verify(&args),
            Some(Command::RotateAuditKey) => log::rotate(&self.serve.log, &self.database),
            Some(Command::Database) => hold::hold(&self.database).await,
            Some(Command::LoadList(args)) => {
                load_list::load_list(&self.database, args, self.serve.policy).await
            }
            Some(Command::LoadControlList(args)) => {
                reference::load_control_list(&self.database, args, self.serve.policy).await
            }
            Some(Command::LoadProgrammes(args)) => {
                reference::load_programmes(&self.database, args, self.serve.policy).await
            }
            Some(Command::LoadCountryNames(args)) => reference::load_names(&self.database, &args).await,
            Some(Command::LoadCountryGroups(args)) => reference::load_groups(&self.database, &args).await,
            Some(Command::CompareLists(args)) => lists::compare(&args),
            Some(Command::Screen(args)) => lists::screen(&args),
            Some(Command::MatchQuality(args)) => match_quality::measure(&args),
            Some(Command::Health) => health::ask(self.serve.listen).await,
            Some(Command::LifeCycles) => {
                tell!("{}", cycles::page().trim_end());
                Ok(())
            }
            Some(Command::Permissions) => {
                tell!("{}", permissions::page(&api::rooms()).trim_end());
                Ok(())
            }
            Some(Command::Openapi) => {
                tell!(
                    "{}",
                    serde_json::to_string_pretty(&openapi::document(&api::rooms(), &Contact::default())?)?
                );
                Ok(())
            }
            Some(Command::SupervisePostgres(told)) => Ok(embedded::supervise(&told).await?),
        }
    }
}

/// What is written to the output is read by people and programs; the log goes to the side.
fn start_log(format: &str) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| "warn,export_license_registry=info".into());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false);
    if format == "json" {
        log.json().flatten_event(true).init();
    } else {
        log.init();
    }
    // A panic is a line of the log like any other: where, and not what, which could be a text of a case.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a defect: the program panicked");
    }));
}

/// Issues a further administrator token. It can be listed and revoked like any other.
async fn administrator_token(config: &DatabaseConfig) -> anyhow::Result<()> {
    let database = Database::open(config, false).await?;
    let token =
        tokens::another_administrator_token(&database.pool, &serve::command_line_act(Policy::default()))
            .await;
    database.close().await?;
    tell!("{}", token.map_err(|problem| anyhow::anyhow!(problem.detail))?);
    Ok(())
}
