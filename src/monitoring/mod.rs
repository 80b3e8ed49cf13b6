//! Monitoring: the meters as a scraper of Prometheus reads them.
//!
//! What happens is counted where it happens ([`crate::meters`]); what stands is looked up when it is read: the pools, the
//! outbox and the operations. It is read with a token, for the figures tell what the agency is busy with, and on the
//! connections aside, so that it can be read in the hour of need.

mod model;
mod routes;
mod store;

pub use routes::room;
