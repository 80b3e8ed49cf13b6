//! Routes: each is written once, with its permission in it.
//!
//! A [`Route`] cannot be made without saying who may call it; the router, the OpenAPI document and the picture of
//! permissions all come from the same list.

use std::future::Future;

use axum::extract::{FromRequest, FromRequestParts};
use axum::handler::Handler;
use axum::response::IntoResponse;
use axum::routing::{MethodFilter, MethodRouter, on};
use chrono::NaiveDate;
use utoipa::openapi::HttpMethod;

use super::answer::Answer;
use super::app::App;
use super::deprecation::Deprecation;
use super::describe::{Describe, Sketch};
use crate::rules::authority::Permission;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone, without a token.
    Public,
    /// Callers whose role holds the permission.
    Needs(Permission),
}

/// Which connections to the database a route uses, so that a crowd at one does not stop the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Those that all share.
    Main,
    /// The few aside, for what must be answered also where all others are at work.
    Aside,
    /// None, or its own care of them; without limits.
    Free,
}

/// A JSON body may have this many bytes.
const BODY_LIMIT: usize = 256 * 1024;

/// One route.
#[derive(Clone)]
pub struct Route {
    /// The method.
    pub method: HttpMethod,
    /// The path, with `{id}` and the like.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// What it does, in one line.
    pub summary: &'static str,
    /// How large a body may be, in bytes.
    pub body_limit: usize,
    /// Which connections it uses.
    pub lane: Lane,
    /// Whether it may take minutes.
    pub takes_long: bool,
    /// Whether the answer holds a secret, which is told to its caller alone.
    pub tells_secret: bool,
    /// That it is to go.
    pub deprecation: Option<Deprecation>,
    pub(super) describe: fn(&mut Sketch),
    pub(super) serve: MethodRouter<App>,
}

/// A handler that can be put in the table: an async function from extractors to an answer, all of which describe
/// themselves. `Args` is inferred.
pub trait Endpoint<Args>: Sized {
    /// Describes the operation.
    fn describe(sketch: &mut Sketch);
    /// Serves it.
    fn serve(self, filter: MethodFilter) -> MethodRouter<App>;
}

macro_rules! endpoint {
    ($($early:ident),* ; $last:ident) => {
        impl<F, Fut, R, M, $($early,)* $last> Endpoint<(M, $($early,)* $last)> for F
        where
            F: Fn($($early,)* $last) -> Fut + Clone + Send + Sync + 'static,
            F: Handler<(M, $($early,)* $last,), App>,
            Fut: Future<Output = Answer<R>> + Send,
            R: Describe + IntoResponse + 'static,
            $($early: Describe + FromRequestParts<App> + Send + 'static,)*
            $last: Describe + FromRequest<App, M> + Send + 'static,
            M: 'static,
        {
            fn describe(sketch: &mut Sketch) {
                $($early::describe(sketch);)*
                $last::describe(sketch);
                R::describe(sketch);
            }

            fn serve(self, filter: MethodFilter) -> MethodRouter<App> {
                on(filter, self)
            }
        }
    };
}
endpoint!(; A);
endpoint!(A; B);
endpoint!(A, B; C);

impl Route {
    fn new<E, Args>(method: HttpMethod, path: &'static str, access: Access, endpoint: E) -> Self
    where
        E: Endpoint<Args>,
    {
        let filter = match method {
            HttpMethod::Post => MethodFilter::POST,
            HttpMethod::Put => MethodFilter::PUT,
            HttpMethod::Get
            | HttpMethod::Delete
            | HttpMethod::Options
            | HttpMethod::Head
            | HttpMethod::Patch
            | HttpMethod::Trace => MethodFilter::GET,
        };
        let serve = endpoint.serve(filter);
        Self {
            method,
            path,
            access,
            summary: "",
            body_limit: BODY_LIMIT,
            lane: Lane::Main,
            takes_long: false,
            tells_secret: false,
            deprecation: None,
            describe: E::describe,
            serve,
        }
    }

    /// A route that reads, for callers with the permission.
    pub fn get<E: Endpoint<Args>, Args>(path: &'static str, needs: Permission, endpoint: E) -> Self {
        Self::new(HttpMethod::Get, path, Access::Needs(needs), endpoint)
    }

    /// A route that acts, for callers with the permission.
    pub fn post<E: Endpoint<Args>, Args>(path: &'static str, needs: Permission, endpoint: E) -> Self {
        Self::new(HttpMethod::Post, path, Access::Needs(needs), endpoint)
    }

    /// A route that replaces, for callers with the permission.
    pub fn put<E: Endpoint<Args>, Args>(path: &'static str, needs: Permission, endpoint: E) -> Self {
        Self::new(HttpMethod::Put, path, Access::Needs(needs), endpoint)
    }

    /// A route that anyone may read.
    pub fn public<E: Endpoint<Args>, Args>(path: &'static str, endpoint: E) -> Self {
        Self::new(HttpMethod::Get, path, Access::Public, endpoint)
    }

    /// Says what the route does, in one line.
    #[must_use]
    pub fn says(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    /// Takes larger bodies than usual, in bytes.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Uses other connections than most.
    #[must_use]
    pub fn lane(mut self, lane: Lane) -> Self {
        self.lane = lane;
        self
    }

    /// Says that it may take minutes: as long as a request with a large body.
    #[must_use]
    pub fn takes_long(mut self) -> Self {
        self.takes_long = true;
        self
    }

    /// Says that the answer holds a secret.
    #[must_use]
    pub fn tells_secret(mut self) -> Self {
        self.tells_secret = true;
        self
    }

    /// Whether a request has a key, so that it can be sent again without being done again. A PUT needs none: it names the
    /// version it replaces.
    pub fn needs_key(&self) -> bool {
        matches!(self.method, HttpMethod::Post)
    }

    /// Announces that the route goes: since when it is deprecated, and from when it may no longer answer.
    #[must_use]
    pub fn deprecated(mut self, since: NaiveDate, sunset: NaiveDate) -> Self {
        self.deprecation = Some(Deprecation { since, sunset });
        self
    }

    /// Whether the route changes something.
    pub fn changes(&self) -> bool {
        !matches!(self.method, HttpMethod::Get)
    }

    /// Whether the route changes a resource that is on file, named at the head of its path: the caller says which version.
    pub fn needs_match(&self) -> bool {
        self.changes() && self.path.contains('{')
    }
}

/// The routes of one room.
pub struct Room {
    /// The tag its operations carry.
    pub name: &'static str,
    /// What the room is.
    pub about: &'static str,
    /// Its routes.
    pub routes: Vec<Route>,
}
