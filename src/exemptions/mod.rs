//! Exemptions: what may be exported without a marketing license, as dated data.
//!
//! Tables: `exemptions`, `exemption_uses`. What an exemption says is never edited: it is ended, and another is granted. The
//! gate reads them in the deciding transaction and says which one it relied on; a measure can withdraw one where it reaches.
//! Each line of a license that was granted on one is on record as a use of it, with the conditions that it required.

mod model;
mod routes;
pub mod store;
mod uses;

pub use model::{Exemption, ExemptionUse, NewExemption};
pub use routes::room;
pub use uses::record_uses;
