//! `verify`: checks an evidence pack, with nothing but the pack and the public keys of the log.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::evidence::Published;
use crate::examination;
use crate::packs::{self, Proven};
use crate::tlog::VerifierKey;

/// Which pack, and by which keys.
#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    /// The file with the pack; - reads the input.
    pack: PathBuf,
    /// A public key of the log, as /v1/audit/keys gives it; again for each further key.
    #[arg(long = "key", required = true, value_parser = key)]
    keys: Vec<VerifierKey>,
    /// The published checkpoints, as `CHECKPOINT_FILE` holds them: the pack's must be one of them.
    #[arg(long, value_name = "FILE")]
    checkpoints: Option<PathBuf>,
}

/// Reads a public key.
pub(super) fn key(text: &str) -> Result<VerifierKey, String> {
    text.parse().map_err(|error| format!("a key {error}: name+id+base64"))
}

/// Fails where the checkpoint of the pack is not one of those published. Whoever has the key of the log can sign a log of
/// his own making, and not what others have kept.
fn published(file: &Path, keys: &[VerifierKey], proven: &Proven) -> anyhow::Result<()> {
    let place = file.display();
    let notes = Published::new(file.to_owned()).notes().with_context(|| format!("{place} cannot be read"))?;
    let mut heads = examination::read(&place.to_string(), &notes, keys).into_iter();
    anyhow::ensure!(
        heads.any(|against| against.head.as_ref() == Some(&proven.head)),
        "the checkpoint of the pack, of size {} with the root {}, is none of those in {place}",
        proven.head.size,
        proven.head.root
    );
    tell!("Its checkpoint is one of those in {place}.");
    Ok(())
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
        proven.head.size,
        proven.origin
    );
    match &args.checkpoints {
        None => tell!(
            "Its checkpoint was held against none that was published: --checkpoints FILE does that. Size {}, root {}.",
            proven.head.size,
            proven.head.root
        ),
        Some(file) => published(file, &args.keys, &proven)?,
    }
    Ok(())
}
