//! A visit: one request on its way past the limits.

use std::net::IpAddr;
use std::time::Instant;

use axum::http::request::Parts;

use super::bucket::{Standing, seconds};
use super::{Limits, TokenKey, address};
use crate::http::problem::{Kind, Problem};
use crate::http::seen::Seen;
use crate::meters;

/// One request, held to the rate of its token where it shows one that works, and to that of its address otherwise.
#[derive(Debug)]
pub struct Visit<'l> {
    limits: &'l Limits,
    seen: Seen,
    address: IpAddr,
    counted: bool,
}

impl<'l> Visit<'l> {
    /// A request that has come to a door.
    pub fn of(head: &Parts, limits: &'l Limits) -> Self {
        let address = address::client(&head.extensions, &head.headers, limits.terms.trusted_proxies);
        Self { limits, seen: Seen::of(&head.extensions), address, counted: false }
    }

    /// It asks for what is open to all.
    pub fn anonymous(&self) -> Result<(), Problem> {
        let Some(addresses) = &self.limits.addresses else { return Ok(()) };
        let taken = addresses.take(self.address, Instant::now());
        self.held_to(taken, "address")
    }

    /// It shows a token that was not looked up yet. One that worked before is counted now, so that whoever is over the
    /// limit costs nothing more; another is not even looked up where the address has tried too many.
    pub fn shows(&mut self, token: &TokenKey) -> Result<(), Problem> {
        if self.limits.tokens.as_ref().is_some_and(|tokens| tokens.knows(token)) {
            return self.works(token);
        }
        let Some(addresses) = &self.limits.addresses else { return Ok(()) };
        let standing = addresses.look(&self.address, Instant::now());
        if standing.remaining == 0 { self.held_to(Err(standing), "address") } else { Ok(()) }
    }

    /// Its token works.
    pub fn works(&mut self, token: &TokenKey) -> Result<(), Problem> {
        let Some(tokens) = self.limits.tokens.as_ref().filter(|_| !self.counted) else { return Ok(()) };
        self.counted = true;
        self.held_to(tokens.take(*token, Instant::now()), "token")
    }

    /// It was turned back with a problem: where for want of a working token, that counts against its address.
    pub fn turned_back(&self, problem: Problem) -> Problem {
        if problem.kind != Kind::Unauthorized {
            return problem;
        }
        self.anonymous().err().unwrap_or(problem)
    }

    fn held_to(&self, taken: Result<Standing, Standing>, by: &'static str) -> Result<(), Problem> {
        let (Ok(standing) | Err(standing)) = taken;
        self.seen.stands(standing);
        taken.map(|_| ()).map_err(|standing| {
            meters::rate_limited(by);
            Problem::too_many_requests(seconds(standing.wait).max(1))
        })
    }
}
