//! Reference data: territories with the arms embargoes on them and their names, groups of countries, control lists, and
//! the sanctions programmes of others.
//!
//! Tables: `territories`, `arms_embargoes`, `territory_names`, `country_groups`, `country_group_members`,
//! `reference_editions`, `control_list_entries`, `programmes`. Territories and arms embargoes come with the migrations
//! and are only read here: a change of them is a migration, so that a fresh registry and an old one know the same. The
//! rest is dated data, which staff keep. Kept:
//!
//! - a country is a member of a group once at a time, and a membership is ended once and never deleted;
//! - an edition of a list is taken whole or refused with the line, column and value of what is wrong; what it no longer
//!   has is ended and never deleted; one that would end more than a set share needs reasons;
//! - so who belonged to a group, and what a list said, can be asked of any day.
//!
//! A programme is a fact that is shown. The gate's own check of arms embargoes reads `arms_embargoes` alone.

mod codes;
mod control_list;
mod editions;
mod groups;
mod memberships;
mod model;
mod names;
mod programmes;
mod propose;
mod routes;
mod shipped;
pub mod store;
mod table;
mod upload;

pub use codes::check_codes;
pub use control_list::{ControlListRow, read as read_control_list};
pub use editions::{EditionRow, take as take_edition};
pub use groups::{add_member, create_group, end_member};
pub use memberships::{GroupsLoaded, load_groups, read as read_groups};
pub use model::{
    CodeProposal, ControlListEntry, Country, CountryGroup, CountryName, Embargo, Membership, NewCountryGroup,
    NewEdition, NewEnding, NewMember, Programme, ReferenceEdition,
};
pub use names::{NamesLoaded, load_names, read as read_names};
pub use programmes::{ProgrammeRow, read as read_programmes};
pub use propose::propose_codes;
pub use routes::room;
pub use shipped::{Shipped, shipped};
pub use store::embargo;
pub use table::{LONGEST_FILE, Refusal};
pub use upload::digest;
