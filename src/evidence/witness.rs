//! A witness (C2SP tlog-witness): it signs a checkpoint only where that follows from all that it signed before.
//!
//! The property kept: the registry cannot show one log here and another there, or go back to an old one, without the
//! witness's signature missing.

use super::tree;
use crate::db::Isolation;
use crate::http::App;
use crate::tlog::{Cosignature, Note, NoteSignature, TreeHead, VerifierKey, consistency_path};

const LONGER: &str = "The witness has signed a longer log than this one: an old backup, or entries are gone.";

/// A witness: where it is asked, and what it signs with.
#[derive(Clone, Debug)]
pub struct WitnessTerms {
    /// The URL before `/add-checkpoint`.
    pub url: String,
    /// Its public key.
    pub key: VerifierKey,
}

/// A witness, and how much of the log it has seen.
#[derive(Debug)]
pub(super) struct Witness {
    terms: WitnessTerms,
    http: reqwest::Client,
    seen: u64,
}

enum Reply {
    Cosigned(Cosignature),
    /// It has seen so many entries, and not as many as it was told.
    Has(u64),
}

impl Witness {
    pub(super) fn new(terms: WitnessTerms, http: reqwest::Client) -> Self {
        Self { terms, http, seen: 0 }
    }

    /// Its public key.
    pub(super) fn key(&self) -> &VerifierKey {
        &self.terms.key
    }

    /// Has a checkpoint signed. A witness that has seen more than there is has seen another log, or this one before it
    /// was set back: then the log is broken.
    pub(super) async fn cosigned(
        &mut self,
        app: &App,
        head: &TreeHead,
        note: &str,
    ) -> Result<Cosignature, String> {
        for _ in 0..2 {
            match self.ask(app, head, note).await? {
                Reply::Cosigned(cosignature) => {
                    self.seen = head.size;
                    return Ok(cosignature);
                }
                Reply::Has(size) if size > head.size => {
                    app.log.breaks(LONGER);
                    return Err(LONGER.to_owned());
                }
                Reply::Has(size) => self.seen = size,
            }
        }
        Err("the witness does not say what it has seen".to_owned())
    }

    async fn ask(&self, app: &App, head: &TreeHead, note: &str) -> Result<Reply, String> {
        let mut asked = format!("old {}\n", self.seen);
        if (1..head.size).contains(&self.seen) {
            let spans = consistency_path(self.seen, head.size).unwrap_or_default();
            let mut tx = app.pool.office(Isolation::Reads).await.map_err(|error| error.to_string())?;
            let proof = tree::prove(&mut tx, &spans).await.map_err(|problem| problem.cause().to_owned())?;
            asked.extend(proof.iter().map(|hash| format!("{hash}\n")));
        }
        asked = asked + "\n" + note;
        let url = format!("{}/add-checkpoint", self.terms.url.trim_end_matches('/'));
        let told = |error: reqwest::Error| error.without_url().to_string();
        let reply = self.http.post(url).body(asked).send().await.map_err(told)?;
        let status = reply.status();
        let said = reply.text().await.map_err(told)?;
        match status.as_u16() {
            200 => self.read(note, &said).map(Reply::Cosigned),
            409 => said.trim().parse().map(Reply::Has).map_err(|_| "the witness names no size".to_owned()),
            _ => Err(format!("the witness answered {status}")),
        }
    }

    /// Reads the signature lines that it gave for a note.
    fn read(&self, note: &str, lines: &str) -> Result<Cosignature, String> {
        let signatures: Result<Vec<NoteSignature>, _> = lines.lines().map(str::parse).collect();
        let note = note.parse::<Note>().and_then(|note| Ok(Note { signatures: signatures?, ..note }));
        let signed = note.ok().and_then(|note| Cosignature::of(&self.terms.key, &note));
        signed.ok_or_else(|| "the witness's signature is not its own".to_owned())
    }
}
