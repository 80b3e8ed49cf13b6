//! The command line.

use clap::{Parser, Subcommand};
use export_license_registry::db::embedded::{self, Supervise};

/// The system of record of a defense-export licensing agency.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Own the embedded database's server; run by the service itself.
    #[command(hide = true)]
    SupervisePostgres(Supervise),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // What is written to the output is read by others; the log goes to the side.
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
    match Cli::parse().command {
        Command::SupervisePostgres(told) => embedded::supervise(&told).await?,
    }
    Ok(())
}
