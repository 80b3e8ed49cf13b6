//! The system of record of a defense-export licensing agency.
//!
//! The map, from the bottom up; a room names only rooms above it in this list:
//!
//! - [`rules`]: every decision, as pure functions; names nothing outside itself
//! - [`clock`], [`ids`], [`page`], [`act`]: time, identifiers, lists, and who does what when
//! - [`db`], [`http`]: the database and the way from a request to a handler
//! - [`audit`], [`history`], [`tokens`]: one entry per change, the steps of every life cycle, people and their keys
//! - [`reference`]: countries, embargoes and the control lists
//! - [`exporters`], [`products`], [`end_users`], [`declarations`]: the registers

pub mod act;
pub mod api;
pub mod audit;
pub mod clock;
pub mod db;
pub mod declarations;
pub mod end_users;
pub mod exporters;
pub mod history;
pub mod http;
pub mod ids;
pub mod page;
pub mod products;
pub mod reference;
pub mod rules;
pub mod tokens;
