//! Entries as they grow while a file is read.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use crate::rules::screening::entry::{Entry, Kind, ListedName, Quality};

/// The entries of a list, by what the list calls them.
#[derive(Debug, Default)]
pub(super) struct Parties {
    entries: Vec<Entry>,
    by_id: HashMap<String, usize>,
}

impl Parties {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.entries
    }

    /// The entry of an id in its list, new if it is not known yet.
    pub(super) fn known_as(&mut self, id: &str, list: Option<&str>) -> Option<&mut Entry> {
        let id = list.map_or_else(|| id.to_owned(), |list| format!("{}:{id}", short(list)));
        let at = self.by_id.get(&id).copied();
        self.at(at, id)
    }

    /// A new entry of a list that gives it no id. Its id is made of its name, since notices grow from edition to
    /// edition; of several with one name, the later ones are numbered.
    pub(super) fn without_id(&mut self, name: &str, list: Option<&str>) -> Option<&mut Entry> {
        let digest = hex::encode(Sha256::digest(name.as_bytes()));
        let short_digest = digest.get(..12).unwrap_or_default();
        let base = list
            .map_or_else(|| format!("~{short_digest}"), |list| format!("{}:~{short_digest}", short(list)));
        let mut id = base.clone();
        let mut more = 2;
        while self.by_id.contains_key(&id) {
            id = format!("{base}.{more}");
            more += 1;
        }
        self.at(None, id)
    }

    /// The entry at a place, or a new one at the end.
    fn at(&mut self, at: Option<usize>, id: String) -> Option<&mut Entry> {
        let at = at.unwrap_or_else(|| {
            self.by_id.insert(id.clone(), self.entries.len());
            self.entries.push(Entry { source_id: id, ..Entry::default() });
            self.entries.len() - 1
        });
        self.entries.get_mut(at)
    }
}

/// The short name of a list: what stands in brackets, or the name.
fn short(list: &str) -> &str {
    list.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or(list, |(short, _)| short)
}

/// What an entry is about, as lists call it.
pub(super) fn kind(stated: &str) -> Kind {
    match stated.trim().to_ascii_lowercase().as_str() {
        "individual" | "person" | "p" | "natural person" => Kind::Person,
        "entity" | "organization" | "organisation" | "company" | "enterprise" | "e" | "group" => {
            Kind::Organization
        }
        "vessel" | "ship" => Kind::Vessel,
        "aircraft" => Kind::Aircraft,
        _other => Kind::Unknown,
    }
}

/// Adds names that the entry does not have yet; the first one is what it is listed under.
pub(super) fn add_names(entry: &mut Entry, names: impl IntoIterator<Item = String>, quality: Quality) {
    for text in names {
        if entry.names.iter().any(|name| name.text == text) {
            continue;
        }
        let name = ListedName { text, quality };
        let is_first = quality == Quality::Primary
            && entry.names.first().is_some_and(|first| first.quality != Quality::Primary);
        if is_first {
            entry.names.insert(0, name);
        } else {
            entry.names.push(name);
        }
    }
}
