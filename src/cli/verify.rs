//! `verify`: checks an evidence pack, with nothing but the pack and the public keys of the log.

use std::io::Read as _;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::packs;
use crate::tlog::VerifierKey;

/// Which pack, and by which keys.
#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    /// The file with the pack; - reads the input.
    pack: PathBuf,
    /// A public key of the log, as /v1/audit/keys gives it; again for each further key.
    #[arg(long = "key", required = true, value_parser = key)]
    keys: Vec<VerifierKey>,
}

/// Reads a public key.
pub(super) fn key(text: &str) -> Result<VerifierKey, String> {
    text.parse().map_err(|error| format!("a key {error}: name+id+base64"))
}

/// Tells what the pack proves, or fails with the first line that does not hold.
pub(super) fn verify(args: &VerifyArgs) -> anyhow::Result<()> {
    let place = args.pack.display();
    let pack = if args.pack.as_os_str() == "-" {
        let mut pack = Vec::new();
        std::io::stdin().read_to_end(&mut pack).map(|_| pack)
    } else {
        std::fs::read(&args.pack)
    };
    let proven = packs::verify(&pack.with_context(|| format!("{place} cannot be read"))?, &args.keys)
        .with_context(|| format!("{place} does not hold"))?;
    tell!(
        "{place} holds: the {} {} is {}. {} steps, {} entries ({} erased) of the {} in the log {}.",
        proven.kind,
        proven.subject,
        proven.status,
        proven.steps,
        proven.entries,
        proven.erased,
        proven.size,
        proven.origin
    );
    Ok(())
}
