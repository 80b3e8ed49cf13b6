//! The API over HTTP: the real router in process, a database for each test, one file for each room and one for each
//! property that all rooms keep.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]
#![expect(
    clippy::wildcard_enum_match_arm,
    clippy::needless_pass_by_value,
    reason = "a walk over JSON has nothing to say of most kinds of values, and bodies are written in place"
)]

mod allegations;
mod applications;
mod as_of;
mod assessment_data;
mod assessments;
mod audit;
mod bad_input;
mod breach;
mod code_proposals;
mod compatibility;
mod consignees;
mod conventions;
mod corpora;
mod country_groups;
mod country_view;
mod declaration_templates;
mod declarations;
mod declarations_by_version;
mod deprecation;
mod eligibility;
mod end_users;
mod erasures;
mod evidence;
mod examination;
mod exemptions;
mod exporters;
mod exports;
mod faults;
mod flow;
mod four_eyes;
mod health;
mod idempotency;
mod isolation;
mod licenses;
mod like_transactions;
mod limits;
mod lists;
mod lively;
mod load_list;
mod logins;
mod measure_ends;
mod measure_races;
mod measures;
mod measures_in_force;
mod metrics;
mod nlgov;
mod objections;
mod openapi;
mod overrides;
mod packs;
mod preconditions;
mod products;
mod programmes;
mod questions;
mod races;
mod reference;
mod reference_files;
mod reinstatements;
mod replays;
mod reviews;
mod reviews_gate;
mod revocations;
mod revocations_in_bulk;
mod roles;
mod rows;
mod screening;
mod screening_gate;
mod screening_hits;
mod sockets;
mod tags;
mod tokens;
mod transactions;
mod views;
mod witness;

#[path = "../support/mod.rs"]
mod support;
