//! Replays as they are asked for and read.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{ApplicationId, DecisionId};
use crate::page::Listed;
use crate::rules::application::{self, Body};
use crate::rules::replay::{Difference, Replayed};
use crate::rules::scope::Match;
use crate::rules::values::Term;
use crate::rules::verdict::Outcome;

/// A verdict of the audit log, judged again from its recorded facts.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = VerdictReplay)]
pub struct Replay {
    /// The audit entry that holds the verdict.
    pub id: Uuid,
    /// When it was given.
    pub at: DateTime<Utc>,
    /// What was done, as resource.act.
    pub act: String,
    /// The kind of resource it was done to.
    pub subject_kind: String,
    /// The resource.
    pub subject_id: Uuid,
    /// What came of the replay.
    pub replayed: Replayed,
    /// The outcome on file; null where it was erased.
    pub recorded: Option<Outcome>,
    /// The outcome judged again; null where there are no facts to judge.
    pub becomes: Option<Outcome>,
    /// The checks that say something else.
    pub differences: Vec<Difference>,
}

impl Listed for Replay {
    fn key(&self) -> Uuid {
        self.id
    }
}

/// Which verdicts are judged again.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplayFilter {
    /// On this resource.
    pub subject_id: Option<Uuid>,
    /// Of this act, as resource.act.
    pub act: Option<Term>,
    /// Given not before this time.
    pub from: Option<DateTime<Utc>>,
    /// Given before this time.
    pub to: Option<DateTime<Utc>>,
}

/// What came of many replays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Verdicts that were judged again.
    pub verdicts: u64,
    /// Those that equal the recorded one.
    pub agree: u64,
    /// Those that do not.
    pub differ: u64,
    /// Those that have no facts on file.
    pub no_facts: u64,
    /// Those that were erased with their facts.
    pub erased: u64,
    /// Those whose facts cannot be read.
    pub unreadable: u64,
}

/// Which past decisions are judged under what is supposed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReplaySpan)]
pub struct Span {
    /// Countersigned on this day or later.
    pub from: NaiveDate,
    /// Countersigned on this day or before.
    pub to: NaiveDate,
    /// Goes on after this decision: the `next` of the answer before.
    #[serde(default)]
    pub after: Option<DecisionId>,
    /// How many changed decisions are listed, 1 to 200; 50 where left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 200)]
    pub limit: Option<usize>,
}

/// A policy to judge past decisions by; what is left out stays as it was on the day.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyReplay {
    /// Countersigned on this day or later.
    pub from: NaiveDate,
    /// Countersigned on this day or before.
    pub to: NaiveDate,
    /// Goes on after this decision: the `next` of the answer before.
    #[serde(default)]
    pub after: Option<DecisionId>,
    /// How many changed decisions are listed, 1 to 200; 50 where left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 200)]
    pub limit: Option<usize>,
    /// Who must have recorded a position before a grant (`REQUIRED_POSITIONS`).
    #[serde(default)]
    pub required_positions: Option<Vec<Body>>,
    /// How far back a like refusal is looked for, in days (`LOOK_BACK_DAYS`).
    #[serde(default)]
    #[schema(maximum = 36525)]
    pub look_back_days: Option<u32>,
    /// The longest term of a license, in days (`LONGEST_TERM_DAYS`).
    #[serde(default)]
    #[schema(minimum = 1, maximum = 36525)]
    pub longest_term_days: Option<u32>,
}

impl PolicyReplay {
    /// Which decisions.
    pub fn span(&self) -> Span {
        Span { from: self.from, to: self.to, after: self.after, limit: self.limit }
    }
}

/// Past decisions as they would have been.
#[derive(Clone, Debug, Default, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Supposed {
    /// Decisions that this answer covers.
    pub examined: u32,
    /// Those that the measure reaches; of a policy, all that could be judged.
    pub reached: u32,
    /// Those of which a check says something else.
    pub changed: u32,
    /// Grants that the gate would not have let through as they were made.
    pub grants_stopped: u32,
    /// Those whose facts cannot be read, and that are not judged.
    pub unreadable: u32,
    /// The decisions of which a check says something else, the first one first.
    pub decisions: Vec<SupposedDecision>,
    /// The decision after which to go on; null where the span is done.
    pub next: Option<DecisionId>,
}

/// A past decision as it would have been.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SupposedDecision {
    /// The decision.
    pub id: DecisionId,
    /// The application decided on.
    pub application_id: ApplicationId,
    /// Its human reference.
    pub reference: String,
    /// The number of the decision for the application.
    pub number: i32,
    /// When it was countersigned.
    pub countersigned_at: DateTime<Utc>,
    /// What was decided.
    pub outcome: application::Outcome,
    /// What the gate said, by the rules of today on the facts of then.
    pub was: Outcome,
    /// What it would have said.
    pub becomes: Outcome,
    /// Whether a grant as it was made, with its departure and its override, would have been let through; null of a refusal.
    pub passes: Option<bool>,
    /// What the scope of the measure reaches of it, and which clause met which fact; null of a policy.
    pub matched: Option<Match>,
    /// The checks that say something else.
    pub differences: Vec<Difference>,
}
