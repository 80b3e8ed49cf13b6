//! Declaration templates: the text that an acquiring state must sign, by product class and version.
//!
//! Tables: `declaration_templates`, `template_agreements`. Kept: a text is agreed once the ministries of defense and
//! of foreign affairs, in different persons, have agreed to it; one version of a class is in force at a time, and a
//! version that comes into force supersedes the one before in the same transaction.

mod agree;
mod draft;
mod enact;
mod model;
mod routes;
pub mod store;

pub use agree::agree;
pub use draft::draft;
pub use enact::enact;
pub use model::{Enactment, NewTemplate, PublicTemplate, Template};
pub use routes::room;
