//! Lists of restricted parties: read here as their publishers make them; matched by [`crate::rules::screening`].
//!
//! Kept: a list is taken whole or refused with the place of what is wrong.

pub mod read;
