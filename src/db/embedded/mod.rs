//! The embedded database: a private cluster of real Postgres, run by this binary for those who set no `DATABASE_URL`.
//!
//! Properties:
//! - What it acknowledged is durable: fsync and checksums are on, and only a test's options turn fsync off.
//! - Its life does not hang on any client's. A [`supervisor`] process owns the server; clients hold a lease, which the
//!   kernel takes back however they die. The last one out means a clean shutdown; a server or a supervisor that is
//!   killed is replaced without a restart of the service.
//! - Nobody but its owner reaches it: no TCP, a socket in a directory of mode 0700.
//! - One data directory serves one service; imports and other commands may join it meanwhile.
//!
//! `layout` says where everything lies and which locks arrange the sharing; `account` who runs the server; `binaries`
//! and `fetch` which Postgres; `cluster` how it is made and run; `strays` what a killed server leaves behind.

mod account;
mod binaries;
mod client;
mod cluster;
mod error;
mod fetch;
mod layout;
mod options;
mod strays;
pub mod supervisor;

pub use client::{Embedded, start};
pub use error::EmbeddedError;
pub use options::{Options, default_data_dir};
pub use supervisor::{Supervise, supervise};
