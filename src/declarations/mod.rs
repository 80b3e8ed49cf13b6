//! End-user declarations: what the acquiring state signs, on a template that both ministries agreed.
//!
//! Tables: `declarations`, `declaration_items`, and those of [`templates`]. Kept: a declaration is lodged by the
//! exporter whose products it names, on a template in force or in its transition; an accepted one says how it was
//! verified and is over after its last day, recorded or not; what was signed is never edited. The signatory's name is
//! personal data: it stands in the declaration only, not in its history or the audit log.

mod lodge;
mod model;
mod routes;
pub mod store;
pub mod templates;
mod verify;

pub use lodge::lodge;
pub use model::{Acceptance, Declaration, Item, NewDeclaration, Verification};
pub use routes::room;
pub use store::{breach_of, declared, facts};
pub use verify::{accept, begin_verification};
