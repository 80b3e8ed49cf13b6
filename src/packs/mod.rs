//! Evidence packs: everything on one license, with the proof that it stands in the log, in one file.
//!
//! A pack is made of what the registry holds ([`of_license`]), and checked by [`verify()`] with nothing but the pack and
//! the public key of the log: offline, by whoever distrusts the registry. `docs/evidence.md` says what its lines are, so
//! that others can write a verifier of their own; `tests/verify_pack.py` is one.
//!
//! The properties kept: a pack in which one byte was changed is refused; a history that lacks a step, or has one that is
//! not in the log, is refused; so is a license that is shown other than its last leaf commits to; and what is not in a published checkpoint yet is not handed out as proven.

mod checks;
mod contents;
mod erased;
mod gather;
mod held;
mod model;
mod routes;
mod store;
mod verify;

pub use gather::of_license;
pub use model::{Part, Seal};
pub use routes::room;
pub use verify::{Fault, Proven, verify};
