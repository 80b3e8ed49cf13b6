//! Whether a party is on a list of restricted parties: names compared, in any script, with the reasons.
//!
//! The lists come in as [`entry::Entry`], however they were published. A [`Matcher`] holds them in memory: an index finds
//! the names that share a word with a query, or a word like one, and [`compare()`] weighs each of them word by word. A hit
//! says which words stand for which, and what else speaks for or against it. [`edition`] tells two editions of a list
//! apart and doubts one that has shrunk; [`quality`] measures the matching on labelled pairs.
//!
//! Kept: the same input gives the same score on every machine; what a name is made of is never lost, only weighed.

mod align;
mod compare;
pub mod edition;
pub mod entry;
mod evidence;
mod index;
mod latin;
mod likeness;
mod matcher;
pub mod quality;
mod sounds;
mod split;
mod tables;
mod tally;
mod weights;
mod words;

pub use compare::{Comparison, Part, compare};
pub use evidence::{Evidence, Facts};
pub use latin::Origin;
pub use likeness::How;
pub use matcher::{Hit, Matcher, Party};
pub use tables::LegalForm;
pub use weights::Weights;
pub use words::{Name, Role, Subject, Word};
