//! Screening: lists of restricted parties kept in the register, its parties compared with them, and the work on hits.
//!
//! Tables: `screening_lists`, `screening_state`, `screening_editions`, `screening_entries`, `screened_parties`,
//! `screening_hits`, `screening_flags`. Kept: an edition is taken whole or refused, and the one before stays in force; an
//! entry that says the same is stored once. Every change of what parties are compared with begins an epoch, and a party
//! that was not compared in the present epoch is owed a screening: what is owed is a query, so nothing is forgotten
//! ([`worker`]). A hit is confirmed, or cleared from a score on, by two persons; a clearing holds until either side
//! changes. Every license in force and open application of the party carries a flag, which changes neither. No exporter
//! sees a list, a hit or a flag. Personal data of a party stand in its hit alone, not in history or the audit log.
//!
//! The lists are read by [`read`] and compared by [`crate::rules::screening`].

mod ask;
mod assign;
mod doubts;
mod editions;
mod flags;
mod hit;
mod lists;
mod model;
mod parties;
mod prepare;
pub mod read;
mod routes;
mod standing;
mod store;
mod upload;
pub mod worker;

pub use editions::{Given, Taken, begin_taking, reading, take};
pub use hit::Flag;
pub use lists::{change_terms, keep};
pub use model::{Edition, ListTerms, NewScreeningList, ScreeningList};
pub use routes::room;
pub use standing::{Parties, flags_on_application, standing_of};
pub use store::lists::find as find_list;
pub use worker::{run, screen_owed};
