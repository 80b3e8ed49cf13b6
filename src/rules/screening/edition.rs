//! Editions of a screening list, for comparison: the digest of each entry.

use sha2::{Digest as _, Sha256};

use super::entry::Entry;
use crate::rules::edition::{Doubt, Edition, EntryDigest, thinned};

/// The digest of all that an entry says, whatever the order of its parts.
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

/// How much entries are known by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Their names.
    pub names: usize,
    /// Their numbers.
    pub identifiers: usize,
}

impl Marks {
    /// The marks of these entries together.
    pub fn of<'a>(entries: impl Iterator<Item = &'a Entry>) -> Self {
        entries.fold(Self::default(), |sum, entry| Self {
            names: sum.names + entry.names.len(),
            identifiers: sum.identifiers + entry.identifiers.len(),
        })
    }

    /// What speaks against `now`, where these are the marks of the same entries before: a file of other names that is
    /// missing, or a column under another name, leaves every entry in its place and most names out.
    pub fn thinned(self, now: Self, percent: u8) -> impl Iterator<Item = Doubt> {
        let names = thinned("names", self.names, now.names, percent);
        names.into_iter().chain(thinned("identifiers", self.identifiers, now.identifiers, percent))
    }
}

/// The edition of these entries.
pub fn edition<'a>(entries: impl Iterator<Item = &'a Entry>) -> Edition {
    entries.map(|entry| (entry.source_id.clone(), digest(entry))).collect()
}
