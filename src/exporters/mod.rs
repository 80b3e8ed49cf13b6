//! Exporters: the Defense Export Register.
//!
//! Table: `exporters`. Kept: a registered exporter has a term; the company number is unique within its country.
//! The register is kept by staff; an exporter's people see their own exporter only.

mod model;
mod register;
mod routes;
pub mod store;

pub use model::{Exporter, NewExporter, Registration};
pub use register::{apply, register};
pub use routes::room;
