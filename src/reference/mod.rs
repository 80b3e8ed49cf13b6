//! Reference data: territories with the arms embargoes on them, and the heads of the control lists.
//!
//! Tables: `territories`, `arms_embargoes`, `control_list_entries`. They come with the migrations and are only read
//! here: a change of them is a migration, so that a fresh registry and an old one know the same.

mod model;
mod routes;
pub mod store;

pub use model::{ControlListEntry, Country};
pub use routes::room;
pub use store::embargo;
