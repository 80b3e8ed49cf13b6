//! The command line of the export-license registry.

use clap::Parser as _;
use export_license_registry::cli::Cli;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    Cli::parse().run().await
}
