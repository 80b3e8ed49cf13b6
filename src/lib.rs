//! The system of record of a defense-export licensing agency.
//!
//! The map, from the bottom up; a room names only rooms above it in this list:
//!
//! - [`rules`]: every decision, as pure functions; names nothing outside itself
//! - [`clock`], [`ids`], [`etag`], [`meters`], [`tlog`], [`act`], [`config`]: time, identifiers, versions as callers name
//!   them, what is counted, the mathematics of a log, who does what when, settings
//! - [`db`], [`page`], [`http`]: the database and its callers, lists, and the way from a request to a handler
//! - [`as_of`]: which time a read speaks of
//! - [`audit`], [`evidence`], [`history`], [`events`], [`tokens`], [`reference`](mod@reference): one entry per change, the
//!   log of them that cannot be altered unseen, the steps of every life cycle and their feed, people and their keys,
//!   countries, their groups, control lists and sanctions programmes
//! - [`views`]: who looked at which file
//! - [`screening`]: lists of restricted parties, the parties of the register compared with them, and the work on hits
//! - [`exporters`], [`products`], [`end_users`], [`consignees`], [`declarations`]: the registers
//! - [`cover`]: which licenses and applications stand on a declaration of a template version
//! - [`assessments`], [`reviews`], [`allegations`]: what the agency thinks of countries, and looks into
//! - [`measures`], [`exemptions`], [`operations`]: policy acts and which of those in force reach a case, what needs no
//!   marketing license, bulk acts with their progress
//! - [`licenses`], [`applications`], [`revocations`]: the cases
//! - [`eligibility`]: what the gate says of a case before it is filed
//! - [`objections`], [`overrides`]: what a decision can still meet: an exporter's objection, the minister's override
//! - [`enforcement`], [`breaches`], [`imports`]: what a measure would touch and carrying it out; what follows from a
//!   breached declaration; lists of licenses that others made
//! - [`replays`], [`questions`]: past verdicts judged again, as they were or under another rule; what auditors ask
//! - [`packs`], [`examination`]: a license with all its proof for whoever distrusts the registry, and the whole register
//!   recomputed
//! - [`erasures`]: what names a person is taken out of the file when its term has ended
//! - [`sweeper`], [`statistics`], [`country_view`], [`monitoring`]: what time does, what a year comes to, how a country
//!   stands, and how the registry itself does
//! - [`sample_year`]: a register filled through all of the above
//! - [`api`], [`cli`]: the list of all routes, and the command line

pub mod act;
pub mod allegations;
pub mod api;
pub mod applications;
pub mod as_of;
pub mod assessments;
pub mod audit;
pub mod breaches;
pub mod cli;
pub mod clock;
pub mod config;
pub mod consignees;
pub mod country_view;
pub mod cover;
pub mod db;
pub mod declarations;
pub mod eligibility;
pub mod end_users;
pub mod enforcement;
pub mod erasures;
pub mod etag;
pub mod events;
pub mod evidence;
pub mod examination;
pub mod exemptions;
pub mod exporters;
pub mod history;
pub mod http;
pub mod ids;
pub mod imports;
pub mod licenses;
pub mod measures;
pub mod meters;
pub mod monitoring;
pub mod objections;
pub mod operations;
pub mod overrides;
pub mod packs;
pub mod page;
pub mod products;
pub mod questions;
pub mod reference;
pub mod replays;
pub mod reviews;
pub mod revocations;
pub mod rules;
pub mod sample_year;
pub mod screening;
pub mod statistics;
pub mod sweeper;
pub mod tlog;
pub mod tokens;
pub mod views;
