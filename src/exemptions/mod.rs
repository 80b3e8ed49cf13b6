//! Exemptions: what may be exported without a marketing license, as dated data.
//!
//! Table: `exemptions`. What an exemption says is never edited: it is ended, and another is granted. The gate reads
//! them in the deciding transaction and says which one it relied on; a measure can withdraw one where it reaches.

mod model;
mod routes;
pub mod store;

pub use model::{Exemption, NewExemption};
pub use routes::room;
