//! Erasures: what names a person is taken out of the file when its term has ended.
//!
//! Table: `erasures`, which names nobody. An erasure is proposed by one person and carried out by another, whole, in one
//! transaction: it looks for the words that name the person in every text on file, puts a mark in their place, and takes
//! from the entries of the log what they recorded, with its salts. Each subject that lost something has an entry that
//! says which columns and which entries, never what they said.
//!
//! The properties kept: nothing goes before its term, or while a file needs it; the database lets the erased form through
//! in the transaction that carries an approved erasure out, and nothing else; the leaves of the log stay as they are, so
//! that every proof holds; and an entry that lost its value without an erasure is told by an examination and in a pack.

mod carry_out;
mod model;
mod propose;
mod routes;
mod store;

pub use carry_out::carry_out;
pub use model::{Erasure, NewErasure};
pub use propose::propose;
pub use routes::room;
