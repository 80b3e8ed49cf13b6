//! Reference data: territories with the arms embargoes on them, groups of countries, and the heads of the control lists.
//!
//! Tables: `territories`, `arms_embargoes`, `control_list_entries`, `country_groups`, `country_group_members`. All but
//! the groups come with the migrations and are only read here: a change of them is a migration, so that a fresh
//! registry and an old one know the same. Groups are dated data, which staff keep. Kept: a country is a member of a
//! group once at a time, and a membership is ended once and never deleted, so that who belonged to a group on a day
//! can be asked of any day.

mod codes;
mod groups;
mod model;
mod routes;
pub mod store;

pub use codes::check_codes;
pub use groups::{add_member, create_group, end_member};
pub use model::{
    ControlListEntry, Country, CountryGroup, Embargo, Membership, NewCountryGroup, NewEnding, NewMember,
};
pub use routes::room;
pub use store::embargo;
