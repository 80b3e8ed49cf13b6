//! What the registry held on the resources of a pack: opened against the commitment in the last leaf of each, and what the
//! pack shows held against it. Beside the steps of the history this binds the lines, the term, the conditions, the freezes
//! and the consignees of a license, and the documents of its declarations.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::checks::Leaf;
use super::held::{Application, Consignee, Declaration, License};
use super::model::{Content, Declared};

/// What is gathered while the lines are read.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Of each resource, what its last leaf commits to.
    committed: BTreeMap<Uuid, Option<String>>,
    /// Of each resource, what opened that.
    held: BTreeMap<Uuid, String>,
    declared: BTreeMap<Uuid, String>,
}

impl Contents {
    /// Notes what the leaf of an entry on a resource commits to: no earlier one counts any more.
    pub(super) fn entry(&mut self, leaf: &Leaf, subject: Uuid) {
        if leaf.outcome == "done" {
            self.held.remove(&subject);
            self.committed.insert(subject, leaf.content.clone());
        }
    }

    /// Notes the document of a declaration.
    pub(super) fn declared(&mut self, declared: Declared) -> Result<(), String> {
        match self.declared.insert(declared.id, declared.document_sha256) {
            None => Ok(()),
            Some(_) => Err("the declaration is there twice".to_owned()),
        }
    }

    /// Takes what was held on a resource, where it is what its last leaf commits to.
    pub(super) fn open(&mut self, content: Content) -> Result<(), String> {
        let committed = self.committed.get(&content.subject).and_then(Option::as_ref);
        let opened = hex::decode(&content.salt)
            .map(|salt| hex::encode(Sha256::new().chain_update(salt).chain_update(&content.text).finalize()));
        if opened.ok().as_ref() != committed {
            return Err(format!("what was held on {} is not what the log commits to", content.subject));
        }
        match self.held.insert(content.subject, content.text) {
            None => Ok(()),
            Some(_) => Err(format!("what was held on {} is there twice", content.subject)),
        }
    }

    /// Whether every commitment was opened, and the license shown is the one held.
    pub(super) fn ended(&self, subject: Uuid, shown: &Value) -> Result<(), String> {
        if let Some(missing) =
            self.committed.iter().find(|(of, says)| says.is_some() && !self.held.contains_key(of))
        {
            return Err(format!("what was held on {} is missing", missing.0));
        }
        let license: License = self.read(subject)?;
        let application = match license.application() {
            Some(id) => self.read::<Application>(id)?,
            None => Application::default(),
        };
        license.shows(&application, shown)?;
        let consignees = application.consignees(|id| self.read::<Consignee>(id))?;
        if shown.get("consignees") != Some(&consignees) {
            return Err("the consignees shown are not those that the log commits to".to_owned());
        }
        self.declarations(&application.declarations())
    }

    fn declarations(&self, used: &BTreeSet<Uuid>) -> Result<(), String> {
        if !used.iter().eq(self.declared.keys()) {
            return Err("the declarations are not those that the application used".to_owned());
        }
        for (id, document) in &self.declared {
            if self.read::<Declaration>(*id)?.document_sha256 != *document {
                return Err(format!("the document of declaration {id} is another"));
            }
        }
        Ok(())
    }

    fn read<T: DeserializeOwned>(&self, id: Uuid) -> Result<T, String> {
        let text = self.held.get(&id).ok_or_else(|| format!("nothing in the pack was held on {id}"))?;
        serde_json::from_str(text).map_err(|error| format!("what was held on {id}: {error}"))
    }
}
