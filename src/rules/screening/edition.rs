//! Two editions of a list: what the newer one adds, changes and removes, and whether it is to be believed.
//!
//! A publisher's file that is cut off at the end of a row, or empty but for its column names, reads well and would let
//! most of the listed through. So an edition that takes away more than a set share of the entries is refused, and the
//! one before stays in force until someone has looked.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::entry::Entry;

/// The SHA-256 of all that an entry says, whatever the order of its parts.
pub type EntryDigest = [u8; 32];

/// The digest of an entry.
pub fn digest(entry: &Entry) -> EntryDigest {
    let mut parts: Vec<String> = Vec::new();
    let mut add = |kind: &str, values: &mut dyn Iterator<Item = String>| {
        // A part is told by its length, so that no two entries are put together to the same text.
        parts.extend(values.map(|value| format!("{kind}\0{}\0{value}", value.len())));
    };
    add("kind", &mut std::iter::once(entry.kind.name().to_owned()));
    add("list", &mut entry.list.iter().cloned());
    add("name", &mut entry.names.iter().map(|name| format!("{} {}", name.quality, name.text)));
    let number = |one: &super::entry::Identifier| {
        format!("{}\0{}\0{}", one.kind, one.value, one.country.as_deref().unwrap_or_default())
    };
    add("number", &mut entry.identifiers.iter().map(number));
    add("birth", &mut entry.births.iter().map(|birth| format!("{birth:?}")));
    add("country", &mut entry.countries.iter().cloned());
    add("address", &mut entry.address_countries.iter().cloned());
    add("programme", &mut entry.programmes.iter().cloned());
    add("requirement", &mut entry.license_requirement.iter().cloned());
    add("policy", &mut entry.license_policy.iter().cloned());
    add("citation", &mut entry.citation.iter().cloned());
    add("listed", &mut entry.listed_on.iter().map(ToString::to_string));
    parts.sort_unstable();
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(format!("{part}\n"));
    }
    hasher.finalize().into()
}

/// What is known of an edition: the entries by what the list calls them, and their digests.
pub type Edition = BTreeMap<String, EntryDigest>;

/// The edition of these entries.
pub fn edition<'a>(entries: impl Iterator<Item = &'a Entry>) -> Edition {
    entries.map(|entry| (entry.source_id.clone(), digest(entry))).collect()
}

/// What a newer edition says otherwise, by what the list calls the entries, in the order of these ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Entries that the older edition does not have.
    pub added: Vec<String>,
    /// Entries that say something else now.
    pub changed: Vec<String>,
    /// Entries that the newer edition does not have.
    pub removed: Vec<String>,
}

/// What `newer` says otherwise than `older`.
pub fn difference(older: &Edition, newer: &Edition) -> Difference {
    let mut difference = Difference::default();
    for (id, now) in newer {
        match older.get(id) {
            None => difference.added.push(id.clone()),
            Some(before) if before != now => difference.changed.push(id.clone()),
            Some(_) => {}
        }
    }
    difference.removed = older.keys().filter(|id| !newer.contains_key(*id)).cloned().collect();
    difference
}

/// Why an edition is not to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// It has no entries.
    #[error("the list has no entries")]
    Empty,
    /// It takes away more than is allowed.
    #[error("the list would lose {removed} of {before} entries, more than {allowed}: is the file whole?")]
    Shrunken {
        /// How many entries it takes away.
        removed: usize,
        /// How many the older edition has.
        before: usize,
        /// How many it might take away.
        allowed: usize,
    },
}

/// Whether a newer edition is to be believed: it has entries, and takes away at most `percent` of those before, and of a
/// short list at least one.
pub fn believable(older: &Edition, newer: &Edition, percent: u8) -> Result<Difference, Doubt> {
    if newer.is_empty() {
        return Err(Doubt::Empty);
    }
    let difference = difference(older, newer);
    let (removed, before) = (difference.removed.len(), older.len());
    let allowed = (before * usize::from(percent.min(100)) / 100).max(1);
    if removed > allowed { Err(Doubt::Shrunken { removed, before, allowed }) } else { Ok(difference) }
}
