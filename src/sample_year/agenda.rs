//! The agenda: what is to be done, in the order of time. It holds what is under way only, so a longer year needs no
//! more memory.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::ids::{ApplicationId, DeclarationId, EndUserId, LicenseId, ProductId, RevocationId};
use crate::rules::application::Kind;
use crate::rules::product::ProductClass;

/// One line of goods.
#[derive(Clone, Copy)]
pub(super) struct Goods {
    pub(super) product: Product,
    pub(super) quantity: Option<u32>,
    pub(super) currency: &'static str,
}

/// A product on the register.
#[derive(Clone, Copy)]
pub(super) struct Product {
    pub(super) id: ProductId,
    /// Its place among the sorts of products.
    pub(super) sort: usize,
}

/// What an application is heading for; the gate may decide otherwise.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Intent {
    Grant,
    GrantInPart,
    Refuse,
    Withdraw,
}

/// An application under way.
pub(super) struct Case {
    pub(super) id: ApplicationId,
    pub(super) kind: Kind,
    pub(super) exporter: usize,
    pub(super) country: usize,
    pub(super) goods: Vec<Goods>,
    pub(super) end_user: Option<EndUserId>,
    pub(super) intent: Intent,
    /// The gate's objection, where it turned a grant into a refusal.
    pub(super) objection: Option<String>,
    /// How long the license is to last, in days.
    pub(super) days: u32,
    /// How often the decision has waited for what holds it up.
    pub(super) waits: u32,
}

/// A license that something may still happen to.
#[derive(Clone, Copy)]
pub(super) struct Held {
    pub(super) license: LicenseId,
    pub(super) kind: Kind,
    pub(super) exporter: usize,
    pub(super) country: usize,
    pub(super) lines: usize,
}

/// A revocation proceeding under way.
#[derive(Clone, Copy)]
pub(super) struct Proceeding {
    pub(super) id: RevocationId,
    pub(super) exporter: usize,
    pub(super) drop: bool,
}

/// What is to be done.
pub(super) enum Task {
    Apply(u32),
    Register(usize),
    Submit(usize),
    Classify(usize, Product),
    EnactTemplate(ProductClass),
    FileMarketing(u32),
    FileExport(u32),
    Verify(DeclarationId),
    Accept(DeclarationId),
    Return(Box<Case>),
    Resubmit(Box<Case>),
    TakeUp(Box<Case>),
    Ask(Box<Case>),
    Supply(Box<Case>),
    Refer(Box<Case>),
    Conclude(Box<Case>),
    Withdraw(Box<Case>),
    Advise(Box<Case>),
    Propose(Box<Case>),
    Countersign(Box<Case>, i32),
    Wave(u32),
    Intend(Held, bool),
    Answer(Proceeding),
    Silence(Proceeding),
    End(Proceeding),
    Freeze(Held),
    Lift(LicenseId, i32),
    Surrender(Held),
    Ship(LicenseId, u32),
    Sweep(u32),
}

/// The tasks by time, and those of one instant by the order they were noted in.
#[derive(Default)]
pub(super) struct Agenda {
    tasks: BTreeMap<(DateTime<Utc>, u64), Task>,
    noted: u64,
}

impl Agenda {
    /// Notes a task.
    pub(super) fn note(&mut self, at: DateTime<Utc>, task: Task) {
        self.noted += 1;
        self.tasks.insert((at, self.noted), task);
    }

    /// The next task before `end`.
    pub(super) fn next(&mut self, end: DateTime<Utc>) -> Option<(DateTime<Utc>, Task)> {
        let ((at, _), task) = self.tasks.pop_first()?;
        (at < end).then_some((at, task))
    }
}
