//! Erasure: whose personal data goes, from which day on, and by whom.
//!
//! What names a person is kept while anything on file needs it, and for a term after that. The terms are configured; what
//! they rest on stands in [`POLICY`].

use chrono::{Months, NaiveDate};

use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where an erasure stands.
    Status { Proposed, CarriedOut, Withdrawn }
}

vocabulary! {
    /// What can happen to an erasure.
    Action { Propose, CarryOut, Withdraw }
}

vocabulary! {
    /// Whose data an erasure takes.
    Kind {
        /// A person of the staff or of an exporter.
        Person,
        /// A natural person who is an end user.
        EndUser,
        /// Who signed a declaration.
        Signatory,
        /// A natural person who is a consignee, a purchaser or a broker.
        Consignee,
    }
}

/// The life cycle of an erasure.
#[derive(Clone, Copy, Debug)]
pub struct ErasureCycle;

impl LifeCycle for ErasureCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "erasure";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Propose -> Proposed, ProposeErasure;
        [Proposed] - CarryOut -> CarriedOut, CarryOutErasure;
        [Proposed] - Withdraw -> Withdrawn, ProposeErasure;
    };
}

/// How long data is kept after the last day on which it was needed, in years.
#[derive(Clone, Copy, Debug)]
pub struct RetentionTerms {
    /// Of people of the staff and of exporters.
    pub person: u32,
    /// Of natural persons who are end users.
    pub end_user: u32,
    /// Of signatories.
    pub signatory: u32,
    /// Of natural persons who are consignees.
    pub consignee: u32,
}

impl Default for RetentionTerms {
    fn default() -> Self {
        Self { person: 7, end_user: 10, signatory: 10, consignee: 10 }
    }
}

impl RetentionTerms {
    /// The term of a kind, in years.
    pub fn years(self, kind: Kind) -> u32 {
        match kind {
            Kind::Person => self.person,
            Kind::EndUser => self.end_user,
            Kind::Signatory => self.signatory,
            Kind::Consignee => self.consignee,
        }
    }
}

/// The last day of a term of years that begins after `needed_until`.
pub fn term_end(needed_until: NaiveDate, years: u32) -> NaiveDate {
    let months = Months::new(years.saturating_mul(12));
    needed_until.checked_add_months(months).unwrap_or(NaiveDate::MAX)
}

/// Whether an erasure is open on this day: from the day after the term's last.
pub fn is_open(today: NaiveDate, term_end: NaiveDate) -> bool {
    today > term_end
}

vocabulary! {
    /// A kind of personal data.
    Data { Account, LogIn, View, EndUserName, SignatoryName, ConsigneeName, Particulars, VerdictFacts }
}

/// What the policy says of a kind of personal data.
#[derive(Clone, Copy, Debug)]
pub struct Holding {
    /// Which data.
    pub data: Data,
    /// What it is.
    pub covers: &'static str,
    /// The kind of erasure that takes it, and whose term it has; none where it goes with whomever it names.
    pub goes_with: Option<Kind>,
    /// When the term begins.
    pub begins: &'static str,
    /// The law that the keeping rests on.
    pub basis: &'static str,
}

const PUBLIC_TASK: &str =
    "task in the public interest (Regulation (EU) 2016/679, Art. 6(1)(e), kept by Art. 5(1)(e))";
const ACCOUNTABILITY: &str =
    "accountability and security of processing (Regulation (EU) 2016/679, Art. 5(2) and Art. 32)";
const LAST_FILE: &str = "after the last file that concerns the person was closed and every license ended";
const LAST_KEY: &str = "after the person's last key ended and the last act or view of the person";

/// The policy, one entry for each kind of personal data.
pub const POLICY: &[Holding] = &[
    Holding {
        data: Data::Account,
        covers: "the handle of a person of the staff or of an exporter, and the names of the person's keys",
        goes_with: Some(Kind::Person),
        begins: LAST_KEY,
        basis: ACCOUNTABILITY,
    },
    Holding {
        data: Data::LogIn,
        covers: "the subject at the identity provider by which a person logs in",
        goes_with: Some(Kind::Person),
        begins: LAST_KEY,
        basis: ACCOUNTABILITY,
    },
    Holding {
        data: Data::View,
        covers: "who saw which file: after the erasure of the person a view names nobody",
        goes_with: Some(Kind::Person),
        begins: LAST_KEY,
        basis: ACCOUNTABILITY,
    },
    Holding {
        data: Data::EndUserName,
        covers: "the name and the place of use of an end user who is a natural person",
        goes_with: Some(Kind::EndUser),
        begins: LAST_FILE,
        basis: PUBLIC_TASK,
    },
    Holding {
        data: Data::SignatoryName,
        covers: "the name and the title of who signed a declaration",
        goes_with: Some(Kind::Signatory),
        begins: LAST_FILE,
        basis: PUBLIC_TASK,
    },
    Holding {
        data: Data::ConsigneeName,
        covers: "the name and the address of a consignee, purchaser or broker who is a natural person",
        goes_with: Some(Kind::Consignee),
        begins: LAST_FILE,
        basis: PUBLIC_TASK,
    },
    Holding {
        data: Data::Particulars,
        covers: "what steps and entries of the log say of any of them",
        goes_with: None,
        begins: "with whomever it names",
        basis: ACCOUNTABILITY,
    },
    Holding {
        data: Data::VerdictFacts,
        covers: "the handles of signatories among the facts of a verdict",
        goes_with: Some(Kind::Person),
        begins: LAST_KEY,
        basis: ACCOUNTABILITY,
    },
];
