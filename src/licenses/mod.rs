//! Licenses: issue, freeze, thaw, draw-down, end, and verification.
//!
//! Tables: `licenses`, `license_lines`, `license_conditions`, `license_freezes`, `license_draw_downs`. Kept: a license
//! rests on a countersigned grant or on an import; it is frozen exactly while a freeze of the whole is in force;
//! nothing is shipped beyond what was licensed; an answer about validity carries its time and never guesses.

mod bulk;
mod change;
mod draw_down;
mod issue;
mod model;
mod routes;
mod store;
mod verification;

pub use bulk::{FreezeBasis, freeze_all, lift_all};
pub use change::{Lift, NewFreeze, freeze, lift, lift_of_source, revoke};
pub use draw_down::{DrawDown, NewDrawDown, book};
pub use issue::{Grant, GrantedLine, issue};
pub use model::{Freeze, License, LicenseLine};
pub use routes::room;
pub use store::get;
