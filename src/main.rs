//! The command line of the export-license registry.

use std::process::ExitCode;

use clap::Parser as _;
use export_license_registry::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::parse().run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The whole chain on one line, for people; a backtrace would say nothing to them.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
