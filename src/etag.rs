//! Entity tags, and what a caller expects of the resource it changes (RFC 9110, sections 8.8.3 and 13).
//!
//! The tag of a resource is `"<version>-<hash>"`, that of any other answer `"<hash>"`; the hash is of the body, so that
//! equal tags mean equal bytes. A change is held against the version alone: two roles are shown the same state in other
//! words, and a term that runs out overnight is no change.
//!
//! The property kept: a change is compared with the row that it locked, once, before its first step
//! ([`Precondition::met_by`]); whoever answers can ask whether that was done ([`Precondition::was_compared`]).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Hexadecimal digits of the hash in a tag: 64 bits tell the states of one resource apart.
const HASH_DIGITS: usize = 16;

/// The strong tag of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag(String);

impl Tag {
    /// The tag of these bytes, and of this version where what they show has one.
    pub fn of(version: Option<i32>, bytes: &[u8]) -> Self {
        let mut hash = hex::encode(Sha256::digest(bytes));
        hash.truncate(HASH_DIGITS);
        Self(version.map_or_else(|| format!("\"{hash}\""), |version| format!("\"{version}-{hash}\"")))
    }

    /// As it is written, with its quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One tag of a list, as a caller wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Named<'t> {
    weak: bool,
    /// With its quotes.
    opaque: &'t str,
}

impl Named<'_> {
    /// The version it names; none where it is weak (a change needs a strong one) or no tag of a version.
    fn version(&self) -> Option<i32> {
        let inner = self.opaque.strip_prefix('"')?.strip_suffix('"')?;
        let (version, hash) = inner.split_once('-')?;
        let is_hash = hash.len() == HASH_DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        if self.weak || !is_hash { None } else { version.parse().ok() }
    }
}

/// What the header of a condition names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition<'t> {
    /// `*`
    Any,
    Tags(Vec<Named<'t>>),
}

impl<'t> Condition<'t> {
    /// Reads `*` or a list of tags; none where it is neither.
    fn parse(text: &'t str) -> Option<Self> {
        let mut rest = text.trim_matches(BLANK);
        if rest == "*" {
            return Some(Self::Any);
        }
        let mut tags = Vec::new();
        while !rest.is_empty() {
            // A list may have empty members (RFC 9110, section 5.6.1).
            if let Some(after) = rest.strip_prefix(',') {
                rest = after.trim_start_matches(BLANK);
                continue;
            }
            let (weak, from) = rest.strip_prefix("W/").map_or((false, rest), |from| (true, from));
            let end = from.strip_prefix('"')?.find('"')? + 2;
            let (opaque, after) = from.split_at_checked(end)?;
            if !opaque.bytes().all(|byte| byte > b' ' && byte != 0x7f) {
                return None;
            }
            tags.push(Named { weak, opaque });
            rest = after.trim_start_matches(BLANK);
            if !rest.is_empty() && !rest.starts_with(',') {
                return None;
            }
        }
        (!tags.is_empty()).then_some(Self::Tags(tags))
    }
}

/// Optional white space (RFC 9110, section 5.6.3).
const BLANK: [char; 2] = [' ', '\t'];

/// Whether `If-None-Match` names this tag, by weak comparison: then the caller has the answer already.
pub fn names(if_none_match: &str, tag: &str) -> bool {
    match Condition::parse(if_none_match) {
        Some(Condition::Any) => true,
        Some(Condition::Tags(tags)) => tags.iter().any(|named| named.opaque == tag),
        None => false,
    }
}

/// The resource at the head of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// By its identifier.
    Id(Uuid),
    /// By its name.
    Code(String),
}

impl Head {
    /// Reads what stands in the path.
    pub fn read(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Code(text.to_owned()), Self::Id)
    }
}

/// The versions that a caller takes the resource to have.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    Any,
    OneOf(Vec<i32>),
}

/// What a caller expects of the resource at the head of the path: `If-Match`.
#[derive(Clone, Debug)]
pub struct Precondition {
    head: Head,
    wanted: Wanted,
    compared: Arc<AtomicBool>,
}

impl Precondition {
    /// Reads `If-Match`; none where it is neither `*` nor a list of tags.
    pub fn parse(head: Head, if_match: &str) -> Option<Self> {
        let wanted = match Condition::parse(if_match)? {
            Condition::Any => Wanted::Any,
            Condition::Tags(tags) => Wanted::OneOf(tags.iter().filter_map(Named::version).collect()),
        };
        Some(Self { head, wanted, compared: Arc::default() })
    }

    /// The same, not compared yet: for another attempt at the same request.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self { compared: Arc::default(), ..self.clone() }
    }

    /// Holds it against a resource as it was found and locked. What is not at the head of the path is not spoken of; nor
    /// is what the act itself did to the resource after it was first compared.
    pub fn met_by(&self, found: &Head, version: i32) -> bool {
        if *found != self.head || self.compared.swap(true, Ordering::Relaxed) {
            return true;
        }
        match &self.wanted {
            Wanted::Any => true,
            Wanted::OneOf(versions) => versions.contains(&version),
        }
    }

    /// Whether it was held against its resource.
    pub fn was_compared(&self) -> bool {
        self.compared.load(Ordering::Relaxed)
    }
}

/// The resource is not in the version that the caller expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stale;

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the resource has changed since it was read")
    }
}

impl std::error::Error for Stale {}

#[cfg(test)]
mod tests {
    use super::*;

    const SEVENTH: &str = "\"7-0123456789abcdef\"";

    fn meets(if_match: &str, version: i32) -> Option<bool> {
        let head = Head::Code("gulf".to_owned());
        Precondition::parse(head.clone(), if_match).map(|wanted| wanted.met_by(&head, version))
    }

    #[test]
    fn the_tag_of_a_resource_begins_with_its_version_and_follows_its_bytes() {
        let tag = Tag::of(Some(7), b"{}");
        assert_eq!(tag.as_str(), "\"7-44136fa355b3678a\"");
        assert_eq!(Tag::of(None, b"{}").as_str(), "\"44136fa355b3678a\"");
        assert_ne!(tag, Tag::of(Some(7), b"{ }"));
    }

    #[test]
    fn a_change_meets_the_version_of_a_strong_tag_or_a_star() {
        assert_eq!(meets(SEVENTH, 7), Some(true));
        assert_eq!(meets("\"7-fedcba9876543210\"", 7), Some(true), "shown to another role");
        assert_eq!(meets("*", 3), Some(true));
        assert_eq!(meets(" * ", 3), Some(true));
        assert_eq!(meets(&format!("\"1-0000000000000000\" ,,\t{SEVENTH}"), 7), Some(true));
        assert_eq!(meets(SEVENTH, 8), Some(false));
        assert_eq!(meets(&format!("W/{SEVENTH}"), 7), Some(false), "weak tags never match");
        for other in ["\"7\"", "\"7-\"", "\"0123456789abcdef\"", "\"7-0123456789abcdeg\"", "\"\"", "\"x,y\""]
        {
            assert_eq!(meets(other, 7), Some(false), "{other}");
        }
    }

    #[test]
    fn what_is_no_list_of_tags_is_told_from_one_that_matches_nothing() {
        let broken = [
            "",
            " ",
            ",",
            "7",
            "\"7",
            "7\"",
            "w/\"7\"",
            "\"7\" \"8\"",
            "\"a b\"",
            "*, \"7\"",
            "\"7\"x",
            "W/",
        ];
        for text in broken {
            assert_eq!(meets(text, 7), None, "{text}");
            assert!(!names(text, "\"7\""), "{text}");
        }
    }

    #[test]
    fn a_read_is_answered_by_weak_comparison() {
        let tag = Tag::of(None, b"[]");
        for text in ["*".to_owned(), tag.0.clone(), format!("W/{}", tag.0), format!("\"x\", {}", tag.0)] {
            assert!(names(&text, tag.as_str()), "{text}");
        }
        assert!(!names("\"x\"", tag.as_str()));
    }

    #[test]
    fn only_the_head_is_compared_and_only_once_an_attempt() {
        let (head, other) = (Head::read("018f0000-0000-7000-8000-0000000000ff"), Head::read("elsewhere"));
        let wanted = Precondition::parse(head.clone(), SEVENTH).unwrap();
        assert!(wanted.met_by(&other, 1) && !wanted.was_compared());
        assert!(wanted.met_by(&head, 7) && wanted.was_compared());
        assert!(wanted.met_by(&head, 8), "the act's own step");
        let again = wanted.anew();
        assert!(!again.was_compared() && !again.met_by(&head, 8));
    }
}
