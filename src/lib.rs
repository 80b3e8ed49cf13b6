//! The system of record of a defense-export licensing agency.
//!
//! The map, from the bottom up; a room names only rooms above it in this list:
//!
//! - [`rules`]: every decision, as pure functions; names nothing outside itself
//! - [`clock`], [`ids`], [`page`], [`act`], [`config`]: time, identifiers, lists, who does what when, settings
//! - [`db`], [`http`]: the database and the way from a request to a handler
//! - [`audit`], [`history`], [`tokens`], [`reference`](mod@reference): one entry per change, the steps of every life cycle, people and
//!   their keys, countries and control lists
//! - [`exporters`], [`products`], [`end_users`], [`declarations`]: the registers
//! - [`licenses`], [`applications`], [`revocations`], [`imports`]: the cases, and lists of licenses that others made
//! - [`objections`], [`overrides`]: what a decision can still meet: an exporter's objection, the minister's override
//! - [`sweeper`], [`statistics`]: what time does, and what a year comes to
//! - [`sample_year`]: a register filled through all of the above
//! - [`api`], [`cli`]: the list of all routes, and the command line

pub mod act;
pub mod api;
pub mod applications;
pub mod audit;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod declarations;
pub mod end_users;
pub mod exporters;
pub mod history;
pub mod http;
pub mod ids;
pub mod imports;
pub mod licenses;
pub mod objections;
pub mod overrides;
pub mod page;
pub mod products;
pub mod reference;
pub mod revocations;
pub mod rules;
pub mod sample_year;
pub mod statistics;
pub mod sweeper;
pub mod tokens;
