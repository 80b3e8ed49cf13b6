//! HTTP: the way from a request to a handler and back.
//!
//! Properties kept: no route without a permission ([`route`]); no caller without a valid token, no lost race seen by
//! a caller ([`door`]); every error a problem ([`problem`]); a document that cannot differ from the handlers
//! ([`describe`], [`openapi`]); no queue that grows, and no caller who keeps others from being served ([`limits`],
//! [`server`]); one line of the log for each request, with nothing in it that a caller wrote ([`seen`]).

pub mod answer;
pub mod app;
pub mod beats;
pub mod context;
pub mod deprecation;
pub mod describe;
pub mod door;
mod examples;
pub mod export;
pub mod extract;
pub mod form;
pub mod health;
pub mod idempotency;
pub mod limits;
pub mod list;
pub mod logged;
pub mod matchers;
pub mod oidc;
pub mod openapi;
pub mod outer;
mod paced;
pub mod pages;
pub mod permissions;
pub mod problem;
mod readiness;
mod recognize;
mod refused;
pub mod route;
pub mod seen;
pub mod server;
mod shared;
mod subject;
mod tagged;
pub mod viewed;

pub use answer::{
    Accepted, Answer, Created, Csv, Found, JsonOrCsv, MetricsText, Ndjson, NoteText, PageOrExport, TileBytes,
};
pub use app::App;
pub use context::Ctx;
pub use export::Export;
pub use extract::{Body, Code, Id, IdNumber, Query, Reference, Tile};
pub use list::{Asked, ExportFormat, Lists, Paged, list};
pub use problem::Problem;
pub use route::{Room, Route};
