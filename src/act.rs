//! Who does what, when: the context that every verb is given.
//!
//! An [`Act`] carries the actor, the one instant and the configured terms, so that a verb reads no clock, no
//! randomness and no configuration by itself, and the API, the command line and the sample year call the same verbs.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::etag::{Head, Precondition, Stale};
use crate::ids::{CLOCK, COMMAND_LINE, ExporterId, Ids, PersonId, TokenId};
use crate::rules::application::Body;
use crate::rules::authority::{Ministry, Role};
use crate::rules::erasure::RetentionTerms;
use crate::rules::objection::ObjectionTerms;
use crate::rules::revocation::NoticeTerms;

/// The person behind an act.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The person.
    pub person: PersonId,
    /// The person's handle.
    pub handle: String,
    /// What the person acts as.
    pub role: Role,
    /// The ministry a reviewer speaks for.
    pub ministry: Option<Ministry>,
    /// The exporter an exporter's person acts for.
    pub exporter: Option<ExporterId>,
    /// The key that was shown.
    pub token: Option<TokenId>,
}

impl Actor {
    /// The clock.
    pub fn clock() -> Self {
        Self::keyless(CLOCK, "clock", Role::Clock)
    }

    /// The command line of the machine the registry runs on.
    pub fn command_line() -> Self {
        Self::keyless(COMMAND_LINE, "command-line", Role::LicensingOfficer)
    }

    fn keyless(person: PersonId, handle: &str, role: Role) -> Self {
        Self { person, handle: handle.to_owned(), role, ministry: None, exporter: None, token: None }
    }

    /// The exporter whose rows alone the actor may see; `None` for staff, who see all.
    pub fn sees_only(&self) -> Option<ExporterId> {
        // An exporter's person always has an exporter (people_exporter_has_exporter); the nil id matches no row.
        (self.role == Role::Exporter).then(|| self.exporter.unwrap_or(ExporterId(Uuid::nil())))
    }

    /// The body a reviewer or the committee records positions for.
    pub fn speaks_for(&self) -> Option<Body> {
        match (self.role, self.ministry) {
            (Role::Committee, _) => Some(Body::Committee),
            (_, Some(Ministry::Defense)) => Some(Body::Defense),
            (_, Some(Ministry::ForeignAffairs)) => Some(Body::ForeignAffairs),
            (_, Some(Ministry::Economy)) => Some(Body::Economy),
            (_, None) => None,
        }
    }
}

/// The numbers that are policy, not law: terms and look-backs, from the configuration.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Calendar days within which an application is to be decided.
    pub decision_days: u32,
    /// What depends on the ground of a revocation: the term to answer, and whether the urgent route is open.
    pub notice: NoticeTerms,
    /// The terms of objections.
    pub objections: ObjectionTerms,
    /// Days after which an application that waits for its exporter lapses.
    pub lapse_days: u32,
    /// The longest term of a license, in days.
    pub longest_term_days: i32,
    /// How far back a like refusal is looked for, in days.
    pub look_back_days: i32,
    /// How long a measure may run without review, in days.
    pub measure_review_days: u32,
    /// How many days before a measure would lapse notice is given of it.
    pub lapse_notice_days: u32,
    /// From how many licenses touched on a measure needs the agreement of both ministries.
    pub agreement_from: u32,
    /// Days after which a freeze on a suspected breach is reviewed at the latest.
    pub breach_review_days: u32,
    /// The share of a list's entries that a new edition may end, in percent, without reasons of its own.
    pub most_ended_percent: u8,
    /// Who must have recorded a position before a grant.
    pub required_positions: Vec<Body>,
    /// Whether nothing is permitted while no list of restricted parties is kept.
    pub screening_required: bool,
    /// How long personal data is kept after it was last needed.
    pub retention: RetentionTerms,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            decision_days: 90,
            notice: NoticeTerms::default(),
            objections: ObjectionTerms::default(),
            lapse_days: 180,
            longest_term_days: 1827,
            look_back_days: 1096,
            measure_review_days: 366,
            lapse_notice_days: 14,
            agreement_from: 1000,
            breach_review_days: 30,
            most_ended_percent: 10,
            required_positions: vec![Body::Defense, Body::ForeignAffairs],
            screening_required: false,
            retention: RetentionTerms::default(),
        }
    }
}

/// One act: who, when, in which request.
#[derive(Clone, Debug)]
pub struct Act {
    /// Who.
    pub actor: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// In which request.
    pub request: Uuid,
    /// Where new identifiers come from.
    pub ids: Arc<Ids>,
    /// The configured terms.
    pub policy: Arc<Policy>,
    /// What the caller expects of the resource that it changes; none where no one is waiting for an answer.
    pub expects: Option<Precondition>,
}

impl Act {
    /// Holds what the caller expects against a resource, as it is found and locked.
    pub fn require_current(&self, found: &Head, version: i32) -> Result<(), Stale> {
        let met = self.expects.as_ref().is_none_or(|expects| expects.met_by(found, version));
        if met { Ok(()) } else { Err(Stale) }
    }

    /// The day of the act, in UTC.
    pub fn today(&self) -> NaiveDate {
        self.at.date_naive()
    }

    /// A new identifier.
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        self.ids.next(self.at).into()
    }
}
