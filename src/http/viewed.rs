//! What was looked at: each read of one file by a person is noted off its path, to be written in batches.
//!
//! Properties kept: a read waits for no note and makes no round trip for one; the notes are bounded, and one that finds no
//! place is counted, told by the meters and by readiness, and written with the next batch as a number. A note holds no body
//! and nothing that a caller wrote: who, in which role, with which key, what, by which route, when, in which request.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::extract::MatchedPath;
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::subject::Subject;
use crate::act::Act;
use crate::ids::{PersonId, TokenId};
use crate::meters;
use crate::rules::authority::Role;

/// How many notes wait at most.
const MOST: usize = 50_000;

/// The kinds of files whose reads are noted.
const NOTED: &[&str] = &[
    "application",
    "license",
    "declaration",
    "end_user",
    "consignee",
    "exporter",
    "product",
    "revocation",
    "objection",
    "override",
    "review",
    "allegation",
    "assessment",
    "measure",
    "eligibility_check",
];

/// One read of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub person: PersonId,
    /// In which role.
    pub role: Role,
    /// With which key; none for a token of an identity provider.
    pub token: Option<TokenId>,
    /// The kind of file.
    pub kind: &'static str,
    /// The file.
    pub subject: Uuid,
    /// The route, as its template.
    pub route: String,
    /// In which request.
    pub request: Uuid,
}

impl View {
    /// What a request looks at; none where that is no file whose reads are noted.
    pub(super) fn of(head: &Parts, subject: Option<&Subject>, act: &Act) -> Option<Self> {
        let route = head.extensions.get::<MatchedPath>()?.as_str();
        let subject = subject?;
        let kind = NOTED.iter().find(|kind| **kind == subject.kind)?;
        Some(Self {
            at: act.at,
            person: act.actor.person,
            role: act.actor.role,
            token: act.actor.token,
            kind,
            subject: subject.id,
            route: route.to_owned(),
            request: act.request,
        })
    }
}

/// The notes that wait to be written.
#[derive(Debug, Default)]
pub struct Viewed(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    views: VecDeque<View>,
    /// How many found no place since the last batch that was written.
    lost: u64,
    /// How often in a row a batch could not be written.
    failures: u32,
}

impl Viewed {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // A panic of another holder left it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a read; counts it where there is no place.
    pub fn note(&self, view: View) {
        let mut waiting = self.waiting();
        if waiting.views.len() < MOST {
            waiting.views.push_back(view);
        } else {
            waiting.lost += 1;
            meters::view_lost();
        }
    }

    /// Takes the first notes out to be written, and how many were lost before.
    pub fn take(&self, most: usize) -> (Vec<View>, u64) {
        let mut waiting = self.waiting();
        let count = most.min(waiting.views.len());
        (waiting.views.drain(..count).collect(), std::mem::take(&mut waiting.lost))
    }

    /// The notes were written.
    pub fn written(&self) {
        self.waiting().failures = 0;
    }

    /// The notes could not be written: they wait again, before all others.
    pub fn put_back(&self, views: Vec<View>, lost: u64) {
        let mut waiting = self.waiting();
        waiting.failures = waiting.failures.saturating_add(1);
        waiting.lost += lost;
        for view in views.into_iter().rev() {
            waiting.views.push_front(view);
        }
    }

    /// What is wrong, for readiness: views are lost, or cannot be written.
    pub fn fault(&self) -> Option<String> {
        let waiting = self.waiting();
        let (count, lost) = (waiting.views.len(), waiting.lost);
        (lost > 0 || waiting.failures > 2)
            .then(|| format!("views of files cannot be written: {count} wait, {lost} were lost"))
    }
}
