//! Cover: which licenses and applications stand on a declaration of a template version, and which do not.
//!
//! The tables are those of declarations, licenses and applications, which are read here and never written. Property
//! kept: cover has one meaning, that of `rules/cover`; the condition in SQL that finds by the thousand is its mirror,
//! in one place.

mod list;
mod model;
mod routes;
pub mod store;
mod uncovered;

pub use model::{UncoveredApplication, UncoveredLicense};
pub use routes::room;
pub use store::facts::{Record, filings, record};
pub use store::{Version, version};
