//! Precedents: how like a decided transaction is to another.
//!
//! A score from 0 to 100 is the sum of its parts, and each part says what is alike. It orders what a person reads; nothing is
//! decided by it. What refers a decision is the refusal of a like transaction, which the gate tells.

use serde::Serialize;
use uuid::Uuid;

use super::application::Kind;
use super::product::ProductClass;
use super::values::{ControlCode, Country, prefixes};
use super::vocabulary;

vocabulary! {
    /// In what two transactions are alike.
    Alike { EndUser, Destination, ControlCode, ProductClass, Kind }
}

impl Alike {
    /// The most points that it gives; together they are 100.
    pub const fn most(self) -> u8 {
        match self {
            Self::EndUser => 30,
            Self::Destination | Self::ControlCode => 25,
            Self::ProductClass | Self::Kind => 10,
        }
    }
}

/// A transaction as far as others are compared with it.
#[derive(Clone, Debug)]
pub struct Transaction {
    /// What is or was applied for.
    pub kind: Kind,
    /// Where to.
    pub destination: Country,
    /// For whom, where that is stated.
    pub end_user: Option<Uuid>,
    /// The classes of its goods.
    pub classes: Vec<ProductClass>,
    /// Their control-list codes.
    pub codes: Vec<ControlCode>,
}

/// One part of a score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PrecedentPart)]
pub struct Part {
    /// In what the two are alike.
    pub alike: Alike,
    /// What they have in common.
    pub common: String,
    /// What it counts for.
    pub points: u8,
}

/// In what two transactions are alike, and what that counts for.
pub fn alike(one: &Transaction, other: &Transaction) -> Vec<Part> {
    let part =
        |alike: Alike, common: Option<String>| Some(Part { alike, common: common?, points: alike.most() });
    let end_user = one.end_user.filter(|end_user| other.end_user == Some(*end_user));
    let destination = (one.destination == other.destination).then(|| one.destination.to_string());
    let class = one.classes.iter().filter(|class| other.classes.contains(class)).max();
    let kind = (one.kind == other.kind).then(|| one.kind.to_string());
    let parts = [
        part(Alike::EndUser, end_user.map(|end_user| end_user.to_string())),
        part(Alike::Destination, destination),
        nearest_codes(one, other),
        part(Alike::ProductClass, class.map(ToString::to_string)),
        part(Alike::Kind, kind),
    ];
    parts.into_iter().flatten().collect()
}

/// The sum of the parts.
pub fn score(parts: &[Part]) -> u8 {
    parts.iter().map(|part| part.points).sum()
}

/// The longest beginning that a code of each has in common: the same code counts whole, the same entry or level below it
/// for less, a group of entries for little.
fn nearest_codes(one: &Transaction, other: &Transaction) -> Option<Part> {
    let pairs = one.codes.iter().flat_map(|a| other.codes.iter().map(move |b| (a, b)));
    let nearest = pairs.filter_map(|(a, b)| {
        let common = prefixes(a).filter(|prefix| prefixes(b).any(|other| other == *prefix)).last()?;
        let points = if a == b {
            Alike::ControlCode.most()
        } else if common.len() > a.head().len() {
            20
        } else if common == a.head() {
            15
        } else if common.len() > 1 {
            5
        } else {
            return None;
        };
        Some(Part { alike: Alike::ControlCode, common: common.to_owned(), points })
    });
    nearest.max_by(|a, b| a.points.cmp(&b.points).then_with(|| b.common.cmp(&a.common)))
}
