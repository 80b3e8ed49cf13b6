//! Products: the product register and its classification versions.
//!
//! Tables: `products`, `product_classifications`. Kept: an exporter sees and submits its own products only; a
//! classification is never edited, a new version is added, and licenses pin the version they were granted on; every
//! control-list code is, or is below, an entry of the control lists that was in force when it was named.

mod classify;
mod model;
mod routes;
pub mod store;
mod submit;

pub use classify::classify;
pub use model::{Classification, Correction, NewClassification, NewProduct, Product};
pub use routes::room;
pub use submit::{resubmit, submit};
