//! Licenses: issue, freeze, thaw, draw-down, revocation, reinstatement, end, and verification.
//!
//! Tables: `licenses`, `license_lines`, `license_conditions`, `license_freezes`, `license_draw_downs`,
//! `license_reinstatements`. Kept: a license rests on a countersigned grant or on an import; it is frozen exactly while a
//! freeze of the whole is in force; it is revoked by an ordered proceeding and comes back by an objection, a court order or
//! an override, and in no other way; nothing is shipped beyond what was licensed; an answer about validity carries its time
//! and never guesses.

mod bulk;
mod change;
mod draw_down;
mod issue;
mod model;
mod reinstate;
mod revoke;
mod routes;
mod store;
mod verification;

pub use bulk::{FreezeBasis, Freezing, freeze_all, freeze_each, lift_all};
pub use change::{Lift, NewFreeze, freeze, lift, lift_any, lift_of_source};
pub use draw_down::{DrawDown, NewDrawDown, book};
pub use issue::{Grant, GrantedLine, issue};
pub use model::{Freeze, License, LicenseLine};
pub use reinstate::{
    Basis, CourtOrder, OverrideNamed, Reinstatement, add_conditions, end_stay, reinstate, stay,
};
pub use revoke::{Revoking, revoke_all};
pub use routes::room;
pub use store::get;
