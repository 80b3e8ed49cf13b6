//! Checkpoints: the head of the tree, signed at a set interval and published outside the database.
//!
//! The property kept: nothing is signed that does not follow from what was published last. The last checkpoint of the
//! file is held against the tree at the start and before every further one; where the tree is shorter, or another, the
//! log is broken ([`crate::http::logged`]), which a restored backup is as well.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::watch;

use super::keys::KeyFile;
use super::publish::{self, Published};
use super::store::checkpoints as store;
use super::witness::{Witness, WitnessTerms};
use super::{keys, tree};
use crate::clock::rest;
use crate::db::{Conn, Isolation};
use crate::http::{App, Problem};
use crate::meters;
use crate::tlog::{Checkpoint, Note, TreeHead, VerifierKey};

const SHORTER: &str =
    "The audit log is shorter than its last published checkpoint: an old backup, or entries are gone.";
const ANOTHER: &str = "The audit log is not the one of its last published checkpoint: entries were changed.";
const UNKNOWN: &str = "The last published checkpoint is not signed by a key of this registry.";

/// How checkpoints are made, and where they go.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The name of the log.
    pub origin: String,
    /// The file with the private key.
    pub key: PathBuf,
    /// The file that they are appended to.
    pub file: PathBuf,
    /// What they are sent to, where that is set.
    pub webhook: Option<String>,
    /// Who signs that the log only grows, where that is set.
    pub witness: Option<WitnessTerms>,
    /// How often, while the log grows.
    pub every: Duration,
}

/// Makes checkpoints, and publishes them.
#[derive(Debug)]
pub struct Checkpointer {
    origin: String,
    keys: KeyFile,
    file: Published,
    webhook: Option<String>,
    every: Duration,
    http: reqwest::Client,
    /// What was published last.
    published: Option<TreeHead>,
    witness: Option<Witness>,
}

impl Checkpointer {
    /// Makes the key where there is none, and holds the log against what was published last.
    pub async fn open(app: &App, terms: &Terms) -> anyhow::Result<Self> {
        let keys = KeyFile::new(terms.key.clone(), terms.origin.clone());
        keys.ensure(&app.ids)?;
        if let Some(newest) = keys.signers()?.into_iter().next() {
            app.log.signs_with(newest);
        }
        let file = Published::new(terms.file.clone());
        let place = || format!("the file of checkpoints {} cannot be used", file.path().display());
        publish::check(&file).with_context(place)?;
        let last = file.last().with_context(place)?;
        let http = publish::client()?;
        let mut checkpointer = Self {
            origin: terms.origin.clone(),
            keys,
            webhook: terms.webhook.clone(),
            every: terms.every,
            published: None,
            witness: terms.witness.clone().map(|terms| Witness::new(terms, http.clone())),
            http,
            file,
        };
        if let Some(last) = last {
            checkpointer.recall(app, &last).await.map_err(|problem| anyhow::anyhow!(problem.detail))?;
        }
        Ok(checkpointer)
    }

    /// Takes up what was published last, and holds the log against it.
    async fn recall(&mut self, app: &App, last: &str) -> Result<(), Problem> {
        let mut tx = app.pool.office(Isolation::Reads).await?;
        let on_file = store::keys(&mut tx).await?;
        let signers = self.keys.signers().map_err(|error| Problem::internal(&error))?;
        let keys: Vec<VerifierKey> = on_file
            .iter()
            .filter_map(|on_file| on_file.key.parse().ok())
            .chain(signers.iter().map(|signer| signer.key().clone()))
            .collect();
        let last = last.parse::<Note>().and_then(|note| Checkpoint::verified(&note, &keys));
        match last {
            Ok(checkpoint) => self.published = Some(checkpoint.head),
            Err(_) => app.log.breaks(UNKNOWN),
        }
        let size = tree::size(&mut tx).await?;
        self.follows(app, &mut tx, size).await?;
        Ok(())
    }

    /// Whether the tree follows from what was published last.
    async fn follows(&self, app: &App, conn: &mut Conn, size: u64) -> Result<bool, Problem> {
        let Some(published) = &self.published else { return Ok(app.log.is_whole()) };
        if size < published.size {
            app.log.breaks(SHORTER);
        } else if tree::head(conn, published.size).await? != *published {
            app.log.breaks(ANOTHER);
        }
        Ok(app.log.is_whole())
    }

    /// Works until told to stop. Whoever stops it makes a last checkpoint by [`Self::tell`].
    pub async fn run(&mut self, app: App, mut stopped: watch::Receiver<bool>) {
        app.log.checkpointed.none_left();
        self.tell(&app).await;
        while rest(self.every, &mut stopped).await {
            self.tell(&app).await;
        }
    }

    /// Makes a checkpoint and publishes it; what fails is told and tried again.
    pub async fn tell(&mut self, app: &App) {
        match self.round(app).await {
            Ok(()) => app.log.checkpointed.none_left(),
            Err(cause) => tracing::warn!(cause, "a checkpoint of the audit log will be tried again"),
        }
    }

    /// Makes a checkpoint if the log has grown, and publishes the last one if that was not done yet.
    pub async fn round(&mut self, app: &App) -> Result<(), String> {
        let made = self.make(app).await.map_err(|problem| problem.cause().to_owned())?;
        let Some((at, head, note)) = made else { return Ok(()) };
        if self.published.is_some_and(|published| published.size >= head.size) {
            self.have_cosigned(app, &head, &note).await;
            return Ok(());
        }
        self.file.append(at, &note).map_err(|error| error.to_string())?;
        self.published = Some(head);
        meters::checkpoint(head.size);
        if let Some(webhook) = &self.webhook {
            let sent = publish::send(&self.http, webhook, &note).await;
            meters::delivery("webhook", sent.is_ok());
            if let Err(error) = sent {
                tracing::warn!(cause = %error.without_url(), "the webhook did not take a checkpoint");
            }
        }
        self.have_cosigned(app, &head, &note).await;
        Ok(())
    }

    /// Has the last checkpoint signed by the witness, if it did not sign it yet. Where that fails it is tried again with
    /// the next round.
    async fn have_cosigned(&mut self, app: &App, head: &TreeHead, note: &str) {
        let Some(witness) = &mut self.witness else { return };
        if let Err(cause) = cosign(app, witness, head, note).await {
            tracing::warn!(cause, "the witness has not signed the last checkpoint");
        }
    }

    /// The last checkpoint, which is a new one if the log has grown. None where there is nothing to publish.
    async fn make(
        &self,
        app: &App,
    ) -> Result<Option<(chrono::DateTime<chrono::Utc>, TreeHead, String)>, Problem> {
        let mut tx = app.pool.office(Isolation::RecordsMuch).await?;
        let size = tree::size(&mut tx).await?;
        if !self.follows(app, &mut tx, size).await? {
            return Err(Problem::internal(&"the log does not follow from what was published"));
        }
        let last = store::last(&mut tx).await?;
        let grown =
            last.as_ref().map_or(size > 0, |last| u64::try_from(last.size).unwrap_or_default() < size);
        if grown && store::lock(&mut tx).await? {
            let made = self.sign(app, &mut tx, size).await?;
            tx.commit().await?;
            return Ok(Some(made));
        }
        let Some(last) = last else { return Ok(None) };
        let root = last.root.as_slice().try_into().map_err(|error| Problem::internal(&error))?;
        let head = TreeHead { size: u64::try_from(last.size).unwrap_or_default(), root };
        Ok(Some((last.at, head, last.note)))
    }

    /// Signs the head of the tree: with the key of now, and with the one before where the new one signs for the first
    /// time.
    async fn sign(
        &self,
        app: &App,
        conn: &mut Conn,
        size: u64,
    ) -> Result<(chrono::DateTime<chrono::Utc>, TreeHead, String), Problem> {
        let at = app.clock.now();
        let head = tree::head(conn, size).await?;
        let mut signers = self.keys.signers().map_err(|error| Problem::internal(&error))?;
        let known = store::keys(conn).await?;
        let is_known = |key: &VerifierKey| known.iter().any(|known| known.key == key.to_string());
        if signers.first().is_some_and(|newest| is_known(newest.key())) {
            signers.truncate(1);
        }
        for signer in signers.iter().rev().filter(|signer| !is_known(signer.key())) {
            store::insert_key(conn, &signer.key().to_string(), size, at).await?;
        }
        let text = Checkpoint { origin: self.origin.clone(), head }.to_string();
        let signatures = signers.iter().map(|signer| signer.sign(&text)).collect();
        if let Some(newest) = signers.into_iter().next() {
            app.log.signs_with(newest);
        }
        let note = Note { text, signatures }.to_string();
        store::insert(conn, app.ids.next(at), at, &head, &note).await?;
        Ok((at, head, note))
    }
}

async fn cosign(app: &App, witness: &mut Witness, head: &TreeHead, note: &str) -> Result<(), String> {
    let told = |error: sqlx::Error| error.to_string();
    let name = witness.key().to_string();
    let mut tx = app.pool.office(Isolation::Reads).await.map_err(told)?;
    if store::is_cosigned(&mut tx, head.size, &name).await.map_err(told)? {
        return Ok(());
    }
    // No connection is held while the witness is asked.
    drop(tx);
    let cosignature = witness.cosigned(app, head, note).await;
    meters::delivery("witness", cosignature.is_ok());
    let cosignature = cosignature?;
    let mut tx = app.pool.office(Isolation::Records).await.map_err(told)?;
    store::insert_cosignature(&mut tx, head.size, &name, &cosignature).await.map_err(told)?;
    tx.commit().await.map_err(told)
}

/// Replaces the key of the log: the next checkpoint is signed by the new one and by the one before. Gives the new public
/// key.
pub fn rotate(terms: &Terms, ids: &crate::ids::Ids) -> Result<VerifierKey, keys::KeyError> {
    let file = KeyFile::new(terms.key.clone(), terms.origin.clone());
    let last = Published::new(terms.file.clone())
        .last()
        .map_err(|error| keys::KeyError::File { path: terms.file.clone(), error })?;
    file.rotate(ids, last.and_then(|note| note.parse().ok()).as_ref())
}
